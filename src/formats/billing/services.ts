/**
 * Services of AWS, Azure and Google by FOCUS category and subcategory: names and product codes, separated by commas. Prefixes such as
 * `Amazon`, `AWS`, `Azure` and `Cloud`, spaces and case make no difference.
 */
export const services: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AI and Machine Learning': {
    'AI Platforms':
      'SageMaker, Machine Learning, Azure Machine Learning, Vertex AI, AI Platform, Databricks AI, Cloud Machine Learning Engine',
    Bots: 'Lex, Azure Bot Service, Dialogflow API, Dialogflow',
    'Generative AI': 'Bedrock, Bedrock Service, Amazon Q, Azure OpenAI, Azure OpenAI Service, Foundry Models, Gemini API',
    'Machine Learning':
      'Personalize, Forecast, Fraud Detector, DevOps Guru, HealthLake, Cognitive Services, Foundry Tools, Azure AI services',
    'Natural Language Processing':
      'Comprehend, Translate, Polly, Transcribe, Textract, Kendra, Natural Language API, Cloud Natural Language, Translation API, Cloud Speech API, Speech-to-Text, Text-to-Speech, Document AI',
    'Other (AI and Machine Learning)': 'Rekognition, Cloud Vision API, Vision API, Cloud TPU, Applied AI Services',
  },
  Analytics: {
    'Analytics Platforms':
      'EMR, ElasticMapReduce, EMR Serverless, Azure Databricks, Databricks, HDInsight, Dataproc, Azure Synapse Analytics, Synapse Analytics, Microsoft Fabric',
    'Business Intelligence': 'QuickSight, Power BI, Power BI Embedded, Looker, Looker Studio, Azure Analysis Services, Analysis Services',
    'Data Processing':
      'Glue, AWS Glue, Data Factory, Azure Data Factory v2, Data Pipeline, Dataflow, Data Fusion, Dataprep, Dataplex, Lake Formation, DataBrew, Data Explorer, Azure Data Explorer',
    Search: 'OpenSearch Service, Elasticsearch Service, Amazon ES, CloudSearch, Azure Cognitive Search, Azure AI Search, Search',
    'Streaming Analytics':
      'Kinesis, Kinesis Analytics, Kinesis Firehose, Data Firehose, Managed Streaming for Apache Kafka, MSK, Stream Analytics, Managed Service for Apache Flink',
    'Other (Analytics)':
      'Athena, BigQuery, BigQuery Reservation API, BigQuery Storage API, Data Lake Analytics, Clean Rooms, FinSpace, Purview, Microsoft Purview',
  },
  'Business Applications': {
    Communications:
      'SES, Simple Email Service, Connect, ContactCenterTelecomm, Pinpoint, Chime, ChimeBusinessCalling, WorkMail, Communication Services, Voice',
    'Productivity and Collaboration': 'WorkDocs, Office 365, Microsoft 365, Google Workspace, Dynamics 365',
  },
  Compute: {
    Containers:
      'Elastic Kubernetes Service, EKS, Elastic Container Service, ECS, Elastic Container Service for Kubernetes, Fargate, EC2 Container Service, App Runner, Azure Kubernetes Service, Kubernetes Service, Container Instances, Container Apps, Azure Container Apps, Azure Red Hat OpenShift, Red Hat OpenShift Service on AWS, Kubernetes Engine, Google Kubernetes Engine, Cloud Run, Container Registry, EC2 Container Registry, Elastic Container Registry, ECR, EC2 Container Registry (ECR), Artifact Registry',
    'End User Computing':
      'WorkSpaces, AppStream, AppStream 2.0, WorkSpaces Applications, Windows 365, Azure Virtual Desktop, Virtual Desktop, DevTest Labs, Lab Services',
    'Quantum Compute': 'Braket, Azure Quantum',
    'Serverless Compute': 'Lambda, Functions, Azure Functions, Cloud Functions, Cloud Run Functions, App Engine, Step Functions Express',
    'Virtual Machines':
      'Elastic Compute Cloud, EC2, EC2 - Other, Lightsail, Virtual Machines, Virtual Machines Licenses, Virtual Machine Scale Sets, Compute Engine, Elastic Beanstalk, Batch, Outposts, Azure VMware Solution, VMware Engine, Azure Dedicated Host, Compute SavingsPlans, ComputeSavingsPlans, Savings Plans for AWS Compute usage, Cloud Services, Specialized Compute, Bare Metal Solution',
    'Other (Compute)': 'GameLift, Service Fabric, Service Fabric Mesh, Spring Cloud, Azure Spring Apps',
  },
  Databases: {
    Caching:
      'ElastiCache, MemoryDB, Azure Cache for Redis, Redis Cache, Azure Managed Redis, Memorystore, Cloud Memorystore for Redis, Cloud Memorystore for Memcached',
    'Data Warehouses': 'Redshift, Azure SQL Data Warehouse, SQL Data Warehouse',
    'Ledger Databases': 'QLDB, Quantum Ledger Database',
    'NoSQL Databases':
      'DynamoDB, DocumentDB, DocumentDB (with MongoDB compatibility), Keyspaces, MCS, Azure Cosmos DB, Cosmos DB, Firestore, Cloud Firestore, Datastore, Bigtable, Cloud Bigtable',
    'Relational Databases':
      'RDS, Relational Database Service, Aurora, SQL Database, SQL Managed Instance, Azure Database for MySQL, Azure Database for PostgreSQL, Azure Database for MariaDB, Database for PostgreSQL, Database for MySQL, Cloud SQL, Spanner, Cloud Spanner, AlloyDB, SQL Server Stretch Database',
    'Time Series Databases': 'Timestream',
    'Other (Databases)': 'Neptune, SimpleDB, DatabaseSavingsPlans',
  },
  'Developer Tools': {
    'Developer Platforms':
      'Cloud9, CloudShell, GitHub, GitHub AE, Azure App Configuration, App Configuration, Cloud Workstations, Microsoft Dev Box',
    'Continuous Integration and Deployment':
      'CodeBuild, CodePipeline, CodeDeploy, CodeArtifact, Azure DevOps, Cloud Build, Cloud Deploy, CodeStar, CodeCatalyst, Azure Pipelines',
    'Development Environments':
      'CodeCommit, CodeGuru, CodeWhisperer, Visual Studio, Visual Studio Subscription, Source Repositories, Firebase Test Lab, Device Farm, X-Ray',
  },
  Identity: {
    'Identity and Access Management':
      'Cognito, IAM, IAM Access Analyzer, Identity and Access Management Access Analyzer, Directory Service, Azure Active Directory, Azure Active Directory B2C, Azure Active Directory for External Identities, Microsoft Entra ID, Microsoft Entra External ID, Azure AD Domain Services, Microsoft Entra Domain Services, Identity Platform, Verified Permissions',
  },
  Integration: {
    'API Management': 'API Gateway, ApiGateway, AppSync, API Management, Apigee, Cloud Endpoints',
    Messaging:
      'SQS, Simple Queue Service, QueueService, AWSQueueService, SNS, Simple Notification Service, MQ, Service Bus, Event Hubs, Event Grid, Notification Hubs, Pub/Sub, Cloud Pub/Sub, Azure Relay, SignalR, Web PubSub',
    'Workflow Orchestration':
      'Step Functions, States, Simple Workflow Service, SWF, Managed Workflows for Apache Airflow, MWAA, Logic Apps, Workflows, Cloud Composer, Cloud Scheduler, Cloud Tasks, Power Automate',
    'Other (Integration)': 'EventBridge, Events, CloudWatch Events, AppFlow, Eventarc',
  },
  'Internet of Things': {
    'IoT Platforms':
      'IoT, IoT Core, IoT Device Management, IoT Device Defender, IoT Events, IoT SiteWise, IoT Analytics, IoT Greengrass, Greengrass, IoT Hub, Azure IoT Central, IoT Central, Digital Twins, Azure Maps, Maps, Location Service, FreeRTOS',
  },
  'Management and Governance': {
    Architecture: 'Well-Architected Tool, Service Catalog, CloudFormation, Control Tower, Automation, Azure Arc, Azure Arc enabled servers',
    Compliance: 'Config, CloudTrail, Audit Manager, Azure Policy, Artifact',
    'Cost Management': 'Cost Explorer, Budgets, Cost Management, Compute Optimizer',
    Observability:
      'CloudWatch, Managed Grafana, Grafana, Managed Service for Prometheus, Prometheus, Azure Monitor, Log Analytics, Application Insights, Azure Grafana Service, Insight and Analytics, Cloud Monitoring, Cloud Logging, Stackdriver, Stackdriver Logging, Stackdriver Monitoring, Cloud Trace, Operations',
    Support:
      'Support (Business), Support (Developer), Support (Enterprise), SupportBusiness, SupportDeveloper, SupportEnterprise, AWS Support Business, AWS Support Enterprise, Premium Support, Support, Customer Care',
    'Other (Management and Governance)':
      'Systems Manager, OpsWorks, Organizations, Resilience Hub, Fault Injection Simulator, FIS, License Manager, Microsoft Copilot Studio',
  },
  Media: {
    'Media Streaming':
      'MediaLive, Elemental MediaLive, MediaPackage, Elemental MediaPackage, MediaStore, Elemental MediaStore, MediaConnect, Elemental MediaConnect, MediaTailor, Elemental MediaTailor, Interactive Video Service, IVS, Kinesis Video Streams, Kinesis Video, Media Services, Live Stream API',
    'Content Creation':
      'Elastic Transcoder, MediaConvert, Elemental MediaConvert, Nimble Studio, Deadline Cloud, Transcoder API, Video Intelligence API, Video Indexer',
  },
  Migration: {
    'Data Migration':
      'Database Migration Service, DatabaseMigrationSvc, DataSync, Transfer Family, Transfer, Snow Family, Snowball, Import/Export Snowball, Azure Data Box, Data Box, Azure Database Migration Service, Storage Transfer Service, Transfer Appliance',
    'Resource Migration':
      'Migration Hub, Migration Hub Refactor Spaces, MigrationHubRefactorSpaces, Application Migration Service, Server Migration Service, Azure Migrate, Azure Site Recovery, Site Recovery, Elastic Disaster Recovery, Migrate to Virtual Machines',
  },
  Mobile: { 'Mobile Development': 'Amplify, Mobile Analytics, Firebase, Firebase Hosting, App Center, Visual Studio App Center' },
  Networking: {
    'Application Networking':
      'Elastic Load Balancing, ELB, Load Balancer, Application Gateway, Azure Front Door, Azure Front Door Service, Traffic Manager, App Mesh, Cloud Map, Global Accelerator, VPC Lattice, Traffic Director',
    'Content Delivery': 'CloudFront, Content Delivery Network, CDN, Azure CDN, Cloud CDN, Media CDN',
    'Network Connectivity':
      'Direct Connect, ExpressRoute, VPN, VPN Gateway, Cloud VPN, Client VPN, Virtual WAN, Cloud Interconnect, Cloud WAN, Transit Gateway, Network Connectivity Center',
    'Network Infrastructure':
      'Virtual Private Cloud, VPC, Virtual Network, Virtual Network Private Link, Azure Private Link, NAT Gateway, Bandwidth, Data Transfer, AWSDataTransfer, Networking, IP Addresses, Public IP Addresses, Network Watcher, Azure Bastion, Private 5G',
    'Network Routing': 'Route 53, Route53, Registrar, AmazonRegistrar, Azure DNS, DNS, Cloud DNS, Cloud Domains, Azure Route Server',
  },
  Security: {
    'Secret Management':
      'Secrets Manager, Secret Manager, Key Management Service, KMS, awskms, Key Vault, CloudHSM, Cloud Key Management Service, Dedicated HSM, Certificate Manager, Certificate Authority Service, Payment Cryptography',
    'Threat Detection and Response':
      'GuardDuty, Inspector, Inspector V2, Detective, Macie, Security Hub, Security Lake, Microsoft Sentinel, Sentinel, Microsoft Defender for Cloud, Security Center, Advanced Threat Protection, Security Command Center, Chronicle',
    'Security Posture Management': 'Firewall Manager, Trusted Advisor',
    'Other (Security)':
      'WAF, Shield, Network Firewall, Azure Firewall, Azure Firewall Manager, Azure DDoS Protection, Web Application Firewall, Cloud Armor, Google Cloud Armor, reCAPTCHA Enterprise, BeyondCorp Enterprise',
  },
  Storage: {
    'Backup Storage': 'Backup, AWS Backup, Azure Backup, Backup and DR Service',
    'Block Storage': 'Elastic Block Store, EBS, Managed Disks, Persistent Disk, Hyperdisk',
    'File Storage':
      'Elastic File System, EFS, FSx, Azure Files, Azure NetApp Files, NetApp Volumes, Filestore, Cloud Filestore, File Cache, StorSimple, Azure Managed Lustre, HPC Cache',
    'Object Storage':
      'Simple Storage Service, S3, Glacier, S3 Glacier, S3 Glacier Deep Archive, Storage, Azure Blob Storage, Cloud Storage, Azure Data Lake Store, Azure Data Lake Storage, Storage Gateway',
  },
  Web: { 'Application Platforms': 'App Service, Azure App Service, Static Web Apps, Azure Static Web Apps' },
  Other: { 'Other (Other)': 'Marketplace, Mechanical Turk, Managed Services, Ground Station' },
}
