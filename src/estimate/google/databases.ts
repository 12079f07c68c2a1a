/** Databases of Cloud SQL and caches of Redis. */
import { Decimal } from 'decimal.js'
import { attributesOf, everyHour, everyMonth, known, one, units } from '../attributes.ts'
import { type Mapper, UnknownUntilApply } from '../types.ts'
import { google, regionOf } from './google.ts'

interface Tier {
  cores: number
  gigabytes: Decimal
}

/** `db-custom-2-7680`, `db-n1-highmem-4`, `db-perf-optimized-N-8`. */
function tierOf(tier: string): Tier | undefined {
  const custom = /^db-custom-(\d{1,3})-(\d{1,7})$/.exec(tier)
  if (custom) return { cores: Number(custom[1]), gigabytes: new Decimal(custom[2] ?? 0).div(1024) }
  const [, kind, size] = /^db-n1-(standard|highmem)-(\d{1,2})$/.exec(tier) ?? []
  if (kind) return { cores: Number(size), gigabytes: new Decimal(kind === 'highmem' ? 6.5 : 3.75).mul(Number(size)) }
  const optimized = /^db-perf-optimized-N-(\d{1,3})$/.exec(tier)
  return optimized ? { cores: Number(optimized[1]), gigabytes: new Decimal(8).mul(Number(optimized[1])) } : undefined
}

const engines = { MYSQL: 'MySQL', POSTGRES: 'PostgreSQL', SQLSERVER: 'SQL Server' } as const

const sharedTiers: Record<string, string> = { 'db-f1-micro': 'Micro instance', 'db-g1-small': 'Small instance' }

const sqlInstance: Mapper = (resource, context) => {
  const instance = attributesOf(resource)
  const settings = instance.block('settings')
  const tier = settings?.text('tier')
  if (settings === undefined || tier === undefined) throw new UnknownUntilApply('settings.tier')
  const region = regionOf(resource, context)
  const version = instance.text('database_version') ?? 'MYSQL_8_0'
  const engine = version.startsWith('POSTGRES') ? engines.POSTGRES : version.startsWith('SQLSERVER') ? engines.SQLSERVER : engines.MYSQL
  const place = settings.maybeText('availability_type') === 'REGIONAL' ? 'Regional' : 'Zonal'
  const plus = settings.maybeText('edition') === 'ENTERPRISE_PLUS' ? 'Enterprise Plus ' : ''
  const select = (what: string) => google('Cloud SQL', region, { description: new RegExp(`^Cloud SQL for ${engine}: ${what}`) })
  const details = [tier, version, place.toLowerCase()]
  const shared = known(sharedTiers, tier)
  const machine = tierOf(tier)
  const compute =
    shared === undefined && machine
      ? [
          everyHour('vCPU', new Decimal(machine.cores), select(`${place} - ${plus}vCPU`), {
            details: [...details, `${machine.cores} vCPUs`],
          }),
          everyHour('Memory', machine.gigabytes, select(`${place} - ${plus}RAM`), {
            details: [...details, `${machine.gigabytes} GB`],
            unit: units.gbHour,
          }),
        ]
      : [everyHour('Instance', one, select(`${place} - ${shared ?? 'Unknown tier'}`), { details })]
  const storage = settings.maybeText('disk_type') === 'PD_HDD' ? 'Low cost storage' : 'Standard storage'
  const backed = settings.block('backup_configuration')?.maybeFlag('enabled') === true
  // Stopped, it costs its storage and its address.
  const stopped = settings.maybeText('activation_policy') === 'NEVER'
  return [
    ...(stopped ? [] : compute),
    everyMonth('Storage', settings.maybeNumber('disk_size') ?? new Decimal(10), units.gbMonth, select(`${place} - ${storage}`), {
      details: [storage],
    }),
    ...(backed ? [everyMonth('Backups', context.usage('backup_gb'), units.gbMonth, select('Backups'), { usage: true })] : []),
    ...(stopped ? [everyHour('Idle address', one, google('Cloud SQL', region, { description: /IP address reservation/i }))] : []),
  ]
}

/** Capacity is cheaper in larger instances. */
const capacityTier = (gigabytes: Decimal): string => {
  const found = [4, 10, 35, 100].findIndex((most) => gigabytes.lte(most))
  return `M${found === -1 ? 5 : found + 1}`
}

const redisInstance: Mapper = (resource, context) => {
  const instance = attributesOf(resource)
  const gigabytes = instance.number('memory_size_gb') ?? one
  const tier = instance.maybeText('tier') === 'STANDARD_HA' ? 'Standard' : 'Basic'
  const replicas =
    instance.maybeText('read_replicas_mode') === 'READ_REPLICAS_ENABLED'
      ? (instance.maybeNumber('replica_count') ?? new Decimal(2))
      : undefined
  const nodes = replicas && tier === 'Standard' ? replicas.plus(1) : one
  const size = capacityTier(gigabytes)
  const kind = nodes.gt(1) ? 'Standard Node' : tier
  const select = google('Cloud Memorystore for Redis', regionOf(resource, context), {
    description: new RegExp(`^Redis Capacity ${kind} ${size}`),
  })
  return [
    everyHour('Capacity', gigabytes.mul(nodes), select, {
      unit: units.gbHour,
      details: [tier, size, `${gigabytes} GB`, ...(nodes.gt(1) ? [`${nodes} nodes`] : [])],
    }),
  ]
}

export const databases: Record<string, Mapper> = { google_sql_database_instance: sqlInstance, google_redis_instance: redisInstance }
