import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { useServer } from '../../../test/support/server.ts'
import { type Bills, focus, month, openBills } from '../../../test/support/uploaded-bills.ts'

const server = useServer({ worker: true })

const good = focus(month('2026-07', 31, '2'))
const goodMonth = { month: '2026-07', state: 'active', lines: 31, billed_cost: 62, currency: 'USD' }
const truncated = () => {
  const whole = gzipSync(
    focus(month('2026-07', 31, '2').flatMap((line) => Array.from({ length: 400 }, (_, index) => ({ ...line, resource: `i-${index}` })))),
  )
  return whole.subarray(0, Math.floor(whole.length * 0.8))
}
const withoutColumn = (name: string) => {
  const rows = good.split('\n').map((line) => line.split(','))
  const at = rows[0]?.indexOf(name) ?? -1
  return rows.map((row) => row.filter((_, index) => index !== at).join(',')).join('\n')
}

async function withGoodMonth(): Promise<Bills> {
  const bills = await openBills(server)
  expect(await bills.upload(good)).toMatchObject({ status: 'succeeded' })
  return bills
}

describe('a file that cannot be read says why, and what was there stays', () => {
  test('truncated, unreadable, incomplete, hostile: each in words of its own', async () => {
    const bills = await withGoodMonth()
    const bad: [string, string | Uint8Array, RegExp][] = [
      ['truncated.csv.gz', truncated(), /truncated\.csv\.gz.*(cut off|end|incomplete|trunc)/i],
      ['header.csv', 'name,price\nweb,12\n', /header\.csv/],
      ['column.csv', withoutColumn('BilledCost'), /column\.csv.*BilledCost/],
      ['line.csv', `${good}"${'x'.repeat(5 * 2 ** 20)}"\n`, /line\.csv.*line/],
      ['number.csv', good.replace(',2,2,2,2,', ',abc,2,2,2,'), /number\.csv, line 2: BilledCost is "abc"/],
      ['huge.csv', good.replace(',2,2,2,2,', ',1e999999,2,2,2,'), /huge\.csv/],
      ['century.csv', good.replaceAll('2026-07-01T', '9026-07-01T').replaceAll('2026-08-01T', '9026-08-01T'), /century\.csv|century/],
      ['binary', Buffer.from([0, 1, 2, 3, 255, 254, 0, 10]), /binary/],
    ]
    for (const [name, body, reason] of bad) {
      const ended = await bills.upload(body, name)
      expect([name, ended.status, ended.months.filter(({ state }) => state === 'active')]).toEqual([name, 'failed', []])
      expect(ended.problems[0]).toMatch(reason)
      expect(ended.message.length).toBeLessThan(700)
      expect(await bills.months()).toEqual([goodMonth])
      const account = await bills.account()
      expect([account.status, account.status_message]).toEqual(['error', ended.message])
    }
    expect(await bills.upload(focus(month('2026-07', 31, '3')))).toMatchObject({ status: 'succeeded' })
    expect((await bills.account()).status).toBe('idle')
    const [told] = await server.database.query<{ n: string }>(
      `select count(*) as n from events e join organizations o on o.id = e.organization_id where o.canonical = $1 and e.title = 'A cloud cost import has failed'`,
      [bills.org],
    )
    expect(Number(told?.n)).toBe(bad.length)
  })
})

describe('a month that looks wrong is kept apart, with the reason', () => {
  test.each<[string, string, RegExp, Record<string, unknown>]>([
    [
      'that costs half',
      focus(month('2026-07', 31, '1')),
      /2026-07 costs 31\.00 USD, 50 % less than the 62\.00 USD before/,
      { billed_cost: 31 },
    ],
    ['that is below zero', focus(month('2026-07', 31, '-2')), /below zero/, { billed_cost: -62 }],
    [
      'without a day that was there',
      focus(month('2026-07', 31, '3').filter(({ day }) => day !== '2026-07-14')),
      /a day is missing that had costs before: 2026-07-14/,
      { billed_cost: 90, lines: 30 },
    ],
  ])('one %s, until somebody accepts it', async (_, file, reason, figures) => {
    const bills = await withGoodMonth()
    const ended = await bills.upload(file, 'suspicious.csv')
    expect(ended.status).toBe('failed')
    expect(ended.message).toMatch(reason)
    const refused = { ...goodMonth, state: 'refused', ...figures }
    expect(await bills.months()).toEqual(expect.arrayContaining([goodMonth, refused]))
    expect(await bills.account()).toMatchObject({ status: 'error' })
    // Once more: nothing new, and it is still said.
    expect(await bills.upload(file)).toMatchObject({
      status: 'failed',
      lines: 0,
      message: expect.stringContaining('still waits for somebody'),
    })

    const path = { ...bills.path, month: '2026-07' }
    const accepted = await bills.ada.acceptCloudCostMonth({ path })
    expect([accepted.status, accepted.body.data.state, accepted.body.data.phase, accepted.body.data.message]).toEqual([
      200,
      'active',
      'blue',
      '',
    ])
    expect(await bills.months()).toEqual([{ ...refused, state: 'active' }])
    expect((await bills.account()).status).toBe('idle')
    expect((await bills.ada.acceptCloudCostMonth({ path })).status).toBe(409)
  })

  test('one in two currencies, which nobody can accept', async () => {
    const bills = await withGoodMonth()
    const ended = await bills.upload(focus([...month('2026-07', 31, '2'), ...month('2026-07', 3, '5', { currency: 'EUR' })]))
    expect(ended).toMatchObject({ status: 'failed', message: expect.stringContaining('in several currencies (EUR, USD)') })
    const answer = await bills.ada.acceptCloudCostMonth({ path: { ...bills.path, month: '2026-07' } })
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([409, expect.stringContaining('cannot be accepted')])
    expect(await bills.months()).toContainEqual(goodMonth)
  })

  test('and the other months of the same file are shown', async () => {
    const bills = await withGoodMonth()
    const ended = await bills.upload(focus([...month('2026-07', 31, '1'), ...month('2026-08', 31, '1')]))
    expect(ended.status).toBe('failed')
    expect(ended.message).toMatch(/^Read 2026-08 \(31 lines, 31\.00 USD\)\. 2026-07 costs 31\.00 USD/)
    expect(await bills.months()).toEqual(expect.arrayContaining([goodMonth, { ...goodMonth, month: '2026-08', billed_cost: 31 }]))
  })
})
