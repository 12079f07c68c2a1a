/** Services of Azure by the beginning of their types, as in resource-facts-aws.ts. */
export const azurermServices = `
advanced_threat_protection | Security | security | Threat protection
analysis_services | Analytics | analytics | Analysis Services
api_management | Network | api | API Management
app_configuration | Management | management | App Configuration
app_service | Compute | web-application | App Service
application_gateway | Network | load-balancer | Application Gateway
application_insights | Monitoring | monitoring | Application Insights
application_security_group | Network | firewall | Application security group
automation | Management | management | Automation
availability_set | Compute | compute | Availability set
backup | Storage | storage | Backup
bastion_host | Network | gateway | Bastion
batch | Compute | compute | Batch
bot | Machine learning | machine-learning | Bot Service
cdn | Network | cdn | Content Delivery Network
cognitive | Machine learning | machine-learning | Azure AI services
communication_service | Messaging | messaging | Communication Services
container_app | Containers | containers | Container Apps
container_group | Containers | containers | Container Instances
container_registry | Containers | registry | Container Registry
cosmosdb | Database | database | Cosmos DB
data_factory | Analytics | analytics | Data Factory
data_lake | Storage | storage | Data Lake
databricks | Analytics | analytics | Databricks
dedicated_host | Compute | compute | Dedicated host
dev_center | Developer tools | developer-tools | Dev Center
dev_test | Developer tools | developer-tools | DevTest Labs
digital_twins | Analytics | analytics | Digital Twins
disk | Storage | disk | Disk
dns | DNS | dns | DNS
eventgrid | Messaging | topic | Event Grid
eventhub | Messaging | stream | Event Hubs
express_route | Network | gateway | ExpressRoute
firewall | Network | firewall | Azure Firewall
frontdoor | Network | cdn | Front Door
function_app | Serverless | function | Function App
hdinsight | Analytics | analytics | HDInsight
image | Compute | disk | Machine image
iothub | Messaging | topic | IoT Hub
key_vault | Security | secret | Key Vault
kubernetes | Containers | kubernetes | Kubernetes (AKS)
kusto | Analytics | analytics | Data Explorer
lb | Network | load-balancer | Load balancer
linux_function_app | Serverless | function | Function App
linux_virtual_machine | Compute | virtual-machine | Linux virtual machine
linux_web_app | Compute | web-application | Web App
local_network_gateway | Network | gateway | Local network gateway
log_analytics | Monitoring | monitoring | Log Analytics
logic_app | Serverless | serverless | Logic Apps
machine_learning | Machine learning | machine-learning | Machine Learning
managed_disk | Storage | disk | Managed disk
management | Management | management | Management
mariadb | Database | database | MariaDB
monitor | Monitoring | monitoring | Monitor
mssql | Database | database | SQL
mysql | Database | database | MySQL
nat_gateway | Network | gateway | NAT gateway
netapp | Storage | files | NetApp Files
network | Network | network | Network
network_security | Network | firewall | Network security group
notification_hub | Messaging | topic | Notification Hubs
orchestrated_virtual_machine_scale_set | Compute | machine-group | Scale set
policy | Management | management | Policy
postgresql | Database | database | PostgreSQL
powerbi | Analytics | analytics | Power BI
private_dns | DNS | dns | Private DNS
private_endpoint | Network | gateway | Private endpoint
private_link | Network | gateway | Private Link
public_ip | Network | address | Public IP address
purview | Analytics | analytics | Purview
recovery_services | Storage | storage | Recovery Services
redis | Database | cache | Redis cache
relay | Messaging | messaging | Relay
resource_group | Management | management | Resource group
role | Identity | identity | Role
route | Network | network | Route
search_service | Analytics | analytics | AI Search
security_center | Security | security | Defender for Cloud
sentinel | Security | security | Sentinel
service_fabric | Containers | containers | Service Fabric
service_plan | Compute | compute | App Service plan
servicebus | Messaging | queue | Service Bus
shared_image | Compute | disk | Shared image
signalr | Messaging | messaging | SignalR
site_recovery | Storage | storage | Site Recovery
snapshot | Storage | disk | Snapshot
spring_cloud | Compute | web-application | Spring Apps
sql | Database | database | SQL
static_web_app | Compute | web-application | Static Web App
storage | Storage | bucket | Storage account
storage_queue | Messaging | queue | Storage queue
storage_share | Storage | files | File share
storage_table | Database | table | Storage table
stream_analytics | Analytics | stream | Stream Analytics
subnet | Network | subnet | Subnet
synapse | Analytics | analytics | Synapse
traffic_manager | DNS | dns | Traffic Manager
user_assigned_identity | Identity | identity | Managed identity
virtual_desktop | Compute | virtual-machine | Virtual Desktop
virtual_hub | Network | network | Virtual hub
virtual_machine | Compute | virtual-machine | Virtual machine
virtual_machine_scale_set | Compute | machine-group | Scale set
virtual_network | Network | private-network | Virtual network
virtual_network_gateway | Network | gateway | Virtual network gateway
virtual_wan | Network | network | Virtual WAN
vpn | Network | gateway | VPN
web_application_firewall | Security | firewall | Web application firewall
web_pubsub | Messaging | topic | Web PubSub
windows_function_app | Serverless | function | Function App
windows_virtual_machine | Compute | virtual-machine | Windows virtual machine
windows_web_app | Compute | web-application | Web App
`

export const azurermNodes = `
api_management | API Management service | sku_name gateway_url
app_service | Web application | default_site_hostname
app_service_plan | App Service plan | kind sku
application_gateway | Application gateway | sku
application_insights | Application Insights | application_type
bastion_host | Bastion | sku dns_name
cdn_endpoint | CDN endpoint | fqdn
cognitive_account | AI services account | kind sku_name
container_app | Container app | latest_revision_fqdn
container_group | Group of containers | os_type fqdn
container_registry | Registry of container images | sku login_server
cosmosdb_account | Cosmos DB account | kind offer_type endpoint
data_factory | Data factory | name
databricks_workspace | Databricks workspace | sku
dns_zone | Zone of names | name
eventgrid_topic | Event Grid topic | endpoint
eventhub | Event hub | partition_count
eventhub_namespace | Event Hubs namespace | sku capacity
express_route_circuit | ExpressRoute circuit | bandwidth_in_mbps
firewall | Firewall | sku_name sku_tier
frontdoor | Front Door | cname
function_app | Function app | version default_hostname
iothub | IoT hub | sku hostname
key_vault | Key vault | sku_name vault_uri
kubernetes_cluster | Kubernetes cluster | kubernetes_version sku_tier fqdn
kubernetes_cluster_node_pool | Machines of a Kubernetes cluster | vm_size node_count
lb | Load balancer | sku
linux_function_app | Function app on Linux | default_hostname
linux_virtual_machine | Linux virtual machine | size private_ip_address public_ip_address
linux_virtual_machine_scale_set | Group of Linux virtual machines | sku instances
linux_web_app | Web application on Linux | default_hostname
log_analytics_workspace | Log Analytics workspace | sku retention_in_days
logic_app_workflow | Logic app | name
machine_learning_workspace | Machine Learning workspace | sku_name
managed_disk | Disk | storage_account_type disk_size_gb
mariadb_server | MariaDB server | sku_name version
mssql_database | SQL database | sku_name max_size_gb
mssql_elasticpool | Pool of SQL databases | sku
mssql_managed_instance | SQL managed instance | sku_name vcores
mssql_server | SQL server | version fully_qualified_domain_name
mysql_flexible_server | MySQL server | sku_name version fqdn
mysql_server | MySQL server | sku_name version fqdn
nat_gateway | NAT gateway | sku_name
postgresql_flexible_server | PostgreSQL server | sku_name version fqdn
postgresql_server | PostgreSQL server | sku_name version fqdn
private_dns_zone | Private zone of names | name
private_endpoint | Private endpoint | name
redis_cache | Redis cache | sku_name capacity hostname
search_service | Search service | sku
service_plan | App Service plan | sku_name os_type worker_count
servicebus_namespace | Service Bus namespace | sku capacity
servicebus_queue | Service Bus queue | name
servicebus_topic | Service Bus topic | name
signalr_service | SignalR service | hostname
static_web_app | Static web app | default_host_name
storage_account | Storage account | account_tier account_replication_type account_kind
storage_share | File share | quota
subnet | Subnet | address_prefixes
synapse_workspace | Synapse workspace | name
traffic_manager_profile | Traffic Manager profile | fqdn
virtual_hub | Virtual hub | address_prefix
virtual_machine | Virtual machine | vm_size
virtual_machine_scale_set | Group of virtual machines | sku
virtual_network | Virtual network | address_space
virtual_network_gateway | Virtual network gateway | type sku
virtual_wan | Virtual WAN | type
windows_function_app | Function app on Windows | default_hostname
windows_virtual_machine | Windows virtual machine | size private_ip_address public_ip_address
windows_virtual_machine_scale_set | Group of Windows virtual machines | sku instances
windows_web_app | Web application on Windows | default_hostname
`
