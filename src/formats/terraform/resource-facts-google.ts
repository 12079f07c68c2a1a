/** Services of Google Cloud by the beginning of their types, as in resource-facts-aws.ts. */
export const googleServices = `
access_context_manager | Security | security | Access Context Manager
alloydb | Database | database | AlloyDB
apigee | Network | api | Apigee
app_engine | Compute | web-application | App Engine
artifact_registry | Containers | registry | Artifact Registry
bigquery | Analytics | analytics | BigQuery
bigtable | Database | table | Bigtable
billing | Management | management | Billing
certificate_manager | Security | certificate | Certificate Manager
cloud_asset | Management | management | Cloud Asset
cloud_identity | Identity | identity | Cloud Identity
cloud_run | Serverless | containers | Cloud Run
cloud_scheduler | Messaging | topic | Cloud Scheduler
cloud_tasks | Messaging | queue | Cloud Tasks
cloudbuild | Developer tools | developer-tools | Cloud Build
cloudfunctions | Serverless | function | Cloud Functions
cloudfunctions2 | Serverless | function | Cloud Functions
composer | Analytics | analytics | Cloud Composer
compute | Compute | compute | Compute Engine
compute_address | Network | address | Address
compute_backend | Network | load-balancer | Load balancer backend
compute_disk | Storage | disk | Disk
compute_external_vpn_gateway | Network | gateway | VPN gateway
compute_firewall | Network | firewall | Firewall
compute_forwarding_rule | Network | load-balancer | Load balancer
compute_global_address | Network | address | Address
compute_global_forwarding_rule | Network | load-balancer | Load balancer
compute_ha_vpn_gateway | Network | gateway | VPN gateway
compute_health_check | Network | load-balancer | Health check
compute_image | Compute | disk | Machine image
compute_instance | Compute | virtual-machine | Virtual machine
compute_instance_group | Compute | machine-group | Group of machines
compute_interconnect | Network | gateway | Interconnect
compute_network | Network | private-network | VPC network
compute_region_disk | Storage | disk | Disk
compute_region_instance_group | Compute | machine-group | Group of machines
compute_route | Network | network | Route
compute_router | Network | gateway | Router
compute_security_policy | Security | firewall | Cloud Armor
compute_snapshot | Storage | disk | Snapshot
compute_ssl | Security | certificate | Certificate
compute_subnetwork | Network | subnet | Subnet
compute_target | Network | load-balancer | Load balancer proxy
compute_url_map | Network | load-balancer | Load balancer routes
compute_vpn | Network | gateway | VPN
container | Containers | kubernetes | Kubernetes (GKE)
container_registry | Containers | registry | Container Registry
data_catalog | Analytics | analytics | Data Catalog
data_fusion | Analytics | analytics | Data Fusion
dataflow | Analytics | stream | Dataflow
dataproc | Analytics | analytics | Dataproc
datastore | Database | database | Datastore
datastream | Messaging | stream | Datastream
dialogflow | Machine learning | machine-learning | Dialogflow
dns | DNS | dns | Cloud DNS
eventarc | Messaging | topic | Eventarc
filestore | Storage | files | Filestore
firebase | Developer tools | developer-tools | Firebase
firestore | Database | database | Firestore
folder | Management | management | Folder
gke_hub | Containers | kubernetes | Fleet
iam | Identity | identity | IAM
iap | Security | security | Identity-Aware Proxy
identity_platform | Identity | identity | Identity Platform
kms | Security | key | Key Management Service
logging | Monitoring | monitoring | Cloud Logging
memcache | Database | cache | Memcached
ml_engine | Machine learning | machine-learning | AI Platform
monitoring | Monitoring | monitoring | Cloud Monitoring
network_connectivity | Network | network | Network Connectivity
network_services | Network | network | Network Services
notebooks | Machine learning | machine-learning | Notebooks
organization | Management | management | Organization
org_policy | Management | management | Organization policy
privateca | Security | certificate | Certificate authority
project | Management | management | Project
pubsub | Messaging | topic | Pub/Sub
redis | Database | cache | Memorystore for Redis
scc | Security | security | Security Command Center
secret_manager | Security | secret | Secret Manager
service_account | Identity | identity | Service account
service_networking | Network | network | Service networking
sourcerepo | Developer tools | developer-tools | Source Repositories
spanner | Database | database | Spanner
sql | Database | database | Cloud SQL
storage | Storage | bucket | Cloud Storage
storage_transfer | Storage | storage | Storage Transfer
tpu | Machine learning | machine-learning | TPU
vertex_ai | Machine learning | machine-learning | Vertex AI
vpc_access | Network | network | VPC access
workflows | Serverless | serverless | Workflows
`

export const googleNodes = `
alloydb_cluster | AlloyDB cluster | location
alloydb_instance | AlloyDB instance | instance_type
app_engine_application | App Engine application | location_id
app_engine_standard_app_version | App Engine version | runtime
artifact_registry_repository | Repository of artifacts | format location
bigquery_dataset | Dataset | dataset_id location
bigquery_table | Table | table_id
bigtable_instance | Bigtable instance | name
cloud_run_service | Service of containers | location
cloud_run_v2_job | Job of containers | location
cloud_run_v2_service | Service of containers | location uri
cloud_scheduler_job | Scheduled job | schedule
cloud_tasks_queue | Queue of tasks | name
cloudfunctions_function | Function | runtime entry_point available_memory_mb
cloudfunctions2_function | Function | location
composer_environment | Airflow environment | region
compute_disk | Disk | type size zone
compute_forwarding_rule | Load balancer | load_balancing_scheme ip_address
compute_global_forwarding_rule | Load balancer | load_balancing_scheme ip_address
compute_ha_vpn_gateway | VPN gateway | region
compute_instance | Virtual machine | machine_type zone
compute_instance_group_manager | Group of virtual machines | target_size zone
compute_network | VPC network | name
compute_region_disk | Disk | type size region
compute_region_instance_group_manager | Group of virtual machines | target_size region
compute_router_nat | NAT gateway | region
compute_subnetwork | Subnet | ip_cidr_range region
compute_vpn_gateway | VPN gateway | region
compute_vpn_tunnel | VPN tunnel | peer_ip
container_cluster | Kubernetes cluster | location min_master_version endpoint
container_node_pool | Machines of a Kubernetes cluster | node_count version
dataflow_job | Dataflow job | state
dataproc_cluster | Dataproc cluster | region
dns_managed_zone | Zone of names | dns_name visibility
filestore_instance | File server | tier
firestore_database | Firestore database | type
kms_crypto_key | Encryption key | purpose
memcache_instance | Memcached | node_count
notebooks_instance | Notebook | machine_type
pubsub_subscription | Subscription | name
pubsub_topic | Topic | name
redis_instance | Redis cache | tier memory_size_gb redis_version
secret_manager_secret | Secret | secret_id
spanner_database | Spanner database | name
spanner_instance | Spanner instance | config num_nodes
sql_database_instance | Relational database | database_version region
storage_bucket | Bucket | location storage_class
vertex_ai_endpoint | Vertex AI endpoint | name
vpc_access_connector | VPC connector | ip_cidr_range
workflows_workflow | Workflow | region
`
