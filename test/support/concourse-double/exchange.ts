/** One request and its answer, with the manners of Concourse: what an answer is said to be, and what it is, need not agree. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Json } from '../../../src/formats/pipeline/types.ts'

export interface Exchange {
  params: Record<string, string>
  query: URLSearchParams
  /** As it was sent, decoded from nothing. */
  body: string
  request: IncomingMessage
  response: ServerResponse
  /** The local user that asks. */
  user: { name: string; isAdmin: boolean }
  json(status: number, value: Json, headers?: Record<string, string | string[]>): undefined
  text(status: number, text: string): undefined
  empty(status: number): undefined
}

export const acceptsGzip = ({ headers }: IncomingMessage): boolean => /\bgzip\b/.test(headers['accept-encoding'] ?? '')

export function exchangeOf(request: IncomingMessage, response: ServerResponse, body: string, user: Exchange['user']): Exchange {
  const send = (status: number, text: string, headers: Record<string, string | string[]>): undefined => {
    const isZipped = acceptsGzip(request) && text !== ''
    response.writeHead(status, { ...headers, ...(isZipped ? { 'content-encoding': 'gzip' } : {}) })
    response.end(isZipped ? gzipSync(text) : text)
  }
  return {
    params: {},
    query: new URL(request.url ?? '/', 'http://double').searchParams,
    body,
    request,
    response,
    user,
    json: (status, value, headers = {}) => send(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers }),
    text: (status, text) => send(status, text, { 'content-type': 'text/plain; charset=utf-8' }),
    empty: (status) => send(status, '', {}),
  }
}

export interface Route {
  method: string
  pattern: string
  /** Refused with 409 for an archived pipeline. */
  needsLife?: boolean
  run(exchange: Exchange): undefined | Promise<undefined>
}

/** @returns the parameters, or undefined. Segments are decoded one by one. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const segment = decodeURIComponent(given[at] ?? '')
    if (part.startsWith(':')) params[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return params
}

/** Above, its database has no room for it. */
const largest = 2_147_483_647

export class Answered extends Error {}

/** The id in a path or query. @throws Answered after it has answered for what is no id */
export function idOf(exchange: Exchange, text: string): number {
  const id = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(id)) exchange.empty(400)
  else if (id > largest) exchange.empty(500)
  else return id
  throw new Answered()
}
