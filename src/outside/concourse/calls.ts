/** One call of Concourse's API: its token, its deadline, and what may be tried again. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConcourseError, isProblem, problemOf } from './errors.ts'
import { openLimit } from './limit.ts'
import { pathOf, type Query } from './path.ts'
import { type Login, openTokens } from './tokens.ts'
import { type Answer, openTransport, type Sent } from './transport.ts'

export interface ConcourseAddress {
  /** Without a slash at the end. */
  readonly url: string
  readonly username: string
  readonly password: string
  /** Calls at once. Streams do not count. */
  readonly concurrency: number
  /** Of one call, with its place in the line, its login and what is tried again. */
  readonly seconds: number
  /** Event streams at once; 1000 unless told. */
  readonly streams?: number
}

export interface Call {
  method: Sent['method']
  /** Names and numbers below /api/v1; names are encoded here. */
  path: readonly (string | number)[]
  query?: Query
  json?: unknown
  /** Anything else than JSON that goes along. */
  headers?: Readonly<Record<string, string>>
  /** Asked without a token. */
  isPublic?: boolean
}

export interface Calls extends Disposable {
  /** @returns an answer with a 2xx status @throws ConcourseError */
  call(call: Call): Promise<Answer>
  /** A GET that is read as it comes; not bounded in time. @throws ConcourseError */
  open(call: Pick<Call, 'path' | 'headers'>, signal: AbortSignal): Promise<IncomingMessage>
  /** What X-Concourse-Version said last. */
  version(): string | undefined
}

const tries = 3
/** Milliseconds before the second one; it doubles. */
const firstPause = 100

export function openCalls(address: ConcourseAddress, now: () => number = Date.now): Calls {
  const transport = openTransport(address.url, address.seconds)
  const limit = openLimit(address.concurrency)
  const tokens = openTokens(() => logIn(address, transport.send), now)
  let version: string | undefined
  let streams = 0

  /** Once more with another token when Concourse forgot this one; a POST is not sent twice. */
  const withToken = async <T>(method: Sent['method'], isPublic: boolean, send: (headers: Record<string, string>) => Promise<T>) => {
    if (isPublic) return send({})
    const token = await tokens.get()
    try {
      return await send({ authorization: `Bearer ${token}` })
    } catch (error) {
      if (!isProblem(error, 'unauthorized')) throw error
      tokens.drop(token)
      if (method === 'POST') throw error
      return send({ authorization: `Bearer ${await tokens.get()}` })
    }
  }

  const sendOnce = async (sent: Sent, signal: AbortSignal): Promise<Answer> => {
    const answer = await limit(signal, () => transport.send(sent, signal))
    const told = answer.headers['x-concourse-version']
    if (typeof told === 'string') version = told
    if (answer.status >= 200 && answer.status < 300) return answer
    throw refusal(sent, answer.status, answer.body)
  }

  return {
    version: () => version,
    async call({ method, path, query, json, headers = {}, isPublic = false }) {
      const signal = AbortSignal.timeout(address.seconds * 1000)
      const sent: Sent = {
        method,
        path: `/api/v1${pathOf(path, query)}`,
        headers: { ...standard, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      }
      const once = () => withToken(method, isPublic, (auth) => sendOnce({ ...sent, headers: { ...sent.headers, ...auth } }, signal))
      const work = method === 'GET' ? again(once, signal) : once()
      return await inTime(work, signal, sent)
    },
    async open({ path, headers = {} }, signal) {
      if (streams >= (address.streams ?? 1000))
        throw new ConcourseError({ kind: 'unavailable' }, `${streams} event streams are open, which is as many as may be`)
      streams += 1
      const sent: Sent = { method: 'GET', path: `/api/v1${pathOf(path)}`, headers: { ...standard, ...headers } }
      try {
        const response = await withToken('GET', false, async (auth) => {
          const opened = await transport.open({ ...sent, headers: { ...sent.headers, ...auth } }, signal)
          if (opened.statusCode === 200) return opened
          opened.destroy()
          throw refusal(sent, opened.statusCode ?? 0, Buffer.alloc(0))
        })
        response.once('close', () => {
          streams -= 1
        })
        return response
      } catch (error) {
        streams -= 1
        throw error
      }
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  }
}

const standard = { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'trochoid' }

const refusal = ({ method, path }: Sent, status: number, body: Buffer) =>
  new ConcourseError(problemOf(status, body), `${method} ${path.split('?')[0]}: Concourse answered ${status}`)

/** With pauses of different lengths, so that those who failed together do not come back together. */
async function again<T>(once: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once()
    } catch (error) {
      if (attempt >= tries || signal.aborted || !isProblem(error, 'unavailable')) throw error
      await sleep(firstPause * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal }).catch(() => {})
      if (signal.aborted) throw error
    }
  }
}

/** The login is shared, so it goes on although this caller has no more time for it. */
function inTime<T>(work: Promise<T>, signal: AbortSignal, { method, path }: Sent): Promise<T> {
  const late = () => new ConcourseError({ kind: 'unavailable' }, `${method} ${path.split('?')[0]}: no answer from Concourse in time`)
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(late())
    signal.addEventListener('abort', onAbort, { once: true })
    work
      .then(resolve, (error: unknown) => reject(error instanceof ConcourseError ? error : signal.aborted ? late() : error))
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function logIn(
  { username, password, seconds }: ConcourseAddress,
  send: (sent: Sent, signal: AbortSignal) => Promise<Answer>,
): Promise<Login> {
  const form = { grant_type: 'password', username, password, scope: 'openid profile email federated:id groups' }
  const sent: Sent = {
    method: 'POST',
    path: '/sky/issuer/token',
    headers: {
      ...standard,
      'content-type': 'application/x-www-form-urlencoded',
      // The public client that Concourse's own command line is.
      authorization: `Basic ${Buffer.from('fly:Zmx5').toString('base64')}`,
    },
    body: new URLSearchParams(form).toString(),
  }
  const { status, body } = await send(sent, AbortSignal.timeout(seconds * 1000))
  // Which status a wrong password has, its parts do not agree on.
  if (status !== 200) throw refusal(sent, [400, 403].includes(status) ? 401 : status, Buffer.alloc(0))
  const unreadable = () => new ConcourseError({ kind: 'server', status }, 'the login answered without a token')
  let answer: { access_token?: unknown; expires_in?: unknown } | null
  try {
    answer = JSON.parse(body.toString('utf8'))
  } catch {
    // Without the cause: the parser's message quotes the token.
    throw unreadable()
  }
  const { access_token: token, expires_in: lifetime } = answer ?? {}
  // It becomes a header.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw unreadable()
  return { token, lifetime: typeof lifetime === 'number' && lifetime > 0 ? lifetime : 3600 }
}
