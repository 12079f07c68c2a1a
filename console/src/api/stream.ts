/** Server-sent events by fetch, because EventSource can set no header. A lost connection is taken up where it ended. */

import { withSession } from './client.ts'
import { pause, waitOf } from './connection.ts'
import { operations } from './operations.ts'
import { isProblem } from './problem.ts'
import { currentSession, onSession } from './session.ts'
import type { OperationId, Question } from './types.ts'

export interface ServerEvent {
  id: string | undefined
  event: string
  data: string
}

export type StreamState = 'connecting' | 'open' | 'waiting' | 'ended'

/**
 * Calls `take` for each event until the stream ends by itself (an event named `end`), or `signal` aborts. A connection that breaks is
 * opened again, after one to fifteen seconds; a session that ends is waited for.
 * @throws Problem when the API refuses
 */
export async function follow<Id extends OperationId>(
  id: Id,
  question: Question<Id>,
  { signal, take, state }: { signal: AbortSignal; take: (event: ServerEvent) => void; state?: (state: StreamState) => void },
): Promise<void> {
  let last: string | undefined
  for (let failures = 0; !signal.aborted; failures++) {
    state?.(failures === 0 ? 'connecting' : 'waiting')
    if (failures > 0) await pause(waitOf(failures - 1), signal)
    if (signal.aborted) return
    const connection = watched(signal)
    try {
      const { body } = await withSession(() => {
        const csrf = currentSession()?.csrf_token
        return fetch(addressOf(id, question as { path?: Record<string, unknown> }), {
          signal: connection.signal,
          headers: {
            accept: 'text/event-stream',
            ...(csrf ? { 'x-csrf-token': csrf } : {}),
            ...(last === undefined ? {} : { 'last-event-id': last }),
          },
        })
      })
      if (!body) return state?.('ended')
      state?.('open')
      for await (const event of eventsOf(body, connection.heard)) {
        failures = 0
        last = event.id ?? last
        if (event.event === 'end') return state?.('ended')
        take(event)
      }
    } catch (error) {
      if (signal.aborted) return
      if (isProblem(error, 401)) {
        state?.('waiting')
        await signedIn(signal)
      } else if (isProblem(error) && error.status > 0 && error.status < 500 && error.status !== 429) throw error
    } finally {
      connection.close()
    }
  }
}

function addressOf(id: OperationId, { path = {} }: { path?: Record<string, unknown> }): string {
  return operations[id][1].replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(String(path[name])))
}

/** Milliseconds. The platform says that it is there every fifteen seconds: who hears nothing for so long listens to nobody. */
const silence = 45_000

/** A network that went away rarely says so: the reader would wait for ever. */
function watched(signal: AbortSignal): { signal: AbortSignal; heard: () => void; close: () => void } {
  const own = new AbortController()
  const lose = () => own.abort()
  let timer = setTimeout(lose, silence)
  signal.addEventListener('abort', lose)
  window.addEventListener('offline', lose)
  return {
    signal: own.signal,
    heard() {
      clearTimeout(timer)
      timer = setTimeout(lose, silence)
    },
    close() {
      clearTimeout(timer)
      signal.removeEventListener('abort', lose)
      window.removeEventListener('offline', lose)
    },
  }
}

async function* eventsOf(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    heard()
    const blocks = (rest + value).split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const found: { id?: string; event: string; data: string[] } = { event: 'message', data: [] }
      for (const line of block.split(/\r?\n/)) {
        const [, field = '', content = ''] = /^(\w+):? ?(.*)$/s.exec(line) ?? []
        if (field === 'data') found.data.push(content)
        else if (field === 'event') found.event = content
        else if (field === 'id') found.id = content
      }
      if (found.data.length > 0 || found.event !== 'message') yield { id: found.id, event: found.event, data: found.data.join('\n') }
    }
  }
}

/** Until somebody is signed in again, or nobody waits any more. */
const signedIn = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      forget()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const forget = onSession(() => currentSession() && end())
    if (currentSession()) end()
    signal.addEventListener('abort', end)
  })
