import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Billed, type CostWorld, costWorld, type Line, newImport, showMonth } from '../../../test/support/cost-store.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { BillError } from '../../formats/billing/types.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The month so many after the current one. */
const from = (months: number): string => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 10)
}
const partitions = async (table = 'cost_lines') =>
  (
    await world.test.query<{ name: string }>(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass order by 1`,
      [table],
    )
  ).map(({ name }) => name)
const roomOf = (period: string, table = 'cost_lines') => `${table}_${period.slice(0, 4)}_${period.slice(5, 7)}`
const open = (whose: Billed, importId: number, period: string) =>
  world.store.openMonth(whose.scope, { costAccountId: whose.account, importId, period, digest: 'x' })
const locks = sql<{ count: number }>`select count(*)::int as count from pg_locks where locktype = 'relation' and pid = pg_backend_pid()`

describe('room for months', () => {
  test('is for what can have been charged: twenty years, and two months to come', async () => {
    const acme = await world.organization('range')
    const importId = await newImport(acme)
    const before = await partitions()
    await expect(open(acme, importId, from(-241))).rejects.toThrow('months more than 20 years ago are not kept')
    await expect(open(acme, importId, from(3))).rejects.toThrow('lies more than 2 months in the future')
    await expect(open(acme, importId, '2099-01-01')).rejects.toBeInstanceOf(BillError)
    expect(await partitions()).toEqual(before)
    await open(acme, importId, from(-240))
    await open(acme, importId, from(2))
    expect(await partitions()).toEqual([...before, roomOf(from(-240)), roomOf(from(2))].sort())
    expect(await partitions('cost_days')).toContain(roomOf(from(2), 'cost_days'))
  })

  test('is made for 36 months of one import at most', async () => {
    const acme = await world.organization('many')
    const [first, second] = [await newImport(acme), await newImport(acme)]
    for (let month = 0; month < 36; month++) await open(acme, first, from(-100 - month))
    await expect(open(acme, first, from(-136))).rejects.toThrow('One import brings at most 36 months')
    expect(await partitions()).not.toContain(roomOf(from(-136)))
    // One of those that it brings already.
    await open(acme, first, from(-100))
    await open(acme, second, from(-136))
  })
})

test('questions and upkeep lock the partitions of their months, however many others there are', async () => {
  await world.test.query(
    `select ensure_cost_partitions((date '2010-01-01' + make_interval(months => n))::date) from generate_series(0, 59) n`,
  )
  const acme = await world.organization('locks')
  const lines: Line[] = Array.from({ length: 205 }, (_, n) => ({ resource: `i-${n}`, tags: { Name: `web-${n}` } }))
  const { writer } = await showMonth(world, acme, '2026-07-01', lines)
  const filters = { tags: [{ key: 'Name', value: 'web-7' }] }
  const question = { begin: '2026-07-01', end: '2026-08-01', filters }
  const summed = { ...question, granularity: 'day', groupBy: ['service'], costType: 'billed', currency: 'USD' } as const
  const { store } = world
  const questions: [string, (tx: OrgTx) => Promise<unknown>, unknown][] = [
    ['sums', async (tx) => (await store.sums(tx, summed)).map(({ cost }) => cost), ['1']],
    ['resources', (tx) => store.resources(tx, question, 10), ['i-7']],
    ['counts', async (tx) => (await store.resourceCounts(tx, question, 10)).counts.map(({ resources }) => resources), [1]],
    ['values', (tx) => store.values(tx, question, [['service']], 10), [[['AmazonEC2']]]],
    ['tags', (tx) => store.tags(tx, question, 10), []],
    [
      'removing',
      (tx) =>
        tx
          .deleteFrom('cost_months')
          .where('id', '=', writer.month.id)
          .execute()
          .then(() => []),
      [],
    ],
  ]
  for (const [name, ask, expected] of questions) {
    const [answer, count] = await OrgTx.write(world.database, insideOf(acme.scope.organizationId), async (tx) => [
      await ask(tx),
      (await tx.execute(locks)).rows[0]?.count,
    ])
    expect(answer, name).toEqual(expected)
    expect(count, name).toBeLessThan(40)
  }
})

describe('at night', () => {
  const drop = () =>
    AccountTx.write(world.database, { kind: 'platform' }, async (tx) => {
      const { rows } = await tx.execute<{ month: string | null }>(sql`select drop_empty_cost_partitions() as month`)
      return rows[0]?.month ?? null
    })
  const dropAll = async () => {
    const dropped: string[] = []
    for (let month = await drop(); month !== null; month = await drop()) dropped.push(month)
    return dropped
  }

  test('partitions are dropped in which nobody has anything, and no others, although their owner sees no rows', async () => {
    const acme = await world.organization('empty')
    const [full, wanted, empty] = [from(-60), from(-61), from(-62)] as const
    await showMonth(world, acme, full, [{}])
    await open(acme, await newImport(acme), wanted)
    await world.test.query('select ensure_cost_partitions($1::date), ensure_cost_partitions($2::date)', [empty, from(0)])
    // Rows whose month is gone: nobody should have such, and they stay.
    await world.test.query('select ensure_cost_partitions($1::date)', [from(-63)])
    await world.test.query(
      `insert into cost_lines (organization_id, month_id, period, charge_start, charge_end, kind_id, billed, effective)
       values ($1, 1, $2, now(), now(), 1, 1, 1)`,
      [acme.scope.organizationId, from(-63)],
    )
    const owner = `owner_${randomBytes(6).toString('hex')}`
    await world.test.query(`create role ${owner} nologin`)
    try {
      await world.test.query(`grant usage, create on schema public to ${owner}`)
      for (const table of ['cost_lines', 'cost_days', ...(await partitions()), ...(await partitions('cost_days'))])
        await world.test.query(`alter table ${table} owner to ${owner}`)
      await world.test.query(`alter function drop_empty_cost_partitions owner to ${owner}`)
      await world.test.query(`grant execute on function is_cost_period_empty, in_platform_scope to ${owner}`)
      const dropped = await dropAll()
      expect(dropped).toContain(empty)
      for (const period of [full, wanted, from(-63), from(0)]) expect(dropped).not.toContain(period)
      for (const table of ['cost_lines', 'cost_days']) {
        const left = await partitions(table)
        expect(left).not.toContain(roomOf(empty, table))
        for (const period of [full, wanted, from(-63), from(0)]) expect(left).toContain(roomOf(period, table))
      }
    } finally {
      await world.test.query(`reassign owned by ${owner} to current_user`)
      await world.test.query(`drop owned by ${owner}`)
      await world.test.query(`drop role ${owner}`)
    }
    expect(await world.test.query('select count(*)::int as count from cost_lines where period = $1', [full])).toEqual([{ count: 1 }])
    await showMonth(world, acme, empty, [{}])
  })

  test('only the platform does so, and nobody waits for it', async () => {
    await world.test.query('select ensure_cost_partitions($1::date)', [from(-70)])
    const acme = await world.organization('waits')
    await OrgTx.write(world.database, insideOf(acme.scope.organizationId), async (tx) => {
      expect((await tx.execute(sql`select drop_empty_cost_partitions() as month`)).rows).toEqual([{ month: null }])
      await tx.execute(sql`select from cost_lines limit 1`)
      expect(await drop()).toBeNull()
    })
    expect(await dropAll()).toContain(from(-70))
  })
})

test('a bill with long texts in everything that costs are grouped by is kept, and those that begin alike are told apart as far as they fit', async () => {
  const acme = await world.organization('long')
  const texts = ['master_account', 'linked_account', 'service', 'region', 'instance_type', 'currency'] as const
  const of = (text: () => string) => Object.fromEntries(texts.map((column) => [column, text().slice(0, 1000)]))
  const dimension = (character: string) => of(() => character.repeat(1000))
  // Nothing that can be compressed.
  const noisy = of(() => randomBytes(3000).toString('utf8'))
  const { totals } = await showMonth(world, acme, '2026-07-01', [
    { dimension: dimension('a') },
    { dimension: dimension('😀') },
    { dimension: dimension('a') },
    { dimension: noisy },
  ])
  expect(totals.lines).toBe(4)
  const kept = await world.test.query('select octet_length(service)::int as bytes from cost_dimensions where organization_id = $1', [
    acme.scope.organizationId,
  ])
  expect(kept).toHaveLength(3)
  for (const { bytes } of kept) expect(bytes).toBeLessThanOrEqual(280)
})
