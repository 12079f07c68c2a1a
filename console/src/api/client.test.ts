import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BrowserSession } from './session.ts'

const sessionOf = (username: string, id: number): BrowserSession =>
  ({ csrf_token: `${id}-token`, account: { username }, session: { id } }) as BrowserSession

/** What was asked, whose the cookie is, and how often the page was loaded anew. */
let asked: string[] = []
let cookie: BrowserSession | undefined
const reload = vi.fn()

const origin = 'http://localhost'
vi.stubGlobal('location', { origin, href: `${origin}/`, reload })
// Addresses are of the page's host, which only a browser adds.
vi.stubGlobal(
  'Request',
  class extends Request {
    constructor(address: string, options: RequestInit) {
      super(new URL(address, origin), options)
    }
  },
)
/** What is answered in place of the platform, once. */
let instead: (() => Response) | undefined
vi.stubGlobal('fetch', async (request: Request | string) => {
  if (typeof request === 'string') return Response.json({})
  const { pathname } = new URL(request.url)
  asked.push(`${request.method} ${pathname}`)
  const other = instead
  instead = undefined
  if (other) return other()
  if (pathname === '/user/browser_session') return cookie ? Response.json({ data: cookie }) : new Response('', { status: 401 })
  if (request.headers.get('x-csrf-token') === cookie?.csrf_token) return Response.json({ data: [] })
  return Response.json({ errors: [{ code: 'InvalidCSRFToken', message: 'no' }] }, { status: 403 })
})
afterAll(() => void vi.unstubAllGlobals())
afterEach(() => void vi.useRealTimers())

/** A page that was just loaded. */
async function open() {
  vi.resetModules()
  return { ...(await import('./client.ts')), ...(await import('./session.ts')) }
}

beforeEach(() => {
  asked = []
  reload.mockReset()
})

const settledSoon = (work: Promise<unknown>) =>
  Promise.race([work.then(() => true), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 50))])

test('the same person who signed in again elsewhere goes on as if nothing were', async () => {
  const { call, currentSession, rememberSession } = await open()
  rememberSession(sessionOf('ada', 1))
  cookie = sessionOf('ada', 2)
  await call('getOrgs', {})
  expect(asked).toEqual(['GET /organizations', 'GET /user/browser_session', 'GET /organizations'])
  expect(currentSession()).toEqual(cookie)
  expect(reload).not.toHaveBeenCalled()
})

test('one who has a new name is the same person', async () => {
  const { rememberSession, restoreSession } = await open()
  rememberSession(sessionOf('ada', 1))
  cookie = sessionOf('countess', 1)
  expect(await restoreSession()).toEqual(cookie)
})

test('what somebody began is never done in the name of somebody else who signed in in another tab', async () => {
  const { call, rememberSession } = await open()
  rememberSession(sessionOf('ada', 1))
  cookie = sessionOf('bob', 2)
  expect(await settledSoon(call('createOrg', { body: { name: 'Acme' } } as never))).toBe(false)
  expect(asked).toEqual(['POST /organizations', 'GET /user/browser_session'])
  expect(reload).toHaveBeenCalledOnce()
})

test('nor after the session of the first one has ended', async () => {
  const { currentSession, rememberSession, restoreSession } = await open()
  rememberSession(sessionOf('ada', 1))
  rememberSession(undefined)
  cookie = sessionOf('bob', 2)
  expect(await settledSoon(restoreSession())).toBe(false)
  expect(currentSession()).toBeUndefined()
  expect(reload).toHaveBeenCalledOnce()
})

test('who works for a day without loading the page anew stays signed in', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  const { call, currentSession, restoreSession } = await open()
  const hour = 3600
  // The clock of the platform is another one.
  const until = (hours: number) =>
    ({
      ...sessionOf('ada', 1),
      expires_at: (1000 + hours) * hour,
      session: { id: 1, last_used_at: (976 + hours) * hour },
    }) as BrowserSession
  cookie = until(24)
  await restoreSession()
  vi.setSystemTime(11 * hour * 1000)
  await call('getOrgs', {})
  expect(asked).toEqual(['GET /user/browser_session', 'GET /organizations'])
  vi.setSystemTime(13 * hour * 1000)
  cookie = until(37)
  await Promise.all([call('getOrgs', {}), call('getOrgs', {})])
  await vi.waitFor(() => expect(currentSession()).toEqual(cookie))
  expect(asked.slice(2).toSorted()).toEqual(['GET /organizations', 'GET /organizations', 'GET /user/browser_session'])
  vi.setSystemTime(20 * hour * 1000)
  await call('getOrgs', {})
  expect(asked).toHaveLength(6)
})

test('an answer that breaks off did not arrive', async () => {
  const { call } = await open()
  instead = () => new Response(new ReadableStream({ start: (controller) => controller.error(new TypeError('broken off')) }))
  await expect(call('getOrgs', {})).rejects.toMatchObject({ name: 'Problem', status: 0 })
})

test('unless nobody waits for it any more', async () => {
  const { call } = await open()
  const stop = new AbortController()
  instead = () =>
    new Response(new ReadableStream({ start: (controller) => stop.signal.addEventListener('abort', () => controller.error()) }))
  const answer = call('getOrgs', {}, { signal: stop.signal })
  await new Promise((resolve) => setTimeout(resolve, 5))
  stop.abort(new Error('gone elsewhere'))
  await expect(answer).rejects.toThrow('gone elsewhere')
})

test('what answers in place of the platform is no answer', async () => {
  const { call } = await open()
  instead = () => new Response('<html>Pay for this network</html>')
  await expect(call('getOrgs', {})).rejects.toMatchObject({ name: 'Problem', status: 502 })
})
