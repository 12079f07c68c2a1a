/** What is kept: accounts of blobs, shares of files, images of containers. */
import { Decimal } from 'decimal.js'
import { attributesOf, capitalized, everyDay, everyMonth, known, units } from '../attributes.ts'
import type { Mapper } from '../types.ts'
import { azure, regionOf } from './azure.ts'

const redundancies: Record<string, string> = { RAGRS: 'RA-GRS', RAGZRS: 'RA-GZRS' }
const redundancyOf = (replication: string): string => known(redundancies, replication.toUpperCase()) ?? replication.toUpperCase()

const storageAccount: Mapper = (resource, context) => {
  const account = attributesOf(resource)
  const kind = account.text('account_kind') ?? 'StorageV2'
  const region = regionOf(resource, context)
  const premium = account.text('account_tier') === 'Premium'
  // Its shares are billed by themselves.
  if (kind === 'FileStorage') return []
  const tier = premium ? 'Premium' : capitalized(account.maybeText('access_tier') ?? 'Hot')
  const sku = `${tier} ${redundancyOf(account.text('account_replication_type') ?? 'LRS')}`
  const product = premium
    ? 'Premium Block Blob'
    : account.flag('is_hns_enabled')
      ? 'General Block Blob v2 Hierarchical Namespace'
      : 'General Block Blob v2'
  const select = (meterName: string | RegExp) => azure('Storage', region, { productName: product, skuName: sku, meterName })
  const details = [sku]
  return [
    everyMonth('Capacity', context.usage('storage_gb'), units.gbMonth, select(`${sku} Data Stored`), { details, usage: true }),
    everyMonth('Write operations', context.usage('write_operations'), units.request, select(`${sku} Write Operations`), {
      details,
      usage: true,
    }),
    everyMonth('Read operations', context.usage('read_operations'), units.request, select(/^[A-Za-z]+ ([A-Z-]+ )?Read Operations$/), {
      details,
      usage: true,
    }),
  ]
}

const storageShare: Mapper = (resource, context) => {
  const share = attributesOf(resource)
  const parent = context.referred('storage_account_name') ?? context.referred('storage_account_id')
  const account = parent && attributesOf(parent)
  const region = regionOf(resource, context, 'storage_account_name', 'storage_account_id')
  const redundancy = redundancyOf(account?.maybeText('account_replication_type') ?? 'LRS')
  const quota = share.number('quota') ?? new Decimal(5120)
  const premium = account?.maybeText('account_tier') === 'Premium' || share.maybeText('access_tier') === 'Premium'
  if (premium) {
    const select = azure('Storage', region, { productName: 'Premium Files', skuName: `Premium ${redundancy}`, meterName: /Provisioned$/ })
    return [everyMonth('Provisioned', quota, units.gbMonth, select, { details: [`Premium ${redundancy}`] })]
  }
  const tier = share.maybeText('access_tier') ?? 'TransactionOptimized'
  const sku = `${tier === 'TransactionOptimized' ? 'Standard' : tier} ${redundancy}`
  const select = (meterName: RegExp) => azure('Storage', region, { productName: 'Files v2', skuName: sku, meterName })
  const used = Decimal.min(quota, context.usage('storage_gb'))
  const operations = (label: string, name: string, meter: RegExp) =>
    everyMonth(label, context.usage(name), units.request, select(meter), { details: [sku], usage: true })
  return [
    everyMonth('Capacity', used, units.gbMonth, select(/Data Stored$/), { details: [sku, `quota ${quota} GB`], usage: true }),
    operations('Write operations', 'write_operations', /Write Operations$/),
    operations('List operations', 'list_operations', /List Operations$/),
    operations('Read operations', 'read_operations', /Read Operations$/),
    operations('Other operations', 'other_operations', /(Protocol|Other) Operations$/),
  ]
}

const includedGigabytes: Record<string, number> = { Basic: 10, Standard: 100, Premium: 500 }

const containerRegistry: Mapper = (resource, context) => {
  const registry = attributesOf(resource)
  const sku = capitalized(registry.text('sku') ?? 'Basic')
  const unit = (region: string, label: string) =>
    everyDay(label, new Decimal(1), azure('Container Registry', region, { meterName: `${sku} Registry Unit` }), { details: [sku] })
  const region = regionOf(resource, context)
  const copies = registry
    .blocks('georeplications')
    .map((copy) => unit((copy.text('location') ?? region).toLowerCase().replace(/[^a-z0-9]/g, ''), 'Replica'))
  const beyond = context.usage('storage_gb').minus(known(includedGigabytes, sku) ?? 10)
  const stored = everyMonth(
    'Storage beyond what is included',
    beyond,
    units.gbMonth,
    azure('Container Registry', region, { meterName: /Data Stored$/ }),
    {
      usage: true,
      details: [sku],
    },
  )
  return [unit(region, 'Registry'), ...copies, ...(beyond.gt(0) ? [stored] : [])]
}

export const storage: Record<string, Mapper> = {
  azurerm_storage_account: storageAccount,
  azurerm_storage_share: storageShare,
  azurerm_container_registry: containerRegistry,
}
