/**
 * Values as YAML text that every reader takes for the same value: YAML 1.1 and 1.2, Go and Python. No line is ever folded,
 * so a long text stays one line.
 */
import { FormatError } from '../format-error.ts'
import { isJsonMap, type Json, shown } from '../json-value.ts'
import { plainScalar } from './plain-scalar.ts'

export interface YamlStyle {
  /** Columns per level of maps. */
  step: number
  /** Columns by which the items of a list stand right of its key. */
  listStep: number
}

export type Quote = 'single' | 'double'

/** What stands behind `key:`, and the lines below it. */
export interface YamlBlock {
  head: string
  /** Without line ends. */
  lines: string[]
}

/** On one line, in flow style. */
export function yamlInline(value: Json, quote?: Quote, inFlow = false): string {
  if (typeof value === 'string') return textOf(value, quote, inFlow)
  if (Array.isArray(value)) return `[${value.map((item) => yamlInline(item, undefined, true)).join(', ')}]`
  if (isJsonMap(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${yamlKey(key, true)}: ${yamlInline(item, undefined, true)}`)
    return pairs.length > 0 ? `{${pairs.join(', ')}}` : '{}'
  }
  return typeof value === 'number' ? numberOf(value) : String(value)
}

/** @throws FormatError when the key is too long to stand on a line of its own */
export function yamlKey(key: string, inFlow = false): string {
  const text = textOf(key, undefined, inFlow)
  if (text.length > longestKey) throw new FormatError(`the key "${shown(key)}" is too long for a YAML file`)
  return text
}

/** YAML allows 1024 characters including the blanks around it. */
const longestKey = 1000

/** The value of a key that stands in column `indent`, over several lines where that reads better. */
export function yamlBlock(value: Json, indent: number, style: YamlStyle, literals: Literals): YamlBlock {
  if (typeof value === 'string')
    return fitsLiteral(value, literals) ? literalOf(value, indent + style.step) : { head: textOf(value), lines: [] }
  if (Array.isArray(value) && value.length > 0) return { head: '', lines: itemLines(value, indent + style.listStep, style, literals) }
  if (isJsonMap(value) && Object.keys(value).length > 0) return { head: '', lines: pairLines(value, indent + style.step, style, literals) }
  return { head: yamlInline(value), lines: [] }
}

/** Where a `|` text may end: what comes after it in the file must not become part of it. `unended`: not with a line break. */
export type Literals = 'yes' | 'unended' | 'no'

/** The lines of `key: value`. */
export function yamlPair(key: string, value: Json, indent: number, style: YamlStyle, literals: Literals): string[] {
  const { head, lines } = yamlBlock(value, indent, style, literals)
  return [`${' '.repeat(indent)}${yamlKey(key)}:${head === '' ? '' : ` ${head}`}`, ...lines]
}

function pairLines(map: { [key: string]: Json }, indent: number, style: YamlStyle, literals: Literals): string[] {
  return Object.entries(map).flatMap(([key, value]) => yamlPair(key, value, indent, style, literals))
}

function itemLines(list: Json[], indent: number, style: YamlStyle, literals: Literals): string[] {
  return list.flatMap((item) => {
    const dash = `${' '.repeat(indent)}- `
    const inner = indent + 2
    if (typeof item === 'string' && fitsLiteral(item, literals)) {
      const { head, lines } = literalOf(item, inner)
      return [`${dash}${head}`, ...lines]
    }
    const lines = isJsonMap(item)
      ? pairLines(item, inner, style, literals)
      : Array.isArray(item)
        ? itemLines(item, inner, style, literals)
        : []
    // `- key: value`: the first line of what is nested stands behind the dash.
    const [first, ...more] = lines
    return first === undefined ? [`${dash}${yamlInline(item)}`] : [`${dash}${first.slice(inner)}`, ...more]
  })
}

function fitsLiteral(text: string, literals: Literals): boolean {
  if (literals === 'no' || !text.includes('\n') || (literals === 'unended' && text.endsWith('\n'))) return false
  // A blank first line or column would need an indentation number, blank last lines another mark: quoted is clearer.
  if (/^[\s]/.test(text) || text.endsWith('\n\n') || needsEscape.test(text)) return false
  return !text.split('\n').some((line) => line !== '' && line.trim() === '')
}

function literalOf(text: string, indent: number): YamlBlock {
  const ended = text.endsWith('\n')
  const lines = (ended ? text.slice(0, -1) : text).split('\n')
  return { head: ended ? '|' : '|-', lines: lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`)) }
}

function textOf(text: string, quote?: Quote, inFlow = false): string {
  if (quote === 'single' && !unquotable.test(text)) return `'${text.replaceAll("'", "''")}'`
  return quote === undefined && isPlain(text, inFlow) ? text : quoted(text)
}

function isPlain(text: string, inFlow: boolean): boolean {
  return (
    plainText.test(text) &&
    !/: | #|[: ]$/.test(text) &&
    !(inFlow && /[,:?[\]{}]/.test(text)) &&
    typeof plainScalar(text) === 'string' &&
    !readAsOther.has(text.toLowerCase())
  )
}

/** Digits and signs in front are left to quotes: 1e3, 12:30:00, 2024-01-01, 0o14 and .5 are numbers or dates to some readers. */
const plainText = /^[\p{L}_/($][\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u
const readAsOther = new Set(['y', 'n', 'nan', 'inf', 'infinity'])

/** Not printable in YAML, or a line end to some readers. Line feeds and tabs are fine in a `|` text. */
const unquotable = /[\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/u
const needsEscape = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/u
/** JSON leaves these as they are. */
const afterJson = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g

/** JSON's escapes mean the same in YAML's double quotes. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(afterJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** A number with an exponent needs a point: PyYAML takes 1e+21 for a text. */
function numberOf(number: number): string {
  const text = String(number)
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text
}
