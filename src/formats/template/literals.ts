import { FormatError } from '../format-error.ts'

export interface Quoted {
  readonly value: string | number
  readonly end: number
  /** Line ends inside. */
  readonly lines: number
}

/**
 * A Go string ("…" with escapes), a raw string (`…`, over several lines) or a rune ('x', which is a number).
 * @throws FormatError naming the line
 */
export const readQuoted = (text: string, start: number, line: number): Quoted => {
  const quote = text.charAt(start)
  if (quote === '`') return readRaw(text, start, line)
  const end = closing(text, start, quote, line)
  const inside = text.slice(start + 1, end - 1)
  if (quote === '"') return { value: unescaped(inside, quote, line), end, lines: 0 }
  const character = unescaped(inside, quote, line)
  const code = character.codePointAt(0)
  if (code === undefined || String.fromCodePoint(code) !== character) throw new FormatError("'…' has to hold one character", line)
  return { value: code, end, lines: 0 }
}

/**
 * A Go number: decimal, 0x, 0o, 0b or octal with a leading 0, with underscores, or a float.
 * @throws FormatError naming the line, also for integers that a JSON number cannot carry exactly
 */
export const readNumber = (text: string, start: number, line: number): { value: number; end: number } => {
  numberWord.lastIndex = start
  const word = numberWord.exec(text)?.[0] ?? ''
  const value = toNumber(word)
  if (value === undefined || Number.isNaN(value)) throw new FormatError(`${word} is not a number`, line)
  if (!Number.isFinite(value) || (!/[.ep]/i.test(word) && !Number.isSafeInteger(value)))
    throw new FormatError(`${word} is too large a number`, line)
  return { value, end: start + word.length }
}

// The exponent's sign belongs to the word; in hexadecimal e is a digit and p leads the exponent.
const numberWord = /[+-]?(?:0[xX](?:[pP][+-]|[\w.])*|(?:[eE][+-]|[\w.])*)/y

const toNumber = (word: string): number | undefined => {
  const sign = word.startsWith('-') ? -1 : 1
  const digits = word.replace(/^[+-]/, '')
  if (/__|_$|^_/.test(digits)) return undefined
  const clean = digits.replaceAll('_', '')
  if (/^0[xob]/i.test(clean)) return sign * (/[.p]/i.test(clean) ? hexFloat(clean) : Number(clean))
  if (/^0[0-7]+$/.test(clean)) return sign * Number.parseInt(clean, 8)
  if (/^0\d+$/.test(clean)) return undefined
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(clean) ? sign * Number(clean) : undefined
}

const hexFloat = (word: string): number => {
  const match = /^0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(word)
  if (!match) return Number.NaN
  const [, whole = '', fraction = '', exponent = ''] = match
  return Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length)
}

const readRaw = (text: string, start: number, line: number): Quoted => {
  const close = text.indexOf('`', start + 1)
  if (close < 0) throw new FormatError('a `text` is not closed', line)
  const value = text.slice(start + 1, close)
  // Go drops carriage returns from raw strings.
  return { value: value.replaceAll('\r', ''), end: close + 1, lines: value.split('\n').length - 1 }
}

/** The place behind the closing quote. */
const closing = (text: string, start: number, quote: string, line: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === quote) return at + 1
    if (character === '\n') break
    if (character === '\\') at++
  }
  throw new FormatError(`a ${quote}text${quote} is not closed on its line`, line)
}

const simple = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
])

const escapes = /\\(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.)|$)/gsu

const unescaped = (inside: string, quote: string, line: number): string => {
  if (!inside.includes('\\')) return inside
  const text = inside.replace(escapes, (written: string, hex?: string, octal?: string, short?: string, long?: string, letter?: string) => {
    const byte = hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : undefined
    if (byte !== undefined) return byte < 0x80 ? String.fromCharCode(byte) : String.fromCharCode(byteMark + byte)
    const code = Number.parseInt(short ?? long ?? '', 16)
    if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return String.fromCodePoint(code)
    const plain = letter === quote ? quote : simple.get(letter ?? '')
    if (plain === undefined) throw new FormatError(`${written} is not an escape of Go`, line)
    return plain
  })
  return text.replace(/[\udc80-\udcff]+/gu, (bytes) => Buffer.from(Array.from(bytes, (byte) => byte.charCodeAt(0) - byteMark)).toString())
}

// `"\xc3\xa9"` spells é by its bytes. Until all of them are there they are lone surrogates, which no text holds.
const byteMark = 0xdc00
