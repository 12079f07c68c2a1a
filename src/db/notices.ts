/**
 * Word from other processes that something changed, by Postgres' `notify`. It may come late or, after a broken connection, not at
 * all: whoever listens also looks by itself now and then. Payloads are numbers of rows, never their content.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export const channels = ['engine', 'events'] as const
/** `engine`: the scheduler or a runner has something to do. `events`: a build has new events; the payload is its number. */
export type Channel = (typeof channels)[number]

export interface Notices extends AsyncDisposable {
  /** @returns how to stop listening */
  on(channel: Channel, listener: (payload: string) => void): () => void
}

/** One connection of its own. It never throws: without it everything works, only later. */
export function openNotices(url: string, onError: (error: Error) => void): Notices {
  const listeners = new Map<string, Set<(payload: string) => void>>(channels.map((channel) => [`trochoid_${channel}`, new Set()]))
  const stopping = new AbortController()
  let client: pg.Client | undefined
  const running = keepListening()
  return {
    on(channel, listener) {
      const set = listeners.get(`trochoid_${channel}`)
      set?.add(listener)
      return () => set?.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await client?.end().catch(() => {})
      await running
    },
  }

  async function keepListening(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await listen()
      } catch (error) {
        if (!stopping.signal.aborted) onError(error as Error)
      }
      await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  async function listen(): Promise<void> {
    const connection = new pg.Client({
      connectionString: url,
      keepAlive: true,
      application_name: 'trochoid-notices',
      options: '-c role=trochoid_app',
    })
    client = connection
    const ended = new Promise<void>((resolve, reject) => {
      connection.once('end', () => resolve())
      // Postgres that goes away says so, and then the connection breaks: two errors, and one that nobody hears ends the process.
      connection.on('error', reject)
    })
    ended.catch(() => {})
    connection.on('notification', ({ channel, payload = '' }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload)
    })
    // Ended while it connects, it never says whether it did.
    await Promise.race([connection.connect(), ended])
    for (const channel of channels) await connection.query(`listen trochoid_${channel}`)
    // What was said while nobody listened.
    for (const set of listeners.values()) for (const listener of set) listener('')
    await ended
    await connection.end().catch(() => {})
  }
}
