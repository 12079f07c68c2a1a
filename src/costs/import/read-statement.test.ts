import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CostWorld, costWorld, newImport } from '../../../test/support/cost-store.ts'
import { focus, month } from '../../../test/support/uploaded-bills.ts'
import { readBill } from '../../formats/billing/read.ts'
import { type BillSource, SourceError } from '../../outside/bills/types.ts'
import { runImport } from './run-import.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const lines = Array.from({ length: 400 }, (_, index) => month('2026-07', 31, '1', { resource: `i-${index}` })).flat()

/** Results of a query: the same lines every day, in another order each day. */
const queried = (day: string, bytes: () => AsyncGenerator<Uint8Array>): BillSource => ({
  name: 'a table',
  problems: [],
  remarks: [],
  list: async () => [
    {
      ...{ period: '2026-07-01', format: 'focus', digest: 'these lines', total: undefined, lines: lines.length, finalized: undefined },
      files: [{ name: 'table.csv', size: undefined, digest: `these lines on ${day}`, bytes }],
    },
  ],
  close: async () => {},
})

test('what a lost run read yesterday is read anew today, where the lines come in another order', async () => {
  const acme = await world.organization('midnight')
  const run = async (source: BillSource) => {
    const { store, database } = world
    const task = { organizationId: acme.scope.organizationId, importId: await newImport(acme), open: async () => source }
    return runImport({ database, store, readBill }, task)
  }
  const broken = await run(
    queried('monday', async function* () {
      yield Buffer.from(focus(lines.slice(0, 11_000)))
      throw new SourceError('a table does not answer')
    }),
  )
  expect(broken).toMatchObject({ status: 'failed', problems: ['2026-07: a table does not answer'] })
  const stored = await world.test.query<{ lines: string }>(`select lines from cost_months where state = 'loading'`)
  expect(Number(stored[0]?.lines)).toBeGreaterThan(0)
  const whole = await run(
    queried('tuesday', async function* () {
      yield Buffer.from(focus([...lines].reverse()))
    }),
  )
  expect(whole).toMatchObject({ status: 'succeeded', problems: [], brought: 1 })
})
