/** What the words in a type's name say, for all the types that no table knows. */

/** The first word that a name has, from the top, tells category and icon. */
export const wordCategories: readonly [words: RegExp, category: string, icon: string][] = [
  [/^(kubernetes|k8s|aks|eks|gke|kubectl|helm|cluster_kube)$/, 'Containers', 'kubernetes'],
  [/^(container|containers|docker|pod|registry|image_registry|nomad)$/, 'Containers', 'containers'],
  [/^(function|functions|lambda|serverless|faas|worker|workers)$/, 'Serverless', 'function'],
  [/^(redis|memcached|cache|valkey|keydb)$/, 'Database', 'cache'],
  [
    /^(database|databases|db|mysql|postgres|postgresql|mariadb|mongodb|mongodbatlas|sql|rds|cassandra|clickhouse|cockroach|couchbase|snowflake)$/,
    'Database',
    'database',
  ],
  [/^(bucket|buckets|objectstorage|object_storage|s3|spaces)$/, 'Storage', 'bucket'],
  [/^(disk|disks|volume|volumes|block_volume|snapshot|blockstorage|ebs)$/, 'Storage', 'disk'],
  [/^(storage|file|files|filesystem|nfs|backup|share|archive)$/, 'Storage', 'storage'],
  [/^(dns|domain|record|zone|nameserver|hostname)$/, 'DNS', 'dns'],
  [/^(queue|queues|mq|rabbitmq|sqs)$/, 'Messaging', 'queue'],
  [/^(kafka|stream|kinesis|pulsar|confluent)$/, 'Messaging', 'stream'],
  [/^(topic|pubsub|sns|event|events|webhook|notification|mail|email|smtp|messaging|slack)$/, 'Messaging', 'topic'],
  [/^(loadbalancer|balancer|lb|elb|alb|nlb)$/, 'Network', 'load-balancer'],
  [/^(firewall|waf|securitygroup|acl)$/, 'Network', 'firewall'],
  [/^(gateway|vpn|nat|router|peering)$/, 'Network', 'gateway'],
  [/^(subnet|subnetwork)$/, 'Network', 'subnet'],
  [/^(vpc|vnet|vcn)$/, 'Network', 'private-network'],
  [/^(ip|address|floatingip|floating_ip|eip)$/, 'Network', 'address'],
  [/^(cdn|cloudflare|fastly|akamai)$/, 'Network', 'cdn'],
  [/^(network|networking|port|route|interface|vlan|nic)$/, 'Network', 'network'],
  [/^(api|apigateway|graphql|rest)$/, 'Network', 'api'],
  [/^(certificate|cert|tls|ssl|acme)$/, 'Security', 'certificate'],
  [/^(secret|secrets|vault|password)$/, 'Security', 'secret'],
  [/^(key|keypair|kms|ssh|keys)$/, 'Security', 'key'],
  [/^(security|guard|shield|defender)$/, 'Security', 'security'],
  [
    /^(iam|user|users|role|roles|identity|group|permission|permissions|policy|account|member|membership|okta|auth0|azuread|keycloak|team)$/,
    'Identity',
    'identity',
  ],
  [
    /^(monitor|monitoring|alarm|alert|metric|metrics|dashboard|log|logs|logging|trace|datadog|newrelic|grafana|uptime|pagerduty)$/,
    'Monitoring',
    'monitoring',
  ],
  [/^(ml|ai|model|sagemaker|notebook)$/, 'Machine learning', 'machine-learning'],
  [/^(analytics|warehouse|spark|hadoop|etl|elasticsearch|opensearch|search|databricks)$/, 'Analytics', 'analytics'],
  [
    /^(repository|repo|pipeline|build|git|github|gitlab|bitbucket|ci|branch|deployment|artifact|artifactory)$/,
    'Developer tools',
    'developer-tools',
  ],
  [/^(instance|instances|vm|server|droplet|machine|compute|linode|virtualmachine|node|host|vsphere)$/, 'Compute', 'virtual-machine'],
  [/^(app|application|site|website|web|heroku|vercel|netlify)$/, 'Compute', 'web-application'],
  [/^(organization|project|folder|tag|budget|billing|config|parameter|setting|quota|schedule)$/, 'Management', 'management'],
]

/** Providers whose resources are helpers on the way, not things that run. */
export const helperProviders = new Set([
  'random',
  'null',
  'tls',
  'local',
  'template',
  'time',
  'external',
  'archive',
  'terraform',
  'http',
  'cloudinit',
  'utils',
  'assert',
])

/** What connects others: a line rather than a thing. */
export const edgeWords =
  /(^|_)(attachment|association|attach|rule|rules|listener|target_group|launch_template|launch_configuration|network_interface|security_group|route53_record|record|record_set|[a-z]+_record|peering|peering_connection|event_source_mapping|event_target|integration|subscription|backend_address_pool|backend_service|url_map|target_https?_proxy|target_tcp_proxy|target_ssl_proxy|target_pool|instance_template|task_definition|subnet_group|mount_target|link|connection)$/

/** What nobody looks for in a drawing: how something is set up, who may do what, parts that come by themselves. */
export const noiseWords =
  /(^|_)(policy|policies|policy_attachment|policy_document|iam|role|roles|user|users|group_membership|membership|permission|permissions|binding|member|acl|acls|key_pair|keypair|ssh_key|parameter|parameters|parameter_group|option_group|configuration|config|settings?|versioning|encryption|lifecycle|notification|public_access_block|ownership_controls|logging|validation|alias|version|metric_filter|metric_alarm|alarm|alert|dashboard|log_group|log_stream|object|objects|blob|secret_version|assignment|definition|exemption|lock|registration|certificate|health_check|probe|autoscaler|tags?|flow_log|dhcp_options|route|route_table|routes|snapshot|image|ami|extension|contact|diagnostic_setting|metadata|metadata_item|delegation_set|key|api_key|usage_plan|grant|access_policy|identity|template_deployment|time_sleep|deployment|stage|method|resource)$/
