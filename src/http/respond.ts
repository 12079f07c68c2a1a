import type { Response } from 'express'
import type { OperationRow } from '../contract/operations.ts'

/** What a handler returned becomes an answer; JSON goes out in one piece, so that it carries its length. */
export async function respond(response: Response, { success, respond: how }: OperationRow, output: unknown): Promise<void> {
  if (success === 301 || success === 303) {
    response.setHeader('location', (output as { location: string }).location)
    response.status(success).end()
    return
  }
  switch (how) {
    case 'json':
      response.status(success).json(output)
      return
    case 'bytes': {
      const { type, body } = output as { type: string; body: string | Uint8Array }
      response.status(success).setHeader('content-type', type)
      response.end(body)
      return
    }
    case 'stream':
      response.status(success).setHeader('content-type', 'text/event-stream')
      for await (const chunk of output as AsyncIterable<string>) response.write(chunk)
      response.end()
      return
    case 'nothing':
    case 'redirect':
      response.status(success).end()
  }
}
