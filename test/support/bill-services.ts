/** What generated bills charge for: forty services with what each of them is billed by. */

/** `text` may name `{type}`; prices in dollars for one unit. */
export interface Usage {
  readonly text: string
  readonly unit: string
  readonly price: number
  /** How much of it in an hour, about; exactly one where it is 1. */
  readonly quantity: number
}

export interface Service {
  readonly name: string
  readonly category: string
  /** How many of a hundred resources are its. */
  readonly share: number
  /** Of the resource: `arn:aws:<arn>:…`. */
  readonly arn: string
  readonly resourceType: string
  readonly usages: readonly Usage[]
}

const hour = (text: string, price: number): Usage => ({ text, unit: 'Hours', price, quantity: 1 })
const gb = (text: string, price: number, quantity = 0.4): Usage => ({ text, unit: 'GB', price, quantity })
const stored = (text: string, price: number, quantity = 0.14): Usage => ({ text, unit: 'GB-Months', price, quantity })
const requests = (text: string, price: number, quantity = 900): Usage => ({ text, unit: 'Requests', price, quantity })

const transfers = [
  gb('$0.090 per GB - first 10 TB / month data transfer out beyond the global free tier', 0.09),
  gb('$0.010 per GB - regional data transfer - in/out/between EC2 AZs or using elastic IPs or ELB', 0.01),
  gb('$0.000 per GB - data transfer in per month', 0),
]

/** Machines and what an hour of them costs. */
export const machines: readonly (readonly [type: string, price: number])[] = [
  ...([
    ['t3.medium', 0.0416],
    ['t3.large', 0.0832],
    ['m5.large', 0.096],
    ['m5.2xlarge', 0.384],
    ['m6i.xlarge', 0.192],
  ] as const),
  ...([
    ['c5.xlarge', 0.17],
    ['c6g.2xlarge', 0.272],
    ['r5.4xlarge', 1.008],
    ['g5.4xlarge', 1.624],
    ['m7i-flex.xlarge', 0.19152],
  ] as const),
]

const small: readonly (readonly [name: string, category: string, arn: string, unit: string, price: number])[] = [
  ['AWS Lambda', 'Compute', 'lambda', 'Lambda-GB-Second', 0.0000166667],
  ['Amazon CloudFront', 'Networking', 'cloudfront', 'Requests', 0.00000075],
  ['Amazon Simple Queue Service', 'Integration', 'sqs', 'Requests', 0.0000004],
  ['Amazon Simple Notification Service', 'Integration', 'sns', 'Requests', 0.0000005],
  ['AWS Key Management Service', 'Security', 'kms', 'Requests', 0.000003],
  ['AWS Secrets Manager', 'Security', 'secretsmanager', 'API Requests', 0.000005],
  ['AWS Step Functions', 'Integration', 'states', 'StateTransitions', 0.000025],
  ['AWS CloudTrail', 'Management and Governance', 'cloudtrail', 'Events', 0.00002],
  ['AWS Systems Manager', 'Management and Governance', 'ssm', 'API Requests', 0.000005],
  ['AWS Config', 'Management and Governance', 'config', 'ConfigRuleEvaluations', 0.001],
  ['AWS WAF', 'Security', 'wafv2', 'Requests', 0.0000006],
  ['Amazon Route 53', 'Networking', 'route53', 'Queries', 0.0000004],
  ['Amazon API Gateway', 'Integration', 'apigateway', 'Requests', 0.0000035],
  ['Amazon Kinesis', 'Analytics', 'kinesis', 'ShardHour', 0.015],
  ['Amazon Kinesis Firehose', 'Analytics', 'firehose', 'GB', 0.029],
  ['Amazon Athena', 'Analytics', 'athena', 'Terabytes', 5],
  ['AWS Glue', 'Analytics', 'glue', 'DPU-Hour', 0.44],
  ['Amazon Redshift', 'Databases', 'redshift', 'Hours', 1.086],
  ['Amazon ElastiCache', 'Databases', 'elasticache', 'Hours', 0.068],
  ['Amazon OpenSearch Service', 'Analytics', 'es', 'Hours', 0.167],
  ['Amazon Neptune', 'Databases', 'neptune', 'Hours', 0.348],
  ['Amazon DocumentDB', 'Databases', 'docdb', 'Hours', 0.277],
  ['Amazon SageMaker', 'AI and Machine Learning', 'sagemaker', 'Hours', 0.23],
  ['Amazon Bedrock', 'AI and Machine Learning', 'bedrock', 'Units', 0.00003],
  ['Amazon Elastic File System', 'Storage', 'elasticfilesystem', 'GB-Months', 0.3],
  ['AWS Backup', 'Storage', 'backup', 'GB-Months', 0.05],
  ['Amazon EC2 Container Registry (ECR)', 'Storage', 'ecr', 'GB-Months', 0.1],
  ['Amazon Elastic Container Service for Kubernetes', 'Compute', 'eks', 'Hours', 0.1],
  ['AWS CodeBuild', 'Developer Tools', 'codebuild', 'Build-Min', 0.005],
  ['AWS Elemental MediaConvert', 'Media', 'mediaconvert', 'Minutes', 0.0075],
  ['Amazon Cognito', 'Identity', 'cognito-idp', 'Units', 0.0055],
]

export const services: readonly Service[] = [
  {
    name: 'Amazon Elastic Compute Cloud',
    category: 'Compute',
    share: 30,
    arn: 'ec2',
    resourceType: 'instance',
    usages: [{ text: 'per On Demand Linux {type} Instance Hour', unit: 'Hours', price: 0, quantity: 1 }, ...transfers],
  },
  {
    name: 'Amazon Elastic Block Store',
    category: 'Storage',
    share: 14,
    arn: 'ec2',
    resourceType: 'volume',
    usages: [
      stored('$0.08 per GB-month of General Purpose (gp3) provisioned storage - US East (N. Virginia)', 0.08),
      stored('$0.05 per GB-Month of snapshot data stored - US East (Northern Virginia)', 0.05, 0.05),
    ],
  },
  {
    name: 'Amazon Simple Storage Service',
    category: 'Storage',
    share: 10,
    arn: 's3',
    resourceType: 'bucket',
    usages: [
      stored('$0.023 per GB - first 50 TB / month of storage used', 0.023, 2),
      requests('$0.004 per 10,000 GET and all other requests', 0.0000004),
      requests('$0.005 per 1,000 PUT, COPY, POST, or LIST requests', 0.000005, 60),
      ...transfers,
    ],
  },
  {
    name: 'Elastic Load Balancing',
    category: 'Networking',
    share: 7,
    arn: 'elasticloadbalancing',
    resourceType: 'loadbalancer',
    usages: [
      hour('$0.0225 per Application LoadBalancer-hour (or partial hour)', 0.0225),
      { text: '$0.008 per used Application load balancer capacity unit-hour', unit: 'LCU-Hours', price: 0.008, quantity: 0.3 },
      ...transfers,
    ],
  },
  {
    name: 'Amazon Relational Database Service',
    category: 'Databases',
    share: 6,
    arn: 'rds',
    resourceType: 'db',
    usages: [
      hour('USD 0.171 per db.m5.large Single-AZ instance hour (or partial hour) running PostgreSQL', 0.171),
      stored('$0.115 per GB-month of provisioned gp2 storage running PostgreSQL', 0.115),
    ],
  },
  {
    name: 'Amazon Virtual Private Cloud',
    category: 'Networking',
    share: 5,
    arn: 'ec2',
    resourceType: 'natgateway',
    usages: [hour('$0.045 per NAT Gateway Hour', 0.045), gb('$0.045 per GB Data Processed by NAT Gateways', 0.045), ...transfers],
  },
  {
    name: 'Amazon Elastic Container Service',
    category: 'Compute',
    share: 5,
    arn: 'ecs',
    resourceType: 'task',
    usages: [
      { text: 'AWS Fargate - vCPU - US East (N. Virginia)', unit: 'vCPU-Hours', price: 0.04048, quantity: 0.5 },
      { text: 'AWS Fargate - Memory - US East (N. Virginia)', unit: 'GB-Hours', price: 0.004445, quantity: 1.5 },
    ],
  },
  {
    name: 'AmazonCloudWatch',
    category: 'Management and Governance',
    share: 5,
    arn: 'logs',
    resourceType: 'log-group',
    usages: [
      gb('$0.50 per GB custom log data ingested in Standard log class - US East (Northern Virginia)', 0.5, 0.02),
      stored('$0.03 per GB-mo of log storage - US East (Northern Virginia)', 0.03),
      { text: '$0.30 per metric-month for the first 10,000 metrics - US East (N. Virginia)', unit: 'Metrics', price: 0.3, quantity: 0.02 },
    ],
  },
  {
    name: 'Amazon DynamoDB',
    category: 'Databases',
    share: 4,
    arn: 'dynamodb',
    resourceType: 'table',
    usages: [
      { text: '$0.25 per million read request units (N. Virginia)', unit: 'ReadRequestUnits', price: 0.00000025, quantity: 4000 },
      { text: '$1.25 per million write request units (N. Virginia)', unit: 'WriteRequestUnits', price: 0.00000125, quantity: 700 },
      stored('$0.25 per GB-Month of storage used beyond first 25 free GB-Months', 0.25, 0.01),
    ],
  },
  ...small.map(([name, category, arn, unit, price]): Service => {
    const quantity = unit === 'Hours' || unit === 'ShardHour' ? 1 : price > 0.01 ? 0.2 : 500
    const usages = [{ text: `$${price} per ${unit} of ${name} - US East (Northern Virginia)`, unit, price, quantity }]
    return { name, category, share: 14 / small.length, arn, resourceType: arn, usages }
  }),
]

export const regions: readonly (readonly [id: string, name: string])[] = [
  ['us-east-1', 'US East (N. Virginia)'],
  ['us-west-2', 'US West (Oregon)'],
  ['eu-west-1', 'EU (Ireland)'],
  ['eu-central-1', 'EU (Frankfurt)'],
  ['us-east-2', 'US East (Ohio)'],
  ['eu-west-3', 'EU (Paris)'],
  ['eu-west-2', 'EU (London)'],
  ['ap-southeast-1', 'Asia Pacific (Singapore)'],
  ['ap-northeast-1', 'Asia Pacific (Tokyo)'],
  ['ap-south-1', 'Asia Pacific (Mumbai)'],
  ['sa-east-1', 'South America (Sao Paulo)'],
  ['ca-central-1', 'Canada (Central)'],
]
