/** Bytes as they flow, unpacked where they are packed. */
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { TableError } from './adapter.ts'

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** The first bytes (less only if there are no more), and all of them. */
export async function peeked(source: AsyncIterable<Uint8Array>): Promise<{ first: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < 512) {
    const next = await iterator.next()
    if (next.done) break
    chunks.push(next.value)
    size += next.value.length
  }
  const first = Buffer.concat(chunks)
  const all = async function* () {
    try {
      yield first
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { first, bytes: all() }
}

/** In zlib's own threads, a few chunks at a time: however much comes out, little of it is there at once. */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let lost: unknown
  const watched = async function* () {
    try {
      yield* source
    } catch (error) {
      lost = error
      throw error
    }
  }
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  pipeline(Readable.from(watched(), { objectMode: false }), gunzip, () => {})
  try {
    yield* gunzip
  } catch (error) {
    // Not the bytes are wrong, they did not come.
    if (lost !== undefined) throw lost
    throw new TableError(
      (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'it was cut off: its gzip data ends too early' : 'its gzip data is damaged',
    )
  } finally {
    gunzip.destroy()
  }
}
