import { billingOf } from '../src/estimate/billing.ts'
import { mappers } from '../src/estimate/registry.ts'
import { common, regions, samples } from '../test/support/priced-samples.ts'
import type { PricedProvider } from '../src/estimate/types.ts'
const seen = new Set<string>()
for (const type of mappers.keys()) {
  const provider = (type.split('_')[0]) as PricedProvider
  const resource = { address: `${type}.a`, module: '', provider, type, name: 'a', index: null, values: { ...common[provider], ...samples[type] } as never, unknown: {} as never }
  const doc = { configuration: { provider_config: { [provider]: { name: provider, expressions: { region: { constant_value: regions[provider] } } } }, root_module: { resources: [{ address: `${type}.a`, mode: 'managed', type, name: 'a', provider_config_key: provider, expressions: {} }] } } }
  const b = billingOf({ terraformVersion: '', planned: [resource], prior: [], document: doc as never }, {})(resource)
  if (b.kind !== 'billed') { console.log('!!', type, b.kind, (b as {attribute?: string}).attribute ?? ''); continue }
  for (const p of b.parts) {
    const s = p.select
    const t = `${s.provider}|${s.service}|${s.family ?? ''}|${s.region}|${p.purchaseOption ?? ''}|${s.attributes.map((a) => ('value' in a ? `${a.key}=${a.value}` : `${a.key}~${a.pattern.replace('^(?:[A-Z0-9]+-)?', '^')}`)).join(' ; ')}|${p.unit}`
    if (!seen.has(t)) { seen.add(t); console.log(t, '   #', type) }
  }
}
process.exit(0)
