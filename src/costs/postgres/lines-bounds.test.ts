import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CostWorld, costWorld, type Line, newAccount, showMonth } from '../../../test/support/cost-store.ts'
import type { FocusRow } from '../types.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const july = '2026-07-01'
const plain = (count: number): Line[] => Array.from({ length: count }, (_, n) => ({ resource: `i-${n}` }))

/** Of each part: how many lines, and how long they are. */
async function partsOf(parts: AsyncIterable<FocusRow[]>): Promise<{ lines: number; bytes: number }[]> {
  const sizes: { lines: number; bytes: number }[] = []
  for await (const rows of parts) sizes.push({ lines: rows.length, bytes: rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0) })
  return sizes
}

test('a month of which some lines are gone is refused before the first one, whoever asks', async () => {
  const acme = await world.organization('cleared')
  const second = { ...acme, account: await newAccount(acme.scope, 'second') }
  await showMonth(world, acme, july, plain(500))
  const { writer } = await showMonth(world, second, july, plain(3000))
  const read = (which: { costAccountIds: number[] | null; linkedAccount?: string }) =>
    partsOf(world.store.lines(acme.scope, { period: july, ...which }))
  expect((await read({ costAccountIds: null })).reduce((sum, { lines }) => sum + lines, 0)).toBe(3500)
  // Clearing does it in parts.
  await world.test.query('delete from cost_lines where ctid in (select ctid from cost_lines where month_id = $1 limit 100)', [
    writer.month.id,
  ])
  const gone = { code: 'NotFoundEntity', message: expect.stringContaining('The lines of 2026-07 are not kept any more') }
  await expect(read({ costAccountIds: null })).rejects.toMatchObject(gone)
  await expect(read({ costAccountIds: [second.account] })).rejects.toMatchObject(gone)
  await expect(read({ costAccountIds: [second.account], linkedAccount: '200000000002' })).rejects.toMatchObject(gone)
  expect(await read({ costAccountIds: [acme.account] })).toMatchObject([{ lines: 500 }])
  await world.test.query('delete from cost_lines where month_id = $1', [writer.month.id])
  await expect(read({ costAccountIds: [second.account] })).rejects.toMatchObject(gone)
})

test('tags of 60 KB on every line come in small parts, whether they are the same ones or not', async () => {
  const acme = await world.organization('huge')
  const tags = (n: number) => Object.fromEntries(Array.from({ length: 60 }, (_, key) => [`key-${key}-of-${n}`, 'x'.repeat(1000)]))
  const own = Array.from({ length: 600 }, (_, n): Line => ({ resource: `own-${n}`, tags: tags(n) }))
  const same = Array.from({ length: 600 }, (_, n): Line => ({ resource: `same-${n}`, tags: tags(0) }))
  await showMonth(world, acme, july, [...own, ...same])
  const sizes = await partsOf(world.store.lines(acme.scope, { period: july, costAccountIds: null }))
  expect(sizes.reduce((sum, { lines }) => sum + lines, 0)).toBe(1200)
  expect(Math.max(...sizes.map(({ bytes }) => bytes))).toBeLessThan(5 * 1024 * 1024)
  const resources: string[] = []
  for await (const rows of world.store.lines(acme.scope, { period: july, costAccountIds: null }))
    for (const row of rows) {
      resources.push(row['ResourceId'] ?? '')
      expect(row['Tags']?.length).toBeGreaterThan(60_000)
    }
  expect(resources.sort()).toEqual([...own, ...same].map(({ resource }) => resource).sort())
})
