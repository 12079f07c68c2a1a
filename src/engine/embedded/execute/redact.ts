/**
 * Keeps what came from credentials out of everything that a build says.
 *
 * Every value of at least `shortest` characters is replaced wherever it appears, however the text was cut into pieces. A value
 * of several lines is hidden line by line, as a terminal may end lines otherwise; lines of it that are shorter, or have neither a
 * letter nor a digit (`---`), stay. Also hidden: how JSON and URLs write a value, and the base64 of one of 8 to 4096 bytes, alone or
 * inside something longer (`user:password`), as long as that base64 is not broken into lines. Other encodings are not known here.
 */
import type { Json } from '../../../formats/pipeline/types.ts'
import { StepError } from './errors.ts'
import { type Matcher, matcherOf } from './matcher.ts'

export const redacted = '((redacted))'
export const shortest = 3
/** Characters of all values together, their encodings included. */
export const mostSecret = 524_288

/** Text as it comes, in pieces. What may still become a secret is held back. */
export interface Redaction {
  /** @returns what can be told by now */
  push(text: string): string
  /** @returns the rest */
  end(): string
}

export interface Secrets {
  /** Every text and number in it from now on. @throws StepError when it is too much */
  add(value: Json): void
  text(text: string): string
  /** Its texts; keys stay. Text that cannot be stored is repaired, in keys too. */
  json(value: Json): Json
  stream(): Redaction
}

export function openSecrets(): Secrets {
  const patterns = new Set<string>()
  let size = 0
  let matcher: Matcher | undefined
  const current = (): Matcher => {
    matcher ??= matcherOf(patterns)
    return matcher
  }
  const add = (value: Json): void => {
    for (const pattern of textsOf(value).flatMap(patternsOf)) {
      if (patterns.has(pattern)) continue
      size += pattern.length
      if (size > mostSecret) throw new StepError('Credentials and loaded variables of this build are too large to keep them out of its log')
      patterns.add(pattern)
      matcher = undefined
    }
  }
  const text = (whole: string): string => {
    const stream = openRedaction(current)
    return stream.push(storable(whole)) + stream.end()
  }
  const json = (value: Json): Json => {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(json)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), json(item)]))
  }
  return { add, text, json, stream: () => openRedaction(current) }
}

/** Postgres holds neither NUL nor halves of surrogate pairs. Before redaction: taken out later they would put a secret together. */
export const storable = (text: string): string => text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd')

interface Mask {
  from: number
  to: number
  /** It began in a piece that is out already. */
  told: boolean
}

function openRedaction(current: () => Matcher): Redaction {
  let matcher = current()
  let state = 0
  /** Not told yet; never longer than the longest secret. */
  let pending = ''
  let masks: Mask[] = []

  const mask = (from: number, to: number) => {
    const added: Mask = { from, to, told: false }
    for (let last = masks.at(-1); last && last.to > added.from; last = masks.at(-1)) {
      added.from = Math.min(added.from, last.from)
      added.told ||= last.told
      masks.pop()
    }
    masks.push(added)
  }
  const scan = (from: number) => {
    for (let at = from; at < pending.length; at++) {
      state = matcher.next(state, pending.charCodeAt(at))
      const length = matcher.matched(state)
      if (length > 0) mask(Math.max(0, at + 1 - length), at + 1)
    }
  }
  const release = (cut: number): string => {
    let [out, at] = ['', 0]
    const later: Mask[] = []
    for (const { from, to, told } of masks) {
      if (from < cut) {
        out += pending.slice(at, from) + (told ? '' : redacted)
        at = Math.min(to, cut)
      }
      if (to > cut) later.push({ from: Math.max(0, from - cut), to: to - cut, told: told || from < cut })
    }
    out += pending.slice(at, cut)
    pending = pending.slice(cut)
    masks = later
    return out
  }
  return {
    push(text) {
      const before = pending.length
      pending += text
      if (matcher === current()) scan(before)
      else {
        // Another step has learned a secret that may have begun in what is held back here.
        matcher = current()
        state = 0
        scan(0)
      }
      return release(pending.length - matcher.open(state))
    },
    end() {
      state = 0
      return release(pending.length)
    },
  }
}

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(textsOf)
}

function patternsOf(value: string): string[] {
  const text = storable(value)
  const lines = text.split(/[\r\n]+/).map((line) => line.trim())
  const parts = lines.length === 1 ? lines : lines.filter((line) => /[\p{L}\p{N}]/u.test(line))
  const plain = parts.filter((part) => part.length >= shortest)
  const written = plain.flatMap((part) => [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part)])
  return [...new Set([...written, ...base64Of(text.trim())])]
}

/** Those characters that the text alone decides, at each of the three places where it can stand in a group. */
function base64Of(text: string): string[] {
  const bytes = Buffer.byteLength(text)
  if (bytes < 8 || bytes > 4096) return []
  const cores = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64')
    return encoded.slice(Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes)) / 6))
  })
  return cores.flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')])
}
