import { beforeAll, describe, expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { noRules } from '../../costs/attribution.ts'
import { type CostQuestion, type CostStore, TooManySums } from '../../costs/types.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { forecast } from './forecast.ts'
import { daysOf, monthAfter } from './spans.ts'
import { spendingOf } from './spending.ts'

const server = useServer()
const org = fresh('acme')
const today = '2026-11-18'
let organizationId: number

/**
 * Two projects from February on, one that ended in March and one that was shut down lately, a fee on the first of each month, an account
 * whose bills do not come any more, and a service in euros.
 */
const on = (day: string): Charge[] => [
  { day, billed: `${100 + Number(day.slice(5, 7))}.25`, tags: { project: 'Web.API' } },
  { day, billed: '3.5', service: 'AmazonS3', master_account: '3', tags: { project: 'lab' } },
  ...(day < '2026-04-01' ? [{ day, billed: '7', tags: { project: 'old' } }] : []),
  ...(day < '2026-11-07' ? [{ day, billed: '100', tags: { project: 'shut' } }] : []),
  ...(day.endsWith('-01') ? [{ day, billed: '500', tags: { project: 'fee' } }] : []),
  ...(day < '2026-11-09' ? [{ day, billed: '5', master_account: '9', tags: { project: 'afar' } }] : []),
  ...(day === '2026-10-02' ? [{ day, billed: '10', service: 'Virtual Machines', provider: 'azure', currency: 'EUR' }] : []),
]
const days = daysOf({ begin: '2026-02-01', end: '2026-11-17' })

beforeAll(async () => {
  await scenario(server, organization(org, member('ada')))
  organizationId = await idOf(server, org)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const rules = { ...noRules, project: { keys: ['project'], regex: '' } }
  for (let month = '2026-02-01'; month < today; month = monthAfter(month, 1)) {
    const charges = days.filter((day) => day.startsWith(month.slice(0, 7))).flatMap(on)
    await bringMonth(server.platform, organizationId, account, month, charges, rules)
  }
})

type Filters = Readonly<Record<string, readonly string[]>>

async function spending(
  all: readonly Filters[],
  { span = 'year', until, isHostile = false }: { span?: 'year' | 'month'; until?: string; isHostile?: boolean } = {},
) {
  const asked: CostQuestion[] = []
  const store = server.platform.costs
  const costs: CostStore = {
    ...store,
    currencies: (tx, range) => store.currencies(tx, range),
    sums: (tx, question) => {
      asked.push(question)
      if (isHostile && question.most !== undefined) throw new TooManySums(question.most)
      if (isHostile && question.groupBy.length > 1) throw new Error('as many sums as the bill has names')
      return store.sums(tx, question)
    },
  }
  const budgets = all.map((filters) => ({ span, currency: 'USD', filters, enabled: true }))
  const found = await OrgTx.read(server.platform.database, insideOf(organizationId), (tx) =>
    spendingOf(tx, budgets, { costs, costType: 'billed', today, until }),
  )
  return { found, asked }
}

const costOf = (fits: (charge: Charge) => boolean, end = today) =>
  days
    .filter((day) => day < end)
    .map((day) => ({ day, cost: on(day).reduce((sum, charge) => sum + (fits(charge) ? Number(charge.billed) : 0), 0) }))
const total = (list: readonly { cost: number }[]) => String(list.reduce((sum, { cost }) => sum + cost, 0))
const web = (charge: Charge) => charge.tags?.project === 'Web.API'

describe('what was spent of budgets', () => {
  test('is read by month where that is long ago, and tells the same as days do', async () => {
    const { found, asked } = await spending([{ projects: ['Web.API'] }])
    const all = costOf(web)
    expect(found[0]?.spent).toBe(total(all))
    const told = forecast(
      { begin: '2026-01-01', end: '2027-01-01' },
      all.map(({ day, cost }) => ({ day, cost: String(cost) })),
      '2026-11-16',
    )
    expect(Number(found[0]?.forecast)).toBeCloseTo(Number(told), 2)
    expect(asked.map(({ begin, end, granularity }) => [begin, end, granularity])).toEqual([
      ['2026-01-01', '2026-08-01', 'month'],
      ['2026-08-01', '2027-01-01', 'day'],
      // Of everything, once: how far the bills go.
      ['2026-08-01', '2026-11-19', 'day'],
    ])
  })

  test('is read together for those whose filters differ in their values alone', async () => {
    const filters = [{ projects: ['web-api'] }, { projects: ['lab'] }, { projects: ['Web.API', 'lab'] }, { projects: ['none'] }]
    const { found, asked } = await spending(filters)
    expect(asked).toHaveLength(3)
    for (const [index, one] of filters.entries()) expect(found[index]).toEqual((await spending([one])).found[0])
    expect(found.map(({ spent }) => spent)).toEqual([
      total(costOf(web)),
      total(costOf(({ service }) => service === 'AmazonS3')),
      total(costOf((charge) => web(charge) || charge.service === 'AmazonS3')),
      '0',
    ])
  })

  test('is known also where bills name more accounts than can be read', async () => {
    const all = [{ projects: ['web-api'] }, { projects: ['lab'] }]
    const [{ found }, hostile] = [await spending(all), await spending(all, { isHostile: true })]
    expect(hostile.found).toEqual(found)
  })

  test('is known of one where another one cannot be converted', async () => {
    const { found } = await spending([{ services: ['AmazonS3'] }, { services: ['Virtual Machines'] }])
    expect(found[0]).toMatchObject({ spent: total(costOf(({ service }) => service === 'AmazonS3')), problem: '' })
    expect(found[1]).toMatchObject({ spent: undefined, problem: expect.stringContaining('no exchange rate from there to USD') })
  })

  test('is all that will be spent of what is over, although the bills go on', async () => {
    const { found } = await spending([{ projects: ['old'] }, { projects: ['lab'] }])
    expect(found[0]).toMatchObject({ spent: '413', forecast: '413', problem: '' })
    const month = await spending([{ projects: ['shut'] }, { projects: ['fee'] }], { span: 'month' })
    expect(month.found[0]).toMatchObject({ spent: '600', forecast: '600', problem: '' })
    expect(month.found[1]).toMatchObject({ spent: '500', forecast: '500', problem: '' })
  })

  test('is not known after the end of the bills that it is on', async () => {
    const { found } = await spending([{ projects: ['afar'] }, { projects: ['lab'] }], { span: 'month' })
    expect(found[0]).toMatchObject({ spent: '40', forecast: '150', problem: expect.stringContaining('The bills end with 8 November 2026') })
    expect(found[1]?.problem).toBe('')
  })

  test('is nothing where no bill has anything that counts, and that is told', async () => {
    const { found } = await spending([{ projects: ['none'] }], { span: 'month' })
    expect(found[0]).toMatchObject({
      spent: '0',
      problem: expect.stringContaining('Nothing that counts here was billed since 1 November 2026'),
    })
  })

  test('is that up to a day, for who looks back', async () => {
    const { found } = await spending([{ projects: ['Web.API'] }], { until: '2026-07-01' })
    expect(found[0]).toMatchObject({
      spent: total(costOf(web, '2026-07-01')),
      problem: '',
      span: { begin: '2026-01-01', end: '2027-01-01' },
    })
    const month = await spending([{ projects: ['Web.API'] }], { until: '2026-07-01', span: 'month' })
    expect(month.found[0]?.span).toEqual({ begin: '2026-06-01', end: '2026-07-01' })
  })
})
