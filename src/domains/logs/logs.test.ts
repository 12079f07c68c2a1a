import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openCloudWatchDouble } from '../../../test/support/cloudwatch-double.ts'
import { openElasticsearchDouble } from '../../../test/support/elasticsearch-double.ts'
import { environment, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { readConfig } from '../../config.ts'

const elastic = await openElasticsearchDouble()
const cloudwatch = await openCloudWatchDouble()
const config = { privateAddresses: ['127.0.0.1'], terraform: { ...readConfig({}).terraform, awsEndpoint: cloudwatch.url } }
const server = useServer({ config })
afterAll(async () => {
  await elastic[Symbol.asyncDispose]()
  await cloudwatch[Symbol.asyncDispose]()
})
beforeEach(() => {
  Object.assign(elastic, { documents: {}, user: undefined, trouble: undefined })
  Object.assign(cloudwatch, { groups: {}, trouble: undefined })
  elastic.asked.length = 0
  cloudwatch.asked.length = 0
})

const noon = Date.parse('2026-03-01T12:00:00Z')
const source = { index: 'logs-*', mapping: { host: 'host.name', message: 'message', timestamp: '@timestamp' } }

async function open(more: object = {}) {
  const org = fresh('acme')
  const { ada, bob } = await scenario(
    server,
    organization(
      org,
      member('ada'),
      role('builder', ['organization:project:**']),
      member('bob', 'builder'),
      project('web', environment('prod'), environment('dev')),
    ),
  )
  const path = { organization_canonical: org }
  const prod = { ...path, project_canonical: 'web', environment_canonical: 'prod' }
  const credential = (type: 'aws' | 'elasticsearch', raw: Record<string, string>) =>
    must(ada.createCredential({ path, body: { name: type, canonical: type, type, path: type, raw } }))
  const backend = (configuration: object, rest: object = { default: true }) =>
    must(ada.createExternalBackend({ path, body: { purpose: 'logs', configuration, ...rest } as never }))
  const inElastic = (rest: object = { default: true }) =>
    backend({ engine: 'ElasticsearchLogs', urls: [elastic.url], version: '7', sources: { prod: { app: source } }, ...more }, rest)
  const entries = (query: object, log_source_id = 'app', who = ada) => who.getProjEnvLogEntries({ path: { ...prod, log_source_id }, query })
  return { org, ada, bob, path, prod, credential, backend, inElastic, entries }
}

const line = (minute: number, message: string, more: object = {}) => ({
  '@timestamp': new Date(noon + minute * 60_000).toISOString(),
  host: { name: 'web-1' },
  message,
  ...more,
})
const hour = { begin: noon, end: noon + 3600_000 }

describe('logs in Elasticsearch', () => {
  test('are read by time, in order, from fields inside others and from fields with dots', async () => {
    const { ada, prod, inElastic, entries } = await open()
    await inElastic()
    elastic.documents = {
      'logs-1': [line(2, 'second'), line(-1, 'too early')],
      'logs-2': [{ ...line(1, 'first'), host: undefined, 'host.name': 'web-2' }],
      other: [line(1, 'no')],
    }
    expect((await ada.getProjEnvLogSources({ path: prod })).body.data).toEqual([{ id: 'app' }])
    expect((await entries(hour)).body.data).toEqual([
      { host: 'web-2', message: 'first', timestamp: String(noon + 60_000) },
      { host: 'web-1', message: 'second', timestamp: String(noon + 120_000) },
    ])
    expect(elastic.asked[0]?.path).toBe('/logs-*/_search')
  })

  test('are found by a query, with and without a time range', async () => {
    const { inElastic, entries } = await open()
    await inElastic()
    elastic.documents = { 'logs-1': [line(1, 'error one'), line(2, 'fine'), line(500, 'error two')] }
    expect((await entries({ query: 'error' })).body.data.map(({ message }) => message)).toEqual(['error one', 'error two'])
    expect((await entries({ ...hour, query: 'message:error' })).body.data.map(({ message }) => message)).toEqual(['error one'])
    expect(await entries({ query: 'message:(' })).toBeError('Invalid', 'check its syntax')
  })

  test('obey what every query of the source is to have', async () => {
    const prefilters = [{ term: { 'kubernetes.namespace': 'shop' } }, 'level:error']
    const { inElastic, entries } = await open({ sources: { prod: { app: { ...source, prefilters } } } })
    await inElastic()
    const at = (namespace: string, level: string) => line(1, `${namespace} ${level}`, { kubernetes: { namespace }, level })
    elastic.documents = { 'logs-1': [at('shop', 'error'), at('shop', 'info'), at('bank', 'error')] }
    expect((await entries(hour)).body.data.map(({ message }) => message)).toEqual(['shop error'])
  })

  test('are bounded: the newest thousand, and no endless line', async () => {
    const { inElastic, entries } = await open()
    await inElastic()
    elastic.documents = {
      'logs-1': Array.from({ length: 1500 }, (_, index) => line(index / 60, `line ${index} ${'x'.repeat(index === 1499 ? 100_000 : 0)}`)),
    }
    const { data } = (await entries({ begin: noon, end: noon + 86_400_000 })).body
    expect(data).toHaveLength(1000)
    expect(data[0]?.message).toContain('line 500')
    expect(data.at(-1)?.message.length).toBe(32 * 1024)
  })

  test('hold whatever a document holds', async () => {
    const { inElastic, entries } = await open()
    await inElastic()
    const odd = [
      { message: { nested: true } },
      { message: ['a', 1, null] },
      { message: '' },
      { message: null },
      { host: [], message: '__proto__' },
    ]
    elastic.documents = { 'logs-1': odd.map((more, index) => line(index, '', more)) }
    expect((await entries(hour)).body.data.map(({ host, message }) => [host, message])).toEqual([
      ['web-1', '{"nested":true}'],
      ['web-1', 'a, 1'],
      ['unknown', '__proto__'],
    ])
  })

  test('are asked of one address after the other, with the credential', async () => {
    const { credential, inElastic, entries } = await open({ urls: ['http://127.0.0.1:9', elastic.url] })
    await credential('elasticsearch', { username: 'kibana', password: 'elastic-secret-77', ca_cert: '' })
    await inElastic({ default: true, credential_canonical: 'elasticsearch' })
    elastic.user = { username: 'kibana', password: 'elastic-secret-77' }
    elastic.documents = { 'logs-1': [line(1, 'there')] }
    expect((await entries(hour)).body.data).toHaveLength(1)
    elastic.user = { username: 'kibana', password: 'another' }
    const refused = await entries(hour)
    expect(refused).toBeError('Invalid', 'refuses the credential')
    expect(JSON.stringify(refused.body)).not.toContain('elastic-secret-77')
  })

  test.each([
    ['is down', 'silence', 503],
    ['is blocked', 503, 503],
    ['is something else', 'not json', 422],
    ['is nowhere', 404, 422],
  ] as const)('of a cluster that %s are refused in words', async (_, trouble, status) => {
    const { inElastic, entries } = await open()
    await inElastic()
    elastic.trouble = trouble
    const answer = await entries(hour)
    expect(answer).toHaveStatus(status)
    expect(JSON.stringify(answer.body)).toMatch(/logs|Elasticsearch/)
  })

  test('on a private network are out of reach unless the operator allows it', async () => {
    const { ada, prod, inElastic } = await open()
    await inElastic()
    await using strict = await openTestServer({ beside: server, config: { ...config, privateAddresses: [] } })
    const there = strict.client(ada.token)
    elastic.documents = { 'logs-1': [line(1, 'internal')] }
    const answer = await there.getProjEnvLogEntries({ path: { ...prod, log_source_id: 'app' }, query: hour })
    expect(answer).toBeError('Invalid', 'cannot be used')
    expect(elastic.asked).toEqual([])
  })
})

describe('logs in CloudWatch', () => {
  const cloud = { engine: 'AWSCloudWatchLogs', region: 'eu-west-1' }
  const secret = 'aws-secret-that-nobody-sees'
  async function openCloud(accessKey = cloudwatch.accessKey) {
    const world = await open()
    await world.credential('aws', { access_key: accessKey, secret_key: secret })
    await world.backend(cloud, { project_canonical: 'web', credential_canonical: 'aws' })
    return world
  }

  test('are in log groups, whose names may have slashes', async () => {
    const { ada, prod, entries } = await openCloud()
    const lines = [5, 1, 3, 2, 4].map((minute) => ({ stream: `i-${minute}`, time: noon + minute * 60_000, message: `line ${minute}` }))
    cloudwatch.groups = { '/aws/lambda/shop': lines, '/ecs/web': [], zeta: [] }
    expect((await ada.getProjEnvLogSources({ path: prod })).body.data.map(({ id }) => id)).toEqual(['/aws/lambda/shop', '/ecs/web', 'zeta'])
    const { data } = (await entries({ begin: noon + 120_000, end: noon + 3600_000 }, '/aws/lambda/shop')).body
    expect(data.map(({ message }) => message)).toEqual(['line 2', 'line 3', 'line 4', 'line 5'])
    expect(data[0]).toEqual({ host: 'i-2', message: 'line 2', timestamp: String(noon + 120_000) })
    expect((await entries({ ...hour, query: '4' }, '/aws/lambda/shop')).body.data).toHaveLength(1)
  })

  test('are those of the last day when only a query is given', async () => {
    const { entries } = await openCloud()
    cloudwatch.groups = {
      app: [
        { stream: 's', time: Date.now() - 1000, message: 'now' },
        { stream: 's', time: noon - 1e11, message: 'now and then' },
      ],
    }
    expect((await entries({ query: 'now' })).body.data.map(({ message }) => message)).toEqual(['now'])
  })

  test('are refused in words: a group, a pattern, a credential, AWS itself', async () => {
    const { entries } = await openCloud()
    cloudwatch.groups = { app: [] }
    expect(await entries(hour, 'nobody')).toBeError('NotFoundEntity', 'log source')
    expect(await entries({ query: '{ $.' }, 'app')).toBeError('Invalid', 'filter pattern')
    cloudwatch.trouble = { status: 400, name: 'AccessDeniedException' }
    expect(await entries(hour)).toBeError('Invalid', 'AccessDeniedException')
    cloudwatch.trouble = { status: 500, name: 'InternalFailure' }
    const down = await entries(hour)
    expect(down).toBeError('RetryOperation', 'CloudWatch does not answer')
    expect(JSON.stringify(down.body)).not.toContain(secret)
    expect(server.logs.join('')).not.toContain(secret)
    cloudwatch.trouble = undefined
    const stranger = await openCloud('AKIANOBODYNOBODY0001')
    expect(await stranger.entries(hour)).toBeError('Invalid', 'refuses the credential')
  })
})

describe('an environment', () => {
  test('without a logs backend has none', async () => {
    const { ada, prod, backend, entries } = await open()
    expect(await ada.getProjEnvLogSources({ path: prod })).toBeError('NotFoundEntity', 'external backend')
    expect(await entries(hour)).toBeError('NotFoundEntity', 'external backend')
    await backend(
      { engine: 'ElasticsearchLogs', urls: [elastic.url], version: '8', sources: {} },
      { project_canonical: 'web', environment_canonical: 'dev' },
    )
    expect(await ada.getProjEnvLogSources({ path: prod })).toHaveStatus(404)
    expect((await ada.getProjEnvLogSources({ path: { ...prod, environment_canonical: 'dev' } })).body.data).toEqual([])
    expect(await ada.getProjEnvLogSources({ path: { ...prod, environment_canonical: 'none' } })).toBeError(
      'NotFoundEntity',
      'environment none',
    )
  })

  test('has the nearest backend: its own before that of its project, before the default', async () => {
    const { ada, prod, inElastic, backend } = await open()
    const ids = async () => (await must(ada.getProjEnvLogSources({ path: prod }))).body.data.map(({ id }) => id)
    const named = (name: string) => ({
      engine: 'ElasticsearchLogs',
      urls: [elastic.url],
      version: '7',
      sources: { prod: { [name]: source } },
    })
    await inElastic()
    expect(await ids()).toEqual(['app'])
    await backend(named('project'), { project_canonical: 'web' })
    expect(await ids()).toEqual(['project'])
    await backend(named('own'), { project_canonical: 'web', environment_canonical: 'prod' })
    expect(await ids()).toEqual(['own'])
  })

  test('shows logs to who may read them, for a time range or a query', async () => {
    const { bob, inElastic, entries } = await open()
    await inElastic()
    expect(await entries(hour, 'app', bob)).toHaveStatus(403)
    expect(await entries({})).toBeError('Invalid', 'for a time range, by a query, or both')
    expect(await entries({ begin: noon })).toBeError('Invalid', 'a begin and an end')
    expect(await entries({ begin: noon, end: noon - 1 })).toHaveStatus(422)
    expect(await entries({ begin: 0, end: 1e18 })).toHaveStatus(422)
    expect(await entries({ query: 'x'.repeat(8193) })).toHaveStatus(422)
    expect(await entries(hour, 'constructor')).toHaveStatus(404)
  })
})
