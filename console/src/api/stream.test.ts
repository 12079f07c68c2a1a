/** Streams of events over a network that goes away without a word. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

function following() {
  const told: string[] = []
  const states: StreamState[] = []
  const stop = new AbortController()
  const done = follow(
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
