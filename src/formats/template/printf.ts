import type { Budget } from './limits.ts'
import { formatNumber, formatted, goSyntax, quoted, twoDigitExponent, widthLimit } from './print.ts'
import { kindOf, typeOf, type Value, weigh } from './values.ts'

interface Directive {
  readonly minus: boolean
  readonly plus: boolean
  readonly sharp: boolean
  readonly blank: boolean
  readonly zero: boolean
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly verb: string
}

/**
 * Go's `fmt.Sprintf` for the values of templates, its complaints inside the text (`%!d(string=x)`, `%!s(MISSING)`) included.
 * Integers may stand where a float is asked for (`%.2f` of 3), because JSON does not tell 3 from 3.0.
 */
export const sprintf = (format: string, args: readonly Value[], budget: Budget): string => {
  const pieces: string[] = []
  let next = 0
  let length = 0
  let last = 0
  const add = (piece: string): void => {
    length += piece.length
    budget.string(piece.length)
    pieces.push(piece)
  }
  let chosen = false
  const take = (): Value | undefined => args[next++]
  for (const match of format.matchAll(/%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:\[(\d+)\])?(.?)/gsu)) {
    add(format.slice(last, match.index))
    last = match.index + match[0].length
    const directive = read(match, take)
    if (match[4] !== undefined) {
      next = Math.max(0, Number(match[4]) - 1)
      chosen = true
    }
    if (directive.verb === '%') add('%')
    else if (directive.verb === '') add('%!(NOVERB)')
    else {
      const value = take()
      add(value === undefined ? `%!${directive.verb}(MISSING)` : padded(rendered(directive, value, budget), directive, value))
    }
  }
  add(format.slice(last))
  const extra = (chosen ? [] : args.slice(next)).map((value) => (value === null ? '<nil>' : `${typeOf(value)}=${formatted(value, budget)}`))
  if (extra.length > 0) add(`%!(EXTRA ${extra.join(', ')})`)
  budget.string(length)
  return pieces.join('')
}

const read = (match: RegExpMatchArray, take: () => Value | undefined): Directive => {
  const [, flags = '', widthText, precisionText, , verb = ''] = match
  const size = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    const number = text === '*' ? take() : Number(text)
    return typeof number === 'number' ? Math.max(-widthLimit, Math.min(widthLimit, Math.trunc(number))) : undefined
  }
  const width = size(widthText)
  const precision = size(precisionText)
  return {
    minus: flags.includes('-') || (width ?? 0) < 0,
    plus: flags.includes('+'),
    sharp: flags.includes('#'),
    blank: flags.includes(' '),
    zero: flags.includes('0'),
    width: width === undefined ? undefined : Math.abs(width),
    precision: precision === undefined || precision < 0 ? undefined : precision,
    verb,
  }
}

const padded = (text: string, { width, minus, zero, verb }: Directive, value: Value): string => {
  const missing = (width ?? 0) - [...text].length
  if (missing <= 0) return text
  if (minus) return text + ' '.repeat(missing)
  const numeric = typeof value === 'number' && !'qTcU'.includes(verb)
  if (!zero || text.startsWith('%!') || !Number.isFinite(numeric ? value : 0)) return ' '.repeat(missing) + text
  const sign = numeric && /^[+\- ]/.test(text) ? text.slice(0, 1) : ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

const rendered = (directive: Directive, value: Value, budget: Budget): string => {
  const { verb, sharp } = directive
  if (verb === 'T') return typeOf(value)
  if (value !== null && typeof value === 'object') {
    weigh(value, budget)
    if (verb === 'v' && sharp) return goSyntax(value)
    return verb === 'v' ? formatted(value, budget) : composite(directive, value, budget)
  }
  budget.spend(((directive.precision ?? 0) + (directive.width ?? 0)) / 16)
  const text = scalar(directive, value)
  if (text !== undefined) return text
  return value === null ? `%!${verb}(<nil>)` : `%!${verb}(${typeOf(value)}=${formatted(value, budget)})`
}

/** Every verb but `%v` reaches into lists and maps. */
const composite = (directive: Directive, value: Value[] | Map<string, Value>, budget: Budget): string => {
  const one = (item: Value): string => (item === null ? '<nil>' : rendered({ ...directive, width: undefined }, item, budget))
  if (Array.isArray(value)) return `[${value.map(one).join(' ')}]`
  const keys = [...value.keys()].sort()
  return `map[${keys.map((key) => `${one(key)}:${one(value.get(key) ?? null)}`).join(' ')}]`
}

/** Undefined when the verb does not go with the value. */
const scalar = (directive: Directive, value: null | boolean | number | string): string | undefined => {
  const { verb } = directive
  if (value === null) return verb === 'v' ? '<nil>' : undefined
  if (typeof value === 'string') return textVerb(directive, value)
  if (typeof value === 'boolean') return verb === 'v' || verb === 't' ? String(value) : undefined
  return numberVerb(directive, value)
}

const textVerb = ({ verb, sharp, blank, precision }: Directive, value: string): string | undefined => {
  const cut = precision === undefined ? value : [...value].slice(0, precision).join('')
  if (verb === 'v') return sharp ? quoted(cut) : cut
  if (verb === 's') return cut
  if (verb === 'q') return sharp && !cut.includes('`') ? `\`${cut}\`` : quoted(cut)
  if (verb !== 'x' && verb !== 'X') return undefined
  const bytes = Buffer.from(cut).toString('hex')
  const spaced = blank ? (bytes.match(/../g) ?? []).join(' ') : bytes
  return verb === 'X' ? spaced.toUpperCase() : spaced
}

const numberVerb = (directive: Directive, value: number): string | undefined => {
  const { verb } = directive
  if (verb === 'v') return signed(directive, value, formatNumber(Math.abs(value)))
  if ('eEfFgG'.includes(verb)) return signed(directive, value, floatVerb(directive, Math.abs(value)))
  if (kindOf(value) !== 'int') return undefined
  if (verb === 'c') return character(value)
  if (verb === 'q') return `'${quoted(character(value)).slice(1, -1).replace('\\"', '"').replace("'", "\\'")}'`
  if (verb === 'U') return `U+${Math.abs(value).toString(16).toUpperCase().padStart(4, '0')}`
  const base = bases.get(verb)
  if (base === undefined) return undefined
  const digits = Math.abs(value)
    .toString(base.radix)
    .padStart(directive.precision ?? 0, '0')
  const prefix = directive.sharp || verb === 'O' ? base.prefix : ''
  return signed(directive, value, verb === 'X' ? (prefix + digits).toUpperCase() : prefix + digits)
}

const bases = new Map([
  ['d', { radix: 10, prefix: '' }],
  ['b', { radix: 2, prefix: '0b' }],
  ['o', { radix: 8, prefix: '0' }],
  ['O', { radix: 8, prefix: '0o' }],
  ['x', { radix: 16, prefix: '0x' }],
  ['X', { radix: 16, prefix: '0x' }],
])

const character = (code: number): string => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')

const signed = ({ plus, blank }: Directive, value: number, digits: string): string => {
  if (value < 0) return `-${digits}`
  return `${plus ? '+' : blank ? ' ' : ''}${digits}`
}

const floatVerb = ({ verb, precision }: Directive, value: number): string => {
  if (!Number.isFinite(value)) return formatNumber(value).replace('+', '')
  // JavaScript's limit of 100 digits is far beyond the precision of a number.
  const digits = Math.min(precision ?? 6, 100)
  const lower = verb.toLowerCase()
  if (lower === 'f') return value >= 1e21 ? BigInt(value).toString() : value.toFixed(digits)
  const text = lower === 'e' ? value.toExponential(digits) : shortest(value, precision)
  return verb === lower ? twoDigitExponent(text) : twoDigitExponent(text).toUpperCase()
}

const shortest = (value: number, precision: number | undefined): string => {
  if (precision === undefined) return formatNumber(value)
  const [mantissa = '', exponent] = value.toPrecision(Math.min(Math.max(precision, 1), 100)).split('e')
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  return exponent === undefined ? trimmed : `${trimmed}e${exponent}`
}
