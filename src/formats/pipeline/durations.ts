/** Durations as Go writes them: `90s`, `1h30m`, `1.5h`. */

/** In seconds; undefined for `never`, and for what is no duration or a negative one (`isDuration` tells these apart). */
export function seconds(text: string): number | undefined {
  if (text.length > longest || !duration.test(text)) return undefined
  // Go knows zero without a unit, and no other number.
  if (/^[-+]?0+$/.test(text)) return 0
  let sum = 0
  for (const [, amount = '', unit = ''] of text.matchAll(part)) sum += Number(amount) * (secondsOf.get(unit) ?? 0)
  // Go counts nanoseconds in 64 bits.
  if (sum > 9_223_372_036 || (text.startsWith('-') && sum > 0)) return undefined
  return sum
}

export const isDuration = (text: string): boolean => seconds(text) !== undefined

const longest = 100
/** Beside the letter u: the micro sign and the Greek letter. */
const units = 'ns|us|\u00b5s|\u03bcs|ms|s|m|h'
const amount = '[0-9]+\\.?[0-9]*|\\.[0-9]+'
const duration = new RegExp(`^[-+]?(?:0+|(?:(?:${amount})(?:${units}))+)$`)
const part = new RegExp(`(${amount})(${units})`, 'g')
const secondsOf = new Map([
  ['ns', 1e-9],
  ['us', 1e-6],
  ['\u00b5s', 1e-6],
  ['\u03bcs', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
])
