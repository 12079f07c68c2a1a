/** What is the same on many lines becomes one object, for as long as it is remembered. */
import { createHash } from 'node:crypto'
import { TableError } from './adapter.ts'
import type { ChargedResource, ChargeKind, Dimension, TagSet } from './types.ts'

/** A text that does not keep alive what it was cut from. */
export function detached(text: string): string {
  if (text.length < 13) return text
  // In a place of its own, long texts would each have one outside of the heap until they are collected.
  if (text.length * 2 > scratch.length) return Buffer.from(text, 'utf16le').toString('utf16le')
  return scratch.toString('utf16le', 0, scratch.write(text, 'utf16le'))
}

const scratch = Buffer.allocUnsafe(65_536)

/** What a text takes in memory, about. */
export const bytesOf = (text: string): number => overhead + (/[\u0100-\uffff]/.test(text) ? 2 : 1) * text.length

const overhead = 24

/** As Postgres takes it: no NUL, no half characters; cut where it is absurdly long. */
export function clean(text: string, limit = 4096): string {
  const short = text.length > limit ? text.slice(0, limit) : text
  return (short.includes('\0') ? short.replaceAll('\0', '') : short).replace(/\p{Cs}/gu, '\ufffd')
}

/**
 * Remembers what was asked for lately, in two generations: when the young one is full it becomes the old one, and what nobody asked for
 * since is forgotten. Bounded in entries and in bytes, of keys and of what is said to belong to a value: bills are hostile texts.
 */
export class Cache<T> {
  private young = new Map<string, Remembered<T>>()
  private old = new Map<string, Remembered<T>>()
  private room: number
  private readonly entries: number
  private readonly bytes: number

  constructor(entries: number, bytes: number) {
    this.entries = entries
    this.bytes = bytes
    this.room = bytes
  }

  get(key: string): T | undefined {
    const found = this.young.get(key)
    if (found !== undefined) return found.value
    const older = this.old.get(key)
    if (older === undefined) return undefined
    this.keep(key, older)
    return older.value
  }

  /** @param bytes what the value takes beside the key */
  set(key: string, value: T, bytes = 0): void {
    const all = bytesOf(key) + bytes + 100
    if (all <= this.bytes) this.keep(detached(key), { value, bytes: all })
  }

  private keep(key: string, remembered: Remembered<T>): void {
    this.room -= remembered.bytes
    if (this.young.size >= this.entries || this.room < 0) {
      this.old = this.young
      this.young = new Map()
      this.room = this.bytes - remembered.bytes
    }
    this.young.set(key, remembered)
  }
}

interface Remembered<T> {
  readonly value: T
  readonly bytes: number
}

/**
 * What the readers of one account's bills have seen. Given to the reading of one file after the other, the same things stay the same
 * objects, and keep the numbers that the store gave them. Not for several organizations: those numbers are theirs.
 */
export class Memory {
  private readonly kinds = new Cache<ChargeKind>(40_000, 10_000_000)
  private readonly resources = new Cache<ChargedResource>(60_000, 8_000_000)
  private readonly tagSets = new Cache<TagSet>(30_000, 5_000_000)
  private readonly texts = new Cache<string>(30_000, 3_000_000)
  /** Bytes of all that was not remembered and had to be made. Who keeps what is handed out keeps no more of it than was made meanwhile. */
  made = 0

  /** Values of `focus` are cleaned and empty ones left out; those of `dimension` are bounded so that an index can hold them. */
  kind(dimension: Dimension, focus: Readonly<Record<string, string>>): ChargeKind {
    const columns: Record<string, string> = {}
    let characters = 0
    for (const column of Object.keys(focus).sort()) {
      const value = clean(focus[column] ?? '')
      if (value !== '') columns[column] = value
      characters += value.length
    }
    if (characters > mostCharacters) throw new TableError(tooMuch(columns))
    const bounded = this.dimension(dimension)
    const key = digestOf([Object.values(bounded), columns])
    const known = this.kinds.get(key)
    if (known) return known
    let bytes = 400
    for (const column of Object.keys(columns)) {
      const value = this.text(columns[column] ?? '')
      columns[column] = value
      bytes += 16 + bytesOf(value)
    }
    const kind = { dimension: bounded, focus: columns }
    this.made += bytes
    this.kinds.set(key, kind, bytes)
    return kind
  }

  /** Null without an id. */
  resource(provider: string, resource: string, name: string, type: string): ChargedResource | null {
    if (resource === '') return null
    const key = `${provider}\u0001${resource}\u0001${name}\u0001${type}`
    const known = this.resources.get(key)
    if (known) return known
    const id = clean(resource)
    if (id === '') return null
    const made = {
      provider: this.text(clean(provider, 64)),
      resource: detached(id),
      name: this.text(clean(name, 1024)),
      type: this.text(clean(type, 256)),
    }
    const bytes = 100 + bytesOf(made.resource) + bytesOf(made.name) + bytesOf(made.type)
    this.made += bytes
    this.resources.set(key, made, bytes)
    return made
  }

  /** Null without any that can be kept. Keys and values are cleaned; see TagSet. */
  tags(tags: Iterable<readonly [key: string, value: string]>): TagSet | null {
    const kept = new Map<string, string>()
    let characters = 0
    for (const [key, value] of tags) {
      const name = clean(key, 256)
      // Nobody means that one, and it is not a name like others wherever it goes.
      if (name === '' || name === '__proto__') continue
      const text = clean(value, 1024)
      characters += name.length + text.length
      if (characters > mostCharacters) break
      kept.set(name, text)
      if (kept.size === tagLimit) break
    }
    if (kept.size === 0) return null
    const sorted = [...kept].sort(([a], [b]) => (a < b ? -1 : 1))
    const key = digestOf(sorted)
    const known = this.tagSets.get(key)
    if (known) return known
    const made = { tags: Object.fromEntries(sorted.map(([name, value]) => [this.text(name), this.text(value)])) }
    let bytes = 100
    for (const [name, value] of sorted) bytes += 16 + bytesOf(name) + bytesOf(value)
    this.made += bytes
    this.tagSets.set(key, made, bytes)
    return made
  }

  /** The same text once. */
  text(text: string): string {
    const known = this.texts.get(text)
    if (known !== undefined) return known
    const made = detached(text)
    this.texts.set(made, made)
    return made
  }

  /** Together they have to fit into an index, which holds 2,700 bytes. */
  private dimension(dimension: Dimension): Dimension {
    return {
      provider: this.text(clean(dimension.provider, 64)),
      master_account: this.text(clean(dimension.master_account, 200)),
      linked_account: this.text(clean(dimension.linked_account, 200)),
      service: this.text(clean(dimension.service, 160)),
      category: dimension.category,
      region: this.text(clean(dimension.region, 64)),
      instance_type: this.text(clean(dimension.instance_type, 64)),
      record_type: dimension.record_type,
      currency: this.text(clean(dimension.currency, 16)),
    }
  }
}

/** More than any provider allows. */
const tagLimit = 256

/** Of all that is kept of one line as its kind, as its tags, or as what is its own: many times what bills have. */
export const mostCharacters = 65_536

/** Why they are too much. */
export function tooMuch(columns: Readonly<Record<string, string>>): string {
  const [longest = ''] = Object.keys(columns).sort((a, b) => (columns[b]?.length ?? 0) - (columns[a]?.length ?? 0))
  return `its texts are longer than ${mostCharacters / 1024} KB together, the longest of them is ${longest}`
}

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64')
