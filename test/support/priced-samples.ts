/** A resource of every type that is billed, as people usually have it: what its mapper asks prices for. */

import type { PricedProvider } from '../../src/estimate/types.ts'
import type { JsonMap } from '../../src/formats/json-value.ts'

export const regions: Readonly<Record<PricedProvider, string>> = { aws: 'us-east-1', azurerm: 'eastus', google: 'us-central1' }

/** What many types have in common. */
export const common: Readonly<Record<PricedProvider, JsonMap>> = {
  aws: {},
  azurerm: { location: 'eastus' },
  google: { region: 'us-central1', zone: 'us-central1-a', location: 'us-central1' },
}

const linux = { os_disk: [{ storage_account_type: 'Premium_LRS', disk_size_gb: 128 }] }
const machine = { machine_type: 'e2-medium', boot_disk: [{ initialize_params: [{ type: 'pd-balanced', size: 20 }] }] }

/** Only where nothing, or the common part, is not enough. */
export const samples: Readonly<Record<string, JsonMap>> = {
  aws_instance: { instance_type: 'm5.large', root_block_device: [{ volume_type: 'gp3', volume_size: 20 }] },
  aws_spot_instance_request: { instance_type: 'm5.large' },
  aws_ebs_volume: { type: 'gp3', size: 100, iops: 4000, throughput: 200 },
  aws_db_instance: { instance_class: 'db.t4g.small', engine: 'postgres', multi_az: false, storage_type: 'gp2', allocated_storage: 20 },
  aws_rds_cluster: { engine: 'aurora-postgresql' },
  aws_rds_cluster_instance: { engine: 'aurora-postgresql', instance_class: 'db.r4.large' },
  aws_docdb_cluster_instance: { instance_class: 'db.r5.large' },
  aws_neptune_cluster_instance: { instance_class: 'db.r5.large' },
  aws_elasticache_cluster: { node_type: 'cache.m4.large', engine: 'redis', num_cache_nodes: 1, snapshot_retention_limit: 5 },
  aws_elasticache_replication_group: { node_type: 'cache.m4.large', engine: 'redis', num_cache_clusters: 2, snapshot_retention_limit: 5 },
  aws_eks_node_group: { instance_types: ['t3.medium'], scaling_config: [{ desired_size: 2 }] },
  aws_eip: { instance: 'i-1' },
  aws_vpc_endpoint: { vpc_endpoint_type: 'Interface', subnet_ids: ['a', 'b'] },
  aws_opensearch_domain: {
    cluster_config: [{ instance_type: 'c4.2xlarge.search', instance_count: 2 }],
    ebs_options: [{ volume_size: 20 }],
  },
  aws_elasticsearch_domain: { cluster_config: [{ instance_type: 'c4.2xlarge.elasticsearch' }], ebs_options: [{ volume_size: 20 }] },
  aws_msk_cluster: { number_of_broker_nodes: 3, broker_node_group_info: [{ instance_type: 'kafka.t3.small' }] },
  aws_redshift_cluster: { node_type: 'ra3.xlplus', number_of_nodes: 2 },
  aws_mq_broker: { host_instance_type: 'mq.t3.micro', engine_type: 'ActiveMQ', deployment_mode: 'SINGLE_INSTANCE' },
  aws_fsx_lustre_file_system: { storage_capacity: 1200, deployment_type: 'PERSISTENT_2', per_unit_storage_throughput: 125 },
  aws_fsx_windows_file_system: { storage_capacity: 300, throughput_capacity: 32, deployment_type: 'SINGLE_AZ_2', storage_type: 'SSD' },
  aws_fsx_ontap_file_system: { storage_capacity: 1024, throughput_capacity: 128, deployment_type: 'MULTI_AZ_1' },
  aws_fsx_openzfs_file_system: { storage_capacity: 64, throughput_capacity: 64, deployment_type: 'SINGLE_AZ_1' },
  aws_dynamodb_table: { billing_mode: 'PAY_PER_REQUEST' },
  aws_kinesis_stream: { shard_count: 1 },
  aws_ec2_host: { instance_family: 'm5' },
  aws_dx_connection: { bandwidth: '1Gbps' },
  aws_api_gateway_stage: { cache_cluster_enabled: true, cache_cluster_size: '0.5' },
  azurerm_linux_virtual_machine: { size: 'Standard_B1s', ...linux },
  azurerm_windows_virtual_machine: { size: 'Standard_D2_v2', ...linux },
  azurerm_virtual_machine: { vm_size: 'Standard_D2_v2' },
  azurerm_linux_virtual_machine_scale_set: { sku: 'Standard_B1s', instances: 2, ...linux },
  azurerm_windows_virtual_machine_scale_set: { sku: 'Standard_D2_v2', instances: 2, ...linux },
  azurerm_virtual_machine_scale_set: { sku: [{ name: 'Standard_D2_v2', capacity: 2 }] },
  azurerm_managed_disk: { storage_account_type: 'Premium_LRS', disk_size_gb: 100 },
  azurerm_kubernetes_cluster: { sku_tier: 'Standard', default_node_pool: [{ vm_size: 'Standard_D2_v2', node_count: 2 }] },
  azurerm_kubernetes_cluster_node_pool: { vm_size: 'Standard_D2_v2', node_count: 2 },
  azurerm_storage_account: { account_tier: 'Standard', account_replication_type: 'LRS', account_kind: 'StorageV2' },
  azurerm_storage_share: { quota: 50 },
  azurerm_mssql_database: { sku_name: 'GP_Gen5_4', max_size_gb: 32 },
  azurerm_mssql_elasticpool: { sku: [{ name: 'GP_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 4 }], max_size_gb: 32 },
  azurerm_postgresql_flexible_server: { sku_name: 'GP_Standard_D4s_v3', storage_mb: 32768 },
  azurerm_mysql_flexible_server: { sku_name: 'GP_Standard_D2ds_v4', storage: [{ size_gb: 20 }] },
  azurerm_public_ip: { sku: 'Standard', allocation_method: 'Static' },
  azurerm_lb: { sku: 'Standard' },
  azurerm_application_gateway: { sku: [{ name: 'Standard_v2', tier: 'Standard_v2', capacity: 2 }] },
  azurerm_bastion_host: { sku: 'Basic' },
  azurerm_firewall: { sku_name: 'AZFW_VNet', sku_tier: 'Standard' },
  azurerm_virtual_network_gateway: { sku: 'VpnGw1', type: 'Vpn' },
  azurerm_service_plan: { sku_name: 'B1', os_type: 'Windows', worker_count: 1 },
  azurerm_redis_cache: { family: 'C', capacity: 3, sku_name: 'Standard' },
  azurerm_container_registry: { sku: 'Basic' },
  azurerm_log_analytics_workspace: { sku: 'PerGB2018', retention_in_days: 30 },
  azurerm_cosmosdb_sql_database: { throughput: 400 },
  azurerm_cosmosdb_sql_container: { throughput: 400 },
  google_compute_instance: machine,
  google_compute_disk: { type: 'pd-ssd', size: 100 },
  google_compute_instance_group_manager: { target_size: 2 },
  google_compute_address: { address_type: 'EXTERNAL' },
  google_container_node_pool: { node_count: 1, node_config: [{ machine_type: 'e2-medium' }] },
  google_container_cluster: { initial_node_count: 1, node_config: [{ machine_type: 'e2-medium' }] },
  google_sql_database_instance: {
    database_version: 'POSTGRES_15',
    settings: [{ tier: 'db-custom-2-7680', availability_type: 'ZONAL', disk_type: 'PD_SSD', disk_size: 20 }],
  },
  google_storage_bucket: { location: 'US-CENTRAL1', storage_class: 'STANDARD' },
  google_redis_instance: { tier: 'BASIC', memory_size_gb: 4 },
  google_filestore_instance: { tier: 'BASIC_HDD', file_shares: [{ capacity_gb: 1024 }] },
}
