/** Values of Parquet as the texts that a CSV of the same bill would have: exact, in UTC. */
import type { SchemaElement } from 'hyparquet'
import { TableError } from './adapter.ts'
import { decimalOfNumber, decimalOfScaled } from './exact.ts'
import type { Raw } from './parquet-decode.ts'

export type ToText = (value: Raw) => string

export function toTextOf(element: SchemaElement): ToText {
  const logical = element.logical_type
  if (element.converted_type === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = (logical?.type === 'DECIMAL' ? logical.scale : element.scale) ?? 0
    if (scale < 0 || scale > 76) throw new TableError(`the column ${element.name} has ${scale} digits behind the point`)
    return (value) => decimalOfScaled(value instanceof Uint8Array ? bigEndian(value) : wholeOf(value), scale)
  }
  if (element.type === 'INT96') return (value) => (value instanceof Uint8Array ? julianTime(value) : '')
  if (element.converted_type === 'DATE' || logical?.type === 'DATE')
    return (value) => isoOf(wholeOf(value) * 86_400_000_000_000n).slice(0, 10)
  const perNano = nanosOf(element)
  if (perNano) return (value) => isoOf(wholeOf(value) * perNano)
  if (/^UINT_/.test(element.converted_type ?? '') || (logical?.type === 'INTEGER' && !logical.isSigned)) {
    return element.type === 'INT64' ? (value) => String(BigInt.asUintN(64, wholeOf(value))) : (value) => String(Number(value) >>> 0)
  }
  if (element.type === 'FLOAT') return (value) => decimalOfNumber(shortSingle(Number(value)))
  if (element.type === 'DOUBLE') return (value) => decimalOfNumber(Number(value))
  if (logical?.type === 'UUID') return (value) => (value instanceof Uint8Array ? uuid(value) : String(value))
  return (value) =>
    value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8') : String(value)
}

const wholeOf = (value: Raw): bigint => (typeof value === 'bigint' ? value : BigInt(Number(value)))

function nanosOf({ converted_type, logical_type }: SchemaElement): bigint | undefined {
  if (converted_type === 'TIMESTAMP_MILLIS') return 1_000_000n
  if (converted_type === 'TIMESTAMP_MICROS') return 1000n
  if (logical_type?.type !== 'TIMESTAMP') return undefined
  return logical_type.unit === 'MILLIS' ? 1_000_000n : logical_type.unit === 'MICROS' ? 1000n : 1n
}

const largestTime = 8_640_000_000_000_000n

/** Fractions of a second are not what bills are about. Times that no calendar has stay numbers, and are refused as such. */
function isoOf(nanos: bigint): string {
  const seconds = nanos / 1_000_000_000n - (nanos % 1_000_000_000n < 0n ? 1n : 0n)
  const millis = seconds * 1000n
  if (millis > largestTime || millis < -largestTime) return String(nanos)
  return `${new Date(Number(millis)).toISOString().slice(0, -5)}Z`
}

/** Nanoseconds of the day, and the day as astronomers count. */
function julianTime(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isoOf((BigInt(view.getInt32(8, true)) - 2_440_588n) * 86_400_000_000_000n + view.getBigInt64(0, true))
}

function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('hex')
  return BigInt.asIntN(Math.min(bytes.length, 64) * 8, BigInt(`0x${hex}`))
}

/** The shortest decimal that is this single-precision number. */
function shortSingle(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
