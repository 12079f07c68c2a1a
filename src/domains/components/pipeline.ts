/**
 * The one place where components meet pipelines. Both run in the transaction that settles a change of a component, so what they
 * enqueue is there when, and only when, the change is. There is no engine yet (`getPipelines` and its like answer 501), so
 * nothing is enqueued.
 */
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Plan } from './plan.ts'

/** After a create, an update or a move: the pipeline is to be what the use case's pipeline file says, with the variables in git. */
export async function deployPipeline(_tx: OrgTx, _componentId: number, _plan: Plan): Promise<void> {}

export async function removePipeline(_tx: OrgTx, _componentId: number): Promise<void> {}
