/** Ready-made choices of resource types, by provider. */
interface Preset {
  name: string
  resources: string[]
}

const everything = (presets: Preset[]): Preset[] => [
  ...presets,
  { name: 'Everything', resources: [...new Set(presets.flatMap(({ resources }) => resources))].sort() },
]

export const presets: Readonly<Record<string, Preset[]>> = {
  aws: everything([
    {
      name: 'Network',
      resources: [
        'aws_vpc',
        'aws_subnet',
        'aws_internet_gateway',
        'aws_nat_gateway',
        'aws_eip',
        'aws_route_table',
        'aws_security_group',
        'aws_vpc_peering_connection',
        'aws_vpn_gateway',
        'aws_lb',
        'aws_elb',
        'aws_route53_zone',
        'aws_route53_record',
      ],
    },
    {
      name: 'Compute',
      resources: [
        'aws_instance',
        'aws_ami',
        'aws_launch_template',
        'aws_autoscaling_group',
        'aws_key_pair',
        'aws_lambda_function',
        'aws_ecs_cluster',
        'aws_ecs_service',
      ],
    },
    {
      name: 'Databases',
      resources: [
        'aws_db_instance',
        'aws_db_subnet_group',
        'aws_db_parameter_group',
        'aws_rds_cluster',
        'aws_elasticache_cluster',
        'aws_elasticache_replication_group',
        'aws_dynamodb_table',
      ],
    },
    { name: 'Storage', resources: ['aws_s3_bucket', 'aws_ebs_volume', 'aws_ebs_snapshot', 'aws_efs_file_system', 'aws_ecr_repository'] },
    {
      name: 'Kubernetes',
      resources: ['aws_eks_cluster', 'aws_eks_node_group', 'aws_iam_role', 'aws_vpc', 'aws_subnet', 'aws_security_group'],
    },
  ]),
  azurerm: everything([
    {
      name: 'Network',
      resources: [
        'azurerm_virtual_network',
        'azurerm_subnet',
        'azurerm_network_interface',
        'azurerm_network_security_group',
        'azurerm_public_ip',
        'azurerm_route_table',
        'azurerm_lb',
        'azurerm_application_gateway',
        'azurerm_dns_zone',
      ],
    },
    {
      name: 'Compute',
      resources: [
        'azurerm_linux_virtual_machine',
        'azurerm_windows_virtual_machine',
        'azurerm_linux_virtual_machine_scale_set',
        'azurerm_availability_set',
      ],
    },
    {
      name: 'Databases',
      resources: [
        'azurerm_mssql_server',
        'azurerm_mssql_database',
        'azurerm_postgresql_flexible_server',
        'azurerm_mysql_flexible_server',
        'azurerm_redis_cache',
      ],
    },
    {
      name: 'Storage',
      resources: ['azurerm_storage_account', 'azurerm_storage_container', 'azurerm_managed_disk', 'azurerm_container_registry'],
    },
    {
      name: 'Kubernetes',
      resources: [
        'azurerm_kubernetes_cluster',
        'azurerm_kubernetes_cluster_node_pool',
        'azurerm_container_registry',
        'azurerm_virtual_network',
        'azurerm_subnet',
      ],
    },
  ]),
  google: everything([
    {
      name: 'Network',
      resources: [
        'google_compute_network',
        'google_compute_subnetwork',
        'google_compute_firewall',
        'google_compute_address',
        'google_compute_router',
        'google_compute_forwarding_rule',
        'google_dns_managed_zone',
      ],
    },
    {
      name: 'Compute',
      resources: [
        'google_compute_instance',
        'google_compute_instance_template',
        'google_compute_instance_group',
        'google_compute_autoscaler',
      ],
    },
    { name: 'Databases', resources: ['google_sql_database_instance', 'google_sql_database', 'google_redis_instance'] },
    { name: 'Storage', resources: ['google_storage_bucket', 'google_compute_disk', 'google_artifact_registry_repository'] },
    {
      name: 'Kubernetes',
      resources: ['google_container_cluster', 'google_container_node_pool', 'google_compute_network', 'google_compute_subnetwork'],
    },
  ]),
  vsphere: everything([
    { name: 'Network', resources: ['vsphere_distributed_virtual_switch', 'vsphere_distributed_port_group', 'vsphere_host_virtual_switch'] },
    { name: 'Compute', resources: ['vsphere_virtual_machine', 'vsphere_compute_cluster', 'vsphere_resource_pool', 'vsphere_folder'] },
    { name: 'Storage', resources: ['vsphere_datastore_cluster', 'vsphere_vmfs_datastore', 'vsphere_nas_datastore'] },
  ]),
}
