/** Streams of events over a network that goes away without a word. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BrowserSession } from './session.ts'
import { follow, type StreamState } from './stream.ts'

/** Each question in turn is answered by a stream that begins so, and stays open until it is given up. */
function answering(...beginnings: string[]) {
  const asked: Headers[] = []
  vi.stubGlobal('fetch', async (_: string, { headers, signal }: { headers: HeadersInit; signal: AbortSignal }) => {
    const text = beginnings[asked.length] ?? ''
    asked.push(new Headers(headers))
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text))
        signal.addEventListener('abort', () => controller.error(new Error('given up')))
      },
    })
    return { ok: true, body }
  })
  return asked
}

const path = {
  organization_canonical: 'acme',
  project_canonical: 'shop',
  environment_canonical: 'prod',
  component_canonical: 'app',
  inpath_pipeline_name: 'line',
  build_id: '1',
}

function following(begin = follow) {
  const told: string[] = []
  const states: StreamState[] = []
  const stop = new AbortController()
  const done = begin(
    'getBuildEvents',
    { path },
    { signal: stop.signal, take: ({ data }) => told.push(data), state: (one) => states.push(one) },
  )
  return { told, states, stop, done }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a stream that falls silent for longer than the platform ever does is taken up where it ended', async () => {
  const asked = answering('id: 7\ndata: one\n\n', 'id: 8\ndata: two\n\nevent: end\ndata\n\n')
  const { told, states, done } = following()
  await vi.advanceTimersByTimeAsync(40_000)
  expect(told).toEqual(['one'])
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(10_000)
  await done
  expect(told).toEqual(['one', 'two'])
  expect(asked[1]?.get('last-event-id')).toBe('7')
  expect(states).toEqual(['connecting', 'open', 'waiting', 'open', 'ended'])
})

test('going offline ends it at once, and coming back does not wait', async () => {
  const asked = answering('id: 1\ndata: one\n\n', 'id: 2\ndata: two\n\nevent: end\ndata\n\n')
  const { told, states, done } = following()
  await vi.advanceTimersByTimeAsync(10)
  window.dispatchEvent(new Event('offline'))
  await vi.advanceTimersByTimeAsync(10)
  expect(states.at(-1)).toBe('waiting')
  window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(10)
  await done
  expect(told).toEqual(['one', 'two'])
  expect(asked).toHaveLength(2)
})

test('nobody is asked again once nobody listens', async () => {
  const asked = answering('data: one\n\n')
  const { stop, done } = following()
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  await vi.advanceTimersByTimeAsync(120_000)
  await done
  expect(asked).toHaveLength(1)
})

const session = (id: number) => ({ csrf_token: `${id}-token`, account: {}, session: { id } }) as BrowserSession
const refusal = (status: number, code: string) => Response.json({ errors: [{ code, message: 'no' }] }, { status })

/** A page that was just loaded, with a stream, and whose the cookie is. */
async function open(cookie: () => BrowserSession | undefined) {
  const asked: Headers[] = []
  vi.stubGlobal('fetch', async (request: Request | string, options: { headers: HeadersInit }) => {
    if (typeof request !== 'string') return cookie() ? Response.json({ data: cookie() }) : refusal(401, 'Unauthenticated')
    const headers = new Headers(options.headers)
    asked.push(headers)
    if (!cookie()) return refusal(401, 'Unauthenticated')
    if (headers.get('x-csrf-token') !== cookie()?.csrf_token) return refusal(403, 'InvalidCSRFToken')
    const text = headers.get('x-csrf-token') === '1-token' ? 'id: 7\ndata: one\n\n' : 'id: 8\ndata: two\n\nevent: end\ndata\n\n'
    return new Response(text)
  })
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(address: string, options: RequestInit) {
        super(new URL(address, 'http://localhost'), { ...options, signal: null })
      }
    },
  )
  vi.resetModules()
  return { asked, ...(await import('./session.ts')), ...(await import('./client.ts')), ...(await import('./stream.ts')) }
}

test('a stream goes on in the session that the same person began in another tab', async () => {
  const { asked, follow, rememberSession } = await open(() => session(2))
  rememberSession(session(1))
  const { told, done } = following(follow)
  await vi.advanceTimersByTimeAsync(10)
  await done
  expect(told).toEqual(['two'])
  expect(asked.map((headers) => headers.get('x-csrf-token'))).toEqual(['1-token', '2-token'])
})

test('and is taken up where it ended when a session that has ended is there again', async () => {
  let cookie: BrowserSession | undefined = session(1)
  const { asked, follow, rememberSession, restoreSession } = await open(() => cookie)
  rememberSession(cookie)
  const { told, states, done } = following(follow)
  await vi.advanceTimersByTimeAsync(10)
  cookie = undefined
  await vi.advanceTimersByTimeAsync(60_000)
  expect(told).toEqual(['one'])
  expect(states.at(-1)).toBe('waiting')
  expect(asked).toHaveLength(2)
  cookie = session(2)
  await restoreSession()
  await vi.advanceTimersByTimeAsync(20_000)
  await done
  expect(told).toEqual(['one', 'two'])
  expect(asked.at(-1)?.get('last-event-id')).toBe('7')
})
