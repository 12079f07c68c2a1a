import { once } from 'node:events'
import type { Response } from 'express'
import type { OperationRow } from '../contract/operations.ts'

/** What a handler returned becomes an answer; JSON goes out in one piece, so that it carries its length. */
export async function respond(response: Response, { success, respond: how }: OperationRow, output: unknown): Promise<void> {
  if (success === 301 || success === 303) {
    const { location, cookie } = output as { location: string; cookie?: string }
    response.setHeader('location', location)
    if (cookie !== undefined) response.setHeader('set-cookie', cookie)
    response.status(success).end()
    return
  }
  switch (how) {
    case 'json':
      response.status(success).json(output)
      return
    case 'bytes': {
      const { type, body, fileName, length, md5 } = output as Bytes
      // Whatever somebody stored: opened in a browser, it may not act as a page of this host, where the console is.
      response.setHeader('content-security-policy', `default-src 'none'; sandbox`)
      response.status(success).setHeader('content-type', type)
      if (length !== undefined) response.setHeader('content-length', length)
      if (md5 !== undefined) response.setHeader('content-md5', Buffer.from(md5, 'hex').toString('base64'))
      if (fileName !== undefined) response.attachment(fileName).setHeader('content-type', type)
      if (typeof body === 'string' || body instanceof Uint8Array) response.end(body)
      else await pieces(response, body)
      return
    }
    case 'stream':
      await stream(response.status(success), output as AsyncIterable<string>)
      return
    case 'nothing':
      response.status((output as { status: number } | undefined)?.status ?? success).end()
      return
    case 'redirect':
      response.status(success).end()
  }
}

interface Bytes {
  type: string
  body: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Set: the browser saves it. */
  fileName?: string
  /** Of the whole body, where it comes in pieces: whoever is cut off knows it. `md5` is in hexadecimal. */
  length?: number
  md5?: string
}

async function stream(response: Response, chunks: AsyncIterable<string>): Promise<void> {
  response.setHeader('content-type', 'text/event-stream')
  // No proxy may keep events back, nor compress them into its buffer.
  response.setHeader('cache-control', 'no-store, no-transform')
  response.setHeader('x-accel-buffering', 'no')
  await pieces(response, chunks)
}

/** At the reader's pace: whoever reads slowly keeps nothing but the chunk at hand in our memory. */
async function pieces(response: Response, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  // Whoever left while the answer was being made has been told of already.
  if (response.destroyed) gone.abort()
  for await (const chunk of chunks) {
    if (gone.signal.aborted) break
    if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal }).catch(() => {})
  }
  response.end()
}
