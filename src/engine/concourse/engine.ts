import type { ConcourseAccess } from '../../config.ts'
import type { Log } from '../../log.ts'
import type { EnginePolicy } from '../embedded/policy.ts'
import type { PipelineEngine } from '../types.ts'

export interface ConcourseEngineDeps {
  access: ConcourseAccess
  policy: Pick<EnginePolicy, 'buildsPerOrganization'>
  log: Log
}
export async function openConcourseEngine({ access }: ConcourseEngineDeps): Promise<PipelineEngine> {
  throw new Error(`not built yet, at ${access.url}`)
}
