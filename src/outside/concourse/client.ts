/**
 * Concourse's HTTP API, 7.8 to 8.x, as far as the platform uses it. It does what it is told as a user who may do everything:
 * whose build or version a number names is for the caller to know (engine/concourse/ownership.ts).
 */
import { type BuildCalls, buildCalls } from './build-calls.ts'
import { type Calls, type ConcourseAddress, openCalls } from './calls.ts'
import { decode, isConfigAnswer, isInfo, isJob, isPipeline, isRemoved, isTeam, isUser, isWorker, list } from './decode.ts'
import { ConcourseError } from './errors.ts'
import { below } from './path.ts'
import { type ResourceCalls, resourceCalls } from './resource-calls.ts'
import type { Job, Pipeline, PipelinePath, User, Worker } from './types.ts'

export interface ConcourseClient extends BuildCalls, ResourceCalls, Disposable {
  /** What the last answer said: `7.11.2`; undefined before the first one. */
  version(): string | undefined
  readInfo(): Promise<{ version: string }>
  readUser(): Promise<User>
  listWorkers(): Promise<Worker[]>

  /** @throws ConcourseError (notFound) */
  readTeam(team: string): Promise<{ name: string }>
  /** Replaces who owns it when it is there. @param owner `local:name` */
  saveTeam(team: string, owner: string): Promise<void>

  /** Undefined: there is none, or it is archived. `version` is for `saveConfig`. */
  readConfig(path: PipelinePath): Promise<{ config: object; version: string } | undefined>
  /** @param version of the configuration that is replaced; undefined: there is none. @throws ConcourseError (conflict, changed) */
  saveConfig(path: PipelinePath, config: object, options: { version?: string; checkCredentials: boolean }): Promise<{ isNew: boolean }>
  listPipelines(team: string): Promise<Pipeline[]>
  readPipeline(path: PipelinePath): Promise<Pipeline>
  setPipelinePaused(path: PipelinePath, paused: boolean): Promise<void>
  renamePipeline(path: PipelinePath, name: string): Promise<void>
  deletePipeline(path: PipelinePath): Promise<void>

  listJobs(path: PipelinePath): Promise<Job[]>
  readJob(path: PipelinePath, job: string): Promise<Job>
  setJobPaused(path: PipelinePath, job: string, paused: boolean): Promise<void>
  /** @returns how many were removed */
  clearTaskCache(path: PipelinePath, job: string, step: string, cachePath: string | undefined): Promise<number>
}

/** Nothing is asked before the first call. */
export function openConcourseClient(address: ConcourseAddress): ConcourseClient {
  const calls = openCalls(address)
  return {
    ...general(calls),
    ...pipelineCalls(calls),
    ...jobCalls(calls),
    ...buildCalls(calls),
    ...resourceCalls(calls),
    version: calls.version,
    [Symbol.dispose]: () => calls[Symbol.dispose](),
  }
}

const general = ({ call }: Calls) =>
  ({
    readInfo: async () => decode(await call({ method: 'GET', path: ['info'], isPublic: true }), isInfo, 'description of itself'),
    readUser: async () => decode(await call({ method: 'GET', path: ['user'] }), isUser, 'user'),
    listWorkers: async () => decode(await call({ method: 'GET', path: ['workers'] }), list(isWorker), 'list of workers'),
    readTeam: async (team) => decode(await call({ method: 'GET', path: ['teams', team] }), isTeam, 'team'),
    saveTeam: async (team, owner) => {
      await call({ method: 'PUT', path: ['teams', team], json: { auth: { owner: { users: [owner], groups: [] } } } })
    },
  }) satisfies Partial<ConcourseClient>

const pipelineCalls = ({ call }: Calls) =>
  ({
    async readConfig(path) {
      try {
        const answer = await call({ method: 'GET', path: below(path, 'config') })
        const version = answer.headers['x-concourse-config-version']
        if (typeof version !== 'string')
          throw new ConcourseError({ kind: 'server', status: 200 }, 'a configuration came without its version')
        return { config: decode(answer, isConfigAnswer, 'configuration').config, version }
      } catch (error) {
        if (error instanceof ConcourseError && error.problem.kind === 'notFound') return undefined
        throw error
      }
    },
    async saveConfig(path, config, { version, checkCredentials }) {
      const { status } = await call({
        method: 'PUT',
        path: below(path, 'config'),
        // Its presence counts, whatever it says.
        query: checkCredentials ? [['check_creds', 'true']] : [],
        headers: version === undefined ? {} : { 'x-concourse-config-version': version },
        json: config,
      })
      return { isNew: status === 201 }
    },
    listPipelines: async (team) =>
      decode(await call({ method: 'GET', path: ['teams', team, 'pipelines'] }), list(isPipeline), 'list of pipelines'),
    readPipeline: async (path) => decode(await call({ method: 'GET', path: below(path) }), isPipeline, 'pipeline'),
    async setPipelinePaused(path, paused) {
      await call({ method: 'PUT', path: below(path, paused ? 'pause' : 'unpause') })
    },
    async renamePipeline(path, name) {
      await call({ method: 'PUT', path: below(path, 'rename'), json: { name } })
    },
    async deletePipeline(path) {
      await call({ method: 'DELETE', path: below(path) })
    },
  }) satisfies Partial<ConcourseClient>

const jobCalls = ({ call }: Calls) =>
  ({
    listJobs: async (path) => decode(await call({ method: 'GET', path: below(path, 'jobs') }), list(isJob), 'list of jobs'),
    readJob: async (path, job) => decode(await call({ method: 'GET', path: below(path, 'jobs', job) }), isJob, 'job'),
    async setJobPaused(path, job, paused) {
      await call({ method: 'PUT', path: below(path, 'jobs', job, paused ? 'pause' : 'unpause') })
    },
    async clearTaskCache(path, job, step, cachePath) {
      const segments = below(path, 'jobs', job, 'tasks', step, 'cache')
      const answer = await call({ method: 'DELETE', path: segments, query: [['cache_path', cachePath]] })
      return decode(answer, isRemoved, 'count of caches').caches_removed
    },
  }) satisfies Partial<ConcourseClient>
