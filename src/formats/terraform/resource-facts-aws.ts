/**
 * Services of AWS by the beginning of their types: `beginning | category | icon | what people call it`. The longest beginning that
 * fits counts.
 */
export const awsServices = `
accessanalyzer | Security | security | IAM Access Analyzer
acm | Security | certificate | Certificate Manager
acmpca | Security | certificate | Private certificate authority
alb | Network | load-balancer | Load balancer
ami | Compute | disk | Machine image
amplify | Developer tools | web-application | Amplify
api_gateway | Network | api | API Gateway
apigatewayv2 | Network | api | API Gateway
appautoscaling | Management | machine-group | Application Auto Scaling
appconfig | Management | management | AppConfig
appflow | Analytics | stream | AppFlow
appmesh | Network | network | App Mesh
apprunner | Containers | containers | App Runner
appstream | Compute | virtual-machine | AppStream
appsync | Network | api | AppSync
athena | Analytics | analytics | Athena
auditmanager | Security | security | Audit Manager
autoscaling | Compute | machine-group | Auto Scaling
backup | Storage | storage | Backup
batch | Compute | compute | Batch
bedrock | Machine learning | machine-learning | Bedrock
budgets | Management | management | Budgets
chatbot | Messaging | messaging | Chatbot
chime | Messaging | messaging | Chime
cloud9 | Developer tools | developer-tools | Cloud9
cloudformation | Management | management | CloudFormation
cloudfront | Network | cdn | CloudFront
cloudhsm | Security | key | CloudHSM
cloudtrail | Monitoring | monitoring | CloudTrail
cloudwatch | Monitoring | monitoring | CloudWatch
cloudwatch_event | Messaging | topic | EventBridge
codeartifact | Developer tools | registry | CodeArtifact
codebuild | Developer tools | developer-tools | CodeBuild
codecommit | Developer tools | developer-tools | CodeCommit
codedeploy | Developer tools | developer-tools | CodeDeploy
codepipeline | Developer tools | developer-tools | CodePipeline
cognito | Identity | identity | Cognito
comprehend | Machine learning | machine-learning | Comprehend
config | Management | management | Config
connect | Messaging | messaging | Connect
controltower | Management | management | Control Tower
customer_gateway | Network | gateway | Customer gateway
datasync | Storage | files | DataSync
datazone | Analytics | analytics | DataZone
dax | Database | cache | DynamoDB Accelerator
db | Database | database | RDS
default | Network | network | Default network
detective | Security | security | Detective
directory_service | Identity | identity | Directory Service
dlm | Storage | disk | Data Lifecycle Manager
dms | Database | database | Database Migration Service
docdb | Database | database | DocumentDB
dsql | Database | database | Aurora DSQL
dx | Network | gateway | Direct Connect
dynamodb | Database | table | DynamoDB
ebs | Storage | disk | EBS
ec2 | Compute | virtual-machine | EC2
ec2_client_vpn | Network | gateway | Client VPN
ec2_transit_gateway | Network | gateway | Transit gateway
ecr | Containers | registry | Elastic Container Registry
ecs | Containers | containers | Elastic Container Service
efs | Storage | files | Elastic File System
egress_only_internet_gateway | Network | gateway | Egress-only internet gateway
eip | Network | address | Elastic IP address
eks | Containers | kubernetes | Kubernetes (EKS)
elastic_beanstalk | Compute | web-application | Elastic Beanstalk
elasticache | Database | cache | ElastiCache
elasticsearch | Analytics | analytics | Elasticsearch
elb | Network | load-balancer | Classic load balancer
emr | Analytics | analytics | EMR
flow_log | Monitoring | monitoring | Flow log
fms | Security | firewall | Firewall Manager
fsx | Storage | files | FSx
gamelift | Compute | compute | GameLift
glacier | Storage | storage | Glacier
globalaccelerator | Network | cdn | Global Accelerator
glue | Analytics | analytics | Glue
grafana | Monitoring | monitoring | Managed Grafana
guardduty | Security | security | GuardDuty
iam | Identity | identity | IAM
imagebuilder | Compute | disk | Image Builder
inspector | Security | security | Inspector
instance | Compute | virtual-machine | Virtual machine
internet_gateway | Network | gateway | Internet gateway
iot | Messaging | topic | IoT Core
kendra | Machine learning | machine-learning | Kendra
key_pair | Security | key | Key pair
keyspaces | Database | database | Keyspaces
kinesis | Messaging | stream | Kinesis
kinesis_firehose | Messaging | stream | Data Firehose
kms | Security | key | Key Management Service
lakeformation | Analytics | analytics | Lake Formation
lambda | Serverless | function | Lambda
launch | Compute | virtual-machine | Machine launch
lb | Network | load-balancer | Load balancer
lex | Machine learning | machine-learning | Lex
licensemanager | Management | management | License Manager
lightsail | Compute | virtual-machine | Lightsail
macie2 | Security | security | Macie
memorydb | Database | cache | MemoryDB
mq | Messaging | queue | MQ
msk | Messaging | stream | Kafka (MSK)
mwaa | Analytics | analytics | Managed Airflow
nat_gateway | Network | gateway | NAT gateway
neptune | Database | database | Neptune
network_acl | Network | firewall | Network ACL
network_interface | Network | network | Network interface
networkfirewall | Network | firewall | Network Firewall
networkmanager | Network | network | Network Manager
networkmonitor | Monitoring | monitoring | Network Monitor
oam | Monitoring | monitoring | Observability Access Manager
opensearch | Analytics | analytics | OpenSearch
opsworks | Management | management | OpsWorks
organizations | Management | management | Organizations
pinpoint | Messaging | messaging | Pinpoint
pipes | Messaging | stream | EventBridge Pipes
placement_group | Compute | compute | Placement group
prometheus | Monitoring | monitoring | Managed Prometheus
qldb | Database | database | QLDB
quicksight | Analytics | analytics | QuickSight
ram | Identity | identity | Resource Access Manager
rds | Database | database | RDS
rds_cluster | Database | database | Aurora
redshift | Analytics | database | Redshift
rekognition | Machine learning | machine-learning | Rekognition
resourcegroups | Management | management | Resource group
rolesanywhere | Identity | identity | IAM Roles Anywhere
route | Network | network | Route
route53 | DNS | dns | Route 53
s3 | Storage | bucket | S3
sagemaker | Machine learning | machine-learning | SageMaker
scheduler | Messaging | topic | EventBridge Scheduler
secretsmanager | Security | secret | Secrets Manager
security_group | Network | firewall | Security group
securityhub | Security | security | Security Hub
securitylake | Security | security | Security Lake
service_discovery | DNS | dns | Service discovery
servicecatalog | Management | management | Service Catalog
servicequotas | Management | management | Service Quotas
ses | Messaging | messaging | Simple Email Service
sesv2 | Messaging | messaging | Simple Email Service
sfn | Serverless | serverless | Step Functions
shield | Security | security | Shield
signer | Security | certificate | Signer
sns | Messaging | topic | SNS
spot | Compute | virtual-machine | Spot machine
sqs | Messaging | queue | SQS
ssm | Management | management | Systems Manager
ssoadmin | Identity | identity | IAM Identity Center
storagegateway | Storage | storage | Storage Gateway
subnet | Network | subnet | Subnet
synthetics | Monitoring | monitoring | CloudWatch Synthetics
timestream | Database | database | Timestream
transcribe | Machine learning | machine-learning | Transcribe
transfer | Storage | files | Transfer Family
verifiedaccess | Security | security | Verified Access
volume | Storage | disk | Volume
vpc | Network | private-network | VPC
vpc_endpoint | Network | gateway | VPC endpoint
vpn | Network | gateway | VPN
waf | Security | firewall | WAF
wafregional | Security | firewall | WAF
wafv2 | Security | firewall | WAF
workspaces | Compute | virtual-machine | WorkSpaces
xray | Monitoring | monitoring | X-Ray
`

/** What people look for in a drawing, and how they call it: `type | short description | attributes to look at`. */
export const awsNodes = `
alb | Load balancer | load_balancer_type internal dns_name
api_gateway_rest_api | REST API | name endpoint_configuration
apigatewayv2_api | HTTP or WebSocket API | name protocol_type api_endpoint
apprunner_service | App Runner service | service_name service_url
appsync_graphql_api | GraphQL API | name authentication_type
athena_workgroup | Athena workgroup | name
autoscaling_group | Group of virtual machines | min_size desired_capacity max_size
batch_compute_environment | Batch compute environment | type state
batch_job_queue | Batch job queue | name priority
cloudfront_distribution | CloudFront distribution | domain_name aliases enabled
cloudwatch_event_bus | Event bus | name
cloudwatch_event_rule | EventBridge rule | schedule_expression event_pattern
codebuild_project | CodeBuild project | name
codepipeline | CodePipeline pipeline | name
cognito_user_pool | Pool of users | name
customer_gateway | Customer gateway | ip_address bgp_asn
dax_cluster | DynamoDB Accelerator cluster | node_type replication_factor
db_instance | Relational database | engine engine_version instance_class allocated_storage multi_az
directory_service_directory | Directory | name type size
dms_replication_instance | Database migration instance | replication_instance_class
docdb_cluster | DocumentDB cluster | engine_version
docdb_cluster_instance | DocumentDB instance | instance_class
dynamodb_table | DynamoDB table | billing_mode hash_key range_key
ebs_volume | Disk | size type iops availability_zone
ec2_transit_gateway | Transit gateway | description
ecr_repository | Repository of container images | repository_url
ecs_cluster | Cluster of containers | name
ecs_service | Service of containers | launch_type desired_count
efs_file_system | File system | throughput_mode encrypted
eks_cluster | Kubernetes cluster | version endpoint
eks_fargate_profile | Kubernetes pods without machines | fargate_profile_name
eks_node_group | Machines of a Kubernetes cluster | instance_types capacity_type scaling_config
elastic_beanstalk_environment | Elastic Beanstalk environment | solution_stack_name cname
elasticache_cluster | Cache cluster | engine node_type num_cache_nodes
elasticache_replication_group | Replicated cache | engine node_type num_cache_clusters
elasticache_serverless_cache | Serverless cache | engine
elasticsearch_domain | Elasticsearch domain | elasticsearch_version endpoint
elb | Classic load balancer | dns_name internal
emr_cluster | EMR cluster | release_label
fsx_lustre_file_system | Lustre file system | storage_capacity
fsx_ontap_file_system | ONTAP file system | storage_capacity
fsx_openzfs_file_system | OpenZFS file system | storage_capacity
fsx_windows_file_system | Windows file system | storage_capacity
globalaccelerator_accelerator | Global accelerator | dns_name enabled
glue_catalog_database | Glue database | name
glue_job | Glue job | name worker_type
instance | Virtual machine | instance_type ami availability_zone private_ip public_ip
internet_gateway | Internet gateway | vpc_id
kinesis_firehose_delivery_stream | Delivery stream | destination
kinesis_stream | Data stream | shard_count retention_period
kms_key | Encryption key | description enable_key_rotation
lambda_function | Function | runtime handler memory_size timeout
lb | Load balancer | load_balancer_type internal dns_name
lightsail_instance | Lightsail machine | bundle_id public_ip_address
memorydb_cluster | MemoryDB cluster | node_type num_shards
mq_broker | Message broker | engine_type host_instance_type
msk_cluster | Kafka cluster | kafka_version number_of_broker_nodes
mwaa_environment | Airflow environment | airflow_version environment_class
nat_gateway | NAT gateway | public_ip connectivity_type
neptune_cluster | Neptune cluster | engine_version
neptune_cluster_instance | Neptune instance | instance_class
networkfirewall_firewall | Network firewall | name
opensearch_domain | OpenSearch domain | engine_version endpoint
rds_cluster | Aurora cluster | engine engine_version endpoint
rds_cluster_instance | Aurora instance | instance_class engine
redshift_cluster | Redshift warehouse | node_type number_of_nodes
route53_zone | Zone of names | name
s3_bucket | Bucket | bucket region
sagemaker_endpoint | SageMaker endpoint | name
sagemaker_notebook_instance | SageMaker notebook | instance_type
secretsmanager_secret | Secret | name
sfn_state_machine | State machine | name type
sns_topic | Topic | name fifo_topic
spot_instance_request | Spot virtual machine | instance_type spot_price
sqs_queue | Queue | name fifo_queue visibility_timeout_seconds
subnet | Subnet | cidr_block availability_zone
transfer_server | File transfer server | protocols endpoint_type
vpc | Private network | cidr_block
vpc_endpoint | VPC endpoint | service_name vpc_endpoint_type
vpn_connection | VPN connection | type
vpn_gateway | VPN gateway | amazon_side_asn
wafv2_web_acl | Web application firewall | scope
workspaces_workspace | Desktop | bundle_id
`
