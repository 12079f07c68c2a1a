import { describe, expect, it } from 'vitest'
import { type BilledRow, billed } from '../../../test/support/billed-parts.ts'

const rows: readonly BilledRow[] = [
  [
    'logs',
    'aws_cloudwatch_log_group',
    {},
    [
      'Data ingested: 10 GB assumed < AmazonCloudWatch, Data Payload, eu-west-1: /DataProcessing-Bytes$/',
      'Archival storage: 200 GB-month assumed < AmazonCloudWatch, Storage Snapshot, eu-west-1: /TimedStorage-ByteHrs$/',
      'Insights queries: 20 GB assumed < AmazonCloudWatch, Data Payload, eu-west-1: /DataScanned-Bytes$/',
    ],
  ],
  [
    'an alarm',
    'aws_cloudwatch_metric_alarm',
    { period: 10 },
    ['Alarm: 1 alarm < AmazonCloudWatch, Alarm, eu-west-1: Alarm, /CW:HighResAlarmMonitorUsage$/'],
  ],
  [
    'an alarm that looks for anomalies',
    'aws_cloudwatch_metric_alarm',
    { threshold_metric_id: 'e1', metric_query: [{ metric: [{ period: 300 }] }, { expression: 'x' }] },
    ['Alarm: 3 alarm < AmazonCloudWatch, Alarm, eu-west-1: Alarm, /CW:AlarmMonitorUsage$/'],
  ],
  [
    'an alarm of alarms',
    'aws_cloudwatch_composite_alarm',
    {},
    ['Composite alarm: 1 alarm < AmazonCloudWatch, Alarm, eu-west-1: /CW:CompositeAlarmMonitorUsage$/'],
  ],
  ['a dashboard', 'aws_cloudwatch_dashboard', {}, ['Dashboard: 1 month < AmazonCloudWatch, Dashboard, eu-west-1: /DashboardsUsageHour$/']],
  [
    'a key',
    'aws_kms_key',
    {},
    [
      'Key: 1 month < awskms, Encryption Key, eu-west-1: /KMS-Keys$/',
      'Requests: 0 request assumed < awskms, API Request, eu-west-1: /KMS-Requests$/',
    ],
  ],
  [
    'an asymmetric key',
    'aws_kms_key',
    { customer_master_key_spec: 'RSA_2048' },
    [
      'Key: 1 month < awskms, Encryption Key, eu-west-1: /KMS-Keys$/',
      'Requests: 0 request assumed < awskms, API Request, eu-west-1: /KMS-Requests-Asymmetric$/',
    ],
  ],
  [
    'a secret',
    'aws_secretsmanager_secret',
    {},
    [
      'Secret: 1 month < AWSSecretsManager, Secret, eu-west-1: /AWSSecretsManager-Secrets$/',
      'API requests: 1000000 request assumed < AWSSecretsManager, API Request, eu-west-1: /AWSSecretsManagerAPIRequest$/',
    ],
  ],
  [
    'a queue',
    'aws_sqs_queue',
    { fifo_queue: true },
    [
      'Requests: 15000000 request assumed < AWSQueueService, API Request, eu-west-1: FIFO (first-in, first-out), /(?:Requests-FIFO-RBP|Requests-FIFO|Requests-Tier1-FIFO)$/',
    ],
  ],
  [
    'a queue of large messages',
    'aws_sqs_queue',
    {},
    ['Requests: 60000000 request assumed < AWSQueueService, API Request, eu-west-1: Standard, /(?:Requests-RBP|Requests|Requests-Tier1)$/'],
    { usage: { aws_sqs_queue: { request_size_kb: '200' } } },
  ],
  ['a topic', 'aws_sns_topic', {}, ['Requests: 1000000 request assumed < AmazonSNS, API Request, eu-west-1: /Requests-Tier1$/']],
  [
    'a stream',
    'aws_kinesis_stream',
    { shard_count: 3 },
    [
      'Shards: 3 shard-hour every hour < AmazonKinesis, Kinesis Streams, eu-west-1: /Storage-ShardHour$/',
      'PUT payload units: 0 request assumed < AmazonKinesis, Kinesis Streams, eu-west-1: /PutRequestPayloadUnits$/',
    ],
  ],
  [
    'a stream on demand',
    'aws_kinesis_stream',
    { stream_mode_details: [{ stream_mode: 'ON_DEMAND' }] },
    [
      'Stream: 1 hour every hour < AmazonKinesis, Kinesis Streams, eu-west-1: /OnDemand-StreamHour$/',
      'Data in: 10 GB assumed < AmazonKinesis, Kinesis Streams, eu-west-1: /OnDemand-BilledIncomingBytes$/',
      'Data out: 10 GB assumed < AmazonKinesis, Kinesis Streams, eu-west-1: /OnDemand-BilledOutgoingBytes$/',
    ],
  ],
  [
    'a delivery stream',
    'aws_kinesis_firehose_delivery_stream',
    {},
    ['Data ingested: 10 GB assumed < AmazonKinesisFirehose, eu-west-1: /(?:BilledBytes|DirectPUT-BilledBytes)$/'],
  ],
  [
    'an interface',
    'aws_api_gateway_rest_api',
    {},
    ['Requests: 1000000 request assumed < AmazonApiGateway, eu-west-1: /ApiGatewayRequest$/'],
  ],
  [
    'an interface over sockets',
    'aws_apigatewayv2_api',
    { protocol_type: 'WEBSOCKET' },
    ['Messages: 1000000 request assumed < AmazonApiGateway, eu-west-1: /ApiGatewayMessage$/'],
  ],
  [
    'a cache of an interface',
    'aws_api_gateway_stage',
    { cache_cluster_enabled: true, cache_cluster_size: '0.5' },
    ['Cache: 1 hour every hour < AmazonApiGateway, eu-west-1: /ApiGatewayCacheUsage:0\\.5GB$/'],
  ],
  ['a stage without a cache', 'aws_api_gateway_stage', {}, ['free']],
  [
    'a state machine',
    'aws_sfn_state_machine',
    {},
    ['State transitions: 10000 request assumed < AmazonStates, eu-west-1: /StateTransition$/'],
  ],
  [
    'a private authority',
    'aws_acmpca_certificate_authority',
    {},
    ['Private certificate authority: 1 month < AWSCertificateManager, eu-west-1: /PaidPrivateCA$/'],
  ],
]

describe('services of AWS', () => {
  for (const [title, type, values, parts, more] of rows) {
    it(title, () => expect(billed(type, values, more)).toEqual(parts))
  }
})
