/** One value by one verb, as Go's fmt writes it. */
import { fixed, floatText } from './go-floats.ts'

/** Texts, whole numbers, and numbers with a fraction. */
export type Operand = string | number | bigint

export interface Format {
  left?: boolean
  plus?: boolean
  sharp?: boolean
  space?: boolean
  zero?: boolean
  width?: number
  precision?: number
}

export const shownType = (value: Operand): string =>
  typeof value === 'string' ? 'string' : typeof value === 'bigint' ? 'big.Int' : Number.isInteger(value) ? 'int' : 'float64'

export function formatted(value: Operand, verb: string, format: Format): string {
  if (verb === 'T') return padded(shownType(value), { ...format, zero: false })
  const text =
    typeof value === 'string'
      ? ofText(value, verb, format)
      : typeof value === 'number' && !Number.isInteger(value)
        ? ofFloat(value, verb, format)
        : ofInteger(BigInt(value), verb, format, typeof value === 'bigint')
  return text ?? `%!${verb}(${shownType(value)}=${formatted(value, 'v', {})})`
}

function ofText(value: string, verb: string, format: Format): string | undefined {
  const cut = format.precision === undefined ? value : [...value].slice(0, format.precision).join('')
  if (verb === 'v' && format.sharp) return padded(quoted(cut, false), format)
  if (verb === 's' || verb === 'v') return padded(cut, format)
  if (verb === 'q') return padded(format.sharp && !cut.includes('`') ? `\`${cut}\`` : quoted(cut, format.plus === true), format)
  if (verb !== 'x' && verb !== 'X') return undefined
  const bytes = Buffer.from(value, 'utf8').subarray(0, format.precision ?? value.length * 4)
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
  const start = format.sharp ? '0x' : ''
  const hex = format.space ? digits.map((pair) => start + pair).join(' ') : digits.length > 0 ? start + digits.join('') : ''
  return padded(verb === 'X' ? hex.toUpperCase() : hex, format)
}

const bases: Readonly<Record<string, readonly [base: number, start: string]>> = {
  v: [10, ''],
  d: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
}

function ofInteger(value: bigint, verb: string, format: Format, large: boolean): string | undefined {
  const character =
    value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn) ? String.fromCodePoint(Number(value)) : '\ufffd'
  if (verb === 'c' && !large) return padded(character, format)
  if (verb === 'q' && !large) return padded(quoted(character, format.plus === true).replace(/^"|"$/g, "'"), format)
  if (verb === 'U' && !large) {
    const code = `U+${value.toString(16).toUpperCase().padStart(4, '0')}`
    return padded(format.sharp ? `${code} '${character}'` : code, { ...format, zero: false })
  }
  const [base, start] = bases[large && verb === 's' ? 'd' : verb] ?? [0, '']
  if (base === 0) return undefined
  const magnitude = (value < 0n ? -value : value).toString(base)
  const digits = (verb === 'X' ? magnitude.toUpperCase() : magnitude).padStart(format.precision ?? 0, '0')
  const before = signOf(value < 0n, format) + ((format.sharp && verb !== 'v' && verb !== 'd') || verb === 'O' ? start : '')
  if (format.precision === 0 && value === 0n) return padded('', { ...format, zero: false })
  return numberPadded(before, digits, { ...format, zero: format.zero === true && format.precision === undefined })
}

function ofFloat(value: number, verb: string, format: Format): string | undefined {
  const lower = verb === 'F' ? 'f' : verb.toLowerCase()
  if (verb === 'V' || !'vefg'.includes(lower)) return undefined
  const magnitude = Math.abs(value)
  const text =
    lower === 'f'
      ? fixed(magnitude, format.precision ?? 6)
      : lower === 'e'
        ? floatText(magnitude, 'e', format.precision ?? 6)
        : floatText(magnitude, 'g', format.precision)
  return numberPadded(signOf(value < 0, format), verb === 'E' || verb === 'G' ? text.toUpperCase() : text, format)
}

const signOf = (negative: boolean, format: Format): string => (negative ? '-' : format.plus ? '+' : format.space ? ' ' : '')

/** Zeros go between the sign and the digits. */
const numberPadded = (before: string, digits: string, format: Format): string =>
  format.zero ? before + digits.padStart((format.width ?? 0) - before.length, '0') : padded(before + digits, format)

function padded(text: string, { width = 0, left, zero }: Format): string {
  const missing = Math.max(0, width - [...text].length)
  return left ? text + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + text
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

const quoted = (text: string, onlyAscii: boolean): string => `"${[...text].map((character) => escaped(character, onlyAscii)).join('')}"`

function escaped(character: string, onlyAscii: boolean): string {
  const known = escapes[character]
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x7f || (!onlyAscii && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character))) return character
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
