import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CostWorld, costWorld, type Line, loadMonth, newImport, reader, showMonth } from '../../../test/support/cost-store.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf, openDatabase } from '../../db/pool.ts'
import { noRules } from '../attribution.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const july = '2026-07-01'
const rules = { ...noRules, project: { keys: ['project'], regex: '' }, generation: 3 }
const nothing = { granularity: 'day', filters: {}, groupBy: [], costType: 'billed', currency: null } as const
const range = { begin: '2026-07-01', end: '2026-09-01' }

/** What readers see. */
const seen = async ({ scope }: { scope: { organizationId: number } }): Promise<string[]> =>
  OrgTx.read(world.database, insideOf(scope.organizationId), async (tx) =>
    (await world.store.sums(tx, { ...nothing, ...range })).map(({ cost }) => cost),
  )

describe('a month', () => {
  test('is what its lines add up to, by day, by month and by resource', async () => {
    const acme = await world.organization('sums')
    const { writer, totals } = await showMonth(
      world,
      acme,
      july,
      [
        { day: '2026-07-01', billed: '0.1000000000000001', resource: 'i-1', tags: { project: 'Web Shop' } },
        { day: '2026-07-01', billed: '0.2', effective: '0.15', resource: 'i-1', tags: { project: 'Web Shop' } },
        { day: '2026-07-03', billed: '-0.05', resource: 'i-2', service: 'AmazonS3' },
        { day: '2026-08-01', billed: '3', resource: null, service: 'Tax', dimension: { record_type: 'tax' } },
      ],
      { rules },
    )
    expect(totals).toEqual({
      lines: 4,
      currencies: ['USD'],
      billed: '3.2500000000000001',
      effective: '3.2000000000000001',
      firstDay: '2026-07-01',
      lastDay: '2026-08-01',
      missingDays: ['2026-07-02'],
    })
    const what = 'service, project, tagged, lines::int, billed, effective'
    const daily = await world.test.query(
      `select day::text, ${what} from cost_daily f join cost_dimensions d on d.id = f.dimension_id where month_id = $1 order by 1, 2`,
      [writer.month.id],
    )
    const web = {
      service: 'AmazonEC2',
      project: 'web-shop',
      tagged: true,
      lines: 2,
      billed: '0.3000000000000001',
      effective: '0.2500000000000001',
    }
    const files = { service: 'AmazonS3', project: '', tagged: false, lines: 1, billed: '-0.05', effective: '-0.05' }
    const tax = { service: 'Tax', project: '', tagged: false, lines: 1, billed: '3', effective: '3' }
    expect(daily).toEqual([
      { day: '2026-07-01', ...web },
      { day: '2026-07-03', ...files },
      { day: '2026-08-01', ...tax },
    ])
    const monthly = await world.test.query(
      `select month::text, ${what} from cost_monthly f join cost_dimensions d on d.id = f.dimension_id where month_id = $1 order by 1, 2`,
      [writer.month.id],
    )
    expect(monthly).toEqual([
      { month: '2026-07-01', ...web },
      { month: '2026-07-01', ...files },
      { month: '2026-08-01', ...tax },
    ])
    const resources = await world.test.query(
      `select resource, project, days, first_day::text from cost_month_resources f join cost_resources r on r.id = f.resource_id
       where month_id = $1 order by 1`,
      [writer.month.id],
    )
    expect(resources).toEqual([
      { resource: 'i-1', project: 'web-shop', days: 0b1, first_day: '2026-07-01' },
      { resource: 'i-2', project: '', days: 0b100, first_day: '2026-07-03' },
    ])
    const [month] = await world.test.query(
      `select state, phase, currency, lines::int, billed, first_day::text, last_day::text, mapping_generation, activated_at is not null as shown
       from cost_months where id = $1`,
      [writer.month.id],
    )
    expect(month).toEqual({
      state: 'active',
      phase: 'green',
      currency: 'USD',
      lines: 4,
      billed: '3.2500000000000001',
      first_day: '2026-07-01',
      last_day: '2026-08-01',
      mapping_generation: 3,
      shown: true,
    })
  })

  test('has the accounts that its bill is about, with the names that the bill gives them', async () => {
    const acme = await world.organization('accounts')
    await showMonth(world, acme, july, [
      {},
      { dimension: { linked_account: '300000000003' }, focus: { SubAccountName: 'Data' } },
      { dimension: { linked_account: '' } },
    ])
    const linked = await world.test.query(
      'select account_id, cloud_provider, billed_name from cost_linked_accounts where organization_id = $1 order by 1',
      [acme.scope.organizationId],
    )
    expect(linked).toEqual([
      { account_id: '200000000002', cloud_provider: 'aws', billed_name: 'Web' },
      { account_id: '300000000003', cloud_provider: 'aws', billed_name: 'Data' },
    ])
    expect(await world.test.query('select account_id from cost_accounts where id = $1', [acme.account])).toEqual([
      { account_id: '100000000001' },
    ])
  })

  test('has no sum when its lines are of two currencies', async () => {
    const acme = await world.organization('currencies')
    const { totals } = await loadMonth(world, acme, july, [{ billed: '1' }, { billed: '2', dimension: { currency: 'EUR' } }])
    expect(totals).toMatchObject({ currencies: ['EUR', 'USD'], billed: '0', effective: '0' })
  })

  test('of an empty bill is empty', async () => {
    const acme = await world.organization('empty')
    const writer = await world.store.openMonth(acme.scope, {
      costAccountId: acme.account,
      importId: await newImport(acme),
      period: july,
      digest: 'a',
    })
    await writer.finish({ name: 'bill.csv', digest: 'a' })
    expect(await world.store.addUp(acme.scope, writer.month, noRules)).toEqual({
      lines: 0,
      currencies: [],
      billed: '0',
      effective: '0',
      firstDay: null,
      lastDay: null,
      missingDays: [],
    })
  })
})

describe('versions', () => {
  test('are switched at once: whoever looks sees the old one or the new one', async () => {
    const acme = await world.organization('switching')
    await showMonth(world, acme, july, [{ billed: '1' }, { billed: '2', day: '2026-07-02' }])
    const next = await loadMonth(world, acme, july, [{ billed: '10' }, { billed: '20', day: '2026-07-03' }], { digest: 'second' })
    expect(await seen(acme)).toEqual(['3'])
    const answers = new Set<string>()
    let over = false
    const looking = (async () => {
      while (!over) answers.add(JSON.stringify(await seen(acme)))
    })()
    await world.store.activate(acme.scope, next.writer.month, { finalized: true })
    await seen(acme)
    over = true
    await looking
    expect(await seen(acme)).toEqual(['30'])
    expect([...answers].every((answer) => answer === '["3"]' || answer === '["30"]')).toBe(true)
    expect(
      await world.test.query('select state, phase, finalized from cost_months where organization_id = $1 order by id', [
        acme.scope.organizationId,
      ]),
    ).toEqual([
      { state: 'replaced', phase: 'green', finalized: false },
      { state: 'active', phase: 'blue', finalized: true },
    ])
  })

  test('that are refused are not seen, and wait until they are accepted or another one comes', async () => {
    const acme = await world.organization('refusing')
    await showMonth(world, acme, july, [{ billed: '5' }])
    const first = await loadMonth(world, acme, july, [{ billed: '1' }], { digest: 'second' })
    await world.store.refuse(acme.scope, first.writer.month, 'far less than before')
    expect(await seen(acme)).toEqual(['5'])
    const second = await loadMonth(world, acme, july, [{ billed: '2' }], { digest: 'third' })
    await world.store.refuse(acme.scope, second.writer.month, 'still less than before')
    await expect(world.store.activate(acme.scope, first.writer.month, { finalized: false })).rejects.toThrow('put aside')
    await world.store.activate(acme.scope, second.writer.month, { finalized: false })
    expect(await seen(acme)).toEqual(['2'])
  })

  test('that are accepted may have more resources than a request has time for', async () => {
    const acme = await world.organization('patient')
    const { writer } = await loadMonth(world, acme, july, [{}])
    await world.store.refuse(acme.scope, writer.month, 'odd')
    await world.test.query(`create function slowly() returns trigger language plpgsql as 'begin perform pg_sleep(2.5); return null; end'`)
    await world.test.query('create trigger slowly after update on cost_resources for each statement execute function slowly()')
    await using hasty = openDatabase({ url: world.test.url, size: 1, statementTimeout: 2000 })
    await world.store.activate({ ...acme.scope, database: hasty }, writer.month, { finalized: false })
    await world.test.query('drop function slowly cascade')
    expect(await seen(acme)).toEqual(['1'])
  })

  test('say of a resource since when it is charged for, also when a corrected bill knows better', async () => {
    const acme = await world.organization('first-days')
    const firstDays = async () => {
      const rows = await world.test.query<{ resource: string; first_day: string | null }>(
        'select resource, first_day::text from cost_resources where organization_id = $1 order by 1',
        [acme.scope.organizationId],
      )
      return Object.fromEntries(rows.map(({ resource, first_day }) => [resource, first_day]))
    }
    const on = (day: string, ...resources: string[]): Line[] => resources.map((resource) => ({ day, resource }))
    await showMonth(world, acme, '2026-07-01', on('2026-07-05', 'both', 'july', 'gone', 'earlier'))
    await showMonth(world, acme, '2026-08-01', on('2026-08-31', 'both', 'august'))
    expect(await firstDays()).toEqual({
      both: '2026-07-05',
      july: '2026-07-05',
      gone: '2026-07-05',
      earlier: '2026-07-05',
      august: '2026-08-31',
    })
    await showMonth(world, acme, '2026-07-01', [...on('2026-07-09', 'july'), ...on('2026-07-02', 'earlier')], { digest: 'corrected' })
    expect(await firstDays()).toEqual({ both: '2026-08-31', july: '2026-07-09', gone: null, earlier: '2026-07-02', august: '2026-08-31' })
  })

  test('of one organization are nothing to another', async () => {
    const [acme, other] = [await world.organization('mine'), await world.organization('yours')]
    const { writer } = await showMonth(world, acme, july, [{ tags: { project: 'web' } }])
    expect(await seen(other)).toEqual([])
    const { store } = world
    await expect(store.activate(other.scope, writer.month, { finalized: false })).rejects.toThrow('put aside')
    await expect(store.addUp(other.scope, writer.month, noRules)).rejects.toThrow('put aside')
    await expect(store.refuse(other.scope, writer.month, 'no')).rejects.toThrow('put aside')
    await store.attribute(other.scope, writer.month, rules)
    const asked = { costAccountId: acme.account, importId: 1, period: july, digest: 'x' }
    await expect(store.openMonth(other.scope, asked)).rejects.toThrow('The cloud cost account was not found')
    for await (const part of store.lines(other.scope, { period: july, costAccountIds: [acme.account] })) expect(part).toEqual([])
    expect(await seen(acme)).toEqual(['1'])
    // The same bill is theirs alone.
    await showMonth(world, other, july, [{ tags: { project: 'web' } }])
    expect(await seen(other)).toEqual(['1'])
    for (const table of ['cost_kinds', 'cost_dimensions', 'cost_tag_sets', 'cost_resources', 'cost_tag_groups', 'cost_tag_keys'])
      expect(
        await world.test.query(`select count(*)::int as count from ${table} where organization_id = any ($1) group by organization_id`, [
          [acme.scope.organizationId, other.scope.organizationId],
        ]),
      ).toEqual([{ count: 1 }, { count: 1 }])
  })

  test('begin on the first day of a month of this century', async () => {
    const acme = await world.organization('periods')
    for (const period of ['2026-07-02', '1999-12-01', '2100-01-01', "2026-13-01'; --"])
      await expect(world.store.openMonth(acme.scope, { costAccountId: acme.account, importId: 1, period, digest: 'x' })).rejects.toThrow(
        'not the first day of a month of this century',
      )
  })
})

test('lines of a reader that forgets are the same lines', async () => {
  const acme = await world.organization('forgetting')
  const writer = await world.store.openMonth(acme.scope, {
    costAccountId: acme.account,
    importId: await newImport(acme),
    period: july,
    digest: 'a',
  })
  for (let part = 0; part < 5; part++)
    await writer.write(reader()(july, [{ tags: { a: 'b', c: 'd' } }, { tags: { c: 'd', a: 'b' }, name: `machine ${part}` }]), {
      name: 'bill.csv',
      digest: 'a',
      done: part === 4,
    })
  expect(await world.store.addUp(acme.scope, writer.month, noRules)).toMatchObject({ lines: 10, billed: '10' })
  expect(
    await world.test.query('select name, count(*) over ()::int as count from cost_resources where organization_id = $1', [
      acme.scope.organizationId,
    ]),
  ).toEqual([{ name: 'machine 4', count: 1 }])
})
