/** What a component takes of quotas, worked out from its form and reserved with its change. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict } from '../../errors.ts'
import type { FormUseCase, FormValues } from '../../formats/forms/types.ts'
import { quotaOf } from '../../formats/forms/values.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Snapshot } from '../../outside/git/types.ts'
import { withGit } from '../git.ts'
import { areQuotasOn } from '../quotas/queries.ts'
import { type Asking, type Consumption, reserve } from '../quotas/reserve.ts'
import { beyond } from '../resource-pools/amounts.ts'
import { currentOn } from './on-tip.ts'
import { type Plan, valuesFor } from './plan.ts'
import type { ComponentRow } from './queries.ts'
import { mergeValues } from './values.ts'

const nothing = { cpu: 0, memory: 0, storage: 0 }

const doesConsume = (form: FormUseCase): boolean =>
  form.sections.some(({ groups }) => groups.some(({ vars }) => vars.some(({ quota_config }) => quota_config !== undefined)))

/** For a component that is about to be made. */
export async function reserveFirst(
  tx: OrgTx,
  componentId: number,
  { form }: Plan,
  environmentId: number,
  values: FormValues,
): Promise<void> {
  if (doesConsume(form)) await reserve(tx, componentId, { environmentId, amounts: quotaOf(form, values), present: null })
}

/** For one that is there: what it asks for after the change, and takes now, as its files say. Only forms that consume cost a look at git. */
export async function askingOf(
  { platform, read }: Pick<OrganizationContext, 'platform' | 'read'>,
  plan: Plan,
  component: ComponentRow,
  given: FormValues,
): Promise<Asking> {
  const environmentId = component.environment_id
  if (!doesConsume(plan.form) || !(await read(areQuotasOn)))
    return { environmentId, amounts: doesConsume(plan.form) ? null : nothing, present: null }
  const look = (tip: Snapshot) => currentOn(plan.form, tip, component)
  const current = await withGit(() => platform.git.read(plan.remote, plan.repository.branch, look))
  const { values } = valuesFor(plan, mergeValues(current, given))
  const isSameForm = component.use_case === plan.useCase.key
  const present = isSameForm ? { environmentId, amounts: quotaOf(plan.form, current) } : null
  return { environmentId, amounts: quotaOf(plan.form, values), present }
}

/** As a part of what is intended: settling the change makes it so, and undoing it takes it back. */
export async function reserveFor(tx: OrgTx, componentId: number, asking: Asking): Promise<{ consumption?: Consumption }> {
  const consumption = await reserve(tx, componentId, asking)
  return consumption ? { consumption } : {}
}

/** Somebody may have written larger numbers into the files since they were read. @throws Conflict */
export function assertReserved(form: FormUseCase, values: FormValues, consumption: Consumption | undefined): void {
  if (!consumption || !doesConsume(form)) return
  const [reserved = nothing] = consumption.after
  if (consumption.after.length > 0 && beyond(quotaOf(form, values), reserved).length > 0)
    throw conflict('The files of the component were changed meanwhile, and it takes more of its quota now: repeat your change')
}
