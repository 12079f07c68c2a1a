import { OrgTx } from '../db/organization-tx.ts'
import { type Database, insideOf } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { Actor } from './actor.ts'

type Key = Extract<Actor, { kind: 'api_key' }>

export interface KeyUse {
  /** Costs nothing now: when keys were last used is written down a few times a minute, not on every request. */
  note(key: Key, address: string): void
  [Symbol.asyncDispose](): Promise<void>
}

const everyMilliseconds = 10_000

export function openKeyUse(database: Database, log: Log): KeyUse {
  const used = new Map<number, { organizationId: number; at: Date }>()
  const written = new Map<number, number>()

  const flush = async () => {
    const batch = [...used]
    used.clear()
    for (const [id, { organizationId, at }] of batch) {
      const scope = insideOf(organizationId)
      await OrgTx.write(database, scope, (tx) => tx.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute()).catch(
        (err) => log.warn({ err }, 'when a key was last used could not be written down'),
      )
    }
  }
  const timer = setInterval(() => void flush(), everyMilliseconds)
  timer.unref()

  return {
    note({ id, organizationId }, _address) {
      const now = Date.now()
      const before = written.get(id)
      if (before !== undefined && now - before < everyMilliseconds) return
      written.set(id, now)
      used.set(id, { organizationId, at: new Date(now) })
      // The first use of a key shows at once; later ones may wait.
      if (before === undefined) void flush()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await flush()
    },
  }
}
