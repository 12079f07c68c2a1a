/**
 * Six services of AWS as far as somebody asks what runs: the query protocols with XML, and S3. What there is stands in
 * `world`; who asks with other keys than these, or in another region, is refused as AWS does it.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { listening } from './listen.ts'

export interface DoubleThing {
  id: string
  tags?: Record<string, string>
}

export interface AwsDouble extends AsyncDisposable {
  url: string
  world: Record<DoubleKind, DoubleThing[]>
  /** `ec2 DescribeVpcs eu-west-1`, with what else was asked. */
  asked: { service: string; action: string; region: string; fields: URLSearchParams }[]
  /** Set: every question gets this error. */
  trouble: { status: number; code: string } | undefined
}

export type DoubleKind =
  | 'instances'
  | 'vpcs'
  | 'images'
  | 'security_groups'
  | 'subnets'
  | 'volumes'
  | 'snapshots'
  | 'cache_clusters'
  | 'load_balancers_v1'
  | 'load_balancers_v2'
  | 'db_instances'
  | 'buckets'

export const doubleKeys = { access_key: 'AKIADOUBLEDOUBLE0002', secret_key: 'double-secret-key-of-a-tenant-0123456789' }

const ec2Kinds: Record<string, [kind: DoubleKind, set: string, id: string]> = {
  DescribeInstances: ['instances', 'reservationSet', 'instanceId'],
  DescribeVpcs: ['vpcs', 'vpcSet', 'vpcId'],
  DescribeImages: ['images', 'imagesSet', 'imageId'],
  DescribeSecurityGroups: ['security_groups', 'securityGroupInfo', 'groupId'],
  DescribeSubnets: ['subnets', 'subnetSet', 'subnetId'],
  DescribeVolumes: ['volumes', 'volumeSet', 'volumeId'],
  DescribeSnapshots: ['snapshots', 'snapshotSet', 'snapshotId'],
}

export async function openAwsDouble(): Promise<AwsDouble> {
  const world = {
    instances: [],
    vpcs: [],
    images: [],
    security_groups: [],
    subnets: [],
    volumes: [],
    snapshots: [],
    cache_clusters: [],
    load_balancers_v1: [],
    load_balancers_v2: [],
    db_instances: [],
    buckets: [],
  }
  const double: Omit<AwsDouble, 'url' | keyof AsyncDisposable> = { world, asked: [], trouble: undefined }
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    const url = new URL(request.url ?? '/', 'http://double')
    const [, key = '', region = '', service = ''] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
    const fields = service === 's3' ? url.searchParams : new URLSearchParams(body)
    const action = service === 's3' ? (url.pathname === '/' ? 'ListBuckets' : 'GetBucketTagging') : (fields.get('Action') ?? '')
    double.asked.push({ service, action, region, fields })
    const refused = double.trouble ?? (key === doubleKeys.access_key ? undefined : { status: 401, code: 'AuthFailure' })
    const { status, xml } = refused
      ? { status: refused.status, xml: failed(service, refused.code, `${key} may not, says the message`) }
      : answer(double.world, service, action, fields, url)
    response.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`)
  })
  return listening(server, double)
}

interface Answer {
  status: number
  xml: string
}

function answer(world: AwsDouble['world'], service: string, action: string, fields: URLSearchParams, url: URL): Answer {
  const page = (kind: DoubleKind, sizeField: string, tokenField: string, matching = world[kind]) => {
    const from = Number(fields.get(tokenField) ?? 0)
    const to = from + Number(fields.get(sizeField) ?? 1000)
    return { things: matching.slice(from, to), next: to < matching.length ? String(to) : '' }
  }
  const ec2 = service === 'ec2' ? ec2Kinds[action] : undefined
  if (ec2) {
    const [kind, set, id] = ec2
    const { things, next } = page(kind, 'MaxResults', 'NextToken', world[kind].filter(filterOf(fields)))
    const items = things.map((thing) => `<item><${id}>${thing.id}</${id}>${tagSet(thing, 'tagSet', 'item', 'key', 'value')}</item>`)
    const shown = kind === 'instances' ? items.map((item) => `<item><instancesSet>${item}</instancesSet></item>`) : items
    return ok(`<${action}Response><${set}>${shown.join('')}</${set}>${next && `<nextToken>${next}</nextToken>`}</${action}Response>`)
  }
  const wrapped = (inner: string) => ok(`<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`)
  if (service === 'rds') {
    const { things, next } = page('db_instances', 'MaxRecords', 'Marker')
    const items = things.map(
      (one) =>
        `<DBInstance><DBInstanceIdentifier>${one.id}</DBInstanceIdentifier>${tagSet(one, 'TagList', 'Tag', 'Key', 'Value')}</DBInstance>`,
    )
    return wrapped(`<DBInstances>${items.join('')}</DBInstances>${next && `<Marker>${next}</Marker>`}`)
  }
  if (service === 'elasticache' && action === 'DescribeCacheClusters') {
    const { things, next } = page('cache_clusters', 'MaxRecords', 'Marker')
    const items = things.map(
      ({ id }) => `<CacheCluster><CacheClusterId>${id}</CacheClusterId><ARN>arn:aws:elasticache:x:1:cluster:${id}</ARN></CacheCluster>`,
    )
    return wrapped(`<CacheClusters>${items.join('')}</CacheClusters>${next && `<Marker>${next}</Marker>`}`)
  }
  if (service === 'elasticache') {
    const thing = world.cache_clusters.find(({ id }) => fields.get('ResourceName')?.endsWith(`:${id}`))
    return wrapped(tagSet(thing ?? { id: '' }, 'TagList', 'Tag', 'Key', 'Value'))
  }
  if (service === 'elasticloadbalancing') return balancers(world, action, fields, wrapped, page)
  const bucket = world.buckets.find(({ id }) => url.pathname.split('/')[1] === id)
  if (bucket)
    return bucket.tags
      ? ok(`<Tagging>${tagSet(bucket, 'TagSet', 'Tag', 'Key', 'Value')}</Tagging>`)
      : { status: 404, xml: failed('s3', 'NoSuchTagSet', 'none') }
  const { things, next } = page('buckets', 'max-buckets', 'continuation-token')
  const items = things.map(({ id }) => `<Bucket><Name>${id}</Name><CreationDate>2024-01-02T03:04:05.000Z</CreationDate></Bucket>`)
  return ok(
    `<ListAllMyBucketsResult><Buckets>${items.join('')}</Buckets>${next && `<ContinuationToken>${next}</ContinuationToken>`}</ListAllMyBucketsResult>`,
  )
}

function balancers(
  world: AwsDouble['world'],
  action: string,
  fields: URLSearchParams,
  wrapped: (inner: string) => Answer,
  page: (kind: DoubleKind, size: string, token: string) => { things: DoubleThing[]; next: string },
): Answer {
  const isOld = fields.get('Version') === '2012-06-01'
  const kind = isOld ? 'load_balancers_v1' : 'load_balancers_v2'
  const [idName, listName] = isOld ? ['LoadBalancerName', 'LoadBalancerDescriptions'] : ['LoadBalancerArn', 'LoadBalancers']
  if (action === 'DescribeTags') {
    const asked = new Set(fields.values())
    const described = world[kind].filter(({ id }) => asked.has(id))
    const name = isOld ? 'LoadBalancerName' : 'ResourceArn'
    const items = described.map((one) => `<member><${name}>${one.id}</${name}>${tagSet(one, 'Tags', 'member', 'Key', 'Value')}</member>`)
    return wrapped(`<TagDescriptions>${items.join('')}</TagDescriptions>`)
  }
  const { things, next } = page(kind, 'PageSize', 'Marker')
  const items = things.map(({ id }) => `<member><${idName}>${id}</${idName}></member>`)
  return wrapped(`<${listName}>${items.join('')}</${listName}>${next && `<NextMarker>${next}</NextMarker>`}`)
}

function filterOf(fields: URLSearchParams): (thing: DoubleThing) => boolean {
  const name = fields.get('Filter.1.Name')
  const value = fields.get('Filter.1.Value.1') ?? ''
  if (name === null) return () => true
  if (name === 'tag-key') return ({ tags = {} }) => Object.hasOwn(tags, value)
  return ({ tags = {} }) => tags[name.slice('tag:'.length)] === value
}

const tagSet = ({ tags = {} }: DoubleThing, set: string, item: string, key: string, value: string): string =>
  `<${set}>${Object.entries(tags)
    .map(([name, text]) => `<${item}><${key}>${name}</${key}><${value}>${text}</${value}></${item}>`)
    .join('')}</${set}>`

const ok = (xml: string): Answer => ({ status: 200, xml })

function failed(service: string, code: string, message: string): string {
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  if (service === 's3') return `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return service === 'ec2'
    ? `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`
    : `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>`
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
