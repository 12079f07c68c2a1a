import { randomBytes } from 'node:crypto'

// Random bytes are fetched many at a time: one system call per request would be its most expensive line.
let pool = Buffer.alloc(0)
let offset = 0

/** 24 characters that no two requests share; given to the caller, and found in every log line of the request. */
export function newRequestId(): string {
  if (offset + 18 > pool.length) {
    pool = randomBytes(18 * 256)
    offset = 0
  }
  offset += 18
  return pool.toString('base64url', offset - 18, offset)
}
