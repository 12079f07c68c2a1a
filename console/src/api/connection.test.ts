import { afterEach, beforeEach, expect, test, vi } from 'vitest'

/** Whether anybody answers. */
let isThere = true
let knocks = 0
const answer = vi.fn(async (_address: string) => {
  knocks++
  if (!isThere) throw new TypeError('Failed to fetch')
  return Response.json({ greeting: 'hello' })
})

async function open() {
  vi.resetModules()
  const { onlineManager } = await import('@tanstack/react-query')
  const said: boolean[] = []
  onlineManager.subscribe((online) => said.push(online))
  return { said, ...(await import('./connection.ts')) }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', answer)
  isThere = true
  knocks = 0
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('one address that cannot be reached does not make the console believe that nothing can', async () => {
  const { said, unreachable } = await open()
  unreachable()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(said).toEqual([])
  expect(knocks).toBe(1)
})

test('where nobody answers it is said so, until somebody does', async () => {
  const { said, unreachable } = await open()
  isThere = false
  unreachable()
  unreachable()
  await vi.advanceTimersByTimeAsync(6_000)
  expect(said).toEqual([false])
  expect(knocks).toBe(3)
  isThere = true
  await vi.advanceTimersByTimeAsync(15_000)
  expect(said).toEqual([false, true])
})

test('a file of the console is asked for until it comes', async () => {
  const { contentOfFile } = await open()
  answer.mockImplementationOnce(async () => new Response('the server is starting', { status: 502 }))
  answer.mockImplementationOnce(async () => Response.error())
  const content = contentOfFile('/console/assets/en.json')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await content).toEqual({ greeting: 'hello' })
})

test('unless it is gone with an older console', async () => {
  const { contentOfFile } = await open()
  answer.mockImplementationOnce(async () => new Response('', { status: 404 }))
  await expect(contentOfFile('/console/assets/en.json')).rejects.toMatchObject({ status: 404 })
})
