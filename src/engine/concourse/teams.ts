/** One team for each organization, made when it is first needed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { unavailable } from '../../errors.ts'
import type { ConcourseClient } from '../../outside/concourse/client.ts'
import { isProblem } from '../../outside/concourse/errors.ts'
import { assertTenant } from './context.ts'
import { asked } from './refusals.ts'

export interface Teams {
  /** Afterwards it is there. @throws ApiError */
  ensure(team: string): Promise<void>
  /** It may have been deleted in Concourse. */
  forget(team: string): void
}

/** Concourse remembers its teams for a moment, also that there is none. */
const looks = 10
const pause = 200

export function openTeams(client: ConcourseClient, username: string): Teams {
  const there = new LRUCache<string, true>({ max: 10_000 })
  const underway = new Map<string, Promise<void>>()

  const isThere = async (team: string): Promise<boolean> => {
    try {
      await client.readTeam(team)
      return true
    } catch (error) {
      if (isProblem(error, 'notFound', 'forbidden')) return false
      throw error
    }
  }
  const make = async (team: string): Promise<void> => {
    // Who an operator let in besides stays: saving replaces all of it.
    if (await isThere(team)) return
    const { connector, is_admin: isAdmin } = await client.readUser()
    if (!isAdmin) throw unavailable("Concourse does not let the platform make teams: CONCOURSE_USERNAME has to own Concourse's team main")
    await client.saveTeam(team, `${connector || 'local'}:${username}`)
    for (let look = 0; look < looks; look++) {
      if (await isThere(team)) return
      await sleep(pause)
    }
    throw unavailable('Concourse has not taken in the team of the organization yet: try again in a moment')
  }
  return {
    async ensure(team) {
      assertTenant(team)
      if (there.has(team)) return
      const making =
        underway.get(team) ??
        asked({ what: 'team' }, make(team)).finally(() => {
          underway.delete(team)
        })
      underway.set(team, making)
      await making
      there.set(team, true)
    },
    forget: (team) => there.delete(team),
  }
}
