import type { Log } from '../../log.ts'
import type { ConcourseClient } from '../../outside/concourse/client.ts'
import type { PipelinePath } from '../../outside/concourse/types.ts'
import type { PipelineAt } from '../types.ts'
import type { CheckErrors } from './check-errors.ts'
import type { Teams } from './teams.ts'

/** What every part of this engine works with. */
export interface Context {
  client: ConcourseClient
  teams: Teams
  checkErrors: CheckErrors
  /** Builds of one team that run or wait at once; 0 for no limit. */
  buildsPerOrganization: number
  log: Log
}

/** @throws Error for Concourse's own team, in which a pipeline could do everything */
export function pathOf({ team, name }: PipelineAt): PipelinePath {
  assertTenant(team)
  return { team, pipeline: name }
}

export function assertTenant(team: string): void {
  if (team === '' || team.toLowerCase() === 'main') throw new Error(`"${team}" is not the team of an organization`)
}
