import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CostWorld, costWorld, type Line, loadMonth, showMonth } from '../../../test/support/cost-store.ts'
import { noRules } from '../attribution.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
  for (const table of tables) await world.test.query(`alter table ${table} set (autovacuum_enabled = off)`)
})
afterAll(() => world[Symbol.asyncDispose]())

const tables = ['cost_daily', 'cost_dimensions', 'cost_month_resources', 'cost_month_tag_sets', 'cost_monthly']
const lines = (count: number, offset = 0) =>
  Array.from(
    { length: count },
    (_, n): Line => ({ resource: `i-${n + offset}`, dimension: { region: `r-${n + offset}` }, tags: { team: `t${n + offset}` } }),
  )

/** Rows as Postgres believes them to be; -1: nobody ever counted. */
const believed = async () => {
  const rows = await world.test.query<{ relname: string; rows: number }>(
    'select relname, reltuples::int as rows from pg_class where relname = any ($1) order by 1',
    [tables],
  )
  return Object.fromEntries(rows.map(({ relname, rows }) => [relname, rows]))
}

const all = (rows: number) => Object.fromEntries(tables.map((table) => [table, rows]))

test('Postgres knows how much a month brought before anybody reads it, and does not count again for a few rows', async () => {
  const acme = await world.organization('counted')
  expect(await believed()).toEqual(all(-1))
  await loadMonth(world, acme, '2026-07-01', lines(2000))
  expect(await believed()).toEqual(all(2000))
  await showMonth(world, acme, '2026-06-01', lines(5))
  expect(await believed()).toEqual(all(2000))
  const { writer } = await showMonth(world, acme, '2026-05-01', lines(3000, 2000))
  expect(await believed()).toEqual({ ...all(5005), cost_dimensions: 5000 })
  await world.test.query('truncate cost_month_resources')
  await world.test.query('analyze cost_month_resources')
  await world.store.attribute(acme.scope, writer.month, noRules)
  expect(await believed()).toMatchObject({ cost_month_resources: 3000 })
})

test('a table that somebody else is at is left to them', async () => {
  const acme = await world.organization('busy')
  await world.test.query('truncate cost_monthly')
  await world.test.query('analyze cost_monthly')
  const somebody = new Client({ connectionString: world.test.url })
  await somebody.connect()
  try {
    await somebody.query('begin; lock table cost_monthly in share update exclusive mode')
    const began = performance.now()
    await loadMonth(world, acme, '2026-07-01', lines(2000))
    // Who waits for them does so until the statement is given up, after fifteen seconds.
    expect(performance.now() - began).toBeLessThan(14_000)
    expect(await believed()).toMatchObject({ cost_monthly: 0 })
  } finally {
    await somebody.end()
  }
})
