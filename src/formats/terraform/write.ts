/** Values as HCL, laid out as `terraform fmt` does. */
import { isJsonMap, type Json } from '../json-value.ts'

/** A line of an expression; `raw` ones (as in a heredoc) must not be indented. */
export interface Line {
  text: string
  raw?: true
}

/** How texts and keys of maps are written; a heredoc has several lines. */
export interface Words {
  text(text: string, mayBreak: boolean): Line[]
  key(key: string): string
}

/** Texts of people: what looks like a template is text too. */
export const literalWords: Words = {
  text: (text) => [{ text: hclText(text) }],
  key: (key) => (isBareKey(key) ? key : hclText(key)),
}

export function hclLines(value: Json, words: Words, mayBreak = true): Line[] {
  if (typeof value === 'string') return words.text(value, mayBreak)
  if (Array.isArray(value)) return listLines(value, words)
  if (isJsonMap(value)) return mapLines(Object.entries(value).map(([key, item]) => ({ key: words.key(key), lines: hclLines(item, words) })))
  return [{ text: String(value) }]
}

/** All on one line, for blocks that are on one line. */
export function hclInline(value: Json, words: Words): string {
  if (Array.isArray(value)) return `[${value.map((item) => hclInline(item, words)).join(', ')}]`
  if (!isJsonMap(value)) return hclLines(value, words, false)[0]?.text ?? ''
  const pairs = Object.entries(value).map(([key, item]) => `${words.key(key)} = ${hclInline(item, words)}`)
  return pairs.length > 0 ? `{ ${pairs.join(', ')} }` : '{}'
}

export interface Entry {
  key: string
  lines: Line[]
}

export function mapLines(entries: readonly Entry[]): Line[] {
  if (entries.length === 0) return [{ text: '{}' }]
  return [{ text: '{' }, ...indented(entryLines(entries)), { text: '}' }]
}

/** One longer name must not push the values of all its neighbours away. */
const widest = 200

/** `key = value`, the signs of neighbouring lines in one column; values in brackets over several lines separate neighbours. */
export function entryLines(entries: readonly Entry[]): Line[] {
  const lines: Line[] = []
  let group: Entry[] = []
  const add = (entry: Entry, width: number) => {
    for (const line of withKey(entry, width)) lines.push(line)
  }
  const close = () => {
    const width = group.map(({ key }) => columns(key)).reduce((most, one) => (one > widest ? most : Math.max(most, one)), 0)
    for (const entry of group) add(entry, width)
    group = []
  }
  for (const entry of entries) {
    if (entry.lines.length === 1 || entry.lines[0]?.text.startsWith('<<')) group.push(entry)
    else {
      close()
      add(entry, 0)
    }
  }
  close()
  return lines
}

export const indented = (lines: readonly Line[]): Line[] =>
  lines.map((line) => (line.raw || line.text === '' ? line : { text: `  ${line.text}` }))

/** Above U+9FFF are letters that Terraform's older Unicode does not know. */
export const isIdentifier = (text: string): boolean => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(text) && !/[\u{a000}-\u{10ffff}]/u.test(text)

/** In quotes; `${` and `%{` are text. */
export const hclText = (text: string): string => `"${escaped(text).replace(/[$%](?=\{)/g, '$&$&')}"`

/** What stands between quotes, templates untouched. */
export const escaped = (text: string): string =>
  text.replace(/["\\\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/gu, (character) => {
    const short = shortEscapes.get(character)
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

const shortEscapes = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
])

/** Letters of newer Unicode versions are none to Terraform; `for` and `null` as keys of a map would mean something else. */
export const isBareKey = (key: string): boolean => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) && !keywords.has(key)

const keywords: ReadonlySet<string> = new Set(['for', 'null', 'true', 'false'])

const longestListLine = 100

function listLines(list: Json[], words: Words): Line[] {
  const items = list.map((item) => hclLines(item, words, false))
  const short = items.reduce((length, [first]) => length + (first?.text.length ?? 0) + 2, 0) <= longestListLine
  if (items.every(({ length }) => length === 1) && (short || items.length === 1)) {
    return [{ text: `[${items.map(([first]) => first?.text).join(', ')}]` }]
  }
  const lines = items.flatMap((item) => item.map((line, at) => (at === item.length - 1 ? { text: `${line.text},` } : line)))
  return [{ text: '[' }, ...indented(lines), { text: ']' }]
}

function withKey({ key, lines }: Entry, width: number): Line[] {
  const [first, ...more] = lines
  return [{ text: `${key}${' '.repeat(Math.max(0, width - columns(key)))} = ${first?.text ?? ''}` }, ...more]
}

const columns = (text: string): number => [...text].length
