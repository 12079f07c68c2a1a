/** Numbers that are not negative, as Go's strconv writes them. */

/** Digits after the point, as many as asked: JavaScript itself stops at 100. */
export function fixed(value: number, precision: number): string {
  if (value >= 1e21) return withFraction(BigInt(value).toString(), precision)
  const text = isTie(value, precision) ? toEven(value, precision) : value.toFixed(Math.min(precision, 100))
  return precision > 100 ? text.padEnd(text.length + precision - 100, '0') : text
}

/** Exactly between two: JavaScript takes the larger, Go the even one. */
const isTie = (value: number, precision: number): boolean =>
  precision < 70 && /^50*$/.test((value.toFixed(precision + 30).split('.')[1] ?? '').slice(precision))

function toEven(value: number, precision: number): string {
  const [whole = '', fraction = ''] = value.toFixed(precision + 1).split('.')
  const cut = precision > 0 ? `${whole}.${fraction.slice(0, precision)}` : whole
  return Number(cut.at(-1)) % 2 === 0 ? cut : value.toFixed(precision)
}

const withFraction = (whole: string, precision: number): string => (precision > 0 ? `${whole}.${'0'.repeat(precision)}` : whole)

/** `e`: with exponent. `g`: with exponent where the number is large or small; without a precision as short as it can be. */
export function floatText(value: number, verb: 'e' | 'g', precision: number | undefined): string {
  if (verb === 'e') return exponential(value, precision)
  if (precision === undefined) {
    const [, exponent] = parts(value.toExponential())
    return exponent < -4 || exponent >= 6 ? exponential(value, undefined) : plain(value)
  }
  const significant = Math.min(Math.max(precision, 1), 100)
  const [digits, exponent] = parts(value.toExponential(significant - 1))
  const short = digits.replace(/0+$/, '')
  if (exponent < -4 || exponent >= significant) return exponential(value, Math.max(short.length - 1, 0), significant)
  return fixed(Number(value.toPrecision(significant)), Math.max(short.length - 1 - exponent, 0))
}

function parts(text: string): [digits: string, exponent: number] {
  const [mantissa = '', exponent = '0'] = text.split('e')
  return [mantissa.replace('.', ''), Number(exponent)]
}

/** JavaScript changes to exponents earlier than Go does. */
const plain = (value: number): string => {
  const text = String(value)
  if (!text.includes('e')) return text
  const [digits, exponent] = parts(value.toExponential())
  return value.toFixed(Math.max(0, digits.length - 1 - exponent))
}

function exponential(value: number, precision: number | undefined, significant?: number): string {
  const rounded = significant === undefined ? value : Number(value.toPrecision(significant))
  const text = precision === undefined ? rounded.toExponential() : rounded.toExponential(Math.min(precision, 100))
  const [mantissa = '', exponent = '+0'] = text.split('e')
  const filled = precision !== undefined && precision > 100 ? mantissa.padEnd(mantissa.length + precision - 100, '0') : mantissa
  return `${filled}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}
