/**
 * What a month of AWS is assumed to be used, where nobody says otherwise. GB are GB, requests are single ones, `_hrs` are hours,
 * `_per_hr` and `_per_sec` are averages over the month. Names are those that people know from usage files elsewhere.
 */
import type { UsageSettings } from './types.ts'

const fileSystemBackups = { backup_storage_gb: '1024' }
/** CPU credits beyond what comes with the machine: hours of one vCPU, times how many vCPUs go beyond it. */
const credits = { monthly_cpu_credit_hrs: '0', vcpu_count: '0' }
/** The size of a root disk that the plan does not speak of: it is the image's. */
const rootVolume = { root_volume_gb: '8' }
const balancer = { capacity_units: '0' }
const documents = { storage_gb: '50', monthly_io_requests: '1000000', backup_storage_gb: '0' }

export const usageOfAws: UsageSettings = {
  aws_alb: balancer,
  aws_api_gateway_rest_api: { monthly_requests: '1000000' },
  aws_apigatewayv2_api: { monthly_requests: '1000000' },
  // `as_terracost`: 1 counts groups as terracost does. Weights, and the template of a mixed group, are left out; a volume counts once.
  aws_autoscaling_group: { ...credits, ...rootVolume, as_terracost: '0' },
  aws_backup_vault: { storage_gb: '0' },
  aws_cloudfront_distribution: { monthly_data_transfer_to_internet_gb: '100', monthly_https_requests: '1000000' },
  aws_cloudwatch_log_group: { storage_gb: '200', monthly_data_ingested_gb: '10', monthly_data_scanned_insights_gb: '20' },
  aws_db_instance: { additional_backup_storage_gb: '0', monthly_additional_performance_insights_requests: '0' },
  aws_docdb_cluster: documents,
  aws_dynamodb_table: { storage_gb: '10', monthly_write_request_units: '1000000', monthly_read_request_units: '1000000' },
  aws_ebs_volume: { monthly_standard_io_requests: '0' },
  aws_ec2_transit_gateway_vpc_attachment: { monthly_data_processed_gb: '10' },
  aws_ecr_repository: { storage_gb: '1' },
  aws_efs_file_system: {
    storage_gb: '180',
    infrequent_access_storage_gb: '10',
    monthly_infrequent_access_read_gb: '20',
    monthly_infrequent_access_write_gb: '30',
  },
  aws_eks_fargate_profile: { pods: '1', vcpu: '0.25', memory_gb: '0.5' },
  // `instances` counts only where the plan says no number.
  aws_eks_node_group: { instances: '15', monthly_cpu_credit_hrs: '350', vcpu_count: '2' },
  aws_elasticache_cluster: { snapshot_storage_size_gb: '0' },
  aws_elasticache_replication_group: { snapshot_storage_size_gb: '0' },
  aws_elb: { monthly_data_processed_gb: '0' },
  aws_fsx_lustre_file_system: fileSystemBackups,
  aws_fsx_ontap_file_system: fileSystemBackups,
  aws_fsx_openzfs_file_system: fileSystemBackups,
  aws_fsx_windows_file_system: fileSystemBackups,
  aws_instance: { ...credits, ...rootVolume },
  aws_kinesis_firehose_delivery_stream: { monthly_data_ingested_gb: '10' },
  aws_kinesis_stream: { monthly_provisioned_put_units: '0', monthly_on_demand_data_in_gb: '10', monthly_on_demand_data_out_gb: '10' },
  aws_kms_key: { monthly_requests: '0' },
  aws_lambda_function: { monthly_requests: '1000000', request_duration_ms: '250' },
  aws_lb: balancer,
  aws_mq_broker: { storage_size_gb: '20' },
  aws_nat_gateway: { monthly_data_processed_gb: '10' },
  aws_neptune_cluster: documents,
  aws_networkfirewall_firewall: { monthly_data_processed_gb: '100' },
  aws_rds_cluster: {
    capacity_units_per_hr: '0.5',
    storage_gb: '50',
    write_requests_per_sec: '4',
    read_requests_per_sec: '4',
    backup_snapshot_size_gb: '60',
    average_statements_per_hr: '2500',
    change_records_per_statement: '0.095',
    backtrack_window_hrs: '150',
    snapshot_export_size_gb: '300',
  },
  aws_rds_cluster_instance: { monthly_additional_performance_insights_requests: '500000' },
  aws_redshift_cluster: { managed_storage_gb: '100' },
  aws_route53_zone: { monthly_standard_queries: '1000000' },
  // Requests of tier 1 write and list, those of tier 2 read.
  aws_s3_bucket: { storage_gb: '200', monthly_tier_1_requests: '0', monthly_tier_2_requests: '0', monthly_data_transfer_out_gb: '10' },
  aws_s3_bucket_analytics_configuration: { monthly_monitored_objects: '50000000' },
  aws_s3_bucket_inventory: { monthly_listed_objects: '2000000000' },
  aws_secretsmanager_secret: { monthly_requests: '1000000' },
  aws_sfn_state_machine: { monthly_transitions: '10000' },
  aws_sns_topic: { monthly_requests: '1000000' },
  aws_spot_instance_request: { ...credits, ...rootVolume },
  aws_sqs_queue: { monthly_requests: '15000000', request_size_kb: '16' },
  aws_vpc_endpoint: { monthly_data_processed_gb: '10' },
  aws_wafv2_web_acl: { monthly_requests: '1000000' },
}

/** With these an estimate of autoscaling groups is that of terracost. Everything else is its default already. */
export const usageAsTerracost: UsageSettings = { aws_autoscaling_group: { as_terracost: '1' } }
