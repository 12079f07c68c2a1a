/** Relational databases: RDS, Aurora, DocumentDB and Neptune. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyHour, everyMonth, known, one, units, zero } from '../attributes.ts'
import { type BilledPart, hoursPerMonth, type Mapper, type MapperContext, UnknownUntilApply } from '../types.ts'
import { assumed, assumedAs, aws, regionOf, usageType, usageTypes } from './aws.ts'

const rds = 'AmazonRDS'

interface Engine {
  databaseEngine: string
  edition?: string
  license: string
}

const free = 'No license required'

/** By the name that Terraform has for it. */
const engines: Readonly<Record<string, Engine>> = {
  postgres: { databaseEngine: 'PostgreSQL', license: free },
  mysql: { databaseEngine: 'MySQL', license: free },
  mariadb: { databaseEngine: 'MariaDB', license: free },
  aurora: { databaseEngine: 'Aurora MySQL', license: free },
  'aurora-mysql': { databaseEngine: 'Aurora MySQL', license: free },
  'aurora-postgresql': { databaseEngine: 'Aurora PostgreSQL', license: free },
  'oracle-se2': { databaseEngine: 'Oracle', edition: 'Standard Two', license: 'License included' },
  'oracle-se2-cdb': { databaseEngine: 'Oracle', edition: 'Standard Two', license: 'License included' },
  'oracle-ee': { databaseEngine: 'Oracle', edition: 'Enterprise', license: 'Bring your own license' },
  'oracle-ee-cdb': { databaseEngine: 'Oracle', edition: 'Enterprise', license: 'Bring your own license' },
  'sqlserver-ex': { databaseEngine: 'SQL Server', edition: 'Express', license: 'License included' },
  'sqlserver-web': { databaseEngine: 'SQL Server', edition: 'Web', license: 'License included' },
  'sqlserver-se': { databaseEngine: 'SQL Server', edition: 'Standard', license: 'License included' },
  'sqlserver-ee': { databaseEngine: 'SQL Server', edition: 'Enterprise', license: 'License included' },
}

function engineOf(name: string | undefined): Engine {
  return known(engines, name ?? '') ?? { databaseEngine: name ?? 'MySQL', license: free }
}

function instanceParts(
  [type, count]: readonly [string | undefined, Decimal],
  engine: Engine,
  deploymentOption: string,
  region: string,
  wanted: Readonly<Record<string, { pattern: string }>> = {},
): BilledPart[] {
  if (type === undefined) throw new UnknownUntilApply('instance_class')
  const select = aws(rds, 'Database Instance', region, {
    instanceType: type,
    databaseEngine: engine.databaseEngine,
    deploymentOption,
    licenseModel: engine.license,
    ...(engine.edition !== undefined && { databaseEdition: engine.edition }),
    ...wanted,
  })
  return [everyHour('Database instance', count, select, { details: [engine.databaseEngine, deploymentOption, type] })]
}

/** By `storage_type`: how AWS calls the volume, and what is in its price. */
const storages: Readonly<Record<string, { volume: string; iops?: string; throughput?: string }>> = {
  gp2: { volume: 'General Purpose' },
  gp3: { volume: 'General Purpose-GP3', iops: 'GP3-PIOPS', throughput: 'GP3-Throughput' },
  io1: { volume: 'Provisioned IOPS', iops: 'PIOPS' },
  io2: { volume: 'Provisioned IOPS-IO2', iops: 'PIOPS-IO2' },
  standard: { volume: 'Magnetic' },
}

const dbInstance: Mapper = (resource, context) => {
  const db = attributesOf(resource)
  const region = regionOf(context)
  const source = context.referred('replicate_source_db')
  const engine = { ...engineOf(db.maybeText('engine') ?? (source && attributesOf(source).maybeText('engine'))) }
  if (db.maybeText('license_model') === 'bring-your-own-license') engine.license = 'Bring your own license'
  const multiple = db.maybeFlag('multi_az') ?? false
  const mirrored = multiple && engine.databaseEngine === 'SQL Server'
  const deployment = multiple ? 'Multi-AZ' : 'Single-AZ'
  const type = db.text('instance_class')
  const names = mirrored ? ['MirrorUsage', 'Multi-AZUsage'] : [multiple ? 'Multi-AZUsage' : 'InstanceUsage']
  const usage = { usagetype: usageTypes(...names.map((name) => `${name}:${type}`)) }
  return [
    ...instanceParts([type, one], engine, deployment, region, usage),
    ...storageParts(db, engine, mirrored ? 'Multi-AZ (SQL Server Mirror)' : deployment, region),
    ...backupParts(db, context, region),
    ...insightParts(db, context, region),
  ]
}

/** Storage of Oracle and SQL Server is sold as that of any engine. */
const storageEngine = ({ databaseEngine }: Engine): string =>
  /^(?:PostgreSQL|MySQL|MariaDB)$/.test(databaseEngine) ? databaseEngine : 'Any'

function storageParts(db: Attributes, engine: Engine, deploymentOption: string, region: string): BilledPart[] {
  const iops = db.maybeNumber('iops')
  const type = db.maybeText('storage_type') ?? (iops?.greaterThan(0) ? 'io1' : 'gp2')
  const storage = known(storages, type) ?? { volume: 'General Purpose' }
  const gigabytes = db.maybeNumber('allocated_storage') ?? new Decimal(20)
  const common = { databaseEngine: storageEngine(engine), deploymentOption }
  const select = aws(rds, 'Database Storage', region, { ...common, volumeType: storage.volume })
  const parts = [everyMonth('Storage', gigabytes, units.gbMonth, select, { details: [type] })]
  const zones = deploymentOption === 'Single-AZ' ? '' : deploymentOption === 'Multi-AZ' ? 'Multi-AZ-' : 'Mirror-'
  // From 400 GB on, gp3 is striped over four disks, and four times as much is included.
  const large = gigabytes.gte(400)
  const paid = Decimal.max(0, (iops ?? zero).minus(type === 'gp3' ? (large ? 12_000 : 3000) : 0))
  if (storage.iops !== undefined && paid.greaterThan(0)) {
    const wanted = { ...common, usagetype: usageType(`RDS:${zones}${storage.iops}`) }
    parts.push(everyMonth('Provisioned IOPS', paid, 'IOPS-month', aws(rds, 'Provisioned IOPS', region, wanted), { details: [type] }))
  }
  const more = Decimal.max(0, (db.maybeNumber('storage_throughput') ?? zero).minus(large ? 500 : 125))
  if (storage.throughput !== undefined && more.greaterThan(0)) {
    const wanted = { ...common, usagetype: usageType(`RDS:${zones}${storage.throughput}`) }
    parts.push(
      everyMonth('Provisioned throughput', more, 'MiBps-month', aws(rds, 'Provisioned Throughput', region, wanted), { details: [type] }),
    )
  }
  return parts
}

/** As much as is allocated is free. */
function backupParts(db: Attributes, context: MapperContext, region: string): BilledPart[] {
  if (db.maybeNumber('backup_retention_period')?.greaterThan(0) !== true) return []
  const select = aws(rds, 'Storage Snapshot', region, { usagetype: usageType('RDS:ChargedBackupUsage'), databaseEngine: 'Any' })
  return [assumed('Additional backup storage', [context, 'additional_backup_storage_gb'], units.gbMonth, select)]
}

/** Seven days of insights are free, and so are the first million questions. */
function insightParts(db: Attributes, context: MapperContext, region: string): BilledPart[] {
  if (db.maybeFlag('performance_insights_enabled') !== true) return []
  const calls = aws(rds, 'Performance Insights', region, { group: 'API Request' })
  return [assumed('Performance Insights API', [context, 'monthly_additional_performance_insights_requests'], units.request, calls)]
}

const aurora = /^aurora/

const cluster: Mapper = (resource, context) => {
  const db = attributesOf(resource)
  const region = regionOf(context)
  const engine = engineOf(db.maybeText('engine') ?? 'aurora')
  if (!aurora.test(db.maybeText('engine') ?? 'aurora')) return multiZoneCluster(db, engine, region)
  const optimized = db.maybeText('storage_type') === 'aurora-iopt1'
  const storage = aws(rds, 'Database Storage', region, {
    databaseEngine: 'Any',
    usagetype: usageType(optimized ? 'Aurora:IO-OptimizedStorageUsage' : 'Aurora:StorageUsage'),
  })
  const backup = aws(rds, 'Storage Snapshot', region, { databaseEngine: engine.databaseEngine, usagetype: usageType('Aurora:BackupUsage') })
  const xport = { databaseEngine: engine.databaseEngine, usagetype: usageType('Aurora:SnapshotExportToS3') }
  return [
    ...serverlessParts(db, engine, optimized, context, region),
    assumed('Storage', [context, 'storage_gb'], units.gbMonth, storage),
    ...(optimized ? [] : [ioPart(context, region)]),
    assumed('Backup storage', [context, 'backup_snapshot_size_gb'], units.gbMonth, backup),
    ...backtrackParts(db, engine, context, region),
    assumed('Snapshot export', [context, 'snapshot_export_size_gb'], units.gb, aws(rds, 'System Operation', region, xport)),
  ]
}

function ioPart(context: MapperContext, region: string): BilledPart {
  const perSecond = context.usage('write_requests_per_sec').plus(context.usage('read_requests_per_sec'))
  const select = aws(rds, 'System Operation', region, { databaseEngine: 'Any', usagetype: usageType('Aurora:StorageIOUsage') })
  const month = perSecond.times(hoursPerMonth).times(3600)
  return assumedAs('I/O requests', [month, 'write_requests_per_sec + read_requests_per_sec'], 'IO', select)
}

function backtrackParts(db: Attributes, engine: Engine, context: MapperContext, region: string): BilledPart[] {
  const window = db.maybeNumber('backtrack_window')
  if (engine.databaseEngine !== 'Aurora MySQL' || window === undefined || window.isZero()) return []
  const records = context.usage('average_statements_per_hr').times(context.usage('change_records_per_statement'))
  const hours = records.times(context.usage('backtrack_window_hrs')).times(hoursPerMonth)
  const select = aws(rds, 'System Operation', region, { usagetype: usageType('Aurora:BacktrackUsage') })
  return [
    assumedAs('Backtrack', [hours, 'average_statements_per_hr × change_records_per_statement × backtrack_window_hrs'], 'CR-hour', select),
  ]
}

/** The second generation is billed of its instances. */
function serverlessParts(db: Attributes, engine: Engine, optimized: boolean, context: MapperContext, region: string): BilledPart[] {
  const second = db.maybeBlock('serverlessv2_scaling_configuration')
  if (!second && db.maybeText('engine_mode') !== 'serverless') return []
  const least = second ? second.maybeNumber('min_capacity') : db.maybeBlock('scaling_configuration')?.maybeNumber('min_capacity')
  const assumedUnits = Decimal.max(context.usage('capacity_units_per_hr'), least ?? zero)
  const usagetype = second ? (optimized ? 'Aurora:ServerlessV2IOOptimizedUsage' : 'Aurora:ServerlessV2Usage') : 'Aurora:ServerlessUsage'
  const wanted = { databaseEngine: engine.databaseEngine, usagetype: usageType(usagetype) }
  const select = aws(rds, second ? 'ServerlessV2' : 'Serverless', region, wanted)
  return [
    everyHour('Aurora capacity units', assumedUnits, select, { unit: 'ACU-hour', usage: true, details: ['usage: capacity_units_per_hr'] }),
  ]
}

/** One writer and two readers, for engines other than Aurora. */
function multiZoneCluster(db: Attributes, engine: Engine, region: string): BilledPart[] {
  const deployment = 'Multi-AZ (readable standbys)'
  return [
    ...instanceParts([db.text('db_cluster_instance_class'), one], engine, deployment, region),
    ...storageParts(db, engine, deployment, region).map((part) =>
      part.label === 'Provisioned IOPS'
        ? {
            ...part,
            select: aws(rds, 'Provisioned IOPS', region, {
              databaseEngine: storageEngine(engine),
              deploymentOption: deployment,
              usagetype: usageType('RDS:Multi-AZCluster-PIOPS'),
            }),
          }
        : part,
    ),
  ]
}

const clusterInstance: Mapper = (resource, context) => {
  const db = attributesOf(resource)
  const region = regionOf(context)
  const owner = context.referred('cluster_identifier')
  const ownerOf = owner && attributesOf(owner)
  const engine = engineOf(db.maybeText('engine') ?? ownerOf?.maybeText('engine') ?? 'aurora-mysql')
  const type = db.text('instance_class')
  if (type === 'db.serverless') return insightParts(db, context, region)
  const optimized = ownerOf?.maybeText('storage_type') === 'aurora-iopt1'
  const usagetype = usageType(`${optimized ? 'InstanceUsageIOOptimized' : 'InstanceUsage'}:${type}`)
  return [...instanceParts([type, one], engine, 'Single-AZ', region, { usagetype }), ...insightParts(db, context, region)]
}

const proxy: Mapper = (_resource, context) => {
  const select = aws(rds, 'RDSProxy', regionOf(context), { databaseEngine: 'Any', usagetype: usageType('RDS:ProxyUsage') })
  return [everyHour('Proxy', new Decimal(2), select, { details: ['by vCPU of its database, 2 at least'] })]
}

/** DocumentDB and Neptune: the same shape under other names. */
const documentInstance =
  (service: string): Mapper =>
  (resource, context) => {
    const type = attributesOf(resource).text('instance_class')
    if (type === undefined) throw new UnknownUntilApply('instance_class')
    const select = aws(service, 'Database Instance', regionOf(context), {
      instanceType: type,
      usagetype: usageType(`InstanceUsage:${type}`),
    })
    return [everyHour('Database instance', one, select, { details: [type] })]
  }

const documentCluster =
  (service: string): Mapper =>
  (_resource, context) => {
    const region = regionOf(context)
    const select = (family: string, name: string) => aws(service, family, region, { usagetype: usageType(name) })
    return [
      assumed('Storage', [context, 'storage_gb'], units.gbMonth, select('Database Storage', 'StorageUsage')),
      assumed('I/O requests', [context, 'monthly_io_requests'], 'IO', select('System Operation', 'StorageIOUsage')),
      assumed('Backup storage', [context, 'backup_storage_gb'], units.gbMonth, select('Storage Snapshot', 'BackupUsage')),
    ]
  }

export const databases: Readonly<Record<string, Mapper>> = {
  aws_db_instance: dbInstance,
  aws_rds_cluster: cluster,
  aws_rds_cluster_instance: clusterInstance,
  aws_db_proxy: proxy,
  aws_docdb_cluster: documentCluster('AmazonDocDB'),
  aws_docdb_cluster_instance: documentInstance('AmazonDocDB'),
  aws_neptune_cluster: documentCluster('AmazonNeptune'),
  aws_neptune_cluster_instance: documentInstance('AmazonNeptune'),
}
