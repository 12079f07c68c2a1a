/** How many builds of one organization run or wait at once. Concourse has no such limit, so builds asked for by hand are counted here. */
import { conflict } from '../../errors.ts'
import { finalStatuses } from '../types.ts'
import { assertTenant, type Context } from './context.ts'
import { asked } from './refusals.ts'

/** Builds that are looked at beside as many as may run: those that ended since the oldest one that runs began. */
const ended = 200

export interface Quota {
  /** One after the other for a team, so that two cannot take the same last place. @throws Conflict when there is no room */
  begin<T>(context: Context, team: string, work: () => Promise<T>): Promise<T>
}

export function openQuota(): Quota {
  const lines = new Map<string, Promise<unknown>>()
  return {
    async begin(context, team, work) {
      if (context.buildsPerOrganization === 0) return work()
      const before = lines.get(team) ?? Promise.resolve()
      const mine = before.then(() => assertRoom(context, team)).then(work)
      // Whether it went well is of no matter to the next one.
      const over = mine.then(
        () => {},
        () => {},
      )
      lines.set(team, over)
      void over.then(() => {
        if (lines.get(team) === over) lines.delete(team)
      })
      return mine
    },
  }
}

async function assertRoom({ client, buildsPerOrganization: most }: Context, team: string): Promise<void> {
  assertTenant(team)
  const { rows } = await asked({ what: 'pipeline' }, client.listTeamBuilds(team, { limit: most + ended }))
  const open = rows.filter((build) => build.job_name && build.team_name === team && !finalStatuses.has(build.status)).length
  if (open >= most)
    throw conflict(`The organization has ${open} builds that run or wait, and may have ${most}: wait until some have ended, or abort some`)
}
