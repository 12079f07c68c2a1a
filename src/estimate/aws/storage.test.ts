import { describe, expect, it } from 'vitest'
import { type BilledRow, billed } from '../../../test/support/billed-parts.ts'

const rows: readonly BilledRow[] = [
  [
    'a bucket',
    'aws_s3_bucket',
    {},
    [
      'Storage: 200 GB-month assumed < AmazonS3, Storage, eu-west-1: /TimedStorage-ByteHrs$/',
      'Writing requests: 0 request assumed < AmazonS3, API Request, eu-west-1: /Requests-Tier1$/',
      'Reading requests: 0 request assumed < AmazonS3, API Request, eu-west-1: /Requests-Tier2$/',
      'Data transfer out: 10 GB assumed < AWSDataTransfer, Data Transfer, eu-west-1: /DataTransfer-Out-Bytes$/',
    ],
  ],
  [
    'an analysis of a bucket',
    'aws_s3_bucket_analytics_configuration',
    {},
    ['Objects analysed: 50000000 object assumed < AmazonS3, eu-west-1: /StorageAnalytics-ObjCount$/'],
  ],
  [
    'a list of a bucket',
    'aws_s3_bucket_inventory',
    {},
    ['Objects listed: 2000000000 object assumed < AmazonS3, eu-west-1: /Inventory-ObjectsListed$/'],
  ],
  [
    'a file system in one zone',
    'aws_efs_file_system',
    { availability_zone_name: 'eu-west-1a', throughput_mode: 'provisioned', provisioned_throughput_in_mibps: 10, lifecycle_policy: [{}] },
    [
      'Storage: 180 GB-month assumed < AmazonEFS, eu-west-1: /TimedStorage-Z-ByteHrs$/',
      'Provisioned throughput: 10 MiBps-month < AmazonEFS, Provisioned Throughput, eu-west-1: /ProvisionedTP-MiBpsHrs$/',
      'Infrequent access storage: 10 GB-month assumed < AmazonEFS, eu-west-1: /IATimedStorage-Z-ByteHrs$/',
      'Infrequent access reads: 20 GB assumed < AmazonEFS, eu-west-1: /IADataAccess-Z-Bytes$/',
      'Infrequent access writes: 30 GB assumed < AmazonEFS, eu-west-1: /IADataAccess-Z-Bytes$/',
    ],
  ],
  [
    'files for Windows',
    'aws_fsx_windows_file_system',
    { storage_capacity: 300, throughput_capacity: 32, deployment_type: 'MULTI_AZ_1' },
    [
      'Storage: 300 GB-month < AmazonFSx, Storage, eu-west-1: Windows, Multi-AZ, SSD',
      'Throughput: 32 MiBps-month < AmazonFSx, Provisioned Throughput, eu-west-1: Windows, Multi-AZ',
      'Backup storage: 1024 GB-month assumed < AmazonFSx, Storage, eu-west-1: Windows, /BackupUsage/',
    ],
  ],
  [
    'files of Lustre',
    'aws_fsx_lustre_file_system',
    { storage_capacity: 1200, per_unit_storage_throughput: 50, automatic_backup_retention_days: 0 },
    ['Storage: 1200 GB-month < AmazonFSx, Storage, eu-west-1: Lustre, SSD, 50'],
  ],
  [
    'files of ONTAP',
    'aws_fsx_ontap_file_system',
    { storage_capacity: 1024, throughput_capacity: 128, disk_iops_configuration: [{ mode: 'USER_PROVISIONED', iops: 4000 }] },
    [
      'Storage: 1024 GB-month < AmazonFSx, Storage, eu-west-1: ONTAP, Single-AZ, SSD',
      'Throughput: 128 MiBps-month < AmazonFSx, Provisioned Throughput, eu-west-1: ONTAP, Single-AZ',
      'Provisioned IOPS: 928 IOPS-month < AmazonFSx, Provisioned IOPS, eu-west-1: ONTAP, Single-AZ',
      'Backup storage: 1024 GB-month assumed < AmazonFSx, Storage, eu-west-1: ONTAP, /BackupUsage/',
    ],
  ],
  [
    'files of OpenZFS',
    'aws_fsx_openzfs_file_system',
    { storage_capacity: 64, throughput_capacity: 64 },
    [
      'Storage: 64 GB-month < AmazonFSx, Storage, eu-west-1: OpenZFS, Single-AZ, SSD',
      'Throughput: 64 MiBps-month < AmazonFSx, Provisioned Throughput, eu-west-1: OpenZFS, Single-AZ',
      'Backup storage: 1024 GB-month assumed < AmazonFSx, Storage, eu-west-1: OpenZFS, /BackupUsage/',
    ],
  ],
  [
    'a table with capacity and a replica',
    'aws_dynamodb_table',
    {
      read_capacity: 10,
      write_capacity: 5,
      replica: [{ region_name: 'eu-west-3' }],
      global_secondary_index: [{ read_capacity: 2, write_capacity: 1 }],
      point_in_time_recovery: [{ enabled: true }],
    },
    [
      'Write capacity: 12 hour every hour < AmazonDynamoDB, Provisioned IOPS, eu-west-1: DDB-WriteUnits',
      'Read capacity: 24 hour every hour < AmazonDynamoDB, Provisioned IOPS, eu-west-1: DDB-ReadUnits',
      'Storage: 10 GB-month assumed < AmazonDynamoDB, Database Storage, eu-west-1: /TimedStorage-ByteHrs$/',
      'Point-in-time recovery: 10 GB-month assumed < AmazonDynamoDB, eu-west-1: /TimedPITRStorage-ByteHrs$/',
    ],
  ],
  [
    'a table by request',
    'aws_dynamodb_table',
    { billing_mode: 'PAY_PER_REQUEST' },
    [
      'Write requests: 1000000 WRU assumed < AmazonDynamoDB, Amazon DynamoDB PayPerRequest Throughput, eu-west-1: DDB-WriteUnits',
      'Read requests: 1000000 RRU assumed < AmazonDynamoDB, Amazon DynamoDB PayPerRequest Throughput, eu-west-1: DDB-ReadUnits',
      'Storage: 10 GB-month assumed < AmazonDynamoDB, Database Storage, eu-west-1: /TimedStorage-ByteHrs$/',
    ],
  ],
]

describe('storage of AWS', () => {
  for (const [title, type, values, parts, more] of rows) {
    it(title, () => expect(billed(type, values, more)).toEqual(parts))
  }
})
