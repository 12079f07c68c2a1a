/** Guessing secrets is slowed down per address and per account, in Postgres, so that all processes count together. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { AccountTx } from '../db/account-tx.ts'
import { tooManyRequests } from '../errors.ts'
import type { Platform } from '../platform.ts'

export interface Limit {
  /** Names the secret that is guessed: `login`, `reset`. */
  name: string
  attempts: number
  seconds: number
}

/**
 * Counts one attempt for each subject, and refuses when any has used up its limit. Subjects are hashed: the table names
 * nobody. It commits by itself, so an attempt counts whatever becomes of the request.
 * @throws TooManyRequests with the seconds to wait
 */
export async function takeAttempt(platform: Platform, limit: Limit, subjects: readonly string[]): Promise<void> {
  const { rateLimitFactor } = platform.config
  if (rateLimitFactor === 0) return
  const allowed = limit.attempts * rateLimitFactor
  const waits = await AccountTx.write(platform.database, { kind: 'platform' }, async (tx) => {
    const seconds: number[] = []
    // Sorted, so that two requests with the same subjects cannot wait for each other.
    for (const key of subjects.map((subject) => keyOf(limit.name, subject)).sort()) {
      const { rows } = await tx.execute(
        sql<{ wait: number }>`select take_attempt(${key}, ${allowed}, make_interval(secs => ${limit.seconds})) as wait`,
      )
      seconds.push(rows[0]?.wait ?? 0)
    }
    return seconds
  })
  const wait = Math.max(...waits)
  if (wait > 0) throw tooManyRequests(wait)
}

/**
 * The same within a transaction, for what is to count only when it really happens.
 * @throws TooManyRequests with the seconds to wait
 */
export async function takeAttemptIn(tx: AccountTx, factor: number, { name, attempts, seconds }: Limit, subject: string): Promise<void> {
  if (factor === 0) return
  const { rows } = await tx.execute(
    sql<{ wait: number }>`select take_attempt(${keyOf(name, subject)}, ${attempts * factor}, make_interval(secs => ${seconds})) as wait`,
  )
  const wait = rows[0]?.wait ?? 0
  if (wait > 0) throw tooManyRequests(wait)
}

/** Takes back what `takeAttempt` counted, for an attempt that turned out not to be a guess. */
export async function giveBackAttempt(platform: Platform, limit: Limit, subjects: readonly string[]): Promise<void> {
  if (platform.config.rateLimitFactor === 0) return
  await AccountTx.write(platform.database, { kind: 'platform' }, async ({ db }) => {
    for (const key of subjects.map((subject) => keyOf(limit.name, subject)).sort())
      await db
        .updateTable('rate_limits')
        .set(({ fn, eb }) => ({ taken: fn<number>('greatest', [eb('taken', '-', 1), eb.val(0)]) }))
        .where('key', '=', key)
        .execute()
  })
}

const keyOf = (name: string, subject: string) => `${name}:${createHash('sha256').update(subject).digest('base64url')}`

/** Windows that are over long since; the longest limit counts an hour. */
export async function forgetOldAttempts(platform: Platform): Promise<void> {
  await AccountTx.write(platform.database, { kind: 'platform' }, ({ db }) =>
    db
      .deleteFrom('rate_limits')
      .where('started_at', '<', new Date(Date.now() - 24 * 3600_000))
      .execute(),
  )
}
