import type { Json } from '../json-value.ts'

/**
 * What an unquoted text means. Pipelines (Go) and playbooks (Python) are read by the rules of YAML 1.1, so these hold here:
 * yes and off are booleans, 0644 is octal. Dates, 12:30:00 and infinities, which JSON has not, stay text.
 */
export function plainScalar(text: string): Json {
  if (text.length > 400) return text
  const word = words.get(text)
  if (word !== undefined) return word
  if (decimal.test(text)) return finite(Number(text.replaceAll('_', '')), text)
  if (based.test(text)) return finite(basedNumber(text), text)
  return text
}

const spellings = (word: string) => [word, word.toUpperCase(), `${word.charAt(0).toUpperCase()}${word.slice(1)}`]
const words = new Map<string, Json>([
  ['', null],
  ['~', null],
  ...spellings('null').map((word) => [word, null] as const),
  ...['true', 'yes', 'on'].flatMap(spellings).map((word) => [word, true] as const),
  ...['false', 'no', 'off'].flatMap(spellings).map((word) => [word, false] as const),
])

const decimal = /^[-+]?(?:(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?|0[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/
const based = /^[-+]?0(?:[0-7_]+|o[0-7]+|x[0-9a-fA-F_]+|b[01_]+)$/

function basedNumber(text: string): number {
  const digits = text.replaceAll('_', '').replace(/^[-+]/, '')
  const value = /^0[oxb]/.test(digits) ? Number(digits) : Number.parseInt(digits, 8)
  return text.startsWith('-') ? -value : value
}

const finite = (number: number, text: string): Json => (Number.isFinite(number) ? (number === 0 ? 0 : number) : text)
