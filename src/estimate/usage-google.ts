/** What a month of Google Cloud is assumed to be used, where nobody says otherwise. Operations, requests and queries are single ones. */
import type { UsageSettings } from './types.ts'

export const usageOfGoogle: UsageSettings = {
  google_artifact_registry_repository: { storage_gb: '20' },
  google_bigquery_dataset: { queried_tb: '1' },
  google_bigquery_table: { storage_gb: '100' },
  google_cloud_run_service: { requests: '1000000', milliseconds: '250', concurrency: '10' },
  google_cloud_run_v2_job: { executions: '100', seconds: '600' },
  google_cloud_run_v2_service: { requests: '1000000', milliseconds: '250', concurrency: '10' },
  google_cloudfunctions2_function: { invocations: '1000000', milliseconds: '500' },
  google_cloudfunctions_function: { invocations: '1000000', milliseconds: '500' },
  google_compute_forwarding_rule: { processed_gb: '100' },
  google_compute_global_forwarding_rule: { processed_gb: '100' },
  google_compute_router_nat: { machines: '4', processed_gb: '10' },
  google_container_cluster: { autopilot_vcpus: '2', autopilot_memory_gb: '8' },
  google_dns_managed_zone: { queries: '1000000' },
  google_kms_crypto_key: { versions: '1', operations: '100000' },
  google_logging_project_bucket_config: { ingested_gb: '60' },
  google_pubsub_subscription: { tb: '0.1', storage_gb: '0' },
  google_pubsub_topic: { tb: '0.1' },
  google_secret_manager_secret: { versions: '1', operations: '10000' },
  google_sql_database_instance: { backup_gb: '50' },
  google_storage_bucket: { storage_gb: '100', class_a_operations: '100000', class_b_operations: '1000000' },
}
