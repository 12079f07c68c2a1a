/** Pages of Parquet, unpacked. What comes out has the length that was announced, or nothing comes out. */
import { createContext, Script } from 'node:vm'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { TableError } from './adapter.ts'
import { damaged } from './parquet-thrift.ts'

export type Unpack = (packed: Uint8Array, length: number) => Uint8Array

/** By the name of the compression. @throws TableError one that is not read */
export type Unpackers = (codec: string) => Promise<Unpack>

/** For one file. */
export function unpackersOf(patienceMs = 5000): Unpackers {
  const patience = { ms: patienceMs }
  return (codec) => unpackerOf(codec, patience)
}

async function unpackerOf(codec: string, patience: Patience): Promise<Unpack> {
  if (codec === 'UNCOMPRESSED') return exactly((packed) => packed)
  if (codec === 'SNAPPY') return exactly(unsnapped)
  if (codec === 'GZIP') return exactly((packed, length) => gunzipSync(packed, { maxOutputLength: Math.max(1, length) }))
  if (codec === 'BROTLI') return exactly((packed, length) => brotliDecompressSync(packed, { maxOutputLength: Math.max(1, length) }))
  if (codec === 'ZSTD') {
    const { decompressZstd } = await import('hyparquet-compressors')
    return exactly((packed, length) => {
      checkFrames(packed, length)
      return inTime(patience, length, () => decompressZstd(packed))
    })
  }
  throw new TableError(`it is compressed by ${codec}; snappy, zstd, gzip and brotli are read`)
}

function exactly(unpack: Unpack): Unpack {
  return (packed, length) => {
    let bytes: Uint8Array
    try {
      bytes = length === 0 && packed.length === 0 ? packed : unpack(packed, length)
    } catch (error) {
      throw error instanceof TableError ? error : damaged()
    }
    if (bytes.length !== length) throw damaged()
    return bytes
  }
}

/** How much longer than usual unpacking may take, over all of a file. */
interface Patience {
  ms: number
}

/** What is unpacked in a millisecond, even where there is little of a processor; usually it is ten times as much. */
const bytesPerMs = 10_000

/**
 * The library believes what the sequences of a block say of their lengths: 128 KB can have it copy gigabytes onto what lies beyond the
 * page. How long that may take is what ends it.
 */
function inTime(patience: Patience, length: number, unpack: () => Uint8Array): Uint8Array {
  sandbox.unpack = unpack
  const usual = length / bytesPerMs
  const began = performance.now()
  try {
    return call.runInContext(context, { timeout: Math.max(1, Math.ceil(usual + patience.ms)) })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new TableError(
      'a part of it takes too long to be unpacked: it is damaged, or made to be; write it anew, perhaps as snappy or gzip',
    )
  } finally {
    patience.ms -= Math.max(0, performance.now() - began - usual)
    sandbox.unpack = undefined
  }
}

const call = new Script('unpack()')
const sandbox: { unpack: (() => Uint8Array) | undefined } = { unpack: undefined }
const context = createContext(sandbox)

/** Snappy: literals, and copies of what is already there. */
function unsnapped(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  let at = 0
  let to = 0
  const byte = (): number => {
    const next = packed[at++]
    if (next === undefined) throw damaged()
    return next
  }
  const integer = (size: number): number => {
    let value = 0
    for (let shift = 0; shift < size; shift++) value += byte() * 256 ** shift
    return value
  }
  while (byte() > 127) if (at > 5) throw damaged()
  while (at < packed.length) {
    const tag = byte()
    const kind = tag & 3
    const size = kind === 0 ? (tag >> 2 < 60 ? tag >> 2 : integer((tag >> 2) - 59)) + 1 : kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    if (size > length - to) throw damaged()
    if (kind === 0) {
      if (size > packed.length - at) throw damaged()
      output.set(packed.subarray(at, at + size), to)
      at += size
      to += size
      continue
    }
    const offset = kind === 1 ? (tag >> 5) * 256 + byte() : integer(kind === 2 ? 2 : 4)
    if (offset === 0 || offset > to) throw damaged()
    if (offset >= size) output.copyWithin(to, to - offset, to - offset + size)
    else for (let copied = 0; copied < size; copied++) output[to + copied] = output[to + copied - offset] as number
    to += size
  }
  return output.subarray(0, to)
}

const largestBlock = 131_072

/** Frames of Zstandard before they are unpacked: do they announce no more than the page, and is the work in proportion to it? */
function checkFrames(packed: Uint8Array, length: number): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let blocks = 0
  let plain = 0
  for (let at = 0; at < packed.length; ) {
    const magic = view.getUint32(at, true)
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    if (magic !== 0xfd2fb528) throw damaged()
    const flags = view.getUint8(at + 4)
    const single = (flags >> 5) & 1
    if (!single) {
      const descriptor = view.getUint8(at + 5)
      if (2 ** (10 + (descriptor >> 3)) > 2 ** 27) throw damaged()
    }
    const sizeBytes = flags >> 6 ? 1 << (flags >> 6) : single
    const sizeAt = at + 6 - single + ([0, 1, 2, 4][flags & 3] ?? 0)
    let size = sizeBytes === 2 ? 256 : 0
    for (let byte = 0; byte < sizeBytes; byte++) size += view.getUint8(sizeAt + byte) * 256 ** byte
    if (size > length) throw damaged()
    at = sizeAt + sizeBytes
    for (let last = false; !last; ) {
      const head = view.getUint8(at) | (view.getUint8(at + 1) << 8) | (view.getUint8(at + 2) << 16)
      const type = (head >> 1) & 3
      last = (head & 1) === 1
      if (type === 3 || head >> 3 > largestBlock) throw damaged()
      if (type !== 2) plain += head >> 3
      at += 3 + (type === 1 ? 1 : head >> 3)
      if (++blocks > 64 + length / 512 || plain > length) throw damaged()
    }
    at += flags & 4 ? 4 : 0
  }
}
