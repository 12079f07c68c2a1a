/** Databases of SQL Server, PostgreSQL and MySQL, caches of Redis, Cosmos DB. */
import { Decimal } from 'decimal.js'
import { attributesOf, everyDay, everyHour, everyMonth, units } from '../attributes.ts'
import { type BilledPart, type Mapper, UnknownUntilApply } from '../types.ts'
import { azure, regionOf } from './azure.ts'

const vcoreTiers: Record<string, string> = { GP: 'General Purpose', BC: 'Business Critical', HS: 'Hyperscale' }

/** `GP_Gen5_4`, `GP_S_Gen5_2`, `BC_M_8`: tier, serverless or not, hardware, cores. */
function vcoresOf(sku: string): { tier: string; serverless: boolean; hardware: string; cores: number } | undefined {
  const found = /^(GP|BC|HS)(_S)?_([A-Za-z0-9]+)_(\d{1,3})$/.exec(sku)
  const tier = vcoreTiers[found?.[1] ?? '']
  return found && tier ? { tier, serverless: found[2] !== undefined, hardware: found[3] ?? 'Gen5', cores: Number(found[4]) } : undefined
}

const product = (tier: string, rest: string) => `SQL Database Single/Elastic Pool ${tier} - ${rest}`

function vcoreParts(
  { tier, serverless, hardware, cores }: NonNullable<ReturnType<typeof vcoresOf>>,
  { region, zones, licence, usage, size }: { region: string; zones: boolean; licence: boolean; usage: Decimal; size: Decimal },
): BilledPart[] {
  const productName = product(tier, serverless ? `Serverless - Compute ${hardware}` : `Compute ${hardware}`)
  const details = [`${tier}${serverless ? ' serverless' : ''}`, hardware, `${cores} vCores`, ...(zones ? ['zone redundant'] : [])]
  const suffix = zones && tier === 'General Purpose' ? ' Zone Redundancy' : ''
  const compute = serverless
    ? everyMonth('Compute (serverless)', usage, units.hour, azure('SQL Database', region, { productName, skuName: `1 vCore${suffix}` }), {
        usage: true,
        details,
      })
    : everyHour('Compute', new Decimal(1), azure('SQL Database', region, { productName, skuName: `${cores} vCore${suffix}` }), { details })
  const sql = azure('SQL Database', region, { productName: product(tier, 'SQL License'), meterName: 'vCore' })
  return [
    compute,
    ...(licence && !serverless && tier !== 'Hyperscale'
      ? [everyHour('SQL licence', new Decimal(cores), sql, { details: [`${cores} vCores`] })]
      : []),
    everyMonth(
      'Storage',
      size,
      units.gbMonth,
      azure('SQL Database', region, { productName: product(tier, 'Storage'), meterName: `${tier} Data Stored` }),
      { details: [tier] },
    ),
  ]
}

const mssqlDatabase: Mapper = (resource, context) => {
  const database = attributesOf(resource)
  // In a pool, which pays for it.
  if (database.maybeText('elastic_pool_id') !== undefined || context.referred('elastic_pool_id')) return []
  const region = regionOf(resource, context, 'server_id')
  const sku = database.maybeText('sku_name') ?? 'GP_S_Gen5_2'
  if (sku === 'ElasticPool') return []
  const vcores = vcoresOf(sku)
  const size = database.maybeNumber('max_size_gb')
  if (vcores)
    return vcoreParts(vcores, {
      region,
      zones: database.maybeFlag('zone_redundant') === true,
      licence: database.maybeText('license_type') !== 'BasePrice',
      usage: context.usage('vcore_hours'),
      size: size ?? new Decimal(32),
    })
  const tier = sku.startsWith('P') ? 'Premium' : sku.startsWith('S') ? 'Standard' : 'Basic'
  const skuName = tier === 'Basic' ? 'B' : sku
  const dtus = everyDay('Compute', new Decimal(1), azure('SQL Database', region, { productName: `SQL Database Single ${tier}`, skuName }), {
    details: [sku, 'DTU'],
  })
  const included = { Basic: 2, Standard: 250, Premium: 500 }[tier]
  const beyond = (size ?? new Decimal(included)).minus(included)
  const extra = azure('SQL Database', region, { productName: `SQL Database ${tier} - Storage`, meterName: /Data Stored$/ })
  return [dtus, ...(beyond.gt(0) ? [everyMonth('Storage beyond what is included', beyond, units.gbMonth, extra, { details: [tier] })] : [])]
}

const elasticPool: Mapper = (resource, context) => {
  const pool = attributesOf(resource)
  const region = regionOf(resource, context, 'server_name')
  const sku = pool.block('sku')
  const name = sku?.text('name') ?? 'StandardPool'
  const capacity = sku?.number('capacity') ?? new Decimal(50)
  const size = pool.maybeNumber('max_size_gb') ?? new Decimal(50)
  const vcores = vcoresOf(`${name}_${capacity.toFixed(0)}`)
  if (vcores)
    return vcoreParts(vcores, {
      region,
      zones: pool.maybeFlag('zone_redundant') === true,
      licence: pool.maybeText('license_type') !== 'BasePrice',
      usage: new Decimal(0),
      size,
    })
  const tier = name.replace(/Pool$/, '')
  const productName = `SQL Database Elastic Pool - ${tier}`
  return [
    everyDay('Compute', new Decimal(1), azure('SQL Database', region, { productName, skuName: `${capacity.toFixed(0)} DTU Pack` }), {
      details: [name, `${capacity} eDTUs`],
    }),
  ]
}

/** `GP_Standard_D4ds_v5`: tier, and a size of machines whose name tells series and cores. */
function flexibleSku(sku: string): { tier: string; series: string; size: string; cores: number } {
  const [, letter = '', size = ''] = /^(B|GP|MO)_Standard_(\w{1,30})$/.exec(sku) ?? []
  const [, family = '', cores = '1', features = '', version = ''] = /^([A-Z]+)(\d{1,3})([a-z]*)(?:_(v\d))?$/i.exec(size) ?? []
  const tier = letter === 'B' ? 'Burstable' : letter === 'GP' ? 'General Purpose' : 'Memory Optimized'
  return { tier, series: `${family.toUpperCase()}${features}${version}`, size, cores: Number(cores) }
}

const flexibleServer =
  (service: string): Mapper =>
  (resource, context) => {
    const server = attributesOf(resource)
    const sku = server.maybeText('sku_name')
    if (sku === undefined) throw new UnknownUntilApply('sku_name')
    const region = regionOf(resource, context)
    const { tier, series, size, cores } = flexibleSku(sku)
    const copies = server.blocks('high_availability').length > 0 ? 2 : 1
    const details = [sku, ...(copies > 1 ? ['with a standby'] : [])]
    const named = `${service} Flexible Server`
    const compute =
      tier === 'Burstable'
        ? everyHour(
            'Compute',
            new Decimal(copies),
            azure(service, region, { productName: `${named} Burstable BS Series Compute`, skuName: size.toUpperCase() }),
            { details },
          )
        : everyHour(
            'Compute',
            new Decimal(copies * cores),
            azure(service, region, { productName: `${named} ${tier} ${series} Series Compute`, meterName: 'vCore' }),
            {
              details: [...details, `${cores} vCores`],
            },
          )
    const storage = server.block('storage')
    const gigabytes = (
      storage?.maybeNumber('size_gb') ??
      server.maybeNumber('storage_mb')?.div(1024) ??
      new Decimal(service.endsWith('MySQL') ? 20 : 32)
    ).mul(copies)
    return [
      compute,
      everyMonth(
        'Storage',
        gigabytes,
        units.gbMonth,
        azure(service, region, { productName: `${named} Storage`, meterName: 'Storage Data Stored' }),
        { details },
      ),
      everyMonth(
        'Backups',
        context.usage('backup_gb'),
        units.gbMonth,
        azure(service, region, {
          productName: `${named} Backup Storage`,
          meterName: `Backup Storage ${server.flag('geo_redundant_backup_enabled') ? 'GRS' : 'LRS'} Data Stored`,
        }),
        { usage: true },
      ),
    ]
  }

const redisCache: Mapper = (resource, context) => {
  const cache = attributesOf(resource)
  const tier = cache.text('sku_name') ?? 'Standard'
  const name = `${tier === 'Premium' ? 'P' : 'C'}${cache.number('capacity') ?? 1}`
  const replicas = cache.maybeNumber('replicas_per_primary') ?? cache.maybeNumber('replicas_per_master') ?? new Decimal(1)
  const shards = Decimal.max(1, cache.maybeNumber('shard_count') ?? 1)
  const nodes = tier === 'Premium' ? shards.mul(replicas.plus(1)) : new Decimal(1)
  const select = azure('Redis Cache', regionOf(resource, context), {
    productName: `Azure Redis Cache ${tier}`,
    meterName: new RegExp(`^${/^[CP]\d$/.test(name) ? name : 'C1'} Cache`),
  })
  return [everyHour('Cache', nodes, select, { details: [tier, name, ...(nodes.gt(1) ? [`${nodes} nodes`] : [])] })]
}

export const databases: Record<string, Mapper> = {
  azurerm_mssql_database: mssqlDatabase,
  azurerm_mssql_elasticpool: elasticPool,
  azurerm_postgresql_flexible_server: flexibleServer('Azure Database for PostgreSQL'),
  azurerm_mysql_flexible_server: flexibleServer('Azure Database for MySQL'),
  azurerm_redis_cache: redisCache,
}
