/** Amounts with a unit: `10K`, `1.5Gi`, `200m`. */
import { integer, type Value } from '../values.ts'
import type { Arguments, Group } from './arguments.ts'
import { integerOrFraction } from './exact.ts'

/** As numerator and denominator, so that nothing is lost. */
type Ratio = readonly [bigint, bigint]

const thousands = 'kmgtpezyrq'
const decimal = new Map<string, Ratio>([...thousands].map((letter, index) => [letter, [1000n ** BigInt(index + 1), 1n]]))
const binary = new Map<string, Ratio>([...thousands].map((letter, index) => [`${letter}i`, [1024n ** BigInt(index + 1), 1n]]))

/** Where upper and lower case mean different things. */
const small = new Map<string, Ratio>([
  ['h', [100n, 1n]],
  ['da', [10n, 1n]],
  ['d', [1n, 10n]],
  ['c', [1n, 100n]],
  ['m', [1n, 1000n]],
  ['μ', [1n, 10n ** 6n]],
  ['n', [1n, 10n ** 9n]],
  ['f', [1n, 10n ** 15n]],
  ['a', [1n, 10n ** 18n]],
  ['z', [1n, 10n ** 21n]],
  ['y', [1n, 10n ** 24n]],
  ['r', [1n, 10n ** 27n]],
  ['q', [1n, 10n ** 30n]],
])

export const units: Group = {
  'units.parse': [
    1,
    (args) => {
      const amount = read(args)
      const factor = amount && (small.get(amount.unit) ?? decimal.get(amount.unit.toLowerCase()) ?? binary.get(amount.unit.toLowerCase()))
      if (!amount) return undefined
      if (amount.unit !== '' && !factor) return undefined
      return times(amount.number, factor ?? [1n, 1n])
    },
  ],
  'units.parse_bytes': [
    1,
    (args) => {
      const amount = read(args)
      if (!amount) return undefined
      const unit = amount.unit.toLowerCase().replace(/b$/, '')
      const factor = unit === '' ? ([1n, 1n] as const) : (decimal.get(unit) ?? binary.get(unit))
      if (!factor) return undefined
      const [above, below] = amount.number
      return integer((above * factor[0]) / (below * factor[1]))
    },
  ],
}

function read(args: Arguments): { number: Ratio; unit: string } | undefined {
  const text = args.text(0).replaceAll('"', '')
  if (/\s/.test(text)) return args.fail('failed: spaces not allowed in resource string', text)
  if (text.length > 100) return args.fail('expects an amount', text)
  const [, sign = '', whole = '', fraction = '', exponent = '', unit = ''] =
    /^([+-]?)(\d*)(?:\.(\d*))?((?:[eE][+-]?\d{1,3}(?![\d.]))?)(.*)$/u.exec(text) ?? []
  if (whole === '' && fraction === '') return args.fail('failed: no amount provided', text)
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const power = Number(exponent.slice(1) || 0) - fraction.length
  return { number: power < 0 ? [digits, 10n ** BigInt(-power)] : [digits * 10n ** BigInt(power), 1n], unit }
}

function times([above, below]: Ratio, [by, over]: Ratio): Value {
  const [up, down] = [above * by, below * over]
  if (up % down === 0n) return integer(up / down)
  const scale = 10n ** 40n
  return integerOrFraction(Number(`${(up * scale) / down}e-40`))
}
