/** Pipelines as answers show them: what is stored here, what the engine tells, and where they belong. */
import type { Schema } from '../../contract/operation.ts'
import type { PipelineState } from '../../engine/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { listComponents } from '../components/queries.ts'
import { withStacks } from '../components/stacks.ts'
import { listProjectsOfComponents } from '../projects/queries.ts'
import { viewProject } from '../projects/view.ts'
import { pipelineAt, teamOf } from './at.ts'
import { sentenceOf } from './configs.ts'
import type { SavedPipeline } from './pipelines.ts'
import * as queries from './queries.ts'
import { buildsIn, viewPipeline } from './view.ts'

type Context = Pick<OrganizationContext, 'read' | 'platform' | 'organization' | 'actor'>
export type States = ReadonlyMap<number, PipelineState>

/** What the engine tells of these pipelines, by their number. */
export const statesOf = ({ platform, organization }: Context, rows: readonly queries.PipelineRow[]): Promise<States> =>
  rows.length === 0
    ? Promise.resolve(new Map())
    : platform.engine.readPipelines(
        teamOf(organization),
        rows.map((row) => pipelineAt(organization, row)),
      )

export async function showPipelines(context: Context, rows: readonly queries.PipelineRow[], states: States): Promise<Schema<'Pipeline'>[]> {
  const { read, platform, organization, actor } = context
  const ids = rows.map(({ id }) => id)
  const componentIds = rows.map(({ component_id }) => component_id)
  const buildIds = [...states.values()].flatMap(({ jobs }) => buildsIn(jobs))
  const { components, projects, builds, jobs } = await read(async (tx) => ({
    components: await withStacks(tx, await listComponents(tx, { componentIds }, everything)),
    projects: await listProjectsOfComponents(tx, componentIds, actor.kind === 'user' ? actor.id : null),
    builds: await queries.readBuildNotes(tx, ids, buildIds),
    jobs: await queries.readJobNotes(tx, ids),
  }))
  const projectsById = new Map(projects.map((project) => [project.id, viewProject(project)]))
  const byId = new Map(components.map((component) => [component.id, component]))
  return rows.flatMap((row) => {
    const component = byId.get(row.component_id)
    const at = pipelineAt(organization, row)
    const project = component && projectsById.get(component.project.id)
    return component && project
      ? [viewPipeline(row, { at, kind: platform.engine.kind, state: states.get(row.id), component, project, builds, jobs })]
      : []
  })
}

/** Whoever may see a pipeline sees what it is of. */
const everything = { prefix: '', expressions: undefined, ownerId: null, owned: [] }

export async function showPipeline(context: Context, row: queries.PipelineRow): Promise<Schema<'Pipeline'>> {
  const [shown] = await showPipelines(context, [row], await statesOf(context, [row]))
  if (!shown) throw new Error('a pipeline without its component')
  return shown
}

/** Just saved: with what there is to say about its configuration. */
export async function showSaved(context: Context, { row, config, warnings: ofText }: SavedPipeline): Promise<Schema<'Pipeline'>> {
  const warnings = [...ofText, ...context.platform.engine.ignored(config).map(sentenceOf)]
  return { ...(await showPipeline(context, row)), ...(warnings.length > 0 ? { warnings } : {}) }
}
