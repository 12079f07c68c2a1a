import { describe, expect, test } from 'vitest'
import { OrgTx } from '../src/db/organization-tx.ts'
import { insideOf } from '../src/db/pool.ts'
import { loadStarterPrices } from '../src/domains/cost-estimation/books/starter.ts'
import { openPrices } from '../src/domains/cost-estimation/prices.ts'
import { billingOf } from '../src/estimate/billing.ts'
import { mappers } from '../src/estimate/registry.ts'
import type { BilledPart, PricedProvider } from '../src/estimate/types.ts'
import { emptyMap, type JsonMap } from '../src/formats/json-value.ts'
import { common, regions, samples } from './support/priced-samples.ts'
import { organization, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { textFile } from './support/text-file.ts'

const server = useServer()
const list = textFile(
  'test/prices-missing.txt',
  'What estimates ask prices for and the prices that come with the platform do not have; `no sample` names types that nothing is asked for. This list may only shrink. Written by: UPDATE=1 npx vitest run test/prices-missing.test.ts',
)

function partsOf(type: string): readonly BilledPart[] {
  const provider = type.split('_')[0] as PricedProvider
  const values: JsonMap = { ...common[provider], ...samples[type] }
  const resource = { address: `${type}.it`, module: '', provider, type, name: 'it', index: null, values, unknown: emptyMap() }
  const document = {
    configuration: {
      provider_config: { [provider]: { name: provider, expressions: { region: { constant_value: regions[provider] } } } },
      root_module: {
        resources: [{ address: resource.address, mode: 'managed', type, name: 'it', provider_config_key: provider, expressions: {} }],
      },
    },
  }
  const billed = billingOf({ terraformVersion: '', planned: [resource], prior: [], document: document as never }, {})(resource)
  return billed.kind === 'billed' ? billed.parts : []
}

describe('prices that come with the platform', () => {
  test('what they lack is listed, and the list has not grown', async () => {
    expect(await loadStarterPrices(server.platform.database)).toEqual(['aws', 'azurerm', 'google'])
    expect(await loadStarterPrices(server.platform.database)).toEqual([])
    await scenario(server, organization('acme'))
    const { platform } = server
    const { prices } = await openPrices({ platform, read: (run) => OrgTx.read(platform.database, insideOf(1), run) })
    const missing = new Set<string>()
    for (const type of mappers.keys()) {
      const parts = partsOf(type)
      const found = await prices(parts.map(({ select, purchaseOption = 'on_demand' }) => ({ select, purchaseOption })))
      if (parts.length === 0) missing.add(`${type}: no sample`)
      for (const [index, part] of parts.entries()) {
        const price = found[index]
        if (!price) missing.add(`${type}: ${part.label}`)
        // A price in another unit is a mistake of ours, and no price that is missing.
        else expect({ type, label: part.label, unit: price.unit }).toEqual({ type, label: part.label, unit: part.unit })
      }
    }
    const before = list.read()
    expect([...missing].filter((one) => before !== undefined && !before.includes(one))).toEqual([])
    list.expectOrUpdate([...missing].sort())
  })
})
