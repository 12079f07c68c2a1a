/** Encodings of Parquet's pages. Every count and length is checked against the bytes that are there. */
import { damaged } from './parquet-thrift.ts'

export type Raw = number | bigint | boolean | Uint8Array

/** Values of a page, without those that are null. */
export type Values = (at: number) => Raw

export interface Physical {
  readonly type: string
  /** Of FIXED_LEN_BYTE_ARRAY. */
  readonly length: number
}

export type Small = Uint8Array | Uint16Array | Int32Array

/** One number, where they are all the same: many columns of a bill are. */
export function runsOrOne(bytes: Uint8Array, width: number, count: number): Small | number {
  if (width === 0) return 0
  if (width > 31) throw damaged()
  const { value: head, next } = varint(bytes, 0)
  const size = (width + 7) >> 3
  if (head & 1 || head >>> 1 !== count || size > bytes.length - next) return runs(bytes, width, count)
  let value = 0
  for (let byte = 0; byte < size; byte++) value += (bytes[next + byte] as number) * 256 ** byte
  return value
}

/** Runs and packed bits. */
export function runs(bytes: Uint8Array, width: number, count: number): Small {
  const output = width <= 8 ? new Uint8Array(count) : width <= 16 ? new Uint16Array(count) : new Int32Array(count)
  if (width === 0) return output
  if (width > 31) throw damaged()
  let at = 0
  for (let seen = 0; seen < count; ) {
    const { value: head, next } = varint(bytes, at)
    at = next
    if (head & 1) {
      const values = Math.min((head >>> 1) * 8, count - seen)
      const size = (head >>> 1) * width
      if (values <= 0 || Math.ceil((values * width) / 8) > bytes.length - at) throw damaged()
      unpackBits(bytes, at, width, output, seen, values)
      at += size
      seen += values
    } else {
      const length = head >>> 1
      const size = (width + 7) >> 3
      if (length === 0 || length > count - seen || size > bytes.length - at) throw damaged()
      let value = 0
      for (let byte = 0; byte < size; byte++) value += (bytes[at + byte] as number) * 256 ** byte
      output.fill(value, seen, seen + length)
      at += size
      seen += length
    }
  }
  return output
}

function unpackBits(bytes: Uint8Array, from: number, width: number, output: Small, seen: number, count: number): void {
  let bit = from * 8
  for (let at = 0; at < count; at++) {
    let value = 0
    for (let got = 0; got < width; ) {
      const take = Math.min(8 - (bit & 7), width - got)
      value |= (((bytes[bit >> 3] as number) >> (bit & 7)) & ((1 << take) - 1)) << got
      got += take
      bit += take
    }
    output[seen + at] = value
  }
}

function varint(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0
  for (let at = from, shift = 0; shift < 35; at++, shift += 7) {
    const byte = bytes[at]
    if (byte === undefined) throw damaged()
    value += (byte & 127) * 2 ** shift
    if (byte < 128) {
      if (value > 0x7fff_ffff) throw damaged()
      return { value, next: at + 1 }
    }
  }
  throw damaged()
}

const widths: Readonly<Record<string, number>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 }

export function plainValues(bytes: Uint8Array, { type, length }: Physical, count: number): Values {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === 'BOOLEAN') {
    if (Math.ceil(count / 8) > bytes.length) throw damaged()
    return (at) => (((bytes[at >> 3] as number) >> (at & 7)) & 1) === 1
  }
  if (type === 'BYTE_ARRAY') {
    if (count * 4 > bytes.length) throw damaged()
    const begins = new Int32Array(count + 1)
    for (let at = 0, next = 0; at < count; at++) {
      if (next + 4 > bytes.length) throw damaged()
      const size = view.getUint32(next, true)
      if (size > bytes.length - next - 4) throw damaged()
      begins[at] = next + 4
      next += 4 + size
      begins[at + 1] = next + 4
    }
    return (at) => bytes.subarray(begins[at], (begins[at + 1] as number) - 4)
  }
  const width = type === 'FIXED_LEN_BYTE_ARRAY' ? length : widths[type]
  if (!width || width < 0 || count * width > bytes.length) throw damaged()
  if (type === 'INT32') return (at) => view.getInt32(at * 4, true)
  if (type === 'INT64') return (at) => view.getBigInt64(at * 8, true)
  if (type === 'FLOAT') return (at) => view.getFloat32(at * 4, true)
  if (type === 'DOUBLE') return (at) => view.getFloat64(at * 8, true)
  return (at) => bytes.subarray(at * width, (at + 1) * width)
}

export function splitValues(bytes: Uint8Array, physical: Physical, count: number): Values {
  const width = physical.type === 'FIXED_LEN_BYTE_ARRAY' ? physical.length : widths[physical.type]
  if (!width || width < 0 || count * width > bytes.length) throw damaged()
  const joined = new Uint8Array(count * width)
  for (let byte = 0; byte < width; byte++) {
    for (let at = 0; at < count; at++) joined[at * width + byte] = bytes[byte * count + at] as number
  }
  return plainValues(joined, physical, count)
}

/** Differences, in blocks. Returns where they end. */
export function deltas(bytes: Uint8Array, count: number, bits: 32 | 64): { values: BigInt64Array; next: number } {
  const reader = { at: 0 }
  const unsigned = (): number => {
    const { value, next } = varint(bytes, reader.at)
    reader.at = next
    return value
  }
  const blockSize = unsigned()
  const perBlock = unsigned()
  const total = unsigned()
  const values = new BigInt64Array(count)
  if (perBlock < 1 || perBlock > 1024 || blockSize % perBlock || blockSize > 1_048_576 || total < count || blockSize < perBlock)
    throw damaged()
  const size = blockSize / perBlock
  let value = zigzag(bytes, reader)
  if (count > 0) values[0] = BigInt.asIntN(bits, value)
  for (let seen = 1; seen < count; ) {
    const least = zigzag(bytes, reader)
    const bitWidths = bytes.subarray(reader.at, reader.at + perBlock)
    if (bitWidths.length < perBlock) throw damaged()
    reader.at += perBlock
    for (const width of bitWidths) {
      if (seen >= count) break
      if (width > 64 || Math.ceil((Math.min(size, count - seen) * width) / 8) > bytes.length - reader.at) throw damaged()
      for (let at = 0; at < size && seen < count; at++, seen++) {
        value = BigInt.asIntN(bits, value + least + bitsAt(bytes, reader.at * 8 + at * width, width))
        values[seen] = value
      }
      reader.at += (size * width) / 8
    }
  }
  return { values, next: reader.at }
}

function bitsAt(bytes: Uint8Array, from: number, width: number): bigint {
  let value = 0n
  for (let got = 0, bit = from; got < width; ) {
    const take = Math.min(8 - (bit & 7), width - got)
    value |= BigInt(((bytes[bit >> 3] ?? 0) >> (bit & 7)) & ((1 << take) - 1)) << BigInt(got)
    got += take
    bit += take
  }
  return value
}

function zigzag(bytes: Uint8Array, reader: { at: number }): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[reader.at++]
    if (byte === undefined) throw damaged()
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return (value >> 1n) ^ -(value & 1n)
  }
  throw damaged()
}

const mostText = 128 * 1024 * 1024

/** Lengths first, then all texts; with `prefixed`, each begins as the one before it does. */
export function deltaTexts(bytes: Uint8Array, count: number, prefixed: boolean): Values {
  let rest = bytes
  const next = (): number[] => {
    const { values, next: end } = deltas(rest, count, 32)
    rest = rest.subarray(end)
    return Array.from(values, Number)
  }
  const prefixes = prefixed ? next() : undefined
  const lengths = next()
  const texts: Uint8Array[] = []
  let at = 0
  let whole = 0
  for (let index = 0; index < count; index++) {
    const length = lengths[index] as number
    const prefix = prefixes?.[index] ?? 0
    const before = texts[index - 1]
    if (length < 0 || length > rest.length - at || prefix < 0 || prefix > (before?.length ?? 0)) throw damaged()
    whole += prefix && length + prefix
    if (whole > mostText) throw damaged()
    const own = rest.subarray(at, at + length)
    if (prefix && before) {
      const text = new Uint8Array(prefix + length)
      text.set(before.subarray(0, prefix))
      text.set(own, prefix)
      texts.push(text)
    } else texts.push(own)
    at += length
  }
  return (index) => texts[index] as Uint8Array
}
