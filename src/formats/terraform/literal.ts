/** Expressions that are plain values: texts without templates, numbers, booleans, null, and lists and maps of them. */
import { emptyMap, type Json } from '../json-value.ts'
import { heredocAt, type Token } from './tokens.ts'

/** Undefined for every other expression. */
export function literalOf(text: string, tokens: readonly Token[]): Json | undefined {
  const reader: Reader = { text, tokens, at: 0 }
  const value = readValue(reader)
  return value !== undefined && reader.at === tokens.length ? value : undefined
}

interface Reader {
  text: string
  tokens: readonly Token[]
  at: number
}

const source = ({ text, tokens, at }: Reader): string => {
  const token = tokens[at]
  return token ? text.slice(token.from, token.to) : ''
}

function readValue(reader: Reader): Json | undefined {
  const token = reader.tokens[reader.at]
  const written = source(reader)
  reader.at++
  switch (token?.kind) {
    case 'text':
      return unquoted(written.slice(1, -1))
    case 'heredoc':
      return heredocText(written)
    case 'number':
      return finite(Number(written))
    case 'word':
      return written === 'null' ? null : written === 'true' ? true : written === 'false' ? false : undefined
    case 'sign':
      if (written === '-') return readNegative(reader)
      return written === '[' ? readList(reader) : written === '{' ? readMap(reader) : undefined
    default:
      return undefined
  }
}

function readNegative(reader: Reader): Json | undefined {
  if (reader.tokens[reader.at]?.kind !== 'number') return undefined
  const number = Number(source(reader))
  reader.at++
  return finite(number === 0 ? 0 : -number)
}

const finite = (number: number): number | undefined => (Number.isFinite(number) ? number : undefined)

/** Depth is bounded: the structure has counted the brackets. */
function readList(reader: Reader): Json | undefined {
  const list: Json[] = []
  for (;;) {
    skipNewlines(reader)
    if (source(reader) === ']') break
    const value = readValue(reader)
    if (value === undefined) return undefined
    list.push(value)
    skipNewlines(reader)
    if (source(reader) === ',') reader.at++
    else if (source(reader) !== ']') return undefined
  }
  reader.at++
  return list
}

function readMap(reader: Reader): Json | undefined {
  const map = emptyMap()
  for (;;) {
    skipNewlines(reader)
    if (source(reader) === '}') break
    const key = readKey(reader)
    if (key === undefined || (source(reader) !== '=' && source(reader) !== ':')) return undefined
    reader.at++
    skipNewlines(reader)
    const value = readValue(reader)
    if (value === undefined) return undefined
    map[key] = value
    const next = reader.tokens[reader.at]
    if (source(reader) === ',' || next?.kind === 'newline') reader.at++
    else if (source(reader) !== '}') return undefined
  }
  reader.at++
  return map
}

function readKey(reader: Reader): string | undefined {
  const token = reader.tokens[reader.at]
  const written = source(reader)
  reader.at++
  if (token?.kind === 'word' && written !== 'for') return written
  if (token?.kind === 'number') return String(Number(written))
  return token?.kind === 'text' ? unquoted(written.slice(1, -1)) : undefined
}

function skipNewlines(reader: Reader): void {
  while (reader.tokens[reader.at]?.kind === 'newline') reader.at++
}

/** A heredoc knows no backslashes; `<<-` takes away the blanks that all its lines begin with. */
function heredocText(written: string): string | undefined {
  const start = heredocAt(written, 0)
  if (!start) return undefined
  const lines = written
    .slice(start.lines, written.lastIndexOf('\n') + 1)
    .replaceAll('\r\n', '\n')
    .split('\n')
    .slice(0, -1)
  const filled = lines.filter((line) => line.trim() !== '')
  const blanks = start.indented ? filled.reduce((least, line) => Math.min(least, line.search(/\S/)), Number.MAX_SAFE_INTEGER) : 0
  return withoutTemplates(lines.map((line) => `${line.slice(Math.min(blanks, line.search(/\S|$/)))}\n`).join(''))
}

const templates = /\$\$\{|%%\{|\$\{|%\{/g

/** Undefined when there is a template; escaped ones are text. */
function withoutTemplates(text: string): string | undefined {
  let hasTemplate = false
  const plain = text.replace(templates, (mark) => {
    hasTemplate ||= mark.length === 2
    return mark.slice(-2)
  })
  return hasTemplate ? undefined : plain
}

const escapes = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ['\\', '\\'],
])
const parts = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))|\$\$\{|%%\{|\$\{|%\{/gu

/** What stands between quotes. */
function unquoted(text: string): string | undefined {
  let plain = true
  const value = text.replace(parts, (part, four?: string, eight?: string, single?: string) => {
    if (part.startsWith('\\')) {
      const code = four ?? eight
      const character = code === undefined ? escapes.get(single ?? '') : characterOf(Number.parseInt(code, 16))
      plain &&= character !== undefined
      return character ?? ''
    }
    plain &&= part.length === 3
    return part.slice(-2)
  })
  return plain ? value : undefined
}

const characterOf = (code: number): string | undefined =>
  code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined
