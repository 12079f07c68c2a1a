/** Real checks of what the platform stands on, for /status and /health_check. */
import { sql } from 'kysely'
import type { Schema } from '../../contract/operation.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { ApiError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'

type Check = Schema<'CheckReport'>

interface Checker {
  canonical: string
  category: string
  /** @throws Error whose message is fit for a stranger */
  run(platform: Platform): Promise<Pick<Check, 'status' | 'message'>>
}

const good = (message: string) => ({ status: 'Success' as const, message })

const platformScope = { kind: 'platform' } as const

/** In the order they are shown. Clients look for `database`, `pipeline` and `secret`. */
export const checkers: readonly Checker[] = [
  {
    canonical: 'database',
    category: 'storage',
    async run({ database }) {
      await AccountTx.read(database, platformScope, (tx) => tx.execute(sql`select 1`))
      return good('The database answers')
    },
  },
  {
    canonical: 'jobs',
    category: 'storage',
    async run({ database }) {
      const { rows } = await AccountTx.read(database, platformScope, (tx) =>
        tx.execute(sql<{ waiting: number; seconds: number }>`select * from queue_state()`),
      )
      const { waiting = 0, seconds = 0 } = rows[0] ?? {}
      if (seconds > 300)
        return { status: 'Error', message: `${waiting} jobs wait, the oldest for ${Math.round(seconds)} seconds: is a worker running?` }
      return good(waiting === 0 ? 'No job waits' : `${waiting} jobs wait`)
    },
  },
  {
    canonical: 'secret',
    category: 'storage',
    async run({ master }) {
      const probe = Buffer.from('probe')
      if (!master.unwrap(master.wrap(probe, 'check'), 'check').equals(probe)) throw new Error('The master key does not open what it sealed')
      return good('Secrets can be sealed and opened')
    },
  },
  {
    canonical: 'pipeline',
    category: 'engine',
    run: async ({ engine }) => good(await engine.checkHealth()),
  },
]

export async function runCheck(platform: Platform, { canonical, category, run }: Checker): Promise<Check> {
  try {
    return { canonical, category, ...(await run(platform)) }
  } catch (err) {
    platform.log.warn({ err, check: canonical }, 'a check failed')
    const message = err instanceof ApiError && err.code === 'Unexpected' ? err.message : `The ${canonical} check failed`
    return { canonical, category, status: 'Error', message }
  }
}

/** A part that is not configured cannot be found out about, and does not make the platform sick. */
export function summarize(checks: readonly Check[]): Pick<Schema<'GeneralStatus'>, 'status' | 'message'> {
  const failing = checks.filter(({ status }) => status === 'Error').map(({ canonical }) => canonical)
  if (failing.length > 0) return { status: 'Error', message: `Not working: ${failing.join(', ')}` }
  const working = checks.filter(({ status }) => status === 'Success').map(({ canonical }) => canonical)
  return working.length > 0
    ? { status: 'Success', message: `Working: ${working.join(', ')}` }
    : { status: 'Unknown', message: 'Nothing could be found out' }
}

export async function checkHealth(platform: Platform): Promise<boolean> {
  const [database] = checkers
  return database !== undefined && (await runCheck(platform, database)).status === 'Success'
}
