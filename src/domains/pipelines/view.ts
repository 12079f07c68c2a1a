import type { Schema } from '../../contract/operation.ts'
import type { EngineBuild, EngineJob, EngineKind, PipelineAt, PipelineState } from '../../engine/types.ts'
import type { ConfigProblem } from '../../formats/pipeline/types.ts'
import { seconds } from '../../time.ts'
import type { BuildNote, PipelineRow } from './queries.ts'

export type BuildNotes = ReadonlyMap<number, BuildNote>
/** By pipeline and job. */
export type JobNotes = ReadonlyMap<string, { paused_by: string; paused_at: Date }>

export interface Shown {
  at: PipelineAt
  kind: EngineKind
  /** Undefined: the engine does not have it. */
  state: PipelineState | undefined
  component: Schema<'Component'>
  project: Schema<'Project'>
  builds: BuildNotes
  jobs: JobNotes
}

export function viewPipeline(row: PipelineRow, { at, kind, state, component, project, builds, jobs }: Shown): Schema<'Pipeline'> {
  const paused = state?.paused ?? false
  const problem = row.problem ?? problemOf(state?.unsupported ?? [])
  return {
    id: row.id,
    name: row.name,
    component,
    project,
    environment: component.environment,
    jobs: (state?.jobs ?? []).map((job) => viewJob(at, job, builds, jobs)),
    groups: state?.groups ?? [],
    paused,
    public: state?.public ?? false,
    archived: state?.archived ?? false,
    status: statusOf(state?.jobs ?? []),
    started: (state?.jobs ?? []).some(({ next_build }) => next_build?.status === 'started'),
    team_name: at.team,
    engine: kind,
    ...(problem === undefined ? {} : { problem }),
    ...(row.config_version === null ? {} : { config_version: row.config_version }),
    ...(row.created_by === null ? {} : { created_by: row.created_by }),
    ...(paused && row.paused_by !== null ? { paused_by: row.paused_by } : {}),
    ...(paused && row.paused_at !== null ? { paused_at: seconds(row.paused_at) } : {}),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}

function problemOf([first, ...more]: readonly ConfigProblem[]): string | undefined {
  if (!first) return undefined
  const others = more.length === 0 ? '' : ` (and ${more.length} more like this)`
  return `Nothing of it runs: ${first.path} ${first.message}${others}`
}

/** From bad to good: a pipeline is as well as its worst job. */
const worstFirst = ['errored', 'failed', 'aborted', 'succeeded'] as const

const statusOf = (jobs: readonly EngineJob[]): string =>
  worstFirst.find((status) => jobs.some(({ finished_build }) => finished_build?.status === status)) ?? 'pending'

/** Whether a filter for this state keeps the pipeline. */
export const isIn = (state: PipelineState | undefined, status: string): boolean =>
  status === 'paused'
    ? (state?.paused ?? false)
    : (state?.jobs ?? []).some(({ next_build, finished_build }) => (next_build ?? finished_build)?.status === status)

export function viewJob(at: PipelineAt, job: EngineJob, builds: BuildNotes, notes: JobNotes): Schema<'Job'> {
  const { finished_build, next_build, transition_build, inputs, ...rest } = job
  const note = job.paused ? notes.get(`${at.pipelineId}/${job.name}`) : undefined
  return {
    ...rest,
    ...(finished_build ? { finished_build: viewBuild(at, finished_build, builds) } : {}),
    ...(next_build ? { next_build: viewBuild(at, next_build, builds) } : {}),
    ...(transition_build ? { transition_build: viewBuild(at, transition_build, builds) } : {}),
    inputs: inputs.map(({ version, ...input }) => ({ ...input, ...(version === undefined ? {} : { version: versionConfig(version) }) })),
    ...(note ? { paused_by: note.paused_by, paused_at: seconds(note.paused_at) } : {}),
    pipeline_id: at.pipelineId,
    pipeline_name: at.name,
    team_name: at.team,
  }
}

const versionConfig = (version: 'latest' | 'every' | Record<string, string>): Schema<'VersionConfig'> =>
  version === 'latest' ? { latest: true } : version === 'every' ? { every: true } : { pinned: version }

export function viewBuild(at: PipelineAt, build: EngineBuild, notes: BuildNotes): Schema<'Build'> {
  const note = notes.get(build.id)
  return {
    ...build,
    api_url: `/api/v1/builds/${build.id}`,
    pipeline_id: at.pipelineId,
    pipeline_name: at.name,
    team_name: at.team,
    ...(note?.created_by ? { created_by: note.created_by } : {}),
    ...(note?.aborted_by ? { aborted_by: note.aborted_by } : {}),
  }
}

/** Builds in what is shown, to look up who asked for them. */
export const buildsIn = (jobs: readonly EngineJob[]): number[] =>
  jobs.flatMap(({ finished_build, next_build, transition_build }) =>
    [finished_build, next_build, transition_build].flatMap((build) => (build ? [build.id] : [])),
  )
