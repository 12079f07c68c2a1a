/** One function for every operation of the document, typed by its operationId. Who reads `call('getProjects', …)` finds the rest by that name. */
import createClient from 'openapi-fetch'
import type { operations as contract } from '../../../src/contract/schema.ts'
import { unreachable } from './connection.ts'
import { type OperationRow, operations } from './operations.ts'
import { Problem, problemOf } from './problem.ts'
import { type BrowserSession, currentSession, isAnotherPerson, rememberSession } from './session.ts'
import type { Answer, Data, OperationId, Question } from './types.ts'

type Request = {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  filters?: Record<string, string | readonly string[] | undefined>
  body?: unknown
}
export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Of a sign-in that just succeeded, to open the session of this browser with it. Otherwise the cookie is used. */
  token?: string | undefined
}

// What is sent and answered is typed below, by operation; here only the building of addresses is the library's.
type AnyPaths = Record<string, Record<'get' | 'post' | 'put' | 'delete' | 'patch', contract['getStatus']>>
const { request } = createClient<AnyPaths>({ baseUrl: '/', querySerializer: { array: { style: 'form', explode: true } } })

/** @returns the whole answer @throws Problem when the API refuses or cannot be reached; the reason of `signal` when that aborts */
export async function call<Id extends OperationId>(id: Id, question: Question<Id>, options: CallOptions = {}): Promise<Answer<Id>> {
  return (await contentOf(await send(id, question, options), options.signal)) as Answer<Id>
}

/** What is in the answer's `data`. */
export async function dataOf<Id extends OperationId>(id: Id, question: Question<Id>, options: CallOptions = {}): Promise<Data<Id>> {
  return ((await call(id, question, options)) as { data: Data<Id> }).data
}

/** The answer itself, unread: for streams and files. */
export async function send<Id extends OperationId>(id: Id, question: Question<Id>, options: CallOptions = {}): Promise<Response> {
  const ask = () => attempt(id, question as Request, options)
  if (options.token === undefined) return withSession(ask)
  return assertGood(await ask())
}

/** Undefined for an answer without content. @throws Problem when it breaks off, or is none of ours */
export async function contentOf(response: Response, signal?: AbortSignal): Promise<unknown> {
  const text = await response.text().catch((error) => lost(error, signal))
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    // Whatever stands between this page and the platform answers in its place: the page of a network that wants to be paid, a proxy.
    throw new Problem(502, [{ code: 'Unreadable', message: '' }])
  }
}

/** All that goes wrong with the session of this page is mended here, once, and what was asked is asked again. @throws Problem when refused */
export async function withSession(ask: () => Promise<Response>): Promise<Response> {
  const response = await ask()
  if (response.ok) {
    renew()
    return response
  }
  const problem = await problemOf(response)
  // The CSRF token of a page that slept while the keys were changed is stale: asked for once more, it is good again.
  if (problem.status === 403 && problem.faults.some(({ code }) => code === staleToken) && (await restoreSession()))
    return assertGood(await ask())
  if (problem.status === 401 && currentSession()) rememberSession(undefined)
  throw problem
}

const staleToken = 'InvalidCSRFToken'

async function assertGood(response: Response): Promise<Response> {
  if (response.ok) return response
  throw await problemOf(response)
}

async function attempt(id: OperationId, { path, query, filters, body }: Request, { signal, token }: CallOptions): Promise<Response> {
  const [method, address] = operations[id] as OperationRow
  const csrf = currentSession()?.csrf_token
  try {
    const { response, error } = await request(method, address, {
      params: { path: path ?? {}, query: { ...query, ...filters } },
      ...(body === undefined ? {} : { body }),
      headers: { ...(csrf ? { 'x-csrf-token': csrf } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
      signal: signal ?? null,
      parseAs: 'stream',
    } as never)
    // The library has read the body of a refusal; here it is again, for who turns it into a Problem.
    return response.ok ? response : new Response(typeof error === 'string' ? error : JSON.stringify(error), response)
  } catch (error) {
    return lost(error, signal)
  }
}

/** What did not arrive, or broke off on its way, unless nobody waits for it any more. */
function lost(error: unknown, signal: AbortSignal | undefined): never {
  if (signal?.aborted) throw signal.reason ?? error
  unreachable()
  throw new Problem(0, [])
}

/**
 * Asks whether the cookie still opens a session. Answers undefined when nobody is signed in, and never when it is somebody else's by now:
 * the page is loaded anew, lest they do what was begun here, and see what this page knows.
 */
export async function restoreSession(): Promise<BrowserSession | undefined> {
  const response = await attempt('getBrowserSession', {}, {})
  if (response.status === 401) {
    rememberSession(undefined)
    return undefined
  }
  const { data: found } = (await contentOf(await assertGood(response))) as { data: BrowserSession }
  if (isAnotherPerson(found)) {
    window.location.reload()
    return new Promise(() => {})
  }
  keep(found)
  return found
}

/** After any sign-in: the token that it answered becomes the cookie, and is forgotten here. */
export async function beginSession(token: string): Promise<void> {
  keep(await dataOf('openBrowserSession', {} as Question<'openBrowserSession'>, { token }))
}

/** When half of the lifetime is over, in the time of this browser, whose clock may be another than that of the platform. */
let renewAt = Number.POSITIVE_INFINITY

function keep(session: BrowserSession): void {
  rememberSession(session)
  renewAt = Date.now() + (session.expires_at - session.session.last_used_at) * 500
}

/**
 * A session ends so long after the last time that it was asked for, and who works for a day does not load the page anew. A page that nobody
 * looks at asks on, but is no work.
 */
function renew(): void {
  if (!currentSession() || document.hidden || Date.now() < renewAt) return
  // Once for all the answers that come now, and once more when it fails.
  renewAt = Date.now() + 60_000
  restoreSession().catch(() => {})
}

export async function endSession(): Promise<void> {
  await call('closeBrowserSession', {} as Question<'closeBrowserSession'>)
  rememberSession(undefined)
}
