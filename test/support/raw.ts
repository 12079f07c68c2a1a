/** HTTP with nothing made right on the way: targets and headers go out as they are written. */
import { Agent, request } from 'node:http'

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** The parsed body, where the answer says it is JSON. */
  json: unknown
}

interface RawQuestion {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
  /** Milliseconds; a request that takes longer is a failure of its own. */
  timeout?: number
}

/** Milliseconds. */
const streamSilence = 1000

// One per test file; its sockets close with the server.
const agent = new Agent({ keepAlive: true, maxSockets: 32 })

export function send(
  url: string,
  target: string,
  { method = 'GET', headers = {}, body, timeout = 10_000 }: RawQuestion = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const length = body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const outgoing = request({ agent, hostname, port, method, path: target, headers: { ...length, ...headers }, timeout }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', finish)
      // The events of a build that goes on have no end: what came before they fell silent is the answer.
      if (String(response.headers['content-type']).startsWith('text/event-stream'))
        response.socket.setTimeout(streamSilence, () => {
          finish()
          response.destroy()
        })

      function finish(): void {
        const text = Buffer.concat(chunks).toString('utf8')
        const isJson = text !== '' && String(response.headers['content-type']).includes('json')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined })
      }
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${target.slice(0, 300)} was not answered in ${timeout} ms`)))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
