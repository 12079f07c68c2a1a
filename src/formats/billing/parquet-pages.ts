/** One column of a group of rows, page by page. */
import { TableError } from './adapter.ts'
import { bytesOf } from './intern.ts'
import type { Unpack } from './parquet-compression.ts'
import { deltas, deltaTexts, type Physical, plainValues, runs, runsOrOne, type Small, splitValues, type Values } from './parquet-decode.ts'
import type { Leaf } from './parquet-schema.ts'
import { damaged, ThriftReader, type ThriftStruct } from './parquet-thrift.ts'

/** What a page holds: levels where there are any, and texts of the values that are not null. */
export interface Page {
  readonly count: number
  /** A number: it is that of all. */
  readonly definitions: Small | number | undefined
  readonly repetitions: Small | number | undefined
  readonly text: (value: number) => string
  /** Short, and the same only for the same texts. */
  readonly token: (value: number) => string
  /** Bytes that it keeps. */
  readonly kept: number
}

interface Texts {
  readonly text: (value: number) => string
  readonly token: (value: number) => string
  readonly kept: number
}

/** Dictionaries are told apart by it, in whichever file they are. */
let dictionaries = 0

/** Bytes of a column's chunk by their place in the file. */
export type Bytes = (from: number, length: number) => Promise<Uint8Array>

/** How much may be unpacked at once, over all columns. */
export interface Budget {
  left: number
  /** Bytes of texts of dictionaries that may be remembered. */
  texts: number
}

export class PageReader {
  private at: number
  private readonly end: number
  private dictionary: { text: (value: number) => string; token: (value: number) => string; count: number } | undefined
  private held = 0
  private remembered = 0
  private readonly leaf: Leaf
  private readonly physical: Physical
  private readonly bytes: Bytes
  private readonly unpack: Unpack
  private readonly budget: Budget

  constructor(leaf: Leaf, chunk: { start: number; end: number }, bytes: Bytes, unpack: Unpack, budget: Budget) {
    this.leaf = leaf
    this.at = chunk.start
    this.end = chunk.end
    this.bytes = bytes
    this.unpack = unpack
    this.budget = budget
    this.physical = { type: leaf.element.type ?? '', length: leaf.element.type_length ?? 0 }
  }

  /** Undefined: there is none left. `most` values, or fewer, can be in it. What was in the page before is forgotten. */
  async next(most: number): Promise<Page | undefined> {
    this.budget.left += this.held
    this.held = 0
    while (this.at < this.end) {
      const { header, length } = await this.header()
      const packedSize = size(header.get(3))
      const unpackedSize = size(header.get(2))
      const from = this.at + length
      if (packedSize > this.end - from) throw damaged()
      this.at = from + packedSize
      const type = header.get(1)
      if (type !== 0 && type !== 2 && type !== 3) continue
      const about = header.get(type === 0 ? 5 : type === 2 ? 7 : 8)
      if (!(about instanceof Map)) throw damaged()
      const count = size(about.get(1))
      if (type !== 2 && count > most) throw damaged()
      // Nothing grows much by being packed.
      if (packedSize > 2 * unpackedSize + 1024) throw damaged()
      this.take(packedSize)
      const packed = await this.bytes(from, packedSize)
      this.budget.left += packedSize
      // From here on nothing is waited for: what one page needs while it is taken apart, no other one needs.
      const cost = unpackedSize + 16 * count
      this.take(cost)
      if (type !== 2) this.held = cost
      if (type === 2) this.dictionary = this.dictionaryOf(this.unpack(packed, unpackedSize), count, about)
      else if (count > 0) {
        const page =
          type === 0 ? this.page(this.unpack(packed, unpackedSize), count, about) : this.page2(packed, unpackedSize, count, about)
        this.budget.left += cost - page.kept
        this.held = page.kept
        return page
      }
    }
    return undefined
  }

  /** Gives back what its last page and its dictionary took. */
  close(): void {
    this.budget.left += this.held
    this.held = 0
    this.budget.texts += this.remembered
    this.remembered = 0
    this.dictionary = undefined
  }

  private take(bytes: number): void {
    this.budget.left -= bytes
    if (this.budget.left < 0) throw new TableError('its pages are too large to be read; write it with smaller groups of rows')
  }

  private async header(): Promise<{ header: ThriftStruct; length: number }> {
    for (const most of [16_384, 1_048_576]) {
      const bytes = await this.bytes(this.at, Math.min(most, this.end - this.at))
      const reader = new ThriftReader(bytes, 1000)
      try {
        return { header: reader.struct(), length: reader.at }
      } catch (error) {
        if (bytes.length < most || !(error instanceof TableError)) throw error
      }
    }
    throw damaged()
  }

  private dictionaryOf(bytes: Uint8Array, count: number, about: ThriftStruct) {
    const encoding = about.get(2)
    if (encoding !== 0 && encoding !== 2) throw damaged()
    const values = plainValues(bytes, this.physical, count)
    const remembered = (make: (value: number) => string) => {
      const texts: string[] = []
      return (value: number): string => {
        const known = texts[value]
        if (known !== undefined) return known
        const made = make(value)
        const bytes = 60 + bytesOf(made)
        if (bytes <= this.budget.texts) {
          this.budget.texts -= bytes
          this.remembered += bytes
          texts[value] = made
        }
        return made
      }
    }
    const text = remembered((value) => this.leaf.toText(values(value)))
    const prefix = `\u0002${++dictionaries}.`
    const token = remembered((value) => prefix + value)
    return { text, token, count }
  }

  private page(bytes: Uint8Array, count: number, about: ThriftStruct): Page {
    let rest = bytes
    const levels = (most: number): Small | number | undefined => {
      if (most === 0) return undefined
      const length = prefixedLength(rest)
      const read = runsOrOne(rest.subarray(4, 4 + length), bitsFor(most), count)
      rest = rest.subarray(4 + length)
      return read
    }
    if ((this.leaf.repetition && about.get(4) !== 3) || (this.leaf.definition && about.get(3) !== 3)) {
      throw new TableError(`the column ${this.leaf.path.join('.')} is written in a way that is not read (BIT_PACKED levels)`)
    }
    const repetitions = levels(this.leaf.repetition)
    const definitions = levels(this.leaf.definition)
    return this.made(rest, count, definitions, repetitions, about.get(2))
  }

  private page2(packed: Uint8Array, unpackedSize: number, count: number, about: ThriftStruct): Page {
    const repeats = size(about.get(6))
    const defines = size(about.get(5))
    const valuesSize = unpackedSize - repeats - defines
    if (repeats + defines > packed.length || valuesSize < 0) throw damaged()
    const { repetition, definition } = this.leaf
    const repetitions = repetition ? runsOrOne(packed.subarray(0, repeats), bitsFor(repetition), count) : undefined
    const definitions = definition ? runsOrOne(packed.subarray(repeats, repeats + defines), bitsFor(definition), count) : undefined
    const body = packed.subarray(repeats + defines)
    const bytes = about.get(7) === false ? body : this.unpack(body, valuesSize)
    return this.made(bytes, count, definitions, repetitions, about.get(4))
  }

  private made(
    bytes: Uint8Array,
    count: number,
    definitions: Small | number | undefined,
    repetitions: Small | number | undefined,
    encoding: unknown,
  ): Page {
    const { definition, repetition } = this.leaf
    let values = count
    if (typeof definitions === 'number') values = definitions === definition ? count : 0
    else if (definitions) for (const level of definitions) if (level !== definition) values--
    const texts = values === 0 ? nothing : this.texts(bytes, values, encoding)
    const levels = repetition ? 2 * count : typeof definitions === 'object' ? count : 0
    return { count, definitions, repetitions, ...texts, kept: texts.kept + levels }
  }

  private texts(bytes: Uint8Array, count: number, encoding: unknown): Texts {
    if (encoding === 2 || encoding === 8) return this.indexed(bytes, count)
    const { toText } = this.leaf
    const values = this.values(bytes, count, encoding)
    return {
      text: (value) => toText(values(value)),
      token: (value) => `\u0003${toText(values(value))}`,
      kept: bytes.length + (plainly[String(encoding)] ?? 64) * count,
    }
  }

  private indexed(bytes: Uint8Array, count: number): Texts {
    const { dictionary } = this
    if (!dictionary || bytes.length === 0) throw damaged()
    const indexes = runsOrOne(bytes.subarray(1), bytes[0] as number, count)
    if (typeof indexes === 'number') {
      if (indexes >= dictionary.count) throw damaged()
      return { text: () => dictionary.text(indexes), token: () => dictionary.token(indexes), kept: 0 }
    }
    for (const index of indexes) if (index < 0 || index >= dictionary.count) throw damaged()
    return {
      text: (value) => dictionary.text(indexes[value] as number),
      token: (value) => dictionary.token(indexes[value] as number),
      kept: indexes.byteLength,
    }
  }

  private values(bytes: Uint8Array, count: number, encoding: unknown): Values {
    const { type } = this.physical
    const texts = type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY'
    if (encoding === 0) return plainValues(bytes, this.physical, count)
    if (encoding === 3 && type === 'BOOLEAN') {
      const bits = runs(bytes.subarray(4, 4 + prefixedLength(bytes)), 1, count)
      return (at) => bits[at] === 1
    }
    if (encoding === 5 && (type === 'INT32' || type === 'INT64')) {
      const { values } = deltas(bytes, count, type === 'INT32' ? 32 : 64)
      return (at) => values[at] as bigint
    }
    if (encoding === 6 && texts) return deltaTexts(bytes, count, false)
    if (encoding === 7 && texts) return deltaTexts(bytes, count, true)
    if (encoding === 9) return splitValues(bytes, this.physical, count)
    throw new TableError(`the column ${this.leaf.path.join('.')} is written in a way that is not read (encoding ${encoding})`)
  }
}

/** What a value takes beside its bytes, by encoding. */
const plainly: Readonly<Record<string, number>> = { 0: 4, 3: 1, 5: 8, 9: 1 }

const nothing: Texts = { text: () => '', token: () => '', kept: 0 }

const bitsFor = (most: number): number => 32 - Math.clz32(most)

function prefixedLength(bytes: Uint8Array): number {
  if (bytes.length < 4) throw damaged()
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  if (length > bytes.length - 4) throw damaged()
  return length
}

const mostSize = 134_217_728

function size(value: unknown): number {
  const number = Number(value)
  if (typeof value !== 'number' || !(number >= 0 && number <= mostSize)) throw damaged()
  return number
}
