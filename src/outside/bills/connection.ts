/** Connections to where bills lie. A tenant may have chosen the address, so each is made to one that was checked. */
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AddressGuard, AddressRefused } from '../address-guard.ts'
import { SourceError } from './types.ts'

export interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
  destroy(): void
}

export interface Asked {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** @param guard null: the address is our operator's, or the provider's own */
export function openAgents(guard: AddressGuard | null, { skipVerify = false } = {}): Agents {
  const options = { keepAlive: true, maxSockets: 8 }
  const plain = new http.Agent(options)
  const secure = new https.Agent({ ...options, rejectUnauthorized: !skipVerify })
  if (guard) for (const agent of [plain, secure]) guardConnections(agent, guard)
  return {
    http: plain,
    https: secure,
    destroy() {
      plain.destroy()
      secure.destroy()
    },
  }
}

/** The answer's status and headers; its body is still to be read, or to be destroyed. Redirects are answers. */
export function ask(
  agents: Agents,
  url: URL,
  { method = 'GET', headers = {}, body }: Asked,
  silence: number,
): Promise<http.IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http
  const agent = url.protocol === 'https:' ? agents.https : agents.http
  const content = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent, headers: { 'user-agent': 'trochoid', ...content, ...headers }, maxHeaderSize: 16_384 })
    const timer = setTimeout(() => asked.destroy(new Error('nothing came')), silence)
    asked.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    asked.on('response', (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    asked.end(body)
  })
}

/** Bytes a second, once the first of the times named `silence` (a minute) is over: at less, somebody could hold us for weeks. */
const slowest = 64 * 1024

/** How fast it comes, of one thing that is read in as many bodies as there are breaks and parts. */
export interface Pace {
  /** For people: the host. */
  readonly name: string
  waited: number
  came: number
  isFirst: boolean
}
export const openPace = (name: string): Pace => ({ name, waited: 0, came: 0, isFirst: true })

/**
 * Parts of a body; it is given up when nothing comes for so long. Time that the reader takes does not count.
 * @throws SourceError it comes more slowly than anything is read that is meant to be
 */
export async function* partsOf(body: Readable, silence: number, pace = openPace('the other side')): AsyncGenerator<Uint8Array> {
  const parts = body[Symbol.asyncIterator]()
  try {
    while (true) {
      const since = Date.now()
      const timer = setTimeout(() => body.destroy(new Error('nothing came')), silence)
      const next = await parts.next().finally(() => clearTimeout(timer))
      if (next.done) return
      const part = next.value as Uint8Array
      pace.waited += Date.now() - since
      pace.came += part.length
      if (pace.waited >= silence) {
        if (!pace.isFirst && pace.came < (slowest * pace.waited) / 1000) throw tooSlow(pace.name)
        Object.assign(pace, { waited: 0, came: 0, isFirst: false })
      }
      yield part
    }
  } finally {
    body.destroy()
  }
}

const tooSlow = (name: string) =>
  new SourceError(
    `What ${name} sends comes at less than ${slowest / 1024} KB a second for a minute, too slowly to read a bill: it was given up, and the next import tries again`,
  )

/** A question that may be asked again, three times in all; not when the answer was a refusal. */
export async function patiently<T>(pause: number, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 3 || refusalOf(error, '')) throw error
      await sleep(pause * 2 ** attempt)
    }
  }
}

/** The whole of a small body. @throws SourceError when it is larger */
export async function textOf(body: Readable, most: number, silence: number): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of partsOf(body, silence)) {
    size += part.length
    if (size > most) throw new SourceError(`The answer is larger than ${Math.round(most / 2 ** 20)} MiB, which none of this kind is`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** What no repetition heals, in words; undefined: try again. */
export function refusalOf(error: unknown, host: string): SourceError | undefined {
  if (error instanceof SourceError) return error
  const [cause, { code = '' }] = [rootOf(error), rootOf(error) as { code?: string }]
  if (cause instanceof AddressRefused) return new SourceError(cause.message, { cause })
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code))
    return new SourceError(`The certificate of ${host} cannot be verified (${code})`, { cause })
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return new SourceError(`${host} does not speak TLS as it should: check whether its address begins with http or https`, { cause })
  return undefined
}

/** One sentence for refused, closed and silent: the differences would tell which ports are open. */
export const unreachable = (host: string, cause: unknown) =>
  new SourceError(`${host} does not answer, or broke off again and again: the next import tries again`, { cause: rootOf(cause) })

function rootOf(error: unknown): unknown {
  let at = error
  for (let depth = 0; depth < 5 && at instanceof Error && at.cause instanceof Error; depth++) at = at.cause
  return at
}

type Connecting = (options: Record<string, unknown>, done: (error: Error | null, socket?: Socket) => void) => Socket | undefined

/** Also for hosts that are numbers: those are connected to without being looked up. */
function guardConnections(agent: http.Agent, guard: AddressGuard): void {
  const guarded = agent as unknown as { createConnection: Connecting }
  const connect = guarded.createConnection.bind(agent)
  guarded.createConnection = (options, done) => {
    guard.resolve(String(options['host'])).then(
      (addresses) => {
        const entries = addresses.map((address) => ({ address, family: isIP(address) }))
        const lookup: LookupFunction = (_host, { all }, told) => {
          if (all) return told(null, entries)
          told(null, entries[0]?.address ?? '', entries[0]?.family ?? 4)
        }
        const socket = connect({ ...options, lookup }, done)
        if (socket) done(null, socket)
      },
      (error: Error) => done(error),
    )
    return undefined
  }
}
