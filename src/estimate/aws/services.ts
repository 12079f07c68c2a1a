/** Services billed by what goes through them: logs, alarms, keys, queues, topics, streams, interfaces. */
import { Decimal } from 'decimal.js'
import { type Attributes, attributesOf, everyHour, everyMonth, one, units } from '../attributes.ts'
import type { BilledPart, Mapper } from '../types.ts'
import { assumed, assumedAs, aws, regionOf, usageType, usageTypes } from './aws.ts'

const logGroup: Mapper = (_resource, context) => {
  const select = (family: string, name: string) => aws('AmazonCloudWatch', family, regionOf(context), { usagetype: usageType(name) })
  return [
    assumed('Data ingested', [context, 'monthly_data_ingested_gb'], units.gb, select('Data Payload', 'DataProcessing-Bytes')),
    assumed('Archival storage', [context, 'storage_gb'], units.gbMonth, select('Storage Snapshot', 'TimedStorage-ByteHrs')),
    assumed('Insights queries', [context, 'monthly_data_scanned_insights_gb'], units.gb, select('Data Payload', 'DataScanned-Bytes')),
  ]
}

/** By metric; what looks for anomalies counts the two bounds as well. */
const metricAlarm: Mapper = (resource, context) => {
  const alarm = attributesOf(resource)
  const queries = alarm.blocks('metric_query')
  const metrics = new Decimal(Math.max(1, queries.filter((query) => query.maybeBlock('metric')).length))
  const anomaly =
    alarm.maybeText('threshold_metric_id') !== undefined || /Upper|Lower|Range/.test(alarm.maybeText('comparison_operator') ?? '')
  const quick = isQuick(alarm, queries)
  const select = aws('AmazonCloudWatch', 'Alarm', regionOf(context), {
    group: 'Alarm',
    usagetype: usageType(quick ? 'CW:HighResAlarmMonitorUsage' : 'CW:AlarmMonitorUsage'),
  })
  const details = [quick ? 'high resolution' : 'standard resolution', ...(anomaly ? ['anomaly detection'] : [])]
  return [everyMonth('Alarm', metrics.times(anomaly ? 3 : 1), 'alarm', select, { details })]
}

const isQuick = (alarm: Attributes, queries: readonly Attributes[]): boolean =>
  [alarm, ...queries.flatMap((query) => query.maybeBlocks('metric'))].some((each) => each.maybeNumber('period')?.lessThan(60) === true)

const compositeAlarm: Mapper = (_resource, context) => {
  const select = aws('AmazonCloudWatch', 'Alarm', regionOf(context), { usagetype: usageType('CW:CompositeAlarmMonitorUsage') })
  return [everyMonth('Composite alarm', one, 'alarm', select)]
}

/** The first three are free. */
const dashboard: Mapper = (_resource, context) => {
  const select = aws('AmazonCloudWatch', 'Dashboard', regionOf(context), { usagetype: usageTypes('DashboardsUsageHour') })
  return [everyMonth('Dashboard', one, units.month, select)]
}

const key: Mapper = (resource, context) => {
  const spec = attributesOf(resource).maybeText('customer_master_key_spec') ?? 'SYMMETRIC_DEFAULT'
  const region = regionOf(context)
  const keys = aws('awskms', 'Encryption Key', region, { usagetype: usageTypes('KMS-Keys') })
  const requests = aws('awskms', 'API Request', region, {
    usagetype: spec.startsWith('SYMMETRIC') || spec.startsWith('HMAC') ? usageTypes('KMS-Requests') : usageTypes('KMS-Requests-Asymmetric'),
  })
  return [
    everyMonth('Key', one, units.month, keys, { details: [spec] }),
    assumed('Requests', [context, 'monthly_requests'], units.request, requests),
  ]
}

/** A replica is a key of its own. */
const replicaKey: Mapper = (_resource, context) => [
  everyMonth('Key', one, units.month, aws('awskms', 'Encryption Key', regionOf(context), { usagetype: usageTypes('KMS-Keys') })),
]

const secret: Mapper = (_resource, context) => {
  const select = (family: string, name: string) => aws('AWSSecretsManager', family, regionOf(context), { usagetype: usageType(name) })
  return [
    everyMonth('Secret', one, units.month, select('Secret', 'AWSSecretsManager-Secrets')),
    assumed('API requests', [context, 'monthly_requests'], units.request, select('API Request', 'AWSSecretsManagerAPIRequest')),
  ]
}

/** Every 64 KB of a message are one request. */
const queue: Mapper = (resource, context) => {
  const fifo = attributesOf(resource).maybeFlag('fifo_queue') === true
  const chunks = Decimal.max(1, context.usage('request_size_kb').div(64).ceil())
  const select = aws('AWSQueueService', 'API Request', regionOf(context), {
    queueType: fifo ? 'FIFO (first-in, first-out)' : 'Standard',
    usagetype: usageTypes(
      fifo ? 'Requests-FIFO-RBP' : 'Requests-RBP',
      fifo ? 'Requests-FIFO' : 'Requests',
      fifo ? 'Requests-Tier1-FIFO' : 'Requests-Tier1',
    ),
  })
  const requests = context.usage('monthly_requests').times(chunks)
  return [assumedAs('Requests', [requests, 'monthly_requests × request_size_kb'], units.request, select, [fifo ? 'FIFO' : 'standard'])]
}

const topic: Mapper = (resource, context) => {
  const fifo = attributesOf(resource).maybeFlag('fifo_topic') === true
  const select = aws('AmazonSNS', 'API Request', regionOf(context), { usagetype: usageTypes(fifo ? 'F-Request-Tier1' : 'Requests-Tier1') })
  return [assumed('Requests', [context, 'monthly_requests'], units.request, select, [fifo ? 'FIFO' : 'standard'])]
}

const stream: Mapper = (resource, context) => {
  const kinesis = attributesOf(resource)
  const region = regionOf(context)
  const select = (name: string) => aws('AmazonKinesis', 'Kinesis Streams', region, { usagetype: usageTypes(name) })
  const onDemand = kinesis.maybeBlock('stream_mode_details')?.maybeText('stream_mode') === 'ON_DEMAND'
  if (onDemand) {
    return [
      everyHour('Stream', one, select('OnDemand-StreamHour'), { details: ['on-demand'] }),
      assumed('Data in', [context, 'monthly_on_demand_data_in_gb'], units.gb, select('OnDemand-BilledIncomingBytes')),
      assumed('Data out', [context, 'monthly_on_demand_data_out_gb'], units.gb, select('OnDemand-BilledOutgoingBytes')),
    ]
  }
  const shards = kinesis.number('shard_count') ?? one
  return [
    everyHour('Shards', shards, select('Storage-ShardHour'), { unit: 'shard-hour', details: ['provisioned'] }),
    assumed('PUT payload units', [context, 'monthly_provisioned_put_units'], units.request, select('PutRequestPayloadUnits')),
  ]
}

const delivery: Mapper = (_resource, context) => {
  const select = aws('AmazonKinesisFirehose', undefined, regionOf(context), {
    usagetype: usageTypes('BilledBytes', 'DirectPUT-BilledBytes'),
  })
  return [assumed('Data ingested', [context, 'monthly_data_ingested_gb'], units.gb, select)]
}

/** Interfaces of the first generation (REST) and of the second (HTTP, WebSocket). */
const apiRequests =
  (name: string): ((label?: string) => Mapper) =>
  (label = 'Requests') =>
  (_resource, context) => {
    const select = aws('AmazonApiGateway', undefined, regionOf(context), { usagetype: usageTypes(name) })
    return [assumed(label, [context, 'monthly_requests'], units.request, select)]
  }

const restApi = apiRequests('ApiGatewayRequest')
const httpApi = apiRequests('ApiGatewayHttpRequest')
const socketApi = apiRequests('ApiGatewayMessage')

const secondApi: Mapper = (resource, context) =>
  (attributesOf(resource).maybeText('protocol_type') === 'WEBSOCKET' ? socketApi('Messages') : httpApi())(resource, context)

/** Where answers are kept. */
const apiStage: Mapper = (resource, context) => {
  const stage = attributesOf(resource)
  const size = stage.maybeText('cache_cluster_size')
  if (stage.maybeFlag('cache_cluster_enabled') !== true || size === undefined) return []
  const select = aws('AmazonApiGateway', undefined, regionOf(context), { usagetype: usageTypes(`ApiGatewayCacheUsage:${size}GB`) })
  return [everyHour('Cache', one, select, { details: [`${size} GB`] })]
}

const stateMachine: Mapper = (resource, context) => {
  const express = attributesOf(resource).maybeText('type') === 'EXPRESS'
  const select = aws('AmazonStates', undefined, regionOf(context), {
    usagetype: usageTypes(express ? 'StepFunctions-Request' : 'StateTransition'),
  })
  return [assumed(express ? 'Requests' : 'State transitions', [context, 'monthly_transitions'], units.request, select)]
}

const privateAuthority: Mapper = (_resource, context): BilledPart[] => {
  const select = aws('AWSCertificateManager', undefined, regionOf(context), { usagetype: usageTypes('PaidPrivateCA') })
  return [everyMonth('Private certificate authority', one, units.month, select)]
}

export const services: Readonly<Record<string, Mapper>> = {
  aws_cloudwatch_log_group: logGroup,
  aws_cloudwatch_metric_alarm: metricAlarm,
  aws_cloudwatch_composite_alarm: compositeAlarm,
  aws_cloudwatch_dashboard: dashboard,
  aws_kms_key: key,
  aws_kms_external_key: replicaKey,
  aws_kms_replica_key: replicaKey,
  aws_secretsmanager_secret: secret,
  aws_sqs_queue: queue,
  aws_sns_topic: topic,
  aws_kinesis_stream: stream,
  aws_kinesis_firehose_delivery_stream: delivery,
  aws_api_gateway_rest_api: restApi(),
  aws_apigatewayv2_api: secondApi,
  aws_api_gateway_stage: apiStage,
  aws_sfn_state_machine: stateMachine,
  aws_acmpca_certificate_authority: privateAuthority,
}
