/**
 * Takes a JSON document apart while it arrives: what stands at places of interest is handed out as bytes, one value at a time, so
 * that a document of any size never is in memory as a whole. Bytes are only looked at for where values end; whoever gets the bytes of
 * a value reads it with JSON.parse, so everything is checked nevertheless. A state of 57 MB took 0.4 s, reading it by tokens 1.1 s.
 */
import { FormatError } from '../format-error.ts'

/** What to do with the value at a place: look into it, or hand it out. */
export interface SliceHandler {
  /** @param path keys and positions from the top: `['resources', 3, 'instances']`; only objects and lists can be entered */
  enters(path: readonly (string | number)[], isList: boolean): boolean
  /** @param at where its first byte is in the document */
  value(path: readonly (string | number)[], bytes: Buffer, at: number): void
  /** Is the value needed? Others are handed out too, which checks them, but are passed over when they are large. */
  needs?(path: readonly (string | number)[]): boolean
  /** Everything in an entered object or list has been handed out. */
  leaves(path: readonly (string | number)[]): void
}

/** Deeper values are refused before anything reads them: JSON.parse and Postgres both descend by recursion. */
export const deepest = 200

/** Bytes of one value that is handed out. Reading one holds up everything else: 4 MB of small members take 0.1 s. */
const largestNeeded = 4 * 2 ** 20
const largestOther = 2 ** 18

const quote = 0x22
const backslash = 0x5c
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

interface Frame {
  isList: boolean
  /** What may come next. */
  expects: 'first' | 'key' | 'colon' | 'value' | 'comma'
  position: number
}

export class JsonSlices {
  readonly #handler: SliceHandler
  readonly #frames: Frame[] = []
  readonly #path: (string | number)[] = []
  #done = false
  /** Bytes before the chunk at hand. */
  #before = 0
  /** The value or key that is being collected: its kind, and what came with earlier chunks. */
  #kind: 'none' | 'key' | 'string' | 'scalar' | 'container' = 'none'
  #parts: Buffer[] = []
  #length = 0
  #start = 0
  #depth = 0
  #inString = false
  #escaped = false

  constructor(handler: SliceHandler) {
    this.#handler = handler
  }

  /** @throws FormatError */
  push(chunk: Buffer): void {
    let at = 0
    let from = 0
    while (at < chunk.length) {
      if (this.#kind === 'none') {
        from = at
        at = this.#between(chunk, at)
        continue
      }
      const end = this.#endOf(chunk, at)
      if (end < 0) break
      this.#keep(chunk.subarray(from, end))
      this.#collected()
      at = end
    }
    // The chunk may be used again by whoever read it.
    if (this.#kind !== 'none') this.#keep(chunk.subarray(from), true)
    this.#before += chunk.length
  }

  /** @throws FormatError when the document is not complete */
  end(): void {
    // A number at the top ends with the document.
    if (this.#kind === 'scalar' && this.#frames.length === 0) this.#collected()
    if (!this.#done || this.#kind !== 'none') throw new FormatError('the document ends too early')
  }

  /** Between values: punctuation. Answers where to go on. */
  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at] as number
    if (isSpace(byte)) return at + 1
    const frame = this.#frames.at(-1)
    if (!frame) {
      if (this.#done) throw this.#wrong(at)
      return this.#begin(byte, at)
    }
    const closing = frame.isList ? 0x5d : 0x7d
    if (byte === closing && (frame.expects === 'first' || frame.expects === 'comma')) {
      this.#frames.pop()
      this.#handler.leaves(this.#path)
      this.#completed()
      return at + 1
    }
    if (frame.expects === 'comma' && byte === 0x2c) {
      frame.expects = frame.isList ? 'value' : 'key'
      return at + 1
    }
    if (frame.expects === 'colon' && byte === 0x3a) {
      frame.expects = 'value'
      return at + 1
    }
    if (frame.expects === 'comma' || frame.expects === 'colon') throw this.#wrong(at)
    if (!frame.isList && frame.expects !== 'value') {
      if (byte !== quote) throw this.#wrong(at)
      return this.#collect('key', at)
    }
    if (frame.isList) this.#path.push(frame.position++)
    return this.#begin(byte, at)
  }

  #begin(byte: number, at: number): number {
    const isList = byte === 0x5b
    if (!isList && byte !== 0x7b) return this.#collect(byte === quote ? 'string' : 'scalar', at)
    if (!this.#handler.enters(this.#path, isList)) return this.#collect('container', at)
    this.#frames.push({ isList, expects: 'first', position: 0 })
    return at + 1
  }

  #collect(kind: 'key' | 'string' | 'scalar' | 'container', at: number): number {
    this.#kind = kind
    this.#start = this.#before + at
    this.#length = 0
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
    // The first byte is looked at again with the rest.
    return at
  }

  /** What is too large is refused before it takes memory, or counted and thrown away. */
  #keep(bytes: Buffer, isBorrowed = false): void {
    this.#length += bytes.length
    const isNeeded = this.#kind === 'key' || (this.#handler.needs?.(this.#path) ?? true)
    if (this.#length <= (isNeeded ? largestNeeded : largestOther)) this.#parts.push(isBorrowed ? Buffer.from(bytes) : bytes)
    else if (isNeeded) throw new FormatError(`${placeOf(this.#path)} is larger than ${largestNeeded / 2 ** 20} MB, the most for one value`)
    else this.#parts = []
  }

  /** Behind the last byte of what is collected; -1 when that is in a later chunk. */
  #endOf(chunk: Buffer, at: number): number {
    if (this.#kind === 'scalar') {
      for (let i = at; i < chunk.length; i++) {
        const byte = chunk[i] as number
        if (byte === 0x2c || byte === 0x5d || byte === 0x7d || isSpace(byte)) {
          if (i === at && this.#length === 0) throw this.#wrong(i)
          return i
        }
      }
      return -1
    }
    let depth = this.#depth
    let inString = this.#inString
    let escaped = this.#escaped
    for (let i = at; i < chunk.length; i++) {
      const byte = chunk[i] as number
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) {
          inString = false
          if (depth === 0) return i + 1
        }
      } else if (byte === quote) inString = true
      else if (byte === 0x7b || byte === 0x5b) {
        if (++depth > deepest) throw new FormatError(`values are nested deeper than ${deepest} levels`)
      } else if ((byte === 0x7d || byte === 0x5d) && --depth <= 0) return i + 1
    }
    this.#depth = depth
    this.#inString = inString
    this.#escaped = escaped
    return -1
  }

  #collected(): void {
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    const kind = this.#kind
    this.#parts = []
    this.#kind = 'none'
    if (kind === 'key') {
      this.#path.push(parseJson(bytes) as string)
      ;(this.#frames.at(-1) as Frame).expects = 'colon'
      return
    }
    if (bytes.length === this.#length) this.#handler.value(this.#path, bytes, this.#start)
    this.#completed()
  }

  /** A value is over; its name goes from the path. */
  #completed(): void {
    const frame = this.#frames.at(-1)
    if (!frame) {
      this.#done = true
      return
    }
    this.#path.pop()
    frame.expects = 'comma'
  }

  #wrong(at: number): FormatError {
    return new FormatError(`the document is not valid JSON at byte ${this.#before + at}`)
  }
}

/** `resources[3].instances[0]` */
const placeOf = (path: readonly (string | number)[]): string =>
  path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at > 0 ? '.' : ''}${step.slice(0, 50)}`))
    .join('')
    .slice(0, 300) || 'a value'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws FormatError for what is not JSON in UTF-8 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    throw new FormatError('the document is not in UTF-8')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new FormatError('the document is not valid JSON')
  }
}
