import { type Budget, limits } from './limits.ts'
import { sortedKeys, type Value, weigh } from './values.ts'

/** How an action prints a value: Go's `%v`, and `<no value>` for nil. */
export const printed = (value: Value, budget: Budget): string => {
  if (typeof value === 'string') return value
  return value === null ? '<no value>' : formatted(value, budget)
}

/** Go's `%v`. */
export const formatted = (value: Value, budget: Budget): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'object') weigh(value, budget)
  return plain(value)
}

/** Go's `print`: a blank between two operands of which neither is a text. */
export const printAll = (values: readonly Value[], budget: Budget): string =>
  values.reduce<string>((text, value, index) => {
    const blank = index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string'
    const next = `${text}${blank ? ' ' : ''}${formatted(value, budget)}`
    budget.string(next.length)
    return next
  }, '')

/** Go's `println`. */
export const printLine = (values: readonly Value[], budget: Budget): string => {
  const text = `${values.map((value) => formatted(value, budget)).join(' ')}\n`
  budget.string(text.length)
  return text
}

/** A number as `%v` has it: integers in full, other numbers below 1e-4 and from 1e6 on with an exponent of at least two digits. */
export const formatNumber = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const size = Math.abs(value)
  if (Number.isSafeInteger(value) || (size >= 1e-4 && size < 1e6)) return String(value)
  return twoDigitExponent(value.toExponential())
}

export const twoDigitExponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2')

/** Go's `%q`. */
export const quoted = (text: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what has to be escaped
  const escaped = text.replace(/[\x00-\x1f"\\\x7f-\xa0\xad\u2028\u2029\ufeff]|\p{Cf}|\p{Cs}|\p{Zs}/gu, (character) => {
    if (character === ' ') return character
    const short = shortEscapes.get(character)
    if (short !== undefined) return short
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `"${escaped}"`
}

const shortEscapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\b', '\\b'],
  ['\x07', '\\a'],
])

const plain = (value: Value): string => {
  if (value === null) return '<nil>'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `[${value.map(plain).join(' ')}]`
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${plain(value.get(key) ?? null)}`)
    .join(' ')}]`
}

/** Go's syntax of a value, `%#v`. The caller has weighed it. */
export const goSyntax = (value: Value): string => {
  if (value === null) return '<nil>'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!(value instanceof Map)) return plain(value)
  const entries = sortedKeys(value).map((key) => `${quoted(key)}:${goSyntax(value.get(key) ?? null)}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}

/** A width or precision of `printf` that is still meant. */
export const widthLimit = limits.characters / 64
