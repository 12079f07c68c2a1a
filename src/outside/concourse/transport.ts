/** Requests to one server over connections that are kept. Not `fetch`: it ends a stream in which nothing happens for five minutes. */
import * as http from 'node:http'
import * as https from 'node:https'
import { finished } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ConcourseError } from './errors.ts'

export interface Sent {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Below the address of the server, encoded. */
  path: string
  headers: Readonly<Record<string, string>>
  body?: string
}

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

export interface Transport extends Disposable {
  /** @throws ConcourseError (unavailable, server) */
  send(request: Sent, signal: AbortSignal): Promise<Answer>
  /**
   * The answer as it comes, with no limit on how long nothing comes, not even a status: Concourse sends its first byte with the
   * first event. Destroying it closes the connection. @throws ConcourseError (unavailable)
   */
  open(request: Sent, signal: AbortSignal): Promise<http.IncomingMessage>
}

/** Of an answer; configurations of pipelines and lists of builds are the longest. */
const mostBytes = 32 * 1024 * 1024
/** Milliseconds until an unused connection is closed, before a proxy on the way does so unheard. */
const idle = 15_000
/** Milliseconds of silence after which the system asks whether the other side of a stream is still there. */
const probe = 30_000

/** @param connectSeconds until a stream has a connection */
export function openTransport(address: string, connectSeconds: number): Transport {
  const url = new URL(address)
  const { request, Agent } = url.protocol === 'https:' ? https : http
  const agents = { call: new Agent({ keepAlive: true, timeout: idle }), stream: new Agent({ keepAlive: false }) }
  const base = url.pathname.replace(/\/+$/, '')
  const options = { hostname: url.hostname.replace(/^\[|\]$/g, ''), ...(url.port ? { port: url.port } : {}), maxHeaderSize: 32_768 }

  const begin = ({ method, path, headers, body }: Sent, agent: http.Agent, signal: AbortSignal) => {
    // Never in chunks: the length is known.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    return request({ ...options, agent, method, path: `${base}${path}`, headers: { ...headers, ...length }, signal })
  }

  return {
    send: (sent, signal) =>
      new Promise((resolve, reject) => {
        const asked = begin(sent, agents.call, signal)
        const fail = (error: unknown) => reject(unavailable(sent, error))
        asked.on('error', fail)
        asked.on('response', (response) => collect(response, sent).then(resolve, (error) => reject(unavailable(sent, error))))
        asked.end(sent.body)
      }),
    open: (sent, signal) =>
      new Promise((resolve, reject) => {
        const asked = begin(sent, agents.stream, signal)
        const connecting = setTimeout(() => asked.destroy(new Error('no connection in time')), connectSeconds * 1000)
        asked.on('socket', (socket) => {
          socket.setKeepAlive(true, probe)
          socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
        })
        asked.on('error', (error) => {
          clearTimeout(connecting)
          reject(unavailable(sent, error))
        })
        asked.on('response', (response) => {
          // What goes wrong later is told to whoever reads; nobody reading must not end the process.
          finished(response, () => {})
          resolve(response)
        })
        asked.end(sent.body)
      }),
    [Symbol.dispose]() {
      agents.call.destroy()
      agents.stream.destroy()
    },
  }
}

const unavailable = ({ method, path }: Sent, error: unknown) =>
  error instanceof ConcourseError
    ? error
    : new ConcourseError({ kind: 'unavailable' }, `${method} ${path.split('?')[0]}: no answer from Concourse`, error)

async function collect(response: http.IncomingMessage, { method, path }: Sent): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  const tooLong = () => {
    response.destroy()
    const status = response.statusCode ?? 0
    return new ConcourseError({ kind: 'server', status }, `${method} ${path.split('?')[0]}: an answer of more than ${mostBytes} bytes`)
  }
  if (Number(response.headers['content-length']) > mostBytes) throw tooLong()
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw tooLong()
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  // Not asked for, but there are proxies that know better.
  const isZipped = response.headers['content-encoding'] === 'gzip' && body.length > 0
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: isZipped ? await promisify(gunzip)(body, { maxOutputLength: mostBytes }) : body,
  }
}
