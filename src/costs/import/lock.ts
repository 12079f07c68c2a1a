/** One import of an account at a time, whichever process does it: a lock that goes with its connection, and so with its process. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../db/pool.ts'

const lookEveryMs = 1000
/** Of our locks among all that a database may have. */
const family = 0x74636f73

/** Somebody else is at it for longer than one would wait. */
export class HeldElsewhere extends Error {}

/**
 * @param onWait when somebody else is at it, and every second after that
 * @param patienceMs without it, it waits as long as it takes
 * @throws HeldElsewhere, the signal's reason
 */
export async function alone<T>(
  { pool }: Database,
  what: string,
  {
    onWait,
    signal,
    patienceMs = Number.POSITIVE_INFINITY,
  }: { onWait: () => void; signal?: AbortSignal | undefined; patienceMs?: number | undefined },
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  try {
    let waited = false
    const until = Date.now() + patienceMs
    for (;;) {
      signal?.throwIfAborted()
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as taken', [family, what])
      if (rows[0]?.taken) break
      waited = true
      onWait()
      if (Date.now() >= until) throw new HeldElsewhere('somebody else is at it')
      await sleep(lookEveryMs, undefined, { signal })
    }
    return await work(waited)
  } finally {
    // The lock goes with the connection: one that stayed in the pool would keep it.
    client.release(true)
  }
}
