import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CostWorld, costWorld, showMonth } from '../../../test/support/cost-store.ts'
import { SourceError } from '../../outside/bills/types.ts'
import { parentSource } from './parent-source.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const month = `${new Date().toISOString().slice(0, 7)}-01`

test('lines of the bill above that are cleared away meanwhile are told to who takes their part of them', async () => {
  const acme = await world.organization('parent')
  const { writer } = await showMonth(
    world,
    acme,
    month,
    Array.from({ length: 100 }, () => ({})),
  )
  const source = parentSource(acme.scope, world.store, {
    kind: 'parent',
    organizationId: acme.scope.organizationId,
    costAccountId: acme.account,
    linkedAccount: '200000000002',
  })
  const [statement] = await source.list()
  await world.test.query('delete from cost_lines where ctid in (select ctid from cost_lines where month_id = $1 limit 10)', [
    writer.month.id,
  ])
  const reading = async () => {
    for await (const _ of statement?.files[0]?.bytes() ?? []);
  }
  const told = await reading().then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(told).toBeInstanceOf(SourceError)
  expect(String(told)).toContain('are not kept any more')
})
