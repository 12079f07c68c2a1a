import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Billed, type CostWorld, costWorld, loadMonth, showMonth } from '../../../test/support/cost-store.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The month so many before the current one. */
const ago = (months: number): string => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString().slice(0, 10)
}

/** So much later: what is waiting for ten minutes to pass has waited. */
const later = (whose: Billed) =>
  world.test.query(`update cost_months set ended_at = ended_at - interval '11 minutes' where organization_id = $1`, [
    whose.scope.organizationId,
  ])

const tables = ['cost_lines', 'cost_days', 'cost_daily', 'cost_monthly', 'cost_month_resources', 'cost_month_tag_sets'] as const

/** Rows of each table, by version. */
async function rowsOf(whose: Billed): Promise<Record<number, number[]>> {
  const months = await world.test.query<{ id: number }>('select id::int from cost_months where organization_id = $1 order by id', [
    whose.scope.organizationId,
  ])
  const found: Record<number, number[]> = Object.fromEntries(months.map(({ id }) => [id, tables.map(() => 0)]))
  for (const [index, table] of tables.entries())
    for (const { month_id, count } of await world.test.query<{ month_id: number; count: number }>(
      `select month_id::int, count(*)::int as count from ${table} where organization_id = $1 group by 1`,
      [whose.scope.organizationId],
    )) {
      found[month_id] ??= tables.map(() => 0)
      found[month_id][index] = count
    }
  return found
}

const lines = [{ tags: { a: 'b' } }, { resource: 'i-2', tags: { a: 'c' } }]
const all = [2, 2, 2, 2, 2, 2]

describe('clearing away', () => {
  test('removes versions that were replaced, ten minutes later, and nothing else', async () => {
    const [acme, other] = [await world.organization('replaced'), await world.organization('replaced-too')]
    const old = await showMonth(world, acme, ago(0), lines)
    const kept = await showMonth(world, acme, ago(0), lines, { digest: 'second' })
    const theirs = await showMonth(world, other, ago(0), lines)
    expect(await world.store.clear(acme.scope)).toEqual({ done: true })
    expect(await rowsOf(acme)).toEqual({ [old.writer.month.id]: all, [kept.writer.month.id]: all })
    await later(acme)
    expect(await world.store.clear(acme.scope)).toEqual({ done: true })
    expect(await rowsOf(acme)).toEqual({ [kept.writer.month.id]: all })
    expect(await rowsOf(other)).toEqual({ [theirs.writer.month.id]: all })
  })

  test('leaves what was refused until another version takes its place', async () => {
    const acme = await world.organization('refused')
    const refused = await loadMonth(world, acme, ago(0), lines)
    await world.store.refuse(acme.scope, refused.writer.month, 'odd')
    await later(acme)
    await world.store.clear(acme.scope)
    expect(await rowsOf(acme)).toEqual({ [refused.writer.month.id]: all })
    const better = await showMonth(world, acme, ago(0), lines, { digest: 'second' })
    await later(acme)
    await world.store.clear(acme.scope)
    expect(await rowsOf(acme)).toEqual({ [better.writer.month.id]: all })
  })

  test('removes what an account left that is gone, and its resources were never charged for', async () => {
    const acme = await world.organization('orphans')
    await showMonth(world, acme, ago(0), lines)
    await world.test.query('delete from cost_accounts where id = $1', [acme.account])
    await world.store.clear(acme.scope)
    expect(await world.test.query('select first_day from cost_resources where organization_id = $1', [acme.scope.organizationId])).toEqual([
      { first_day: null },
      { first_day: null },
    ])
    await later(acme)
    await world.store.clear(acme.scope)
    expect(await rowsOf(acme)).toEqual({})
  })

  test('keeps lines for four months and figures for three years, the current month included', async () => {
    const acme = await world.organization('defaults')
    const periods = [ago(36), ago(35), ago(4), ago(3), ago(0)]
    const ids: number[] = []
    for (const period of periods) ids.push((await showMonth(world, acme, period, lines)).writer.month.id)
    await world.store.clear(acme.scope)
    await later(acme)
    expect(await world.store.clear(acme.scope)).toEqual({ done: true })
    const withoutLines = [0, ...all.slice(1)]
    expect(await rowsOf(acme)).toEqual(
      Object.fromEntries([withoutLines, withoutLines, all, all].map((rows, index) => [ids[index + 1], rows])),
    )
    const days = await world.test.query('select distinct first_day::text from cost_resources where organization_id = $1', [
      acme.scope.organizationId,
    ])
    // It was charged for then, although nobody knows how much any more.
    expect(days).toEqual([{ first_day: ago(36) }])
  })

  test('keeps them for as long as the organization says', async () => {
    const acme = await world.organization('settings')
    await world.test.query('insert into cost_keeping (organization_id, lines_months, figures_months) values ($1, 1, 2)', [
      acme.scope.organizationId,
    ])
    const ids: number[] = []
    for (const period of [ago(2), ago(1), ago(0)]) ids.push((await showMonth(world, acme, period, lines)).writer.month.id)
    await world.store.clear(acme.scope)
    await later(acme)
    await world.store.clear(acme.scope)
    expect(await rowsOf(acme)).toEqual({ [ids[1] ?? 0]: [0, ...all.slice(1)], [ids[2] ?? 0]: all })
  })

  test('leaves a month alone that is being read, however old it is, until nobody went on with it for a week', async () => {
    const acme = await world.organization('loading')
    const { writer } = await loadMonth(world, acme, ago(60), lines)
    await world.store.clear(acme.scope)
    expect(await rowsOf(acme)).toEqual({ [writer.month.id]: all })
    await world.test.query(`update cost_months set created_at = now() - interval '8 days' where id = $1`, [writer.month.id])
    await world.store.clear(acme.scope)
    await later(acme)
    await world.store.clear(acme.scope)
    expect(await rowsOf(acme)).toEqual({})
  })
})

describe('in a table that is nearly all of others', () => {
  /** Lines of another organization, some 40 MB: more than is looked at in one transaction. */
  const between = (whose: Billed) =>
    world.test.query(
      `insert into cost_lines (organization_id, month_id, period, charge_start, charge_end, kind_id, billed, effective, extra)
       select $1, 1, $2, now(), now(), 1, 1, 1, jsonb_build_object('x_Long', repeat('x', 1800)) from generate_series(1, 20000)`,
      [whose.scope.organizationId, ago(1)],
    )

  test('it goes where the rows are', async () => {
    const [acme, other] = [await world.organization('late'), await world.organization('early')]
    await showMonth(world, other, ago(1), lines)
    await between(other)
    await showMonth(world, acme, ago(1), lines)
    await showMonth(world, acme, ago(1), lines, { digest: 'second' })
    await later(acme)
    let transactions = 0
    const database: typeof world.database = {
      ...world.database,
      write: (...args) => {
        transactions++
        return world.database.write(...args)
      },
    }
    await world.store.clear({ ...acme.scope, database })
    expect(Object.keys(await rowsOf(acme))).toHaveLength(1)
    // Two that look, two for each of the tables, one for the rest, one for old lines, and one for what is not used any more.
    expect(transactions).toBe(9)
  })

  test('it comes to the end, however little time there is', async () => {
    const [acme, other] = [await world.organization('spread'), await world.organization('in-between')]
    const old = await loadMonth(world, acme, ago(1), lines)
    await between(other)
    await world.test.query(`insert into cost_lines select l.* from cost_lines l where organization_id = $1 and month_id = $2`, [
      acme.scope.organizationId,
      old.writer.month.id,
    ])
    await world.store.activate(acme.scope, old.writer.month, { finalized: false })
    await showMonth(world, acme, ago(1), lines, { digest: 'second' })
    await later(acme)
    let time = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      time += 60_000
      return time
    })
    const rounds: boolean[] = []
    try {
      while (rounds.length < 10 && rounds.at(-1) !== true) rounds.push((await world.store.clear(acme.scope)).done)
    } finally {
      clock.mockRestore()
    }
    expect(rounds.at(-1)).toBe(true)
    expect(rounds.length).toBeGreaterThan(1)
    expect(Object.keys(await rowsOf(acme))).toHaveLength(1)
  })
})
