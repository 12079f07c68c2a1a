/** The engine over the double of Concourse, with one pipeline in a line. */
import { pino } from 'pino'
import type { ConcourseAccess } from '../../src/config.ts'
import { openConcourseEngine } from '../../src/engine/concourse/engine.ts'
import { type EngineBuild, finalStatuses, type PipelineAt, type PipelineEngine, type Team } from '../../src/engine/types.ts'
import type { PipelineConfig } from '../../src/formats/pipeline/types.ts'
import { type ConcourseDouble, type DoubleOptions, openConcourseDouble } from './concourse-double/double.ts'

export interface ConcourseWorld extends AsyncDisposable {
  double: ConcourseDouble
  engine: PipelineEngine
  acme: Team
  /** Another organization. */
  beta: Team
  /** Lines of the log. */
  logs: string[]
  save(name: string, config: PipelineConfig, team?: Team): Promise<PipelineAt>
  /** Another engine on the same Concourse. */
  another(more?: { access?: Partial<ConcourseAccess>; buildsPerOrganization?: number }): Promise<PipelineEngine>
  run(at: PipelineAt, job: string): Promise<EngineBuild>
}

export const plainly = { checkCredentials: false, evenIfUnsupported: false }

export async function openConcourseWorld(options: DoubleOptions & { buildsPerOrganization?: number } = {}): Promise<ConcourseWorld> {
  const double = await openConcourseDouble(options)
  const logs: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void logs.push(line) })
  const engines: PipelineEngine[] = []
  const another: ConcourseWorld['another'] = async ({ access = {}, buildsPerOrganization = 0 } = {}) => {
    const { url, username, password } = double
    const engine = await openConcourseEngine({
      access: { url, username, password, concurrency: 4, seconds: 3, ...access },
      policy: { buildsPerOrganization },
      log,
    })
    engines.push(engine)
    return engine
  }
  const engine = await another(options)
  const acme = { organizationId: 1, organization: 'acme', team: 'team-acme' }
  return {
    ...{ double, engine, acme, beta: { organizationId: 2, organization: 'beta', team: 'team-beta' }, logs, another },
    async save(name, config, team = acme) {
      const at = { ...team, pipelineId: 1, name }
      await engine.savePipeline(at, { config, ...plainly })
      return at
    },
    async run(at, job) {
      const { id } = await engine.createBuild(at, job)
      for (;;) {
        const build = await engine.getBuild(at, id)
        if (finalStatuses.has(build.status)) return build
        await new Promise((wake) => setTimeout(wake, 10))
      }
    },
    async [Symbol.asyncDispose]() {
      for (const one of engines) await one[Symbol.asyncDispose]()
      await double[Symbol.asyncDispose]()
    },
  }
}
