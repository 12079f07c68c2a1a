import { describe, expect, it } from 'vitest'
import { type BilledRow, billed } from '../../../test/support/billed-parts.ts'

const rows: readonly BilledRow[] = [
  [
    'PostgreSQL in two zones',
    'aws_db_instance',
    {
      instance_class: 'db.t3.large',
      engine: 'postgres',
      multi_az: true,
      allocated_storage: 100,
      storage_type: 'gp3',
      iops: 4000,
      storage_throughput: 225,
      backup_retention_period: 7,
    },
    [
      'Database instance: 1 hour every hour < AmazonRDS, Database Instance, eu-west-1: db.t3.large, PostgreSQL, Multi-AZ, No license required, /Multi-AZUsage:db\\.t3\\.large$/',
      'Storage: 100 GB-month < AmazonRDS, Database Storage, eu-west-1: PostgreSQL, Multi-AZ, General Purpose-GP3',
      'Provisioned IOPS: 1000 IOPS-month < AmazonRDS, Provisioned IOPS, eu-west-1: PostgreSQL, Multi-AZ, /RDS:Multi-AZ-GP3-PIOPS$/',
      'Provisioned throughput: 100 MiBps-month < AmazonRDS, Provisioned Throughput, eu-west-1: PostgreSQL, Multi-AZ, /RDS:Multi-AZ-GP3-Throughput$/',
      'Additional backup storage: 0 GB-month assumed < AmazonRDS, Storage Snapshot, eu-west-1: /RDS:ChargedBackupUsage$/, Any',
    ],
  ],
  [
    'MySQL with provisioned IOPS',
    'aws_db_instance',
    { instance_class: 'db.m5.large', engine: 'mysql', allocated_storage: 50, iops: 1000, performance_insights_enabled: true },
    [
      'Database instance: 1 hour every hour < AmazonRDS, Database Instance, eu-west-1: db.m5.large, MySQL, Single-AZ, No license required, /InstanceUsage:db\\.m5\\.large$/',
      'Storage: 50 GB-month < AmazonRDS, Database Storage, eu-west-1: MySQL, Single-AZ, Provisioned IOPS',
      'Provisioned IOPS: 1000 IOPS-month < AmazonRDS, Provisioned IOPS, eu-west-1: MySQL, Single-AZ, /RDS:PIOPS$/',
      'Performance Insights API: 0 request assumed < AmazonRDS, Performance Insights, eu-west-1: API Request',
    ],
  ],
  [
    'SQL Server, mirrored',
    'aws_db_instance',
    { instance_class: 'db.r5.large', engine: 'sqlserver-se', multi_az: true, allocated_storage: 200 },
    [
      'Database instance: 1 hour every hour < AmazonRDS, Database Instance, eu-west-1: db.r5.large, SQL Server, Multi-AZ, License included, Standard, /(?:MirrorUsage:db\\.r5\\.large|Multi-AZUsage:db\\.r5\\.large)$/',
      'Storage: 200 GB-month < AmazonRDS, Database Storage, eu-west-1: Any, Multi-AZ (SQL Server Mirror), General Purpose',
    ],
  ],
  [
    'a replica has the engine of its source',
    'aws_db_instance',
    { instance_class: 'db.t3.large', allocated_storage: 20 },
    [
      'Database instance: 1 hour every hour < AmazonRDS, Database Instance, eu-west-1: db.t3.large, MariaDB, Single-AZ, No license required, /InstanceUsage:db\\.t3\\.large$/',
      'Storage: 20 GB-month < AmazonRDS, Database Storage, eu-west-1: MariaDB, Single-AZ, General Purpose',
    ],
    {
      others: [{ address: 'aws_db_instance.s', values: { engine: 'mariadb' } }],
      expressions: { 'aws_db_instance.a': { replicate_source_db: { references: ['aws_db_instance.s.id'] } } },
    },
  ],
  [
    'a database of a class that is not known yet',
    'aws_db_instance',
    { engine: 'mysql' },
    ['unknown: instance_class'],
    { unknown: { instance_class: true } },
  ],
  [
    'Aurora',
    'aws_rds_cluster',
    { engine: 'aurora-mysql', backtrack_window: 3600 },
    [
      'Storage: 50 GB-month assumed < AmazonRDS, Database Storage, eu-west-1: Any, /Aurora:StorageUsage$/',
      'I/O requests: 21024000 IO assumed < AmazonRDS, System Operation, eu-west-1: Any, /Aurora:StorageIOUsage$/',
      'Backup storage: 60 GB-month assumed < AmazonRDS, Storage Snapshot, eu-west-1: Aurora MySQL, /Aurora:BackupUsage$/',
      'Backtrack: 26006250 CR-hour assumed < AmazonRDS, System Operation, eu-west-1: /Aurora:BacktrackUsage$/',
      'Snapshot export: 300 GB assumed < AmazonRDS, System Operation, eu-west-1: Aurora MySQL, /Aurora:SnapshotExportToS3$/',
    ],
  ],
  [
    'Aurora, serverless and optimized for I/O',
    'aws_rds_cluster',
    { engine: 'aurora-postgresql', storage_type: 'aurora-iopt1', serverlessv2_scaling_configuration: [{ min_capacity: 2 }] },
    [
      'Aurora capacity units: 2 ACU-hour every hour assumed < AmazonRDS, ServerlessV2, eu-west-1: Aurora PostgreSQL, /Aurora:ServerlessV2IOOptimizedUsage$/',
      'Storage: 50 GB-month assumed < AmazonRDS, Database Storage, eu-west-1: Any, /Aurora:IO-OptimizedStorageUsage$/',
      'Backup storage: 60 GB-month assumed < AmazonRDS, Storage Snapshot, eu-west-1: Aurora PostgreSQL, /Aurora:BackupUsage$/',
      'Snapshot export: 300 GB assumed < AmazonRDS, System Operation, eu-west-1: Aurora PostgreSQL, /Aurora:SnapshotExportToS3$/',
    ],
  ],
  [
    'a cluster of PostgreSQL',
    'aws_rds_cluster',
    { engine: 'postgres', db_cluster_instance_class: 'db.m5d.large', storage_type: 'io1', allocated_storage: 100, iops: 1000 },
    [
      'Database instance: 1 hour every hour < AmazonRDS, Database Instance, eu-west-1: db.m5d.large, PostgreSQL, Multi-AZ (readable standbys), No license required',
      'Storage: 100 GB-month < AmazonRDS, Database Storage, eu-west-1: PostgreSQL, Multi-AZ (readable standbys), Provisioned IOPS',
      'Provisioned IOPS: 1000 IOPS-month < AmazonRDS, Provisioned IOPS, eu-west-1: PostgreSQL, Multi-AZ (readable standbys), /RDS:Multi-AZCluster-PIOPS$/',
    ],
  ],
  [
    'an instance of Aurora',
    'aws_rds_cluster_instance',
    { instance_class: 'db.r5.large' },
    [
      'Database instance: 1 hour every hour < AmazonRDS, Database Instance, eu-west-1: db.r5.large, Aurora PostgreSQL, Single-AZ, No license required, /InstanceUsage:db\\.r5\\.large$/',
    ],
    {
      others: [{ address: 'aws_rds_cluster.c', values: { engine: 'aurora-postgresql' } }],
      expressions: { 'aws_rds_cluster_instance.a': { cluster_identifier: { references: ['aws_rds_cluster.c.id'] } } },
    },
  ],
  ['a proxy', 'aws_db_proxy', {}, ['Proxy: 2 hour every hour < AmazonRDS, RDSProxy, eu-west-1: Any, /RDS:ProxyUsage$/']],
  [
    'DocumentDB',
    'aws_docdb_cluster',
    {},
    [
      'Storage: 50 GB-month assumed < AmazonDocDB, Database Storage, eu-west-1: /StorageUsage$/',
      'I/O requests: 1000000 IO assumed < AmazonDocDB, System Operation, eu-west-1: /StorageIOUsage$/',
      'Backup storage: 0 GB-month assumed < AmazonDocDB, Storage Snapshot, eu-west-1: /BackupUsage$/',
    ],
  ],
  [
    'an instance of DocumentDB',
    'aws_docdb_cluster_instance',
    { instance_class: 'db.r5.large' },
    ['Database instance: 1 hour every hour < AmazonDocDB, Database Instance, eu-west-1: db.r5.large, /InstanceUsage:db\\.r5\\.large$/'],
  ],
  [
    'a cache',
    'aws_elasticache_cluster',
    { node_type: 'cache.m4.large', engine: 'memcached', num_cache_nodes: 2 },
    [
      'Cache nodes: 2 hour every hour < AmazonElastiCache, Cache Instance, eu-west-1: cache.m4.large, Memcached, /NodeUsage:cache\\.m4\\.large$/',
    ],
  ],
  [
    'a replicated cache',
    'aws_elasticache_replication_group',
    { node_type: 'cache.m4.large', num_node_groups: 2, replicas_per_node_group: 2, snapshot_retention_limit: 5 },
    [
      'Cache nodes: 6 hour every hour < AmazonElastiCache, Cache Instance, eu-west-1: cache.m4.large, Redis, /NodeUsage:cache\\.m4\\.large$/',
      'Backup storage: 0 GB-month assumed < AmazonElastiCache, Storage Snapshot, eu-west-1: /ElastiCache:BackupUsage$/',
    ],
  ],
  [
    'search',
    'aws_opensearch_domain',
    {
      cluster_config: [
        {
          instance_type: 'm5.large.search',
          instance_count: 2,
          dedicated_master_enabled: true,
          dedicated_master_type: 't3.small.search',
          warm_enabled: true,
          warm_count: 2,
          warm_type: 'ultrawarm1.medium.search',
        },
      ],
      ebs_options: [{ ebs_enabled: true, volume_size: 50, volume_type: 'gp3', iops: 4000 }],
    },
    [
      'Data nodes: 2 hour every hour < AmazonES, eu-west-1: /^(?:m5\\.large\\.search|m5\\.large\\.elasticsearch)$/',
      'Dedicated masters: 3 hour every hour < AmazonES, eu-west-1: /^(?:t3\\.small\\.search|t3\\.small\\.elasticsearch)$/',
      'UltraWarm nodes: 2 hour every hour < AmazonES, eu-west-1: /^(?:ultrawarm1\\.medium\\.search|ultrawarm1\\.medium\\.elasticsearch)$/',
      'Storage: 100 GB-month < AmazonES, eu-west-1: /ES:GP3-Storage$/',
      'Provisioned IOPS: 2000 IOPS-month < AmazonES, eu-west-1: /ES:GP3-PIOPS$/',
    ],
  ],
  [
    'Kafka',
    'aws_msk_cluster',
    {
      number_of_broker_nodes: 3,
      broker_node_group_info: [{ instance_type: 'kafka.m5.large', storage_info: [{ ebs_storage_info: [{ volume_size: 100 }] }] }],
    },
    [
      'Brokers: 3 hour every hour < AmazonMSK, eu-west-1: /Kafka\\.m5\\.large$/',
      'Storage: 300 GB-month < AmazonMSK, eu-west-1: /Kafka\\.Storage\\.GP2$/',
    ],
  ],
  [
    'a warehouse',
    'aws_redshift_cluster',
    { node_type: 'ra3.xlplus', number_of_nodes: 2 },
    [
      'Nodes: 2 hour every hour < AmazonRedshift, Compute Instance, eu-west-1: ra3.xlplus, /Node:ra3\\.xlplus$/',
      'Managed storage: 100 GB-month assumed < AmazonRedshift, Redshift Managed Storage, eu-west-1: /RMS:ra3\\.xlplus$/',
    ],
  ],
  [
    'a broker in two zones',
    'aws_mq_broker',
    { engine_type: 'ActiveMQ', host_instance_type: 'mq.m5.large', deployment_mode: 'ACTIVE_STANDBY_MULTI_AZ' },
    [
      'Broker: 1 hour every hour < AmazonMQ, Broker Instances, eu-west-1: mq.m5.large, ActiveMQ, Multi-AZ',
      'Storage: 20 GB-month assumed < AmazonMQ, Broker Storage, eu-west-1: /(?:TimedStorage-ByteHrs|TimedStorage-EBS-ByteHrs)$/',
    ],
  ],
]

describe('databases and clusters of AWS', () => {
  for (const [title, type, values, parts, more] of rows) {
    it(title, () => expect(billed(type, values, more)).toEqual(parts))
  }
})
