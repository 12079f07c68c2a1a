/** Calls about builds. Those that take a number alone are not inside a team: only for a number that is known to be the caller's. */
import type { Calls } from './calls.ts'
import { decode, isBuild, isBuildResources, isPlan, isPreparation } from './decode.ts'
import { type StreamOptions, streamEvents } from './events.ts'
import { pageOf } from './paging.ts'
import { below } from './path.ts'
import type { Build, BuildEvent, BuildResources, Page, PipelinePath, Preparation, Range } from './types.ts'

export interface BuildCalls {
  /**
   * Newest first; with both bounds oldest first. Reruns stand beside what they are a rerun of, while bounds are about ids.
   * Without a job: of all jobs of the pipeline.
   */
  listBuilds(path: PipelinePath, job: string | undefined, range: Range): Promise<Page<Build>>
  /** Of all pipelines of the team, checks too where Concourse keeps them. */
  listTeamBuilds(team: string, range: Range): Promise<Page<Build>>
  createBuild(path: PipelinePath, job: string): Promise<Build>
  /** @param name of the build, not its id */
  rerunBuild(path: PipelinePath, job: string, name: string): Promise<Build>

  readBuild(id: number): Promise<Build>
  /** Begins to; it takes a while. */
  abortBuild(id: number): Promise<void>
  /** @throws ConcourseError (notFound) before it has started */
  readPlan(id: number): Promise<{ schema: string; plan: object }>
  readPreparation(id: number): Promise<Preparation>
  readBuildResources(id: number): Promise<BuildResources>
  streamEvents(id: number, options: StreamOptions): AsyncGenerator<BuildEvent, void>
}

export function buildCalls(calls: Calls): BuildCalls {
  const { call } = calls
  const page = async (path: (string | number)[], { from, to, limit }: Range) => {
    const query = [['from', from] as const, ['to', to] as const, ['limit', limit] as const]
    return pageOf(await call({ method: 'GET', path, query }), isBuild, 'list of builds')
  }
  return {
    listBuilds: (path, job, range) => page(job === undefined ? below(path, 'builds') : below(path, 'jobs', job, 'builds'), range),
    listTeamBuilds: (team, range) => page(['teams', team, 'builds'], range),
    createBuild: async (path, job) => decode(await call({ method: 'POST', path: below(path, 'jobs', job, 'builds') }), isBuild, 'build'),
    rerunBuild: async (path, job, name) =>
      decode(await call({ method: 'POST', path: below(path, 'jobs', job, 'builds', name) }), isBuild, 'build'),
    readBuild: async (id) => decode(await call({ method: 'GET', path: ['builds', id] }), isBuild, 'build'),
    async abortBuild(id) {
      await call({ method: 'PUT', path: ['builds', id, 'abort'] })
    },
    readPlan: async (id) => decode(await call({ method: 'GET', path: ['builds', id, 'plan'] }), isPlan, 'plan'),
    readPreparation: async (id) => decode(await call({ method: 'GET', path: ['builds', id, 'preparation'] }), isPreparation, 'preparation'),
    readBuildResources: async (id) =>
      decode(await call({ method: 'GET', path: ['builds', id, 'resources'] }), isBuildResources, 'list of resources'),
    streamEvents: (id, options) => streamEvents(calls, id, options),
  }
}
