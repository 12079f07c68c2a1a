import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AwsDouble, type DoubleKind, doubleKeys, openAwsDouble } from '../../../../test/support/aws-double.ts'
import { fresh, member, organization, role, scenario } from '../../../../test/support/scenario.ts'
import { openTestServer, type TestServer } from '../../../../test/support/server.ts'
import { readConfig } from '../../../config.ts'

let aws: AwsDouble
let server: TestServer & AsyncDisposable
beforeAll(async () => {
  aws = await openAwsDouble()
  const { terraform } = readConfig({})
  server = await openTestServer({ config: { terraform: { ...terraform, awsEndpoint: aws.url } } })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await aws?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  for (const kind of Object.keys(aws.world) as DoubleKind[]) aws.world[kind] = []
  aws.asked.length = 0
  aws.trouble = undefined
})

async function acme(keys: { access_key: string; secret_key: string } = doubleKeys) {
  const organization_canonical = fresh('acme')
  const path = { organization_canonical }
  const { ada, bob } = await scenario(
    server,
    organization(organization_canonical, role('looker', ['organization:infrastructure:read']), member('ada'), member('bob', 'looker')),
  )
  await ada.createCredential({ path, body: { name: 'Account', canonical: 'account', path: 'account', type: 'aws', raw: keys } })
  const query = { credential_canonical: 'account' }
  return { ada, bob, path, query }
}

const tagged = [
  { id: 'both', tags: { team: 'core', project: 'shop' } },
  { id: 'core', tags: { team: 'core' } },
  { id: 'web', tags: { team: 'web', Project: 'shop' } },
  { id: 'none' },
]

const kinds = [
  ['instances', 'getRunningInfraAWSInstances', 'InstanceId'],
  ['vpcs', 'getRunningInfraAWSVPCs', 'VpcId'],
  ['images', 'getRunningInfraAWSImages', 'ImageId'],
  ['security_groups', 'getRunningInfraAWSSecurityGroups', 'GroupId'],
  ['subnets', 'getRunningInfraAWSSubnets', 'SubnetId'],
  ['volumes', 'getRunningInfraAWSVolumes', 'VolumeId'],
  ['snapshots', 'getRunningInfraAWSSnapshots', 'SnapshotId'],
  ['cache_clusters', 'getRunningInfraAWSElasticacheClusters', 'CacheClusterId'],
  ['load_balancers_v1', 'getRunningInfraAWSLoadBalancersV1', 'LoadBalancerName'],
  ['load_balancers_v2', 'getRunningInfraAWSLoadBalancersV2', 'LoadBalancerArn'],
  ['db_instances', 'getRunningInfraAWSDBInstances', 'DBInstanceIdentifier'],
  ['buckets', 'getRunningInfraAWSBuckets', 'Name'],
] as const

describe.each(kinds)('%s', (kind, operation, id) => {
  test('are listed as AWS describes them, and selected by tag and project', async () => {
    const { ada, path, query } = await acme()
    aws.world[kind] = tagged
    const ids = async (more: { tag?: string[]; project_canonical?: string }) => {
      const { body } = await ada[operation]({ path, query: { ...query, ...more } })
      return (body.data as Record<string, string>[]).map((item) => item[id])
    }
    expect(await ids({})).toEqual(['both', 'core', 'web', 'none'])
    expect(await ids({ tag: ['team|core'] })).toEqual(['both', 'core'])
    expect(await ids({ tag: ['team|'] })).toEqual(['both', 'core', 'web'])
    expect(await ids({ tag: ['|web'] })).toEqual(['web'])
    expect(await ids({ tag: ['|web', 'project|shop'] })).toEqual(['both', 'web'])
    expect(await ids({ project_canonical: 'shop' })).toEqual(['both', 'web'])
    expect(await ids({ project_canonical: 'shop', tag: ['team|core'] })).toEqual(['both'])
  })
})

test('counts are of the kinds that were asked for, and of all', async () => {
  const { ada, path, query } = await acme()
  for (const [kind] of kinds) aws.world[kind] = tagged
  const some = await ada.getRunningInfraAWS({
    path,
    query: { ...query, resource: ['vpcs', 'buckets'], tag: ['team|core'], region: 'eu-west-3' },
  })
  expect(some.body.data).toEqual({ vpcs: { total_amount: 2 }, buckets: { total_amount: 2 } })
  expect(new Set(aws.asked.filter(({ service }) => service === 'ec2').map(({ region }) => region))).toEqual(new Set(['eu-west-3']))
  const all = await ada.getRunningInfraAWS({ path, query })
  expect(all.body.data).toEqual(Object.fromEntries(kinds.map(([kind]) => [kind, { total_amount: 4 }])))
  expect(aws.asked.at(-1)?.region).toBe('us-east-1')
})

test('pages follow the token of AWS, and lists without pages have all', async () => {
  const { ada, path, query } = await acme()
  aws.world.instances = Array.from({ length: 12 }, (_, at) => ({ id: `i-${at}` }))
  aws.world.vpcs = Array.from({ length: 2500 }, (_, at) => ({ id: `vpc-${at}` }))
  const first = (await ada.getRunningInfraAWSInstances({ path, query: { ...query, page_size: 8 } })).body
  expect([first.data.length, first.pagination?.next]).toEqual([8, '8'])
  const second = (await ada.getRunningInfraAWSInstances({ path, query: { ...query, page_size: 8, next: '8' } })).body
  expect([second.data.length, second.pagination?.next]).toEqual([4, ''])
  expect((await ada.getRunningInfraAWSVPCs({ path, query })).body.data).toHaveLength(2500)
  aws.world.vpcs = Array.from({ length: 10_001 }, (_, at) => ({ id: `vpc-${at}` }))
  const many = await ada.getRunningInfraAWSVPCs({ path, query })
  expect(many).toBeError('Invalid')
  expect(JSON.stringify(many.body)).toContain('select some by tag')
})

test.each([
  [401, 'AuthFailure', 'Invalid', 'AWS refuses the credential'],
  [403, 'UnauthorizedOperation', 'Invalid', 'needs ec2:DescribeVpcs'],
  [400, 'SomethingNew', 'Invalid', 'it says SomethingNew'],
  [503, 'RequestLimitExceeded', 'RetryOperation', 'more slowly'],
  [500, 'InternalError', 'RetryOperation', 'does not answer'],
] as const)('what AWS answers with %d %s is told in a sentence', async (status, code, error, sentence) => {
  const { ada, path, query } = await acme()
  aws.trouble = { status, code }
  const answer = await ada.getRunningInfraAWSVPCs({ path, query })
  expect(answer).toBeError(error)
  expect(JSON.stringify(answer.body)).toContain(sentence)
  expect(JSON.stringify(answer.body)).not.toContain(doubleKeys.access_key)
  expect(server.logs.join('')).not.toContain(doubleKeys.access_key)
})

test('a token that AWS does not know is the mistake of whoever sent it', async () => {
  const { ada, path, query } = await acme()
  aws.trouble = { status: 400, code: 'InvalidNextToken' }
  const answer = await ada.getRunningInfraAWSInstances({ path, query: { ...query, next: 'x' } })
  expect(answer).toBeError('Invalid')
  expect(JSON.stringify(answer.body)).toContain('query.next')
})

test('wrong keys are refused, and so is a credential of another type, an unknown one, or one that the caller may not read', async () => {
  const { ada, bob, path, query } = await acme({ access_key: 'AKIAWRONGWRONGWRONG1', secret_key: 'wrong' })
  const refused = await ada.getRunningInfraAWSVPCs({ path, query })
  expect(refused).toBeError('Invalid')
  expect(JSON.stringify(refused.body)).toContain('AWS refuses the credential (AuthFailure)')
  await ada.createCredential({
    path,
    body: { name: 'Basic', canonical: 'basic', path: 'basic', type: 'basic_auth', raw: { username: 'a', password: 'b' } },
  })
  expect(await ada.getRunningInfraAWSVPCs({ path, query: { credential_canonical: 'basic' } })).toBeError('Invalid')
  expect(await ada.getRunningInfraAWSVPCs({ path, query: { credential_canonical: 'nobody' } })).toBeError('NotFoundEntity')
  expect(await bob.getRunningInfraAWSVPCs({ path, query })).toBeError('Unauthorized')
  expect(aws.asked.filter(({ service }) => service === 'ec2')).toHaveLength(1)
})
