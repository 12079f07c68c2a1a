import { beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { chargesOf, Exact, totalOf } from '../../../test/support/cost-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { importRates } from './installation-rates.ts'

const server = useServer()
let ada: Client
let path: { organization_canonical: string }
let bring: (period: string, charges: readonly Charge[]) => Promise<unknown>

beforeEach(async () => {
  await server.database.query('delete from exchange_rates')
  path = { organization_canonical: fresh('acme') }
  ;({ ada } = await scenario(server, organization(path.organization_canonical, member('ada'))))
  const organizationId = await idOf(server, path.organization_canonical)
  bring = async (period, charges) => {
    const account = await costAccount({ database: server.platform.database, organizationId }, fresh('bill'))
    await bringMonth(server.platform, organizationId, account, period, charges)
  }
})

const july = { begin: '2026-07-01', end: '2026-08-01', granularity: 'month' } as const
const providers = (currency: 'USD' | 'EUR' | 'CNY' | 'GBP', more: object = {}) =>
  ada.getCloudCostManagementProviders({ path, query: { ...july, currency, ...more } })
const costIn = async (currency: 'USD' | 'EUR' | 'CNY' | 'GBP', more: object = {}) => {
  const answer = await providers(currency, more)
  expect(answer).toHaveStatus(200)
  return answer.body.data.cost_histogram.cost
}
const enter = (...rates: [day: string, from: string, to: string, rate: string][]) =>
  ada.setCloudCostExchangeRates({ path, body: { rates: rates.map(([day, from, to, rate]) => ({ day, from, to, rate })) } })

describe('costs in several currencies', () => {
  test('are never added up as they are: without a rate the answer says what to do', async () => {
    await bring('2026-07-01', [{ day: '2026-07-02', billed: '10', currency: 'USD' }])
    await bring('2026-07-01', [{ day: '2026-07-03', billed: '10', currency: 'CNY' }])
    const answer = await providers('USD')
    expect(answer).toBeError('Invalid', 'query.currency: no exchange rate from CNY to USD on or before')
    expect(JSON.stringify(answer.body)).toContain('Costs in CNY cannot be converted to USD')
    expect(JSON.stringify(answer.body)).toContain('npm run costs -- rates')
    // The day is the one that lacks it, when there is a rate later.
    await enter(['2026-07-20', 'CNY', 'USD', '0.14'])
    expect(await providers('USD')).toBeError('Invalid', 'on or before 2026-07-03')
    expect(await providers('USD', { begin: '2026-07-20' })).toHaveStatus(200)
  })

  test('are converted by the rate of the day, or the nearest before it, to the last digit', async () => {
    const dollars = chargesOf('2026-07-01', 60, 3, 'USD')
    const euros = chargesOf('2026-07-01', 60, 4, 'EUR')
    await bring('2026-07-01', dollars)
    await bring('2026-07-01', euros)
    expect(await enter(['2026-06-15', 'EUR', 'USD', '1.25'], ['2026-07-10', 'EUR', 'USD', '1.123456789'])).toHaveStatus(204)
    const expected = euros.reduce(
      (sum, { day, billed }) => sum.plus(new Exact(billed).times(day < '2026-07-10' ? '1.25' : '1.123456789')),
      dollars.reduce((sum, { billed }) => sum.plus(billed), new Exact(0)),
    )
    for (const granularity of ['month', 'week', 'day']) expect(await costIn('USD', { granularity })).toBe(expected.toNumber())
    // The other way round.
    const back = dollars.reduce(
      (sum, { day, billed }) => sum.plus(new Exact(billed).div(day < '2026-07-10' ? '1.25' : '1.123456789')),
      euros.reduce((sum, { billed }) => sum.plus(billed), new Exact(0)),
    )
    expect(await costIn('EUR')).toBeCloseTo(back.toNumber(), 9)
  })

  test('a version of a month replaces the one before it, in every granularity', async () => {
    const organizationId = await idOf(server, path.organization_canonical)
    const account = await costAccount({ database: server.platform.database, organizationId }, 'main-bill')
    const first = chargesOf('2026-07-01', 20, 8)
    await bringMonth(server.platform, organizationId, account, '2026-07-01', first)
    const second = chargesOf('2026-07-01', 30, 9)
    await bringMonth(server.platform, organizationId, account, '2026-07-01', second)
    for (const granularity of ['month', 'week', 'day']) expect(await costIn('USD', { granularity })).toBe(totalOf(second))
  })

  test('one currency alone needs no rates', async () => {
    const euros = chargesOf('2026-07-01', 20, 5, 'EUR')
    await bring('2026-07-01', euros)
    expect(await costIn('EUR')).toBe(totalOf(euros))
    expect(await providers('GBP')).toHaveStatus(422)
  })

  test("the installation's rates are compared through the euro; those of the organization go before them", async () => {
    await bring('2026-07-01', [{ day: '2026-07-02', billed: '100', currency: 'GBP' }])
    await importRates(server.platform.database, 'Date,USD,GBP,CNY,\n2026-07-01,1.10,0.80,N/A,\n2026-06-30,1.10,0.80,8,\n', 'test')
    expect(await costIn('USD')).toBe(137.5)
    expect(await costIn('EUR')).toBe(125)
    expect(await costIn('CNY')).toBe(1000)
    await enter(['2026-07-02', 'GBP', 'USD', '2'])
    expect(await costIn('USD')).toBe(200)
    const { data } = (await ada.listCloudCostExchangeRates({ path })).body
    await ada.deleteCloudCostExchangeRate({ path: { ...path, exchange_rate_id: data[0]?.id ?? 0 } })
    expect(await costIn('USD')).toBe(137.5)
  })
})

describe('rates that an organization enters', () => {
  test('are listed, the newest first, and replaced by the same day', async () => {
    await enter(['2026-07-01', 'EUR', 'USD', '1.1'], ['2026-07-03', 'GBP', 'USD', '1.3'], ['2026-07-02', 'EUR', 'CNY', '8.00'])
    await enter(['2026-07-01', 'EUR', 'USD', '1.2'])
    const { data, pagination } = (await ada.listCloudCostExchangeRates({ path })).body
    expect(data.map(({ day, from, to, rate }) => [day, from, to, rate])).toEqual([
      ['2026-07-03', 'GBP', 'USD', '1.3'],
      ['2026-07-02', 'EUR', 'CNY', '8'],
      ['2026-07-01', 'EUR', 'USD', '1.2'],
    ])
    expect(pagination.total).toBe(3)
  })

  test('are checked, all of them', async () => {
    const answer = await enter(
      ['2026-02-30', 'EUR', 'USD', '1'],
      ['2026-02-01', 'EUR', 'EUR', '1'],
      ['2026-02-02', 'EUR', 'USD', '0'],
      ['2026-02-03', 'EUR', 'USD', '-1'],
      ['2026-02-04', 'EUR', 'USD', '9999999999999999999'],
      ['2026-02-05', 'EUR', 'USD', '1'],
      ['2026-02-05', 'EUR', 'USD', '2'],
    )
    expect(answer).toBeError('Invalid', 'body.rates[0].day')
    for (const place of ['[1].to', '[2].rate', '[3].rate', '[4].rate', '[6]']) expect(JSON.stringify(answer.body)).toContain(place)
    expect(await ada.deleteCloudCostExchangeRate({ path: { ...path, exchange_rate_id: 4_000_000 } })).toHaveStatus(404)
  })

  test('stay in their organization', async () => {
    await enter(['2026-07-01', 'EUR', 'USD', '1.1'])
    const organization_canonical = fresh('other')
    const { bob } = await scenario(server, organization(organization_canonical, member('bob')))
    expect((await bob.listCloudCostExchangeRates({ path: { organization_canonical } })).body.data).toEqual([])
  })
})

describe('settings', () => {
  test('are as by default until they are changed', async () => {
    const settings = { lines_months: 4, figures_months: 36, cost_type: 'billed', anomaly_mails: true, report_mails: false } as const
    expect((await ada.getCloudCostSettings({ path })).body.data).toEqual(settings)
    const changed = { ...settings, lines_months: 12, report_mails: true }
    expect((await ada.updateCloudCostSettings({ path, body: changed })).body.data).toEqual(changed)
    expect((await ada.getCloudCostSettings({ path })).body.data).toEqual(changed)
    expect(await ada.updateCloudCostSettings({ path, body: { ...settings, lines_months: 40 } })).toBeError(
      'Invalid',
      'body.figures_months: must be 40 or more',
    )
  })
})
