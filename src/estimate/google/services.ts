/** Services that are paid by what is kept in them and asked of them. */
import { Decimal } from 'decimal.js'
import { attributesOf, capitalized, everyMonth, units } from '../attributes.ts'
import type { BilledPart, Mapper } from '../types.ts'
import { google, regionOf } from './google.ts'

const usage = { usage: true } as const

const bucket: Mapper = (resource, context) => {
  const read = attributesOf(resource)
  const location = (read.text('location') ?? 'US').toLowerCase()
  const kind = capitalized(read.maybeText('storage_class') ?? 'STANDARD')
  const select = (description: RegExp) => google('Cloud Storage', location, { description })
  const details = [kind, location]
  const known = ['Standard', 'Nearline', 'Coldline', 'Archive'].includes(kind) ? kind : 'Standard'
  return [
    everyMonth('Storage', context.usage('storage_gb'), units.gbMonth, select(new RegExp(`^${known} Storage`)), { ...usage, details }),
    everyMonth(
      'Operations of class A',
      context.usage('class_a_operations'),
      units.request,
      select(new RegExp(`${known} Class A Operations`)),
      { ...usage, details },
    ),
    everyMonth(
      'Operations of class B',
      context.usage('class_b_operations'),
      units.request,
      select(new RegExp(`${known} Class B Operations`)),
      { ...usage, details },
    ),
  ]
}

/** Of each size of memory, the processor that comes with it, in GHz. */
const processors: readonly [megabytes: number, gigahertz: number][] = [
  [128, 0.2],
  [256, 0.4],
  [512, 0.8],
  [1024, 1.4],
  [2048, 2.4],
]

const cloudFunction: Mapper = (resource, context) => {
  const megabytes = attributesOf(resource).maybeNumber('available_memory_mb') ?? new Decimal(256)
  const gigahertz = processors.find(([most]) => megabytes.lte(most))?.[1] ?? 4.8
  const invocations = context.usage('invocations')
  const seconds = invocations.mul(context.usage('milliseconds')).div(1000)
  const region = regionOf(resource, context)
  const select = (description: RegExp) => google('Cloud Functions', region, { description })
  const details = [`${megabytes} MB`, `${gigahertz} GHz`]
  return [
    everyMonth('CPU', seconds.mul(gigahertz), units.second, select(/^CPU Time/), { ...usage, details }),
    everyMonth('Memory', seconds.mul(megabytes).div(1024), units.gbSecond, select(/^Memory Time/), { ...usage, details }),
    everyMonth('Invocations', invocations, units.request, select(/^Invocations/), usage),
  ]
}

/** `512Mi`, `2Gi`, `1G` as gigabytes. */
function memoryOf(text: string | undefined): Decimal {
  const [, amount = '0.5', scale = 'G'] = /^(\d{1,6}(?:\.\d{1,3})?)(M|G)/.exec(text ?? '512M') ?? []
  return scale === 'M' ? new Decimal(amount).div(1024) : new Decimal(amount)
}

/** `2`, `1000m` */
function coresOf(text: string | undefined): Decimal {
  const [, amount = '1', thousandths] = /^(\d{1,6}(?:\.\d{1,3})?)(m?)$/.exec(text ?? '1') ?? []
  return thousandths === 'm' ? new Decimal(amount).div(1000) : new Decimal(amount)
}

function runParts(seconds: Decimal, cores: Decimal, gigabytes: Decimal, region: string): readonly BilledPart[] {
  const select = (description: RegExp) => google('Cloud Run', region, { description })
  const details = [`${cores} vCPUs`, `${gigabytes} GB`]
  return [
    everyMonth('CPU', seconds.mul(cores), units.second, select(/CPU Allocation Time/), { ...usage, details }),
    everyMonth('Memory', seconds.mul(gigabytes), units.gbSecond, select(/Memory Allocation Time/), { ...usage, details }),
  ]
}

const cloudRun: Mapper = (resource, context) => {
  const template = attributesOf(resource).block('template')
  const container = template?.block('containers') ?? template?.block('spec')?.block('containers')
  const limits = container?.block('resources')?.block('limits')
  const region = regionOf(resource, context)
  const requests = context.usage('requests')
  const seconds = requests
    .mul(context.usage('milliseconds'))
    .div(1000)
    .div(Decimal.max(1, context.usage('concurrency')))
  return [
    ...runParts(seconds, coresOf(limits?.maybeText('cpu')), memoryOf(limits?.maybeText('memory')), region),
    everyMonth('Requests', requests, units.request, google('Cloud Run', region, { description: /^Requests/ }), usage),
  ]
}

const cloudRunJob: Mapper = (resource, context) => {
  const limits = attributesOf(resource).block('template')?.block('template')?.block('containers')?.block('resources')?.block('limits')
  const seconds = context.usage('executions').mul(context.usage('seconds'))
  return runParts(seconds, coresOf(limits?.maybeText('cpu')), memoryOf(limits?.maybeText('memory')), regionOf(resource, context))
}

const cloudFunction2: Mapper = (resource, context) => {
  const config = attributesOf(resource).block('service_config')
  const seconds = context.usage('invocations').mul(context.usage('milliseconds')).div(1000)
  const gigabytes = memoryOf(config?.maybeText('available_memory') ?? '256M')
  const cores = config?.maybeText('available_cpu')
  const region = regionOf(resource, context)
  return [
    ...runParts(seconds, cores === undefined ? gigabytes.div(2) : coresOf(cores), gigabytes, region),
    everyMonth('Requests', context.usage('invocations'), units.request, google('Cloud Run', region, { description: /^Requests/ }), usage),
  ]
}

const terabyte = 1024

const dataset: Mapper = (resource, context) => {
  const select = google('BigQuery', regionOf(resource, context), { description: /^Analysis/ })
  return [everyMonth('Queries', context.usage('queried_tb').mul(terabyte), units.gb, select, usage)]
}
const table: Mapper = (resource, context) => {
  const select = google('BigQuery', regionOf(resource, context, 'dataset_id'), { description: /^Active Logical Storage/ })
  return [everyMonth('Storage', context.usage('storage_gb'), units.gbMonth, select, usage)]
}

const topic: Mapper = (_, context) => [
  everyMonth(
    'Messages',
    context.usage('tb').mul(terabyte),
    units.gb,
    google('Cloud Pub/Sub', '', { description: /^Message Delivery Basic/ }),
    usage,
  ),
]
const subscription: Mapper = (resource, context) => {
  const kept = context.usage('storage_gb')
  const backlog = google('Cloud Pub/Sub', '', { description: /^Subscriptions retained acknowledged messages/ })
  return [...topic(resource, context), ...(kept.isZero() ? [] : [everyMonth('Kept messages', kept, units.gbMonth, backlog, usage)])]
}

const kms = 'Cloud Key Management Service (KMS)'
const cryptoKey: Mapper = (resource, context) => {
  const template = attributesOf(resource).block('version_template')
  const hardware = template?.maybeText('protection_level') === 'HSM' ? 'HSM' : 'software'
  const kind = /^(RSA|EC)_/.test(template?.maybeText('algorithm') ?? '') ? 'asymmetric' : 'symmetric'
  const details = [hardware, kind]
  const select = (description: RegExp) => google(kms, '', { description })
  return [
    everyMonth('Key versions', context.usage('versions'), units.month, select(new RegExp(`^Active ${hardware} ${kind}`)), {
      ...usage,
      details,
    }),
    everyMonth(
      'Operations',
      context.usage('operations'),
      units.request,
      select(new RegExp(`^Cryptographic operations with a ${hardware} ${kind}`)),
      { ...usage, details },
    ),
  ]
}

const secret: Mapper = (_, context) => {
  const select = (description: RegExp) => google('Secret Manager', '', { description })
  return [
    everyMonth('Versions', context.usage('versions'), units.month, select(/^Secret version replica storage/), usage),
    everyMonth('Operations', context.usage('operations'), units.request, select(/^Secret access operations/), usage),
  ]
}

const logBucket: Mapper = (_, context) => [
  everyMonth('Ingestion', context.usage('ingested_gb'), units.gb, google('Cloud Logging', '', { description: /^Log Storage cost/ }), usage),
]

const registry: Mapper = (resource, context) => {
  const select = google('Artifact Registry', regionOf(resource, context), { description: /^Artifact Registry Storage/ })
  return [
    everyMonth('Storage', context.usage('storage_gb'), units.gbMonth, select, {
      ...usage,
      details: [attributesOf(resource).text('format') ?? ''].filter(Boolean),
    }),
  ]
}

export const services: Record<string, Mapper> = {
  google_storage_bucket: bucket,
  google_cloudfunctions_function: cloudFunction,
  google_cloudfunctions2_function: cloudFunction2,
  google_cloud_run_service: cloudRun,
  google_cloud_run_v2_service: cloudRun,
  google_cloud_run_v2_job: cloudRunJob,
  google_bigquery_dataset: dataset,
  google_bigquery_table: table,
  google_pubsub_topic: topic,
  google_pubsub_subscription: subscription,
  google_kms_crypto_key: cryptoKey,
  google_secret_manager_secret: secret,
  google_logging_project_bucket_config: logBucket,
  google_artifact_registry_repository: registry,
}
