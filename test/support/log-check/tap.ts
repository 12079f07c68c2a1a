/** Listens to every HTTP server of this process: the service, and the doubles that it speaks with. */
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Exchange, type FoundSecret, secretsOf } from './secrets-of.ts'

/** Of a body; larger ones are uploads, or streams. */
const mostBytes = 256 * 1024

export function tapHttp(found: (secrets: Iterable<FoundSecret>) => void): void {
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const [asked, answered] = [new Bytes(), new Bytes()]

    // As Node's parser hands it over, before anybody reads it.
    const { push } = request
    request.push = (chunk: unknown, encoding?: BufferEncoding) => {
      asked.add(chunk, encoding)
      return push.call(request, chunk, encoding)
    }
    const { write, end } = response
    response.write = ((...given: Parameters<typeof write>) => {
      answered.add(given[0], given[1])
      return write.apply(response, given)
    }) as typeof write
    response.end = ((...given: Parameters<typeof end>) => {
      answered.add(given[0], given[1])
      return end.apply(response, given)
    }) as typeof end

    response.once('close', () => {
      const exchange: Exchange = {
        url: request.url ?? '/',
        headers: request.headers,
        body: asked.text(),
        answerHeaders: response.getHeaders(),
        answer: answered.text(),
      }
      found(secretsOf(exchange))
    })
  })
}

class Bytes {
  #chunks: Buffer[] = []
  #size = 0
  add(chunk: unknown, encoding: unknown): void {
    if (this.#size > mostBytes) return
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk, encodingOf(encoding)) : chunk instanceof Uint8Array ? Buffer.from(chunk) : null
    if (!bytes) return
    this.#size += bytes.length
    this.#chunks.push(bytes)
  }
  /** What is no text has nothing that a log could repeat. */
  text(): string {
    return this.#size > mostBytes ? '' : Buffer.concat(this.#chunks).toString('utf8')
  }
}

const encodingOf = (value: unknown): BufferEncoding => (typeof value === 'string' && Buffer.isEncoding(value) ? value : 'utf8')
