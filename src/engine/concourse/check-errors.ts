/** Why the last check of a resource failed. Concourse says only that it did; the rest is in the events of the check. */
import { stripVTControlCharacters } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { ConcourseClient } from '../../outside/concourse/client.ts'
import { openLimit } from '../../outside/concourse/limit.ts'
import type { BuildEvent, Resource } from '../../outside/concourse/types.ts'

export interface CheckErrors {
  /** Undefined: the last check went well, or there was none. Never throws. */
  of(resource: Resource): Promise<string | undefined>
}

/** Milliseconds for the events of one check; they are there already. */
const patience = 3000
const atOnce = 4
/** Characters of a log, from its end. */
const longest = 500

export function openCheckErrors(client: ConcourseClient): CheckErrors {
  // What is over stays as it is.
  const known = new LRUCache<number, string>({ max: 2000 })
  const limit = openLimit(atOnce)

  const read = async (id: number): Promise<string | undefined> => {
    const signal = AbortSignal.timeout(patience)
    try {
      return await limit(signal, async () => {
        let [error, log] = ['', '']
        for await (const event of client.streamEvents(id, { signal })) {
          if (event.type === 'error') error = textOf(event, 'message')
          if (event.type === 'log') log = (log + textOf(event, 'payload')).slice(-longest)
        }
        return signal.aborted ? undefined : [error, plain(log)].filter(Boolean).join(': ')
      })
    } catch {
      return undefined
    }
  }

  return {
    async of({ build }) {
      if (!build || !['failed', 'errored'].includes(build.status)) return undefined
      const found = known.get(build.id) ?? (await read(build.id))
      if (found !== undefined) known.set(build.id, found)
      return found || 'The check failed: its events say more.'
    },
  }
}

const textOf = ({ data }: BuildEvent, key: string): string => {
  const text = data[key]
  return typeof text === 'string' ? text.slice(0, longest) : ''
}

/** Programs write as if to a terminal. */
const plain = (log: string): string => stripVTControlCharacters(log).replaceAll('\r', '').trim()
