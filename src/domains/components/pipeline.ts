/**
 * Where components meet pipelines. A component's own pipeline is named after its place, reserved before anything is written to
 * git, and follows the component: the transaction that settles a change says that it is to (`followLater`, with a job), and when
 * that is committed `followNow` does it, so that whoever made the change finds it done. Should this process die in between, or
 * the engine be away, the job does it.
 */
import { createHash } from 'node:crypto'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import type { Author } from '../pipelines/configs.ts'
import { hasPipeline, textsOf } from '../pipelines/desired.ts'
import { catchUp, type Removal, removeLater, rename } from '../pipelines/follow.ts'
import * as pipelines from '../pipelines/queries.ts'
import type { Plan } from './plan.ts'
import { type ComponentFile, findComponentById } from './queries.ts'

/** Seconds until the job looks whether it was done already. */
const patience = 60

/** As the contract's pattern for names of pipelines wants it. */
const longest = 100

export function mainPipelineName({ project, environment, component }: { project: string; environment: string; component: string }): string {
  const whole = `${project}-${environment}-${component}`
  const name = whole.toLowerCase()
  if (name.length <= longest) return name
  return `${name.slice(0, longest - 9)}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`
}

/** @throws Conflict when another component's pipeline has the name */
export async function assertNameFree(
  tx: OrgTx,
  place: { project: string; environment: string; component: string },
  componentId: number | null,
) {
  const name = mainPipelineName(place)
  const holder = await pipelines.findByName(tx, name)
  if (holder && holder.component_id !== componentId)
    throw conflict(
      `The component's pipeline would be called ${name}, and another pipeline of the organization is called so: choose another canonical`,
    )
}

/** Keeps the name of the pipeline, if the use case has one, until it is saved. */
export async function reservePipeline(tx: OrgTx, componentId: number, plan: Plan, author: Author): Promise<void> {
  if (!hasPipeline(plan.useCase, plan.samples) || (await pipelines.findMainPipeline(tx, componentId))) return
  await assertNameFree(tx, plan.place, componentId)
  await pipelines.insertPipeline(tx, {
    component_id: componentId,
    name: mainPipelineName(plan.place),
    is_main: true,
    created_by: author.name,
  })
}

/** Before anything is written: a stack whose pipeline is none makes no component. @throws Invalid naming every field */
export function assertPipeline(plan: Plan, files: readonly CommittedFile[]): void {
  textsOf(plan.useCase, plan.samples, plan.interpolate, variablesIn(files))
}

type CommittedFile = ComponentFile & { content: Buffer }

const variablesIn = (files: readonly CommittedFile[]): Buffer | undefined =>
  files.find(({ technology, key }) => technology === 'pipeline' && key === 'variables')?.content

/** In the transaction that settles a change: the pipeline is to be what the component is now. */
export async function followLater(tx: OrgTx, componentId: number, author: Author, seconds = patience): Promise<void> {
  const main = await pipelines.findMainPipeline(tx, componentId)
  const component = await findComponentById(tx, componentId)
  if (!main || !component) return
  const { project, environment, canonical } = component
  const name = mainPipelineName({ project: project.canonical, environment: environment.canonical, component: canonical })
  if (main.name !== name && !main.keeps_name) await rename(tx, main, name)
  await pipelines.updatePipelineRow(tx, main.id, { follow_author: author.name, follow_author_id: author.accountId, updated_at: new Date() })
  await enqueue(tx, 'pipelines.catchUp', { organizationId: tx.organizationId, pipelineId: main.id }, seconds)
}

/** After that transaction, with the files that were committed, where they are at hand. What goes wrong here is the job's to repeat, or a problem that the pipeline itself tells. */
export async function followNow(
  platform: Platform,
  organizationId: number,
  componentId: number,
  files: readonly CommittedFile[] = [],
): Promise<void> {
  await catchUp(platform, { organizationId, componentId }, variablesIn(files)).catch((err: unknown) =>
    platform.log.warn({ err, componentId }, 'the pipeline of a component could not follow it yet'),
  )
}

/** In the transaction that deletes the component: its pipelines leave the engine. @returns what `removeNow` does after the commit */
export async function removePipelines(tx: OrgTx, componentId: number): Promise<Removal[]> {
  const removals: Removal[] = []
  for (const row of await pipelines.listPipelinesOfComponent(tx, componentId)) removals.push(...(await removeLater(tx, row)))
  return removals
}
