/** What a bill says of its lines is what an export says of them. */
import papaparse from 'papaparse'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CostWorld, costWorld, newImport } from '../../../test/support/cost-store.ts'
import { billsAreThere, realBill, whyNoBills } from '../../../test/support/uploaded-bills.ts'
import { readBill } from '../../formats/billing/read.ts'
import { noRules } from '../attribution.ts'
import type { FocusRow, MonthWriter } from '../types.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const columns = ['ResourceId', 'ResourceName', 'RegionId', 'RegionName', 'ServiceName', 'ChargeCategory', 'SubAccountId', 'SkuPriceId']
const said = (rows: readonly FocusRow[], names: readonly string[]) =>
  rows.map((row) => names.map((name) => (row[name] === 'NULL' ? '' : (row[name] ?? ''))).join(' | ')).sort()

test(`a FOCUS bill comes back with what it said, and nothing that was found out from it (${whyNoBills})`, async (context) => {
  if (!billsAreThere) return context.skip(whyNoBills)
  const whose = await world.organization('round-trip')
  const bytes = realBill('focus-1.0-sample.csv')
  const file = {
    name: 'focus.csv',
    size: bytes.length,
    bytes: async function* () {
      yield bytes
    },
  }
  const writers = new Map<string, MonthWriter>()
  for await (const batch of readBill(file)) {
    const { period } = batch
    const month = { costAccountId: whose.account, importId: await newImport(whose), period, digest: 'x' }
    const writer = writers.get(period) ?? (await world.store.openMonth(whose.scope, month))
    writers.set(period, writer)
    await writer.write(batch, { name: 'focus.csv', digest: 'x', done: false })
  }
  const exported: FocusRow[] = []
  for (const [period, writer] of writers) {
    await writer.finish({ name: 'focus.csv', digest: 'x' })
    await world.store.addUp(whose.scope, writer.month, noRules)
    await world.store.activate(whose.scope, writer.month, { finalized: false })
    for await (const rows of world.store.lines(whose.scope, { period, costAccountIds: null })) exported.push(...rows)
  }
  const { data } = papaparse.parse<FocusRow>(bytes.toString(), { header: true, skipEmptyLines: true })
  expect(exported).toHaveLength(data.length)
  expect(said(exported, columns)).toEqual(said(data, columns))
  // A resource that one line gives a type has it on all of its lines.
  const types = new Map(
    data.map(({ ResourceId = '', ResourceType = '' }) => [ResourceId, ResourceType]).filter(([, type]) => type !== 'NULL') as [
      string,
      string,
    ][],
  )
  const typed = data.map((row) => (row['ResourceId'] === 'NULL' ? row : { ...row, ResourceType: types.get(row['ResourceId'] ?? '') ?? '' }))
  expect(said(exported, ['ResourceId', 'ResourceType'])).toEqual(said(typed, ['ResourceId', 'ResourceType']))
})
