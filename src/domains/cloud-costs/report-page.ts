/** A page of plain text about a month of costs. Pure: figures in, lines of at most 78 characters out. */
import { Decimal } from 'decimal.js'
import type { Day } from '../../formats/billing/types.ts'
import { change, figure, money, oneLine } from '../cost-budgets/money.ts'
import { inWords, monthAfter, monthInWords } from '../cost-budgets/spans.ts'

/** Of a provider, project and so on: this month, and the one before. */
export interface Compared {
  readonly name: string
  readonly cost: string
  readonly before: string
}

export interface Report {
  readonly organization: string
  /** First day. */
  readonly month: Day
  readonly currency: string
  readonly costType: 'billed' | 'effective'
  readonly total: Compared
  readonly providers: readonly Compared[]
  readonly projects: readonly Compared[]
  readonly services: readonly Compared[]
  readonly recordTypes: readonly Compared[]
  /** Costs that no project could be found for. */
  readonly unattributed: Compared
  readonly resources: {
    readonly all: number
    readonly new: number
    readonly newOf: readonly { name: string; count: number }[]
    readonly largest: readonly string[]
  }
  readonly budgets: readonly {
    name: string
    amount: string
    currency: string
    span: string
    spent: string | undefined
    forecast: string | undefined
    problem: string
  }[]
  readonly anomalies: readonly { reason: string; status: string }[]
  readonly energy: { readonly kwh: number; readonly co2e: number /** 0 to 1. */; readonly coverage: number }
  readonly rates: readonly { currency: string; rate: string; day: Day }[]
  /** Sections that are left out for who may not see them. */
  readonly hidden: readonly string[]
  /** The last day that was charged for, when the month is not billed to its end. */
  readonly until: Day | undefined
}

export const width = 78
const most = 10

export function pageOf(report: Report): string {
  const { organization, month, currency, costType, total, hidden, until } = report
  const sections = [
    [
      `Cloud costs of ${oneLine(organization, 50)}`,
      `${monthInWords(month)}, in ${currency}, ${costType === 'billed' ? 'as billed' : 'as they are effective: with prepaid parts spread over time'}`,
      '='.repeat(width),
    ],
    total.cost === '0' && total.before === '0' ? ['Nothing was billed in this month or the one before.'] : summary(report),
    table('By provider', report.providers, month),
    table('Projects', report.projects, month),
    table('Services', report.services, month),
    table('Kinds of charges', report.recordTypes, month),
    resourceLines(report),
    budgetLines(report),
    anomalyLines(report),
    energyLines(report),
    rateLines(report),
    hidden.length === 0 ? [] : wrapped(`Left out, since you may not list them: ${hidden.join(' and ')}.`),
    until === undefined ? [] : wrapped(`Bills of this month are known up to ${inWords(until)}: the figures will still grow.`),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function summary({ total, unattributed, currency, month }: Report): string[] {
  const share = new Decimal(total.cost).gt(0) ? ` (${figure(new Decimal(unattributed.cost).div(total.cost).times(100), 1)} %)` : ''
  return [
    row('Total', money(total.cost, currency), 26),
    row(monthInWords(monthAfter(month, -1)), money(total.before, currency), 26),
    row(
      'Change',
      [signed(new Decimal(total.cost).minus(total.before)), currency, parenthesized(change(total.before, total.cost))]
        .filter(Boolean)
        .join(' '),
      40,
    ),
    ...(new Decimal(unattributed.cost).isZero()
      ? []
      : [row('Not attributed to a project', `${money(unattributed.cost, currency)}${share}`, 40)]),
  ]
}

const signed = (amount: Decimal) => `${amount.gt(0) ? '+' : ''}${figure(amount)}`
const parenthesized = (text: string) => (text === '' ? '' : `(${text})`)

function table(title: string, rows: readonly Compared[], month: Day): string[] {
  const kept = rows.filter(({ cost, before }) => !new Decimal(cost).isZero() || !new Decimal(before).isZero())
  if (kept.length === 0) return []
  const shown = kept.slice(0, most)
  const rest = kept.slice(most)
  const sum = (of: (row: Compared) => string) => rest.reduce((total, one) => total.plus(of(one)), new Decimal(0)).toFixed()
  const all =
    rest.length === 0
      ? shown
      : [...shown, { name: `${rest.length} more`, cost: sum(({ cost }) => cost), before: sum(({ before }) => before) }]
  const head = columns(title, short(month), short(monthAfter(month, -1)), 'change')
  return [
    head,
    '-'.repeat(width),
    ...all.map(({ name, cost, before }) => columns(name, figure(cost), figure(before), change(before, cost))),
  ]
}

const short = (day: Day) => `${monthInWords(day).slice(0, 3)} ${day.slice(0, 4)}`

function columns(name: string, ...cells: string[]): string {
  const right = cells.map((cell, index) => ` ${cell}`.padStart(index === cells.length - 1 ? 11 : 16)).join('')
  return `${fitted(name, width - right.length)}${right}`
}

function row(name: string, value: string, space: number): string {
  const right = value.padStart(space)
  return `${fitted(name, width - right.length)}${right}`
}

/** Exactly so wide. */
function fitted(name: string, wide: number): string {
  const letters = [...oneLine(name, 1000)]
  const room = Math.max(4, wide)
  return letters.length > room - 1 ? `${letters.slice(0, room - 2).join('')}… ` : `${letters.join('')}${' '.repeat(room - letters.length)}`
}

function resourceLines({ resources }: Report): string[] {
  if (resources.all === 0) return []
  const number = (count: number) => figure(count, 0)
  return [
    row('Resources', `${number(resources.all)}, ${number(resources.new)} of them new`, 40),
    '-'.repeat(width),
    ...resources.newOf.slice(0, most).map(({ name, count }) => row(`New: ${name}`, number(count), 12)),
    ...(resources.largest.length === 0 ? [] : ['Those that cost most:']),
    ...resources.largest.slice(0, most).map((id) => `  ${fitted(id, width - 2).trimEnd()}`),
  ]
}

function budgetLines({ budgets }: Report): string[] {
  if (budgets.length === 0) return []
  return [
    columns('Budgets', 'spent', 'of', 'used'),
    '-'.repeat(width),
    ...budgets.slice(0, 20).flatMap(({ name, amount, currency, span, spent, forecast, problem }) => {
      const used = spent === undefined ? '' : `${figure(new Decimal(spent).div(amount).times(100), 0)} %`
      const line = columns(`${oneLine(name)} (${span})`, spent === undefined ? 'unknown' : figure(spent), money(amount, currency), used)
      const isOver = forecast !== undefined && new Decimal(forecast).gt(amount)
      const more = isOver ? [`  forecast for its end: ${money(forecast, currency)}`] : []
      return [line, ...more, ...(problem === '' ? [] : wrapped(problem, '  '))]
    }),
  ]
}

function anomalyLines({ anomalies }: Report): string[] {
  if (anomalies.length === 0) return []
  const more = anomalies.length - most
  return [
    'What was unusual',
    '-'.repeat(width),
    ...anomalies
      .slice(0, most)
      .flatMap(({ reason, status }) => wrapped(`${reason}${status === 'expected' ? ' This was expected.' : ''}`, '  ', '- ')),
    ...(more > 0 ? [`- and ${more} more.`] : []),
  ]
}

function energyLines({ energy: { kwh, co2e, coverage } }: Report): string[] {
  if (coverage <= 0) return []
  return [
    row('Energy, estimated', `${figure(kwh, 0)} kWh`, 26),
    row('Emissions, estimated', `${figure(co2e, 3)} t CO2e`, 26),
    ...wrapped(`Estimated for what ${figure(coverage * 100, 0)} % of the costs are for; of the rest nothing is known.`),
  ]
}

function rateLines({ rates, currency }: Report): string[] {
  return rates.map(
    ({ currency: from, rate, day }) =>
      `1 ${from} was ${new Decimal(rate).toSignificantDigits(6).toFixed()} ${currency} on ${inWords(day)}; other days have their own rates.`,
  )
}

/** @param first before the first line, in the place of the indent of the others */
function wrapped(text: string, indent = '', first = indent): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of oneLine(text, 2000)
    .split(' ')
    .flatMap((long) => long.match(/.{1,70}/gu) ?? [])) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line]
}
