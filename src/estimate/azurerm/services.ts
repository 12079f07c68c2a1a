/** Services that run or keep something for others: web applications, functions, logs, keys, messages, documents. */
import { Decimal } from 'decimal.js'
import { attributesOf, capitalized, everyDay, everyHour, everyMonth, known, memberOf, one, textOf, units } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { azure, regionOf } from './azure.ts'

const elastic: Record<string, { cores: number; gigabytes: number }> = {
  EP1: { cores: 1, gigabytes: 3.5 },
  EP2: { cores: 2, gigabytes: 7 },
  EP3: { cores: 4, gigabytes: 14 },
}

function planParts(sku: string, linux: boolean, workers: Decimal, region: string): readonly BilledPart[] {
  const details = [sku, linux ? 'linux' : 'windows']
  const machine = known(elastic, sku)
  if (machine) {
    const select = (meterName: RegExp) => azure('Functions', region, { productName: 'Premium Functions', meterName })
    return [
      everyHour('vCPU', workers.mul(machine.cores), select(/vCPU Duration$/), { details }),
      everyHour('Memory', workers.mul(machine.gigabytes), select(/Memory Duration$/), { details, unit: units.gbHour }),
    ]
  }
  // Free ones, and those of functions that are paid by the call.
  if (/^(F1|Free|Y1|FC1)$/.test(sku)) return []
  const [, letter = '', size = '', version = ''] = /^([A-Z])(\d)m?(v\d)?/.exec(sku) ?? []
  const tier = { B: 'Basic', S: 'Standard', P: 'Premium', I: 'Isolated', D: 'Shared' }[letter] ?? 'Standard'
  const productName = `Azure App Service ${tier}${version ? ` ${version}` : ''} Plan${linux && letter !== 'D' ? ' - Linux' : ''}`
  const skuName = version ? `${sku.slice(0, -version.length)} ${version}` : `${letter}${size}`
  return [everyHour('Instances', workers, azure('Azure App Service', region, { productName, skuName }), { details })]
}

const servicePlan: Mapper = (resource, context) => {
  const plan = attributesOf(resource)
  const workers = plan.maybeNumber('worker_count') ?? one
  return planParts(plan.text('sku_name') ?? 'B1', plan.text('os_type') !== 'Windows', workers, regionOf(resource, context))
}

/** The older name of plans. */
const appServicePlan: Mapper = (resource, context) => {
  const plan = attributesOf(resource)
  const sku = plan.block('sku')
  const size = (sku?.text('size') ?? 'B1').replace(/^Y1$|^Dynamic$/, 'Y1')
  return planParts(size, /linux/i.test(plan.text('kind') ?? ''), sku?.maybeNumber('capacity') ?? one, regionOf(resource, context))
}

/** Paid by the call, unless a plan with machines pays. */
const functionApp: Mapper = (resource, context) => {
  const plan = context.referred('service_plan_id') ?? context.referred('app_service_plan_id')
  const sku = plan && (textOf(memberOf(plan.values, 'sku_name')) ?? attributesOf(plan).block('sku')?.maybeText('size'))
  if (sku !== undefined && !/^(Y1|FC1|Dynamic)$/.test(sku)) return []
  const region = regionOf(resource, context, 'service_plan_id', 'app_service_plan_id')
  const productName = 'Functions'
  const executions = context.usage('executions')
  const seconds = executions.mul(context.usage('milliseconds')).div(1000).mul(context.usage('memory_mb')).div(1024)
  return [
    everyMonth('Executions', executions, units.request, azure('Functions', region, { productName, meterName: /Total Executions$/ }), {
      usage: true,
    }),
    everyMonth('Execution time', seconds, units.gbSecond, azure('Functions', region, { productName, meterName: /Execution Time$/ }), {
      usage: true,
    }),
  ]
}

const logWorkspace: Mapper = (resource, context) => {
  const workspace = attributesOf(resource)
  const sku = workspace.maybeText('sku') ?? 'PerGB2018'
  const region = regionOf(resource, context)
  if (sku === 'Free') return []
  const days = workspace.maybeNumber('retention_in_days') ?? new Decimal(30)
  const ingested = context.usage('ingested_gb')
  const reserved = workspace.maybeNumber('reservation_capacity_in_gb_per_day')
  const ingestion =
    sku === 'CapacityReservation' && reserved
      ? everyDay(
          'Reserved ingestion',
          one,
          azure('Azure Monitor', region, { skuName: `${reserved} GB Commitment Tier`, meterName: /Capacity Reservation$/ }),
          { details: [`${reserved} GB a day`] },
        )
      : everyMonth('Ingestion', ingested, units.gb, azure('Log Analytics', region, { meterName: 'Pay-as-you-go Data Ingestion' }), {
          usage: true,
          details: [sku],
        })
  // A month is included.
  const kept = ingested.mul(Decimal.max(0, days.minus(31))).div(30)
  const retention = everyMonth(
    'Retention',
    kept,
    units.gbMonth,
    azure('Log Analytics', region, { meterName: 'Pay-as-you-go Data Retention' }),
    {
      usage: true,
      details: [`${days} days`],
    },
  )
  return kept.isZero() ? [ingestion] : [ingestion, retention]
}

const keyVault: Mapper = (resource, context) => {
  const sku = capitalized(attributesOf(resource).text('sku_name') ?? 'standard')
  const select = azure('Key Vault', regionOf(resource, context), { skuName: sku, meterName: 'Operations' })
  return [everyMonth('Operations', context.usage('operations'), units.request, select, { usage: true, details: [sku] })]
}

/** Only keys in hardware cost something by themselves. */
const keyVaultKey: Mapper = (resource, context) => {
  const key = attributesOf(resource)
  const type = key.text('key_type') ?? 'RSA'
  if (!type.endsWith('-HSM')) return []
  const simple = type === 'RSA-HSM' && (key.maybeNumber('key_size') ?? new Decimal(2048)).lte(2048)
  const meterName = simple ? 'Premium HSM-protected RSA 2048-bit key' : 'Premium HSM-protected Advanced Key'
  return [
    everyMonth(
      'Key',
      one,
      units.month,
      azure('Key Vault', regionOf(resource, context, 'key_vault_id'), { skuName: 'Premium', meterName }),
      { details: [type] },
    ),
  ]
}

const serviceBus: Mapper = (resource, context) => {
  const namespace = attributesOf(resource)
  const sku = capitalized(namespace.text('sku') ?? 'Standard')
  const region = regionOf(resource, context)
  const select = (meterName: string) => azure('Service Bus', region, { skuName: sku, meterName })
  if (sku === 'Premium')
    return [
      everyHour('Messaging units', Decimal.max(1, namespace.maybeNumber('capacity') ?? 1), select('Premium Messaging Unit'), {
        details: [sku],
      }),
    ]
  const operations = everyMonth('Operations', context.usage('operations'), units.request, select(`${sku} Messaging Operations`), {
    usage: true,
    details: [sku],
  })
  return sku === 'Standard' ? [everyHour('Base', one, select('Standard Base Unit'), { details: [sku] }), operations] : [operations]
}

const eventHubs: Mapper = (resource, context) => {
  const namespace = attributesOf(resource)
  const sku = capitalized(namespace.text('sku') ?? 'Standard')
  const region = regionOf(resource, context)
  const select = (meterName: string) => azure('Event Hubs', region, { skuName: sku, meterName })
  const capacity = Decimal.max(1, namespace.maybeNumber('capacity') ?? 1)
  if (sku === 'Premium') return [everyHour('Processing units', capacity, select('Premium Processing Unit'), { details: [sku] })]
  return [
    everyHour('Throughput units', capacity, select(`${sku} Throughput Unit`), { details: [sku] }),
    everyMonth('Events in', context.usage('events'), units.request, select(`${sku} Ingress Events`), { usage: true, details: [sku] }),
  ]
}

const hundred = new Decimal(100)

function throughputParts(throughput: Decimal, autoscaled: boolean, regions: number, region: string): BilledPart {
  const productName = autoscaled ? 'Azure Cosmos DB autoscale' : 'Azure Cosmos DB'
  // At rest, what scales by itself is billed by a tenth of its limit.
  const billed = (autoscaled ? throughput.div(10) : throughput).div(hundred).mul(regions)
  return everyHour('Throughput', billed, azure('Azure Cosmos DB', region, { productName, meterName: '100 RU/s' }), {
    details: [`${throughput} RU/s${autoscaled ? ' at most, billed at a tenth' : ''}`, ...(regions > 1 ? [`${regions} regions`] : [])],
  })
}

const cosmosAccount: Mapper = (resource, context) => {
  const region = regionOf(resource, context)
  const stored = context.usage('storage_gb').mul(Math.max(1, attributesOf(resource).blocks('geo_location').length))
  return [
    everyMonth(
      'Storage',
      stored,
      units.gbMonth,
      azure('Azure Cosmos DB', region, { productName: 'Azure Cosmos DB', meterName: 'Data Stored' }),
      { usage: true },
    ),
  ]
}

/** A database or container with throughput of its own. */
const cosmosPart: Mapper = (resource, context: MapperContext) => {
  const read = attributesOf(resource)
  const most = read.block('autoscale_settings')?.maybeNumber('max_throughput')
  const throughput = most ?? read.maybeNumber('throughput')
  if (throughput === undefined) return []
  const account = context.referred('account_name')
  const regions = Math.max(1, account ? attributesOf(account).blocks('geo_location').length : 1)
  return [throughputParts(throughput, most !== undefined, regions, regionOf(resource, context, 'account_name'))]
}

const cosmosParts = [
  'sql_database',
  'sql_container',
  'mongo_database',
  'mongo_collection',
  'table',
  'cassandra_keyspace',
  'cassandra_table',
  'gremlin_database',
  'gremlin_graph',
]

export const services: Record<string, Mapper> = {
  azurerm_service_plan: servicePlan,
  azurerm_app_service_plan: appServicePlan,
  azurerm_function_app: functionApp,
  azurerm_linux_function_app: functionApp,
  azurerm_windows_function_app: functionApp,
  azurerm_log_analytics_workspace: logWorkspace,
  azurerm_key_vault: keyVault,
  azurerm_key_vault_key: keyVaultKey,
  azurerm_servicebus_namespace: serviceBus,
  azurerm_eventhub_namespace: eventHubs,
  azurerm_cosmosdb_account: cosmosAccount,
  ...Object.fromEntries(cosmosParts.map((name) => [`azurerm_cosmosdb_${name}`, cosmosPart])),
}
