/** Clusters of nodes that AWS runs: caches, search, brokers, warehouses. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyHour, everyMonth, known, one, units, zero } from '../attributes.ts'
import { type BilledPart, type Mapper, type MapperContext, UnknownUntilApply } from '../types.ts'
import { assumed, aws, regionOf, usageType, usageTypes } from './aws.ts'

const cacheEngines: Readonly<Record<string, string>> = { redis: 'Redis', memcached: 'Memcached', valkey: 'Valkey' }

function cacheParts(type: string | undefined, engine: string | undefined, nodes: Decimal, context: MapperContext): BilledPart[] {
  if (type === undefined) throw new UnknownUntilApply('node_type')
  const cacheEngine = known(cacheEngines, engine ?? 'redis') ?? 'Redis'
  const wanted = { instanceType: type, cacheEngine, usagetype: usageType(`NodeUsage:${type}`) }
  const select = aws('AmazonElastiCache', 'Cache Instance', regionOf(context), wanted)
  return [everyHour('Cache nodes', nodes, select, { details: [cacheEngine, type] })]
}

/** One snapshot is free. */
function cacheBackups(cache: Attributes, context: MapperContext): BilledPart[] {
  const kept = cache.maybeNumber('snapshot_retention_limit') ?? zero
  if (kept.lte(1)) return []
  const select = aws('AmazonElastiCache', 'Storage Snapshot', regionOf(context), { usagetype: usageType('ElastiCache:BackupUsage') })
  return [assumed('Backup storage', [context, 'snapshot_storage_size_gb'], units.gbMonth, select)]
}

/** A member of a replication group is counted there. */
const cacheCluster: Mapper = (resource, context) => {
  const cache = attributesOf(resource)
  const group = context.referred('replication_group_id')
  if (group || cache.maybeText('replication_group_id') !== undefined) return []
  const engine = cache.maybeText('engine')
  const nodes = cache.maybeNumber('num_cache_nodes') ?? one
  return [...cacheParts(cache.text('node_type'), engine, nodes, context), ...(engine === 'memcached' ? [] : cacheBackups(cache, context))]
}

const replicationGroup: Mapper = (resource, context) => {
  const cache = attributesOf(resource)
  const mode = cache.maybeBlock('cluster_mode')
  const shards = cache.maybeNumber('num_node_groups') ?? mode?.maybeNumber('num_node_groups')
  const replicas = cache.maybeNumber('replicas_per_node_group') ?? mode?.maybeNumber('replicas_per_node_group') ?? zero
  const listed = cache.maybeNumber('num_cache_clusters') ?? cache.maybeNumber('number_cache_clusters')
  const nodes = listed ?? (shards ?? one).times(replicas.plus(1))
  return [...cacheParts(cache.text('node_type'), cache.maybeText('engine'), nodes, context), ...cacheBackups(cache, context)]
}

const openSearch: Mapper = (resource, context) => {
  const domain = attributesOf(resource)
  const region = regionOf(context)
  const config = domain.maybeBlock('cluster_config')
  const nodes = (label: string, type: string, count: Decimal): BilledPart[] => {
    // `m5.large.search` and `m5.large.elasticsearch` are sold under the older name.
    const names = [type, type.replace(/\.elasticsearch$/, '.search'), type.replace(/\.search$/, '.elasticsearch')]
    const instanceType = new RegExp(`^(?:${[...new Set(names)].map((name) => name.replace(/[^\w-]/g, '\\$&')).join('|')})$`)
    const select = aws('AmazonES', undefined, region, { instanceType })
    return count.isZero() ? [] : [everyHour(label, count, select, { details: [type] })]
  }
  const count = config?.maybeNumber('instance_count') ?? one
  const masters = config?.maybeFlag('dedicated_master_enabled') ? (config.maybeNumber('dedicated_master_count') ?? new Decimal(3)) : zero
  const warm = config?.maybeFlag('warm_enabled') ? (config.maybeNumber('warm_count') ?? new Decimal(2)) : zero
  const data = config?.maybeText('instance_type') ?? 'm4.large.search'
  return [
    ...nodes('Data nodes', data, count),
    ...nodes('Dedicated masters', config?.maybeText('dedicated_master_type') ?? data, masters),
    ...nodes('UltraWarm nodes', config?.maybeText('warm_type') ?? 'ultrawarm1.medium.search', warm),
    ...searchStorage(domain.maybeBlock('ebs_options'), count, region),
  ]
}

const searchDisks = { gp2: 'ES:GP2-Storage', gp3: 'ES:GP3-Storage', io1: 'ES:PIOPS-Storage', standard: 'ES:Magnetic-Storage' }

function searchStorage(disk: Attributes | undefined, count: Decimal, region: string): BilledPart[] {
  if (disk?.maybeFlag('ebs_enabled') === false || !disk) return []
  const type = disk.maybeText('volume_type') ?? 'gp2'
  const select = (...names: string[]) => aws('AmazonES', undefined, region, { usagetype: usageTypes(...names) })
  const name = known(searchDisks, type) ?? 'ES:GP2-Storage'
  const gigabytes = (disk.maybeNumber('volume_size') ?? new Decimal(10)).times(count)
  const parts = [everyMonth('Storage', gigabytes, units.gbMonth, select(name), { details: [type] })]
  const included = type === 'gp3' ? 3000 : 0
  const iops = Decimal.max(0, (disk.maybeNumber('iops') ?? zero).minus(included)).times(count)
  if ((type === 'io1' || type === 'gp3') && iops.greaterThan(0)) {
    const paid = select(type === 'gp3' ? 'ES:GP3-PIOPS' : 'ES:PIOPS')
    parts.push(everyMonth('Provisioned IOPS', iops, 'IOPS-month', paid, { details: [type] }))
  }
  return parts
}

const kafka: Mapper = (resource, context) => {
  const cluster = attributesOf(resource)
  const region = regionOf(context)
  const info = cluster.block('broker_node_group_info')
  const brokers = cluster.number('number_of_broker_nodes') ?? new Decimal(3)
  const type = info?.text('instance_type')
  if (type === undefined) throw new UnknownUntilApply('broker_node_group_info.instance_type')
  const ebs = info?.maybeBlock('storage_info')?.maybeBlock('ebs_storage_info')
  const gigabytes = ebs?.maybeNumber('volume_size') ?? info?.maybeNumber('ebs_volume_size') ?? new Decimal(1000)
  const instance = aws('AmazonMSK', undefined, region, { usagetype: usageType(`Kafka.${type.replace(/^kafka\./, '')}`) })
  const storage = aws('AmazonMSK', undefined, region, { usagetype: usageType('Kafka.Storage.GP2') })
  return [
    everyHour('Brokers', brokers, instance, { details: [type] }),
    everyMonth('Storage', gigabytes.times(brokers), units.gbMonth, storage),
  ]
}

const redshift: Mapper = (resource, context) => {
  const cluster = attributesOf(resource)
  const region = regionOf(context)
  const type = cluster.text('node_type')
  if (type === undefined) throw new UnknownUntilApply('node_type')
  const nodes = Decimal.max(1, cluster.maybeNumber('number_of_nodes') ?? one)
  const select = aws('AmazonRedshift', 'Compute Instance', region, { instanceType: type, usagetype: usageType(`Node:${type}`) })
  const managed = aws('AmazonRedshift', 'Redshift Managed Storage', region, { usagetype: usageType(`RMS:${type}`) })
  return [
    everyHour('Nodes', nodes, select, { details: [type] }),
    ...(type.startsWith('ra3') ? [assumed('Managed storage', [context, 'managed_storage_gb'], units.gbMonth, managed)] : []),
  ]
}

const broker: Mapper = (resource, context) => {
  const mq = attributesOf(resource)
  const region = regionOf(context)
  const type = mq.text('host_instance_type')
  if (type === undefined) throw new UnknownUntilApply('host_instance_type')
  const rabbit = mq.maybeText('engine_type')?.toLowerCase() === 'rabbitmq'
  const mode = mq.maybeText('deployment_mode') ?? 'SINGLE_INSTANCE'
  const single = mode === 'SINGLE_INSTANCE'
  const wanted = {
    instanceType: type,
    brokerEngine: rabbit ? 'RabbitMQ' : 'ActiveMQ',
    deploymentOption: single ? 'Single-AZ' : 'Multi-AZ',
  }
  const nodes = rabbit && !single ? new Decimal(3) : one
  const storage = aws('AmazonMQ', 'Broker Storage', region, {
    usagetype: usageTypes(...(rabbit ? ['TimedStorage-RabbitMQ-ByteHrs'] : ['TimedStorage-ByteHrs', 'TimedStorage-EBS-ByteHrs'])),
  })
  return [
    everyHour('Broker', nodes, aws('AmazonMQ', 'Broker Instances', region, wanted), { details: [type, mode] }),
    assumed('Storage', [context, 'storage_size_gb'], units.gbMonth, storage),
  ]
}

export const managed: Readonly<Record<string, Mapper>> = {
  aws_elasticache_cluster: cacheCluster,
  aws_elasticache_replication_group: replicationGroup,
  aws_opensearch_domain: openSearch,
  aws_elasticsearch_domain: openSearch,
  aws_msk_cluster: kafka,
  aws_redshift_cluster: redshift,
  aws_mq_broker: broker,
}
