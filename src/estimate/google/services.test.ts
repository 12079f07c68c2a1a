import { Decimal } from 'decimal.js'
import { describe, expect, test } from 'vitest'
import { billed, type Surroundings } from '../../../test/support/mapping.ts'
import type { JsonMap } from '../../formats/json-value.ts'
import { usageOfGoogle } from '../usage-google.ts'
import { mapperSet } from './mappers.ts'

const { lines } = billed(mapperSet, usageOfGoogle, (text) => new Decimal(text))

const cases: [what: string, type: string, values: JsonMap, around: Surroundings, lines: string[]][] = [
  [
    'a cluster in a region',
    'google_container_cluster',
    { location: 'us-central1', initial_node_count: 1, node_config: [{ machine_type: 'e2-standard-2' }] },
    {},
    [
      'Cluster management: 1 hour an hour of Kubernetes Engine @us-central1 [description~^Regional Kubernetes Clusters]',
      'vCPU: 6 hour an hour of Compute Engine @us-central1 [description~^E2 Instance Core running in]',
      'Memory: 24 GB-hour an hour of Compute Engine @us-central1 [description~^E2 Instance Ram running in]',
      'Boot disk: 300 GB-month a month of Compute Engine @us-central1 [description~^Balanced PD Capacity]',
    ],
  ],
  [
    'a cluster in a zone without nodes of its own',
    'google_container_cluster',
    { location: 'us-central1-a', initial_node_count: 1, remove_default_node_pool: true },
    {},
    ['Cluster management: 1 hour an hour of Kubernetes Engine @us-central1 [description~^Zonal Kubernetes Clusters]'],
  ],
  [
    'a cluster that is paid by its pods',
    'google_container_cluster',
    { location: 'us-central1', enable_autopilot: true },
    {},
    [
      'Cluster management: 1 hour an hour of Kubernetes Engine @us-central1 [description~^Autopilot Kubernetes Clusters]',
      'Pods, vCPU: 1460000 hour a month of Kubernetes Engine @us-central1 [description~^Autopilot Pod mCPU Requests] (assumed)',
      'Pods, memory: 5840 GB-hour a month of Kubernetes Engine @us-central1 [description~^Autopilot Pod Memory Requests] (assumed)',
    ],
  ],
  [
    'a pool of machines',
    'google_container_node_pool',
    { node_count: 2, node_config: [{ machine_type: 'n1-standard-4', disk_size_gb: 50, disk_type: 'pd-standard', spot: true }] },
    { refers: { cluster: ['google_container_cluster', { location: 'us-central1' }] } },
    [
      'vCPU: 24 hour an hour of Compute Engine @us-central1 [description~^Spot Preemptible N1 Predefined Instance Core running in] (spot)',
      'Memory: 90 GB-hour an hour of Compute Engine @us-central1 [description~^Spot Preemptible N1 Predefined Instance Ram running in] (spot)',
      'Boot disk: 300 GB-month a month of Compute Engine @us-central1 [description~^Storage PD Capacity]',
    ],
  ],
  [
    'PostgreSQL with a standby',
    'google_sql_database_instance',
    {
      region: 'us-central1',
      database_version: 'POSTGRES_15',
      settings: [{ tier: 'db-custom-2-7680', availability_type: 'REGIONAL', disk_size: 50, backup_configuration: [{ enabled: true }] }],
    },
    {},
    [
      'vCPU: 2 hour an hour of Cloud SQL @us-central1 [description~^Cloud SQL for PostgreSQL: Regional - vCPU]',
      'Memory: 7.5 GB-hour an hour of Cloud SQL @us-central1 [description~^Cloud SQL for PostgreSQL: Regional - RAM]',
      'Storage: 50 GB-month a month of Cloud SQL @us-central1 [description~^Cloud SQL for PostgreSQL: Regional - Standard storage]',
      'Backups: 50 GB-month a month of Cloud SQL @us-central1 [description~^Cloud SQL for PostgreSQL: Backups] (assumed)',
    ],
  ],
  [
    'the smallest database',
    'google_sql_database_instance',
    { region: 'us-central1', database_version: 'MYSQL_8_0', settings: [{ tier: 'db-f1-micro', disk_type: 'PD_HDD' }] },
    {},
    [
      'Instance: 1 hour an hour of Cloud SQL @us-central1 [description~^Cloud SQL for MySQL: Zonal - Micro instance]',
      'Storage: 10 GB-month a month of Cloud SQL @us-central1 [description~^Cloud SQL for MySQL: Zonal - Low cost storage]',
    ],
  ],
  [
    'a database that is switched off',
    'google_sql_database_instance',
    { region: 'us-central1', settings: [{ tier: 'db-n1-standard-1', activation_policy: 'NEVER' }] },
    {},
    [
      'Storage: 10 GB-month a month of Cloud SQL @us-central1 [description~^Cloud SQL for MySQL: Zonal - Standard storage]',
      'Idle address: 1 hour an hour of Cloud SQL @us-central1 [description~IP address reservation]',
    ],
  ],
  [
    'a bucket',
    'google_storage_bucket',
    { location: 'US', storage_class: 'NEARLINE' },
    {},
    [
      'Storage: 100 GB-month a month of Cloud Storage @us [description~^Nearline Storage] (assumed)',
      'Operations of class A: 100000 request a month of Cloud Storage @us [description~Nearline Class A Operations] (assumed)',
      'Operations of class B: 1000000 request a month of Cloud Storage @us [description~Nearline Class B Operations] (assumed)',
    ],
  ],
  [
    'a cache with a replica',
    'google_redis_instance',
    { region: 'us-central1', tier: 'STANDARD_HA', memory_size_gb: 8 },
    {},
    ['Capacity: 8 GB-hour an hour of Cloud Memorystore for Redis @us-central1 [description~^Redis Capacity Standard M2]'],
  ],
  [
    'functions',
    'google_cloudfunctions_function',
    { region: 'us-central1', available_memory_mb: 512 },
    {},
    [
      'CPU: 400000 second a month of Cloud Functions @us-central1 [description~^CPU Time] (assumed)',
      'Memory: 250000 GB-second a month of Cloud Functions @us-central1 [description~^Memory Time] (assumed)',
      'Invocations: 1000000 request a month of Cloud Functions @us-central1 [description~^Invocations] (assumed)',
    ],
  ],
  [
    'functions of the second generation',
    'google_cloudfunctions2_function',
    { location: 'us-central1', service_config: [{ available_memory: '512M' }] },
    {},
    [
      'CPU: 125000 second a month of Cloud Run @us-central1 [description~CPU Allocation Time] (assumed)',
      'Memory: 250000 GB-second a month of Cloud Run @us-central1 [description~Memory Allocation Time] (assumed)',
      'Requests: 1000000 request a month of Cloud Run @us-central1 [description~^Requests] (assumed)',
    ],
  ],
  [
    'a service of containers',
    'google_cloud_run_v2_service',
    { location: 'us-central1', template: [{ containers: [{ resources: [{ limits: { cpu: '2', memory: '1Gi' } }] }] }] },
    {},
    [
      'CPU: 50000 second a month of Cloud Run @us-central1 [description~CPU Allocation Time] (assumed)',
      'Memory: 25000 GB-second a month of Cloud Run @us-central1 [description~Memory Allocation Time] (assumed)',
      'Requests: 1000000 request a month of Cloud Run @us-central1 [description~^Requests] (assumed)',
    ],
  ],
  [
    'a service of containers, as it was first written',
    'google_cloud_run_service',
    { location: 'us-central1', template: [{ spec: [{ containers: [{ resources: [{ limits: { cpu: '1000m', memory: '256Mi' } }] }] }] }] },
    {},
    [
      'CPU: 25000 second a month of Cloud Run @us-central1 [description~CPU Allocation Time] (assumed)',
      'Memory: 6250 GB-second a month of Cloud Run @us-central1 [description~Memory Allocation Time] (assumed)',
      'Requests: 1000000 request a month of Cloud Run @us-central1 [description~^Requests] (assumed)',
    ],
  ],
  [
    'a job',
    'google_cloud_run_v2_job',
    { location: 'us-central1', template: [{ template: [{ containers: [{}] }] }] },
    {},
    [
      'CPU: 60000 second a month of Cloud Run @us-central1 [description~CPU Allocation Time] (assumed)',
      'Memory: 30000 GB-second a month of Cloud Run @us-central1 [description~Memory Allocation Time] (assumed)',
    ],
  ],
  [
    'a dataset is paid by its queries',
    'google_bigquery_dataset',
    { location: 'US' },
    {},
    ['Queries: 1024 GB a month of BigQuery @us [description~^Analysis] (assumed)'],
  ],
  [
    'a table is paid by what it keeps',
    'google_bigquery_table',
    {},
    { refers: { dataset_id: ['google_bigquery_dataset', { location: 'US' }] } },
    ['Storage: 100 GB-month a month of BigQuery @us [description~^Active Logical Storage] (assumed)'],
  ],
  [
    'a topic',
    'google_pubsub_topic',
    {},
    {},
    ['Messages: 102.4 GB a month of Cloud Pub/Sub @ [description~^Message Delivery Basic] (assumed)'],
  ],
  [
    'a subscription',
    'google_pubsub_subscription',
    {},
    {},
    ['Messages: 102.4 GB a month of Cloud Pub/Sub @ [description~^Message Delivery Basic] (assumed)'],
  ],
  [
    'a key in hardware',
    'google_kms_crypto_key',
    { version_template: [{ protection_level: 'HSM', algorithm: 'RSA_SIGN_PSS_2048_SHA256' }] },
    {},
    [
      'Key versions: 1 month a month of Cloud Key Management Service (KMS) @ [description~^Active HSM asymmetric] (assumed)',
      'Operations: 100000 request a month of Cloud Key Management Service (KMS) @ [description~^Cryptographic operations with a HSM asymmetric] (assumed)',
    ],
  ],
  [
    'a secret',
    'google_secret_manager_secret',
    {},
    {},
    [
      'Versions: 1 month a month of Secret Manager @ [description~^Secret version replica storage] (assumed)',
      'Operations: 10000 request a month of Secret Manager @ [description~^Secret access operations] (assumed)',
    ],
  ],
  [
    'logs',
    'google_logging_project_bucket_config',
    {},
    {},
    ['Ingestion: 60 GB a month of Cloud Logging @ [description~^Log Storage cost] (assumed)'],
  ],
  [
    'a registry',
    'google_artifact_registry_repository',
    { location: 'us-central1', format: 'DOCKER' },
    {},
    ['Storage: 20 GB-month a month of Artifact Registry @us-central1 [description~^Artifact Registry Storage] (assumed)'],
  ],
]

describe('what services of Google Cloud are billed by', () => {
  test.each(cases)('%s (%s)', (_, type, values, around, expected) => expect(lines(type, values, around)).toEqual(expected))
})
