import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Billed, type CostWorld, costWorld, type Line, showMonth } from '../../../test/support/cost-store.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { noRules } from '../attribution.ts'
import { MissingRate } from '../types.ts'

/** A bill with as many names as somebody cares to write, each a little dearer than the one before. */
let world: CostWorld
let acme: Billed
beforeAll(async () => {
  world = await costWorld()
  acme = await world.organization('many-names')
  const lines = Array.from({ length: 30 }, (_, n): Line => {
    const two = String(n).padStart(2, '0')
    const dimension = { linked_account: `acc-${two}` }
    return { service: `service-${two}`, billed: String(n + 1), resource: `i-${two}`, tags: { project: `p-${two}` }, dimension }
  })
  const rules = { ...noRules, project: { keys: ['project'], regex: '' } }
  await showMonth(world, acme, '2026-07-01', lines, { rules })
  const euros: Line[] = [{ service: 'service-99', billed: '0.01', dimension: { currency: 'EUR' } }]
  await showMonth(world, acme, '2026-06-01', euros)
})
afterAll(() => world[Symbol.asyncDispose]())

const read = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(world.database, insideOf(acme.scope.organizationId), run)
const july = { begin: '2026-07-01', end: '2026-08-01', filters: {} }

test('of each list of values as many are read as are asked for, in the order of the alphabet', async () => {
  const lists = [['service'], ['project'], ['provider', 'linked_account'], ['instance_type']] as const
  expect(await read((tx) => world.store.values(tx, july, lists, 3))).toEqual([
    [['service-00'], ['service-01'], ['service-02']],
    [['p-00'], ['p-01'], ['p-02']],
    [0, 1, 2].map((n) => ['aws', `acc-0${n}`]),
    // The empty one is none.
    [],
  ])
})

test('counts of resources are those of a few projects, and the sums of all', async () => {
  const { counts, ...all } = await read((tx) => world.store.resourceCounts(tx, july, 2))
  expect(counts).toEqual(['p-00', 'p-01'].map((project) => ({ project, provider: 'aws', resources: 1, new_resources: 1 })))
  expect(all).toEqual({ resources: 30, new_resources: 30 })
})

test('of sums those that cost most are read, and a missing rate is told however little it is about', async () => {
  const question = { ...july, granularity: 'day', groupBy: ['service'], costType: 'billed', dearest: 2 } as const
  for (const currency of ['USD', null]) {
    const groupBy = currency === null ? (['service', 'currency'] as const) : question.groupBy
    const sums = await read((tx) => world.store.sums(tx, { ...question, groupBy, currency }))
    expect(sums.map(({ keys: [service], cost }) => [service, cost])).toEqual([
      ['service-29', '30'],
      ['service-28', '29'],
    ])
  }
  const both = { ...question, begin: '2026-06-01', currency: 'USD' }
  await expect(read((tx) => world.store.sums(tx, both))).rejects.toBeInstanceOf(MissingRate)
})
