/** What made most of a difference, and a sentence about it. Pure. */
import type { Decimal } from 'decimal.js'
import type { Day } from '../../formats/billing/types.ts'
import { medianOf } from '../cost-budgets/forecast.ts'
import { amountText, Exact, figure, money, oneLine } from '../cost-budgets/money.ts'
import { addDays, inWords } from '../cost-budgets/spans.ts'
import type { Cause, What } from './queries.ts'

/** What a part of the service cost on a day. */
export interface Part {
  readonly day: Day
  readonly region: string
  readonly instanceType: string
  readonly linkedAccount: string
  readonly cost: string
}

/** So many days before it tell what a part usually costs. */
export const daysBefore = 14
const mostCauses = 6
/** A cause made at least this part of the difference. */
const leastPart = 0.2

const groupings: ((part: Part) => string)[] = [
  ({ instanceType, region }) =>
    instanceType === '' ? '' : `instance type ${oneLine(instanceType)}${region === '' ? '' : ` in ${oneLine(region)}`}`,
  ({ region }) => (region === '' ? '' : `region ${oneLine(region)}`),
  ({ linkedAccount }) => (linkedAccount === '' ? '' : `account ${oneLine(linkedAccount)}`),
]

/** The largest first. @param parts of the day and of the days before it */
export function causesOf(parts: readonly Part[], day: Day, difference: number): Cause[] {
  const causes = groupings.flatMap((nameOf) => {
    const groups = new Map<string, Map<Day, Decimal>>()
    for (const part of parts) {
      const name = nameOf(part)
      const days = groups.get(name) ?? new Map<Day, Decimal>()
      groups.set(name, days.set(part.day, (days.get(part.day) ?? new Exact(0)).plus(part.cost)))
    }
    return [...groups].flatMap(([what, days]) => {
      if (what === '') return []
      const cost = days.get(day) ?? new Exact(0)
      const before = Array.from({ length: daysBefore }, (_, index) => days.get(addDays(day, -index - 1))?.toNumber() ?? 0)
      const expected = new Exact(medianOf(before)).toDecimalPlaces(6)
      const more = cost.minus(expected).toNumber()
      return more >= difference * leastPart ? [{ what, cost: amountText(cost), expected: expected.toFixed(), more }] : []
    })
  })
  return causes
    .sort((a, b) => b.more - a.more)
    .slice(0, mostCauses)
    .map(({ what, cost, expected }) => ({ what, cost, expected }))
}

interface Happened extends What {
  day: Day
  cost: string
  expected: string
  isNew: boolean
}

/** `Amazon EC2 of project web cost 412.10 USD on 14 July 2026; usual is about 120.40 USD. Most of the difference …` */
export function reasonOf({ service, project, provider, currency, day, cost, expected, isNew }: Happened, causes: readonly Cause[]): string {
  const what = `${oneLine(service || provider || 'Something', 200)}${project === '' ? ', not attributed to a project,' : ` of project ${project}`}`
  const usual = isNew
    ? `it did not cost anything in the weeks before, so it is new${project === '' ? '' : ' there'}`
    : `the days before it were about ${money(expected, currency)}`
  const [first] = causes
  const because = first
    ? ` Most of the difference is ${first.what} (+${figure(new Exact(first.cost).minus(first.expected))}).`
    : ' The difference is spread over many things.'
  return `${what} cost ${money(cost, currency)} on ${inWords(day)}; ${usual}.${because}`
}
