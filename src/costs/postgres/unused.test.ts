import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Billed,
  type CostWorld,
  costWorld,
  loadMonth,
  newAccount,
  newImport,
  reader,
  showMonth,
} from '../../../test/support/cost-store.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { noRules } from '../attribution.ts'
import { keepDictionaries } from './unused.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const monthAgo = (months: number): string => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString().slice(0, 10)
}
const [first, second] = [monthAgo(1), monthAgo(0)] as const
const tables = ['cost_dimensions', 'cost_kinds', 'cost_resources', 'cost_tag_groups', 'cost_tag_sets'] as const

/** Entries of each dictionary. */
const entries = async ({ scope }: Billed): Promise<number[]> => {
  const counts: number[] = []
  for (const table of tables) {
    const [row] = await world.test.query<{ count: number }>(`select count(*)::int as count from ${table} where organization_id = $1`, [
      scope.organizationId,
    ])
    counts.push(row?.count ?? 0)
  }
  return counts
}

/** All imports are over, and ten minutes later. */
async function clearLater(whose: Billed) {
  const query = (text: string) => world.test.query(`${text} where organization_id = $1`, [whose.scope.organizationId])
  await world.store.clear(whose.scope)
  await query(`update cost_months set ended_at = ended_at - interval '11 minutes'`)
  return world.store.clear(whose.scope)
}

const line = (name: string) => ({ resource: name, service: name, tags: { team: name } })

test('what no month refers to any more goes with the last one that did, and the rest stays', async () => {
  const [acme, other] = [await world.organization('unused'), await world.organization('neighbour')]
  await showMonth(world, other, first, [line('old')])
  await showMonth(world, acme, first, [line('old'), line('both')])
  await showMonth(world, acme, first, [line('both'), line('new'), line('new')], { digest: 'second' })
  expect(await entries(acme)).toEqual([3, 3, 3, 3, 3])
  expect(await clearLater(acme)).toEqual({ done: true })
  expect(await entries(acme)).toEqual([2, 2, 2, 2, 2])
  const rows: unknown[] = []
  for await (const part of world.store.lines(acme.scope, { period: first, costAccountIds: null }))
    rows.push(...part.map(({ ServiceName, ResourceId, Tags }) => [ServiceName, ResourceId, Tags]))
  expect(rows).toEqual(['both', 'new', 'new'].map((name) => [name, name, `{"team":"${name}"}`]))
  expect(await entries(other)).toEqual([1, 1, 1, 1, 1])
})

test('keys of tags go with the last month that has them, also those of nearly as many values as resources', async () => {
  const acme = await world.organization('keys')
  const many = Array.from({ length: 210 }, (_, n) => ({ resource: `i-${n}`, tags: { Name: `web-${n}`, team: 'a' } }))
  await showMonth(world, acme, first, [...many, { tags: { wrong: 'x' } }])
  const keys = () => OrgTx.read(world.database, insideOf(acme.scope.organizationId), (tx) => world.store.tagKeys(tx))
  expect(await keys()).toEqual(['Name', 'team', 'wrong'])
  await showMonth(world, acme, first, many, { digest: 'second' })
  await clearLater(acme)
  expect(await keys()).toEqual(['Name', 'team'])
  await showMonth(world, acme, first, [{ tags: { team: 'a' } }], { digest: 'third' })
  await clearLater(acme)
  expect(await keys()).toEqual(['team'])
})

test('nothing goes while a month is being read, or an import remembers what it has met', async () => {
  const acme = await world.organization('reading')
  await showMonth(world, acme, first, [line('old')])
  await showMonth(world, acme, first, [line('new')], { digest: 'second' })
  const importId = await newImport(acme)
  const read = reader()
  const writer = await world.store.openMonth(acme.scope, { costAccountId: acme.account, importId, period: second, digest: 'a' })
  await writer.write(read(second, [line('old'), line('next')]), { name: 'a.csv', digest: 'a', done: true })
  await clearLater(acme)
  // Groups of tags are made when it is added up.
  expect(await entries(acme)).toEqual([3, 3, 3, 2, 3])
  await world.store.addUp(acme.scope, writer.month, noRules)
  await world.store.activate(acme.scope, writer.month, { finalized: false })
  await world.test.query(`update cost_months set state = 'replaced', ended_at = now() - interval '1 hour' where id = $1`, [writer.month.id])
  await world.test.query(`update cost_imports set status = 'running' where id = $1`, [importId])
  await clearLater(acme)
  expect((await entries(acme))[1]).toBe(3)
  await world.test.query(`update cost_imports set status = 'succeeded' where id = $1`, [importId])
  await clearLater(acme)
  // Of resources it is remembered that they were charged for, unless a corrected bill or a deleted account says otherwise.
  expect(await entries(acme)).toEqual([1, 1, 3, 1, 1])
})

test('nothing goes while a month is attributed anew', async () => {
  const acme = await world.organization('attributing')
  const other = { ...acme, account: await newAccount(acme.scope, 'second') }
  await showMonth(world, acme, first, [line('kept')])
  await showMonth(world, other, first, [line('old')])
  const refused = await loadMonth(world, other, first, [line('refused')], { digest: 'second' })
  await world.store.refuse(acme.scope, refused.writer.month, 'odd')
  await world.test.query('delete from cost_accounts where id = $1', [other.account])
  await OrgTx.write(world.database, insideOf(acme.scope.organizationId), async (tx) => {
    await keepDictionaries(tx)
    expect(await clearLater(acme)).toEqual({ done: true })
    expect(await entries(acme)).toEqual([3, 3, 3, 3, 3])
  })
  expect(await clearLater(acme)).toEqual({ done: true })
  expect(await entries(acme)).toEqual([1, 1, 1, 1, 1])
})
