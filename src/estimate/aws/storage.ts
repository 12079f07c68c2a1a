/** What keeps data: buckets, file systems, tables. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyHour, everyMonth, one, units, zero } from '../attributes.ts'
import type { BilledPart, Mapper, MapperContext } from '../types.ts'
import { assumed, assumedAs, aws, regionOf, usageType, usageTypes } from './aws.ts'

const bucket: Mapper = (_resource, context) => {
  const region = regionOf(context)
  const storage = aws('AmazonS3', 'Storage', region, { usagetype: usageType('TimedStorage-ByteHrs') })
  const requests = (name: string) => aws('AmazonS3', 'API Request', region, { usagetype: usageType(name) })
  const out = aws('AWSDataTransfer', 'Data Transfer', region, { usagetype: usageType('DataTransfer-Out-Bytes') })
  return [
    assumed('Storage', [context, 'storage_gb'], units.gbMonth, storage, ['Standard']),
    assumed('Writing requests', [context, 'monthly_tier_1_requests'], units.request, requests('Requests-Tier1')),
    assumed('Reading requests', [context, 'monthly_tier_2_requests'], units.request, requests('Requests-Tier2')),
    ...(context.usage('monthly_data_transfer_out_gb').isZero()
      ? []
      : [assumed('Data transfer out', [context, 'monthly_data_transfer_out_gb'], units.gb, out)]),
  ]
}

const bucketInsight =
  (label: string, name: string, usage: string): Mapper =>
  (_resource, context) => {
    const select = aws('AmazonS3', undefined, regionOf(context), { usagetype: usageType(name) })
    return [assumed(label, [context, usage], 'object', select)]
  }

const elasticFiles: Mapper = (resource, context) => {
  const files = attributesOf(resource)
  const region = regionOf(context)
  const oneZone = files.maybeText('availability_zone_name') !== undefined
  const name = (text: string) =>
    usageType(oneZone ? text.replace('TimedStorage', 'TimedStorage-Z').replace('IADataAccess', 'IADataAccess-Z') : text)
  const select = (text: string) => aws('AmazonEFS', undefined, region, { usagetype: name(text) })
  const rare = files.maybeBlocks('lifecycle_policy').length > 0
  const provisioned =
    files.maybeText('throughput_mode') === 'provisioned' ? files.maybeNumber('provisioned_throughput_in_mibps') : undefined
  const throughput = aws('AmazonEFS', 'Provisioned Throughput', region, { usagetype: usageType('ProvisionedTP-MiBpsHrs') })
  return [
    assumed('Storage', [context, 'storage_gb'], units.gbMonth, select('TimedStorage-ByteHrs'), [oneZone ? 'one zone' : 'standard']),
    ...(provisioned ? [everyMonth('Provisioned throughput', provisioned, 'MiBps-month', throughput)] : []),
    ...(rare
      ? [
          assumed('Infrequent access storage', [context, 'infrequent_access_storage_gb'], units.gbMonth, select('IATimedStorage-ByteHrs')),
          assumed('Infrequent access reads', [context, 'monthly_infrequent_access_read_gb'], units.gb, select('IADataAccess-Bytes')),
          assumed('Infrequent access writes', [context, 'monthly_infrequent_access_write_gb'], units.gb, select('IADataAccess-Bytes')),
        ]
      : []),
  ]
}

type FsxKind = 'Windows' | 'Lustre' | 'ONTAP' | 'OpenZFS'

const fsx =
  (fileSystemType: FsxKind): Mapper =>
  (resource, context) => {
    const files = attributesOf(resource)
    const region = regionOf(context)
    const multiple = /^MULTI_AZ/.test(files.maybeText('deployment_type') ?? '')
    const common = { fileSystemType, ...(fileSystemType !== 'Lustre' && { deploymentOption: multiple ? 'Multi-AZ' : 'Single-AZ' }) }
    const storageType = files.maybeText('storage_type') ?? 'SSD'
    const gigabytes = files.maybeNumber('storage_capacity') ?? zero
    const lustre = fileSystemType === 'Lustre'
    const wanted = { ...common, storageType, ...(lustre && perThroughput(files)) }
    const mibps = lustre ? undefined : files.maybeNumber('throughput_capacity')
    const backups = aws('AmazonFSx', 'Storage', region, { fileSystemType, usagetype: /BackupUsage/ })
    return [
      everyMonth('Storage', gigabytes, units.gbMonth, aws('AmazonFSx', 'Storage', region, wanted), { details: [storageType] }),
      ...(mibps ? [everyMonth('Throughput', mibps, 'MiBps-month', aws('AmazonFSx', 'Provisioned Throughput', region, common))] : []),
      ...iopsParts(files, gigabytes, common, region),
      ...(keepsBackups(files) ? [assumed('Backup storage', [context, 'backup_storage_gb'], units.gbMonth, backups)] : []),
    ]
  }

const perThroughput = (files: Attributes): { throughputCapacity: string } | undefined => {
  const mibps = files.maybeNumber('per_unit_storage_throughput')
  return mibps && { throughputCapacity: mibps.toFixed() }
}

const keepsBackups = (files: Attributes): boolean => files.maybeNumber('automatic_backup_retention_days')?.isZero() !== true

/** Three for each GB are included. */
function iopsParts(files: Attributes, gigabytes: Decimal, common: Readonly<Record<string, string>>, region: string): BilledPart[] {
  const disk = files.maybeBlock('disk_iops_configuration')
  if (disk?.maybeText('mode') !== 'USER_PROVISIONED') return []
  const paid = Decimal.max(0, (disk.maybeNumber('iops') ?? zero).minus(gigabytes.times(3)))
  const select = aws('AmazonFSx', 'Provisioned IOPS', region, common)
  return paid.isZero() ? [] : [everyMonth('Provisioned IOPS', paid, 'IOPS-month', select)]
}

const table: Mapper = (resource, context) => {
  const dynamo = attributesOf(resource)
  const region = regionOf(context)
  const onRequest = dynamo.maybeText('billing_mode') === 'PAY_PER_REQUEST'
  const replicas = new Decimal(dynamo.blocks('replica').length)
  const storage = aws('AmazonDynamoDB', 'Database Storage', region, { usagetype: usageType('TimedStorage-ByteHrs') })
  const recovery = aws('AmazonDynamoDB', undefined, region, { usagetype: usageType('TimedPITRStorage-ByteHrs') })
  const pointInTime = dynamo.maybeBlock('point_in_time_recovery')?.maybeFlag('enabled') === true
  return [
    ...(onRequest ? requestParts(context, region, replicas) : capacityParts(dynamo, region, replicas)),
    assumed('Storage', [context, 'storage_gb'], units.gbMonth, storage),
    ...(pointInTime ? [assumedAs('Point-in-time recovery', [context.usage('storage_gb'), 'storage_gb'], units.gbMonth, recovery)] : []),
  ]
}

/** A replica is written as often as the table, for the same price. */
function capacityParts(dynamo: Attributes, region: string, replicas: Decimal): BilledPart[] {
  const indexes = dynamo.maybeBlocks('global_secondary_index')
  const total = (name: string) => [dynamo, ...indexes].reduce((sum, each) => sum.plus(each.maybeNumber(name) ?? zero), zero)
  const select = (group: string) => aws('AmazonDynamoDB', 'Provisioned IOPS', region, { group })
  const copies = replicas.plus(1)
  return [
    everyHour('Write capacity', total('write_capacity').times(copies), select('DDB-WriteUnits')),
    everyHour('Read capacity', total('read_capacity').times(copies), select('DDB-ReadUnits')),
  ]
}

function requestParts(context: MapperContext, region: string, replicas: Decimal): BilledPart[] {
  const family = 'Amazon DynamoDB PayPerRequest Throughput'
  const select = (group: string) => aws('AmazonDynamoDB', family, region, { group })
  const writes = context.usage('monthly_write_request_units').times(replicas.plus(1))
  return [
    assumedAs('Write requests', [writes, 'monthly_write_request_units'], 'WRU', select('DDB-WriteUnits')),
    assumed('Read requests', [context, 'monthly_read_request_units'], 'RRU', select('DDB-ReadUnits')),
  ]
}

const backupVault: Mapper = (_resource, context) => {
  const select = aws('AWSBackup', undefined, regionOf(context), {
    usagetype: usageTypes('WarmStorage-ByteHrs-EFS', 'WarmStorage-ByteHrs-EBS'),
  })
  return [assumed('Backup storage', [context, 'storage_gb'], units.gbMonth, select)]
}

const sharedGateway: Mapper = (_resource, context) => {
  const select = aws('AWSTransfer', undefined, regionOf(context), { usagetype: usageTypes('ProtocolHours') })
  return [everyHour('Protocol', one, select)]
}

export const storage: Readonly<Record<string, Mapper>> = {
  aws_s3_bucket: bucket,
  aws_s3_bucket_analytics_configuration: bucketInsight('Objects analysed', 'StorageAnalytics-ObjCount', 'monthly_monitored_objects'),
  aws_s3_bucket_inventory: bucketInsight('Objects listed', 'Inventory-ObjectsListed', 'monthly_listed_objects'),
  aws_efs_file_system: elasticFiles,
  aws_fsx_windows_file_system: fsx('Windows'),
  aws_fsx_lustre_file_system: fsx('Lustre'),
  aws_fsx_ontap_file_system: fsx('ONTAP'),
  aws_fsx_openzfs_file_system: fsx('OpenZFS'),
  aws_dynamodb_table: table,
  aws_backup_vault: backupVault,
  aws_transfer_server: sharedGateway,
}
