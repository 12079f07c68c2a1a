/** What can be listed in an AWS account: one line for each kind. */
import type { Filter } from '@aws-sdk/client-ec2'
import type { Aws } from './clients.ts'

export interface AwsTag {
  key: string
  value: string
}

export interface PageWish {
  next: string | undefined
  size: number
  /** Only EC2 filters by itself. */
  filters: Filter[] | undefined
}

export interface AwsPage {
  items: unknown[]
  next: string | undefined
}

export interface AwsKind {
  /** For people: "The credential may not list EC2 instances". */
  name: string
  /** What whoever asks must be allowed to do. */
  permission: string
  /** Terraform's type of it, and the item's name in an import. */
  terraform: { type: string; id: string }
  /** Fewest and most items of one page; AWS refuses other numbers. */
  sizes: readonly [number, number]
  /** Does AWS filter by tag? */
  filtered: boolean
  list(aws: Aws, wish: PageWish): Promise<AwsPage>
  /** Tags of one page's items, in their order. Without it, they are part of each item, under this name. */
  tags: 'Tags' | 'TagList' | ((aws: Aws, items: readonly never[]) => Promise<AwsTag[][]>)
}

const kind = (kind: AwsKind): AwsKind => kind

export const awsKinds = {
  instances: kind({
    name: 'EC2 instances',
    permission: 'ec2:DescribeInstances',
    terraform: { type: 'aws_instance', id: 'InstanceId' },
    sizes: [5, 1000],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const found = await client.send(new sdk.DescribeInstancesCommand({ NextToken: next, MaxResults: size, Filters: filters }), options)
      return { items: (found.Reservations ?? []).flatMap(({ Instances = [] }) => Instances), next: found.NextToken }
    },
  }),
  vpcs: kind({
    name: 'VPCs',
    permission: 'ec2:DescribeVpcs',
    terraform: { type: 'aws_vpc', id: 'VpcId' },
    sizes: [5, 1000],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const found = await client.send(new sdk.DescribeVpcsCommand({ NextToken: next, MaxResults: size, Filters: filters }), options)
      return { items: found.Vpcs ?? [], next: found.NextToken }
    },
  }),
  images: kind({
    name: 'machine images',
    permission: 'ec2:DescribeImages',
    terraform: { type: 'aws_ami', id: 'ImageId' },
    sizes: [5, 1000],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const wish = { Owners: ['self'], NextToken: next, MaxResults: size, Filters: filters }
      const found = await client.send(new sdk.DescribeImagesCommand(wish), options)
      return { items: found.Images ?? [], next: found.NextToken }
    },
  }),
  security_groups: kind({
    name: 'security groups',
    permission: 'ec2:DescribeSecurityGroups',
    terraform: { type: 'aws_security_group', id: 'GroupId' },
    sizes: [5, 1000],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const found = await client.send(
        new sdk.DescribeSecurityGroupsCommand({ NextToken: next, MaxResults: size, Filters: filters }),
        options,
      )
      return { items: found.SecurityGroups ?? [], next: found.NextToken }
    },
  }),
  subnets: kind({
    name: 'subnets',
    permission: 'ec2:DescribeSubnets',
    terraform: { type: 'aws_subnet', id: 'SubnetId' },
    sizes: [5, 1000],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const found = await client.send(new sdk.DescribeSubnetsCommand({ NextToken: next, MaxResults: size, Filters: filters }), options)
      return { items: found.Subnets ?? [], next: found.NextToken }
    },
  }),
  volumes: kind({
    name: 'EBS volumes',
    permission: 'ec2:DescribeVolumes',
    terraform: { type: 'aws_ebs_volume', id: 'VolumeId' },
    sizes: [5, 500],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const found = await client.send(new sdk.DescribeVolumesCommand({ NextToken: next, MaxResults: size, Filters: filters }), options)
      return { items: found.Volumes ?? [], next: found.NextToken }
    },
  }),
  snapshots: kind({
    name: 'EBS snapshots',
    permission: 'ec2:DescribeSnapshots',
    terraform: { type: 'aws_ebs_snapshot', id: 'SnapshotId' },
    sizes: [5, 1000],
    filtered: true,
    tags: 'Tags',
    async list({ ec2, options }, { next, size, filters }) {
      const { sdk, client } = await ec2()
      const wish = { OwnerIds: ['self'], NextToken: next, MaxResults: size, Filters: filters }
      const found = await client.send(new sdk.DescribeSnapshotsCommand(wish), options)
      return { items: found.Snapshots ?? [], next: found.NextToken }
    },
  }),
  cache_clusters: kind({
    name: 'ElastiCache clusters',
    permission: 'elasticache:DescribeCacheClusters and elasticache:ListTagsForResource',
    terraform: { type: 'aws_elasticache_cluster', id: 'CacheClusterId' },
    sizes: [20, 100],
    filtered: false,
    async list({ elasticache, options }, { next, size }) {
      const { sdk, client } = await elasticache()
      const found = await client.send(new sdk.DescribeCacheClustersCommand({ Marker: next, MaxRecords: size }), options)
      return { items: found.CacheClusters ?? [], next: found.Marker }
    },
    async tags({ elasticache, options }, items: readonly { ARN?: string }[]) {
      const { sdk, client } = await elasticache()
      return oneByOne(items, async ({ ARN }) =>
        pairs((await client.send(new sdk.ListTagsForResourceCommand({ ResourceName: ARN }), options)).TagList),
      )
    },
  }),
  load_balancers_v1: kind({
    name: 'classic load balancers',
    permission: 'elasticloadbalancing:DescribeLoadBalancers and elasticloadbalancing:DescribeTags',
    terraform: { type: 'aws_elb', id: 'LoadBalancerName' },
    sizes: [1, 400],
    filtered: false,
    async list({ elb, options }, { next, size }) {
      const { sdk, client } = await elb()
      const found = await client.send(new sdk.DescribeLoadBalancersCommand({ Marker: next, PageSize: size }), options)
      return { items: found.LoadBalancerDescriptions ?? [], next: found.NextMarker }
    },
    async tags({ elb, options }, items: readonly { LoadBalancerName?: string }[]) {
      const { sdk, client } = await elb()
      const found = await inTwenties(names(items, 'LoadBalancerName'), async (LoadBalancerNames) =>
        ((await client.send(new sdk.DescribeTagsCommand({ LoadBalancerNames }), options)).TagDescriptions ?? []).map(
          ({ LoadBalancerName = '', Tags }) => [LoadBalancerName, pairs(Tags)] as const,
        ),
      )
      return items.map(({ LoadBalancerName = '' }) => found.get(LoadBalancerName) ?? [])
    },
  }),
  load_balancers_v2: kind({
    name: 'application and network load balancers',
    permission: 'elasticloadbalancing:DescribeLoadBalancers and elasticloadbalancing:DescribeTags',
    terraform: { type: 'aws_lb', id: 'LoadBalancerArn' },
    sizes: [1, 400],
    filtered: false,
    async list({ elbv2, options }, { next, size }) {
      const { sdk, client } = await elbv2()
      const found = await client.send(new sdk.DescribeLoadBalancersCommand({ Marker: next, PageSize: size }), options)
      return { items: found.LoadBalancers ?? [], next: found.NextMarker }
    },
    async tags({ elbv2, options }, items: readonly { LoadBalancerArn?: string }[]) {
      const { sdk, client } = await elbv2()
      const found = await inTwenties(names(items, 'LoadBalancerArn'), async (ResourceArns) =>
        ((await client.send(new sdk.DescribeTagsCommand({ ResourceArns }), options)).TagDescriptions ?? []).map(
          ({ ResourceArn = '', Tags }) => [ResourceArn, pairs(Tags)] as const,
        ),
      )
      return items.map(({ LoadBalancerArn = '' }) => found.get(LoadBalancerArn) ?? [])
    },
  }),
  db_instances: kind({
    name: 'RDS database instances',
    permission: 'rds:DescribeDBInstances',
    terraform: { type: 'aws_db_instance', id: 'DBInstanceIdentifier' },
    sizes: [20, 100],
    filtered: false,
    tags: 'TagList',
    async list({ rds, options }, { next, size }) {
      const { sdk, client } = await rds()
      const found = await client.send(new sdk.DescribeDBInstancesCommand({ Marker: next, MaxRecords: size }), options)
      return { items: found.DBInstances ?? [], next: found.Marker }
    },
  }),
  buckets: kind({
    name: 'S3 buckets',
    permission: 's3:ListAllMyBuckets and s3:GetBucketTagging',
    terraform: { type: 'aws_s3_bucket', id: 'Name' },
    sizes: [1, 1000],
    filtered: false,
    async list({ s3, options }, { next, size }) {
      const { sdk, client } = await s3()
      const found = await client.send(new sdk.ListBucketsCommand({ ContinuationToken: next, MaxBuckets: size }), options)
      return { items: found.Buckets ?? [], next: found.ContinuationToken }
    },
    async tags({ s3, options }, items: readonly { Name?: string }[]) {
      const { sdk, client } = await s3()
      return oneByOne(items, async ({ Name }) => {
        try {
          return pairs((await client.send(new sdk.GetBucketTaggingCommand({ Bucket: Name }), options)).TagSet)
        } catch (error) {
          if ((error as { name?: unknown }).name === 'NoSuchTagSet') return []
          throw error
        }
      })
    },
  }),
} satisfies Record<string, AwsKind>

export type AwsKindName = keyof typeof awsKinds

export const pairs = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): AwsTag[] =>
  (tags ?? []).map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))

const names = <K extends string>(items: readonly { [Key in K]?: string }[], key: K): string[] =>
  items.map((item) => item[key]).filter((name) => name !== undefined)

/** AWS tells the tags of at most twenty at once. */
async function inTwenties(all: readonly string[], ask: (some: string[]) => Promise<(readonly [string, AwsTag[]])[]>) {
  const found = new Map<string, AwsTag[]>()
  for (let at = 0; at < all.length; at += 20) for (const [name, tags] of await ask(all.slice(at, at + 20))) found.set(name, tags)
  return found
}

/** Five at a time: AWS refuses who asks too fast. */
async function oneByOne<T>(items: readonly T[], ask: (item: T) => Promise<AwsTag[]>): Promise<AwsTag[][]> {
  const found: AwsTag[][] = []
  for (let at = 0; at < items.length; at += 5) found.push(...(await Promise.all(items.slice(at, at + 5).map(ask))))
  return found
}
