/** Looks for many secrets in many lines at once: every position of every line, in one pass. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Leak {
  /** The test file, and the line of its log. */
  where: string
  what: string
  /** The line, with the secret blotted out. */
  line: string
}

/** What needs no telling: whatever it belongs to, it has no business in a log. */
const patterns: readonly [what: string, pattern: RegExp][] = [
  ['a signed token', /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/],
  ['a header that lets somebody in', /\b(?:Bearer|Basic) (?=\S*\d)[\w.~+/=-]{16,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ['a key of Stripe', /\b(?:[sr]k_(?:live|test)|whsec)_\w{8,}/],
  ['a key of AWS', /\bAKIA[0-9A-Z]{16}\b/],
  ['the secret of an authenticator', /otpauth:\/\/\w/],
  ['XML in base64', /(?:PHNhbW|PD94bW)[\w+/=]{40,}/],
  ['an assertion', /<(?:\w+:)?(?:Assertion|Response|EncryptedAssertion)[\s>]/],
]

const anyPattern = new RegExp(patterns.map(([, { source }]) => source).join('|'))

/** Bytes that are looked at together; shorter secrets are not recorded. */
const width = 8

/**
 * @param folder with pairs of `.log` and `.secrets`, see record.ts
 * @param isKnown is the text one that stands in the source, so that it says nothing?
 */
export function findLeaks(
  folder: string,
  isKnown: (text: string) => boolean,
  most = 20,
): { leaks: Leak[]; lines: number; secrets: number } {
  const files = readdirSync(folder).sort()
  const index = new Index()
  for (const file of files)
    if (file.endsWith('.secrets'))
      for (const line of readFileSync(join(folder, file), 'utf8').split('\n'))
        if (line !== '') {
          const [what, secret] = JSON.parse(line) as [string, string]
          index.add(secret, what)
        }
  const leaks: Leak[] = []
  let lines = 0
  for (const file of files) {
    if (!file.endsWith('.log')) continue
    const bytes = readFileSync(join(folder, file))
    const name = file.slice(0, -'.log'.length).replaceAll('!', '/')
    const tell = (at: number, length: number, what: string) => {
      if (leaks.length >= most) return
      const [from, to] = lineAround(bytes, at)
      const line = `${bytes.toString('utf8', from, at)}▒▒▒${bytes.toString('utf8', at + length, to)}`
      leaks.push({ where: `${name}, line ${numberOf(bytes, at)} of its log`, what, line: shortened(line, at - from) })
    }
    index.search(bytes, (at, { bytes: secret, what }) => {
      const text = secret.toString('utf8')
      if (!isNameInLine(bytes, at, secret.length) && !isKnown(text)) tell(at, secret.length, what)
    })
    let at = 0
    for (const line of bytes.toString('latin1').split('\n')) {
      lines++
      if (anyPattern.test(line))
        for (const [what, pattern] of patterns) {
          const found = pattern.exec(line)
          if (found) tell(at + found.index, found[0].length, what)
        }
      at += line.length + 1
    }
  }
  return { leaks, lines, secrets: index.size }
}

interface Entry {
  bytes: Buffer
  what: string
}

/** Finds what begins with the same eight bytes by a rolling hash, and compares the rest. */
class Index {
  readonly #byHash = new Map<number, Entry[]>()
  /** Says no to nearly every position, without a look into the map. */
  readonly #maybe = new Uint8Array(1 << 21)
  readonly #known = new Set<string>()

  get size(): number {
    return this.#known.size
  }

  add(secret: string, what: string): void {
    if (this.#known.has(secret)) return
    this.#known.add(secret)
    // As it is, as JSON writes it, and as addresses do.
    const spellings = new Set([secret, JSON.stringify(secret).slice(1, -1), encode(secret)])
    for (const spelling of spellings) {
      const bytes = Buffer.from(spelling)
      if (bytes.length < width) continue
      let hash = 0
      for (let i = 0; i < width; i++) hash = (Math.imul(hash, base) + (bytes[i] ?? 0)) | 0
      const slot = hash >>> 8
      this.#maybe[slot >>> 3] = (this.#maybe[slot >>> 3] ?? 0) | (1 << (slot & 7))
      const alike = this.#byHash.get(hash)
      if (alike) alike.push({ bytes, what })
      else this.#byHash.set(hash, [{ bytes, what }])
    }
  }

  search(text: Buffer, found: (at: number, entry: Entry) => void): void {
    let hash = 0
    for (let end = 0; end < text.length; end++) {
      const leaving = end >= width ? (text[end - width] ?? 0) : 0
      hash = (Math.imul((hash - Math.imul(leaving, topPower)) | 0, base) + (text[end] ?? 0)) | 0
      const slot = hash >>> 8
      if (((this.#maybe[slot >>> 3] ?? 0) & (1 << (slot & 7))) === 0) continue
      const at = end - width + 1
      // Not `compare` with two ranges: it throws where the text ends before the secret would.
      for (const entry of this.#byHash.get(hash) ?? [])
        if (at >= 0 && entry.bytes.equals(text.subarray(at, at + entry.bytes.length))) found(at, entry)
    }
  }
}

const base = 0x01000193
const topPower = Array.from({ length: width - 1 }).reduce<number>((power) => Math.imul(power, base), 1)

function lineAround(bytes: Buffer, at: number): [number, number] {
  const end = bytes.indexOf(0x0a, at)
  return [bytes.lastIndexOf(0x0a, at) + 1, end < 0 ? bytes.length : end]
}

function numberOf(bytes: Buffer, at: number): number {
  let number = 1
  for (let i = bytes.indexOf(0x0a); i >= 0 && i < at; i = bytes.indexOf(0x0a, i + 1)) number++
  return number
}

/** Who asked, and where: names that tests chose, and sometimes sent as passwords too. */
function isNameInLine(bytes: Buffer, at: number, length: number): boolean {
  const [from, to] = lineAround(bytes, at)
  for (const [field] of bytes.toString('latin1', from, to).matchAll(/"(?:actor|organization)":"[^"]*"/g)) {
    const start = bytes.indexOf(Buffer.from(field, 'latin1'), from)
    if (start <= at && at + length <= start + field.length) return true
  }
  return false
}

const shortened = (line: string, at: number): string => line.slice(Math.max(0, at - 300), at + 300)

function encode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return text
  }
}
