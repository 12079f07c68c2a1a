/** Thrift's compact protocol, as Parquet describes itself in it: read with bounds, because files come from strangers. */
import { TableError } from './adapter.ts'

export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftValue[] | ThriftStruct
export type ThriftStruct = Map<number, ThriftValue>

export class ThriftReader {
  at: number
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private structs = 0
  private readonly mostStructs: number

  constructor(bytes: Uint8Array, mostStructs: number) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
    this.mostStructs = mostStructs
  }

  struct(depth = 0): ThriftStruct {
    if (depth > 12 || ++this.structs > this.mostStructs) throw new TableError('what it says of itself is too large')
    const fields: ThriftStruct = new Map()
    for (let id = 0; ; ) {
      const byte = this.byte()
      const type = byte & 15
      if (type === 0) return fields
      id = byte >> 4 ? id + (byte >> 4) : Number(this.zigzag())
      fields.set(id, type < 3 ? type === 1 : this.value(type, depth))
    }
  }

  private value(type: number, depth: number): ThriftValue {
    if (type === 3) return (this.byte() << 24) >> 24
    if (type === 4 || type === 5) return Number(this.zigzag())
    if (type === 6) return this.zigzag()
    if (type === 7) {
      this.need(8)
      this.at += 8
      return this.view.getFloat64(this.at - 8, true)
    }
    if (type === 8) {
      const length = Number(this.varint())
      this.need(length)
      this.at += length
      return this.bytes.subarray(this.at - length, this.at)
    }
    if (type === 9 || type === 10) return this.list(depth)
    if (type === 12) return this.struct(depth + 1)
    throw damaged()
  }

  private list(depth: number): ThriftValue[] {
    const head = this.byte()
    const size = head >> 4 === 15 ? Number(this.varint()) : head >> 4
    const type = head & 15
    this.need(size)
    const list: ThriftValue[] = []
    for (let at = 0; at < size; at++) list.push(type < 3 ? this.byte() === 1 : this.value(type, depth))
    return list
  }

  private need(length: number): void {
    if (length > this.bytes.length - this.at) throw damaged()
  }

  private byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw damaged()
    return byte
  }

  private varint(): bigint {
    let result = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      result |= BigInt(byte & 127) << shift
      if (byte < 128) return result
    }
    throw damaged()
  }

  private zigzag(): bigint {
    const value = this.varint()
    return (value >> 1n) ^ -(value & 1n)
  }
}

export const damaged = (): TableError => new TableError('it is damaged; perhaps it was cut off')
