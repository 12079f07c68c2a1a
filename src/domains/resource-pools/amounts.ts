/** Amounts in words, and compared. */
import type { Amounts } from './queries.ts'

export const dimensions = ['cpu', 'memory', 'storage'] as const satisfies (keyof Amounts)[]

export const inWords = ({ cpu, memory, storage }: Amounts): string =>
  `${cpu} CPU ${cpu === 1 ? 'unit' : 'units'}, ${memory} MB of memory and ${storage} MB of storage`

/** The dimensions in which `asked` is more than `there`. */
export const beyond = (asked: Amounts, there: Amounts) => dimensions.filter((one) => asked[one] > there[one])

export const combined = (a: Amounts, b: Amounts, how: (a: number, b: number) => number): Amounts => ({
  cpu: how(a.cpu, b.cpu),
  memory: how(a.memory, b.memory),
  storage: how(a.storage, b.storage),
})

/** Never below zero: a quota may have been made smaller than what is used of it. */
export const minus = (a: Amounts, b: Amounts): Amounts => combined(a, b, (x, y) => Math.max(0, x - y))
