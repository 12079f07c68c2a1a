/** The body of a question, from the bytes that arrive to what they say. */
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { OperationRow } from '../contract/operations.ts'
import { ApiError, invalid } from '../errors.ts'

/** By how many megabytes an operation reads. The bytes stay beside what they say: a signature is over them (receiveStripeEvent). */
const jsonReaders = new Map<number, RequestHandler>()
function jsonReader(megabytes: number): RequestHandler {
  const known = jsonReaders.get(megabytes)
  if (known) return known
  const made = express.json({
    type: () => true,
    limit: megabytes * 2 ** 20,
    strict: false,
    verify: (request, _, raw) => void Object.assign(request, { raw }),
  })
  jsonReaders.set(megabytes, made)
  return made
}
const form = express.urlencoded({ type: () => true, limit: '100kb', extended: false })

/** Leaves it in `request.body`. @throws Invalid, TooLarge or UnsupportedMediaType when it cannot be read */
export async function readBody(operation: OperationRow, request: Request, response: Response): Promise<void> {
  const isForm = operation.body.every((type) => type === 'application/x-www-form-urlencoded')
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const accepted = isForm ? ['', 'application/x-www-form-urlencoded'] : ['', 'application/json', 'application/vnd.cycloid.io.v1+json']
  const empty = request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0
  if (!empty && !accepted.includes(type))
    throw new ApiError('UnsupportedMediaType', `The body must be sent as ${operation.body.join(' or ')}, not as ${type}`)
  const read = isForm ? form : jsonReader(operation.bodyMegabytes)
  await new Promise<void>((resolve, reject) =>
    read(request, response, (error?: unknown) => (error ? reject(asRefusal(error, request)) : resolve())),
  )
  // The validator chooses the schema by media type; both names of JSON have the same one, and charsets do not matter.
  request.headers['content-type'] = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
}

/** What body-parser says: everything below 500 is about what was sent, whatever it may be. The rest is a defect of ours. */
function asRefusal(error: unknown, request: Request): unknown {
  const { type, status } = error as { type?: unknown; status?: unknown }
  switch (type) {
    case 'entity.parse.failed':
      return invalid('The body is not valid JSON', ['body: cannot be parsed'])
    case 'entity.too.large':
      return new ApiError('TooLarge', 'The body is too large')
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new ApiError('UnsupportedMediaType', 'The body must be UTF-8 JSON, plain or compressed with gzip, deflate or br')
    case 'request.size.invalid':
    case 'request.aborted':
    case 'parameters.too.many':
    case 'querystring.parse.rangeError':
      return invalid('The body did not arrive as it was announced')
    default:
      if (typeof status !== 'number' || status >= 500) return error
      return unreadable(request.headers['content-encoding'])
  }
}

/** Errors of decompressing carry no type of their own. */
function unreadable(encoding: string | undefined): ApiError {
  if (encoding === undefined || encoding === 'identity') return invalid('The body cannot be read', ['body: cannot be read'])
  return invalid(`The body is not whole ${encoding}, as its Content-Encoding says it is: compress it, or leave that header out`, [
    `header.content-encoding: the body is not ${encoding}`,
  ])
}
