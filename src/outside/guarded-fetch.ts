/** JSON and text from and to an address that a tenant wrote down, without letting them see what this machine can see. */
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type AddressGuard, AddressRefused } from './address-guard.ts'

export type FetchRefusedReason = 'address' | 'unreachable' | 'status' | 'too_large' | 'timeout' | 'not_json' | 'not_text'

/** `message` is fit for a stranger. */
export class FetchRefused extends Error {
  readonly reason: FetchRefusedReason
  /** Of the answer, when that is the reason. */
  readonly status: number | undefined
  constructor(reason: FetchRefusedReason, message: string, cause?: unknown, status?: number) {
    super(message, { cause })
    this.name = 'FetchRefused'
    this.reason = reason
    this.status = status
  }
}

export interface FetchLimits {
  /** Of the answer; 1 MiB unless told. */
  readonly bytes?: number
  /** For everything, redirects included; 10 unless told. */
  readonly seconds?: number
  /** 3 unless told. */
  readonly redirects?: number
}

/**
 * What a GET answers, as parsed JSON: a list or an object. No cookie, no credential and no header of ours goes along, and
 * every redirect is checked like the first address.
 * @throws FetchRefused
 */
export async function fetchJson(guard: AddressGuard, url: string, { limits = {} }: { limits?: FetchLimits } = {}): Promise<unknown> {
  const { body, at } = await fetchBody(guard, url, 'application/json', limits)
  return parsed(body, at)
}

/**
 * What a GET answers, as text in UTF-8, in the same way.
 * @param accept the media types that are asked for; nobody has to keep to them
 * @throws FetchRefused
 */
export async function fetchText(
  guard: AddressGuard,
  url: string,
  { accept = 'text/plain, */*', limits = {} }: { accept?: string; limits?: FetchLimits } = {},
): Promise<string> {
  const { body, at } = await fetchBody(guard, url, accept, limits)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new FetchRefused('not_text', `What ${at.host} answered is not text in UTF-8`, error)
  }
}

async function fetchBody(guard: AddressGuard, url: string, accept: string, limits: FetchLimits): Promise<{ body: Buffer; at: URL }> {
  const { bytes = 1024 * 1024, seconds = 10, redirects = 3 } = limits
  const signal = AbortSignal.timeout(seconds * 1000)
  let at = checked(url)
  for (let hop = 0; hop <= redirects; hop++) {
    const answer = await askOnce(guard, at, { signal, bytes, seconds, accept })
    if ('body' in answer) return { body: answer.body, at }
    const next = checked(answer.location, at)
    if (at.protocol === 'https:' && next.protocol === 'http:')
      throw new FetchRefused('address', `${at.host} leads from https to http, which is not followed`)
    at = next
  }
  throw new FetchRefused('address', `More than ${redirects} redirects: use the address that they end at`)
}

/**
 * Sends JSON by POST. A redirect is refused, as the answer of whoever was meant: what was sent is not for others.
 * @param options `signal` of who asks, beside the time that `limits` leave; its reason is thrown. `authorization` is for the host of
 *   `url`; `ca` (PEM) vouches for it instead of the authorities that everybody knows.
 * @returns what was answered, as text
 * @throws FetchRefused
 */
export async function postJson(
  guard: AddressGuard,
  url: string,
  value: unknown,
  { limits = {}, signal, authorization, ca }: PostOptions = {},
): Promise<string> {
  const { bytes = 64 * 1024, seconds = 10 } = limits
  const late = AbortSignal.timeout(seconds * 1000)
  const at = checked(url)
  const either = signal ? AbortSignal.any([late, signal]) : late
  const answer = await askOnce(guard, at, {
    signal: either,
    bytes,
    seconds,
    accept: 'application/json',
    sent: JSON.stringify(value),
    ...(authorization === undefined ? {} : { authorization }),
    ...(ca === undefined ? {} : { ca }),
  }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw error
  })
  if ('location' in answer) throw new FetchRefused('address', `${at.host} leads to another address: use that one`)
  return answer.body.toString('utf8')
}

export interface PostOptions {
  limits?: Pick<FetchLimits, 'bytes' | 'seconds'>
  signal?: AbortSignal
  authorization?: string
  ca?: string
}

interface Asking {
  readonly signal: AbortSignal
  readonly bytes: number
  readonly seconds: number
  readonly accept: string
  /** JSON; undefined: nothing is sent. */
  readonly sent?: string
  readonly authorization?: string
  readonly ca?: string
}

async function askOnce(guard: AddressGuard, at: URL, asking: Asking): Promise<Answer> {
  const { signal, seconds } = asking
  return untilAborted(signal, ask(guard, at, asking)).catch((error: unknown) => {
    if (error instanceof FetchRefused) throw error
    if (error instanceof AddressRefused) throw new FetchRefused('address', error.message, error)
    // One sentence for refused, closed, silent and slow: the differences would tell which ports are open.
    const sentence = `No complete answer came from ${at.host} within ${seconds} seconds`
    throw new FetchRefused(signal.aborted ? 'timeout' : 'unreachable', sentence, error)
  })
}

/** @throws FetchRefused for anything but http and https, and for addresses that carry a user name or password */
function checked(text: string, base?: URL): URL {
  if (text.length > 4096 || !URL.canParse(text, base?.href))
    throw new FetchRefused('address', 'The address is not a URL such as https://host/path')
  const url = new URL(text, base?.href)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new FetchRefused('address', 'The address must begin with https:// or http://')
  if (url.username !== '' || url.password !== '') throw new FetchRefused('address', 'The address must not carry a user name or password')
  url.hash = ''
  return url
}

type Answer = { body: Buffer } | { location: string }

async function ask(guard: AddressGuard, url: URL, { signal, bytes: limit, accept, sent, authorization, ca }: Asking): Promise<Answer> {
  const addresses = await guard.resolve(url.hostname)
  signal.throwIfAborted()
  const entries = addresses.map((address) => ({ address, family: isIP(address) }))
  // The connection takes an address that was checked: asked again, the name could answer another.
  const lookup: LookupFunction = (_host, options, done) => {
    if (options.all) return done(null, entries)
    done(null, entries[0]?.address ?? '', entries[0]?.family ?? 4)
  }
  const plain = { accept, 'accept-encoding': 'identity', 'user-agent': 'trochoid' }
  const content = sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent)) }
  const headers = { ...plain, ...content, ...(authorization === undefined ? {} : { authorization }) }
  const trust = ca === undefined ? {} : { ca }
  const method = sent === undefined ? 'GET' : 'POST'
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(url, { method, lookup, headers, signal, agent: false, maxHeaderSize: 16_384, ...trust }, (response) => {
      response.on('error', reject)
      const { statusCode = 0, headers: said } = response
      const location = [301, 302, 303, 307, 308].includes(statusCode) ? said.location : undefined
      const refusal = location === undefined ? refusalOf(url, statusCode, said, limit) : undefined
      if (location === undefined && !refusal) return collect(response, url, limit).then((body) => resolve({ body }), reject)
      response.destroy()
      if (refusal) reject(refusal)
      else resolve({ location: location ?? '' })
    })
    asked.on('error', reject)
    asked.end(sent)
  })
}

function refusalOf(url: URL, status: number, headers: http.IncomingHttpHeaders, limit: number): FetchRefused | undefined {
  if (status < 200 || status > 299) return new FetchRefused('status', `${url.host} answered with status ${status}`, undefined, status)
  if (Number(headers['content-length']) > limit) return tooLarge(url, limit)
  const coding = headers['content-encoding'] ?? 'identity'
  return coding === 'identity' ? undefined : new FetchRefused('not_json', `${url.host} answered in an encoding that was not asked for`)
}

async function collect(response: http.IncomingMessage, url: URL, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw tooLarge(url, limit) // leaving the loop closes the connection
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (url: URL, limit: number) => new FetchRefused('too_large', `${url.host} answered with more than ${limit} bytes`)

function parsed(body: Buffer, url: URL): unknown {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw new FetchRefused('not_json', `What ${url.host} answered is not JSON`, error)
  }
  if (typeof value === 'object' && value !== null) return value
  throw new FetchRefused('not_json', `What ${url.host} answered is neither a JSON list nor a JSON object`)
}

/** Looking up a name cannot be aborted, but need not be waited for. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
