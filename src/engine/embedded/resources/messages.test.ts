/** Events of the platform and messages to Slack. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import type { JsonObject } from '../../../formats/pipeline/types.ts'
import { openAddressGuard } from '../../../outside/address-guard.ts'
import { StepFailed } from '../execute/types.ts'
import type { PipelineEvent } from '../ports.ts'
import { eventsResource, platformResource } from './events.ts'
import { fill } from './fill.ts'
import { slackResource } from './slack.ts'

const folders = useFolders()
const folderWith = async (files: Record<string, string>) => {
  const folder = await folders.make()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

test.each([
  [`$A and \${A}!`, 'one and one!'],
  ['$AB $B $ $$A \\$A', '$AB $A $ $one \\one'],
  ['$__proto__ $constructor', '$__proto__ $constructor'],
])('%j is filled: %j', (text, filled) => {
  expect(fill(text, { A: 'one', B: '$A' })).toBe(filled)
})

describe('an event', () => {
  const sent: { organizationId: number; event: PipelineEvent }[] = []
  let trouble: Error | undefined
  const ports = {
    async sendEvent(organizationId: number, event: PipelineEvent) {
      if (trouble) throw trouble
      sent.push({ organizationId, event })
      return sent.length
    },
  }
  const now = () => 0
  const events = eventsResource({ ports, now })
  const platform = platformResource({ ports, now })
  const put = async (type: typeof events, params: JsonObject, source: JsonObject = {}, files: Record<string, string> = {}) => {
    const made = await type.out(contextOf(), await folderWith(files), { source, params })
    return { ...made, ...sent.at(-1) }
  }

  test('goes to the organization of the pipeline, with what the build is filled in', async () => {
    const params = {
      title: 'Built $BUILD_NAME',
      message: `of \${BUILD_JOB_NAME}, $WHO`,
      severity: 'warn',
      icon: 'fa-x',
      type: 'Custom',
      vars: { WHO: 'me' },
      tags: [{ key: 'job', value: '$BUILD_JOB_NAME' }],
    }
    const { organizationId, event, version, metadata } = await put(events, params)
    expect(organizationId).toBe(1)
    expect(event).toEqual({
      title: 'Built 3',
      message: 'of build, me',
      severity: 'warn',
      icon: 'fa-x',
      type: 'Custom',
      tags: { job: 'build' },
    })
    expect(version).toEqual({ id: '1', date: '1970-01-01T00:00:00.000Z' })
    expect(metadata).toContainEqual({ name: 'title', value: 'Built 3' })
  })

  test('takes from the source what the params leave out, and from files', async () => {
    const source = {
      api_url: 'https://x',
      api_login: 'me',
      api_password: 'secret',
      organization: 'acme',
      severity: 'crit',
      title: 'T',
      tags: { a: 1 },
    }
    const { event } = await put(events, { message_file: 'm', vars_file: 'v.yml', severity: null }, source, {
      m: 'Hello $KEY',
      'v.yml': 'KEY: value\n',
    })
    expect(event).toEqual({ title: 'T', message: 'Hello value', severity: 'crit', icon: 'fa-cubes', tags: { a: '1' } })
  })

  test('of cycloid-resource has its project and environment as tags', async () => {
    const source = { feature: 'event', api_key: 'k', org: 'acme', project: 'shop', env: 'prod' }
    const { event } = await put(platform, { title: 'T', message: 'M', tags: { more: 'x' } }, source)
    expect(event?.tags).toEqual({ project: 'shop', env: 'prod', more: 'x' })
  })

  test('goes to no other organization', async () => {
    const before = sent.length
    await expect(put(events, { title: 'T', message: 'M' }, { organization: 'other' })).rejects.toThrow('events go to acme')
    await expect(put(platform, { title: 'T', message: 'M' }, { feature: 'event', org: 'other' })).rejects.toThrow('events go to acme')
    expect(sent.length).toBe(before)
  })

  test.each([
    [{ message: 'M' }, 'params.title: is missing'],
    [{ title: 'T' }, 'there must be message or message_file'],
    [{ title: 'T', message_file: 'none' }, 'params.message_file: there is no file "none"'],
    [{ title: 'T', message: 'M', severity: 'bad' }, 'params.severity: must be one of info, warn, err, crit'],
  ])('is refused without what it needs: %j', async (params, sentence) => {
    await expect(put(events, params)).rejects.toThrow(sentence)
  })

  test('that is not taken fails when one says so', async () => {
    trouble = new Error('no room')
    try {
      expect((await put(events, { title: 'T', message: 'M' })).version).toEqual({ date: '1970-01-01T00:00:00.000Z' })
      await expect(put(events, { title: 'T', message: 'M', fail_on_error: true })).rejects.toEqual(
        new StepFailed('The event was not taken: no room'),
      )
      await expect(put(platform, { title: 'T', message: 'M' }, { feature: 'event' })).rejects.toThrow(StepFailed)
    } finally {
      trouble = undefined
    }
  })

  test.each([
    ['terracost', /the feature terracost is not built/],
    ['infrapolicy', /the feature infrapolicy is not built/],
    ['other', /must be event/],
  ])('the feature %s is refused', (feature, sentence) => {
    expect(platform.validate({ feature })).toEqual([expect.stringMatching(sentence)])
  })

  test('is all there is to find and to get', async () => {
    expect(await events.check(contextOf(), { source: {}, version: null })).toEqual([])
    expect(await events.check(contextOf(), { source: {}, version: { id: '1' } })).toEqual([{ id: '1' }])
    expect((await events.in(contextOf(), await folders.make(), { source: {}, version: { id: '1' }, params: {} })).version).toEqual({
      id: '1',
    })
  })
})

describe('a message to Slack', () => {
  const got: { url: string | undefined; body: unknown }[] = []
  let server: Server
  let url = ''
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      got.push({ url: request.url, body: await json(request) })
      if (request.url === '/refuse') return void response.writeHead(403).end('invalid_token')
      if (request.url !== '/silent') response.end('ok')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const slack = slackResource({ guard: openAddressGuard({ allowed: ['127.0.0.1'] }), now: () => 0 })
  const put = async (params: JsonObject, source: JsonObject = {}, files: Record<string, string> = {}) => {
    const before = got.length
    const { version } = await slack.out(contextOf(), await folderWith(files), { source: { url: `${url}/hook`, ...source }, params })
    return { version, bodies: got.slice(before).map(({ body }) => body) }
  }

  test.each([
    [{ text: 'Build $BUILD_ID of $BUILD_PIPELINE_NAME' }, {}, { text: 'Build 7 of main' }],
    [{ text_file: 't' }, { t: 'from $BUILD_ID' }, { text: 'from $BUILD_ID' }],
    [{ text: 'Result: $TEXT_FILE_CONTENT', text_file: 't' }, { t: 'good' }, { text: 'Result: good' }],
    [{ text: 'Result: $TEXT_FILE_CONTENT', text_file: 'none' }, {}, { text: 'Result: _(no notification provided)_' }],
    [{ text_file: 't' }, { t: '' }, { text: '_(missing notification text)_' }],
    [{}, {}, { text: '_(no notification provided)_' }],
    [{ text: 'x', username: 'bot-$BUILD_NAME', icon_emoji: ':ghost:' }, {}, { text: 'x', username: 'bot-3', icon_emoji: ':ghost:' }],
    [{ attachments: [{ title: '$BUILD_NAME', fields: [{ value: 1 }] }] }, {}, { attachments: [{ title: '3', fields: [{ value: 1 }] }] }],
    [{ attachments_file: 'a' }, { a: '[{"text":"x"}]' }, { attachments: [{ text: 'x' }] }],
  ] as [JsonObject, Record<string, string>, unknown][])('%j with %j is %j', async (params, files, body) => {
    const { bodies, version } = await put(params, {}, files)
    expect(bodies).toEqual([body])
    expect(version).toEqual({ timestamp: '1970-01-01T00:00:00.000Z' })
  })

  test('goes to each of its channels', async () => {
    expect((await put({ text: 'x', channel: '#a @b' })).bodies).toEqual([
      { text: 'x', channel: '#a' },
      { text: 'x', channel: '@b' },
    ])
  })

  test('is not sent when that is off', async () => {
    expect((await put({ text: 'x' }, { disable: true })).bodies).toEqual([])
  })

  test('that is refused fails, and nothing of the address but the host is said', async () => {
    const failing = await put({ text: 'x' }, { url: `${url}/refuse` }).catch((error: Error) => error)
    expect(failing).toBeInstanceOf(StepFailed)
    expect(String(failing)).toContain('answered with status 403')
    expect(String(failing)).not.toContain('refuse')
  })

  test('goes to no address inside', async () => {
    const before = got.length
    const closed = slackResource({ guard: openAddressGuard({ allowed: [] }), now: () => 0 })
    const input = { source: { url: `${url}/hook` }, params: { text: 'x' } }
    await expect(closed.out(contextOf(), await folders.make(), input)).rejects.toThrow(StepFailed)
    expect(got.length).toBe(before)
  })

  test('ends when the build is aborted', async () => {
    const over = new AbortController()
    const reason = new Error('aborted')
    const sending = slack.out(contextOf({ signal: over.signal }), await folders.make(), {
      source: { url: `${url}/silent` },
      params: { text: 'x' },
    })
    setTimeout(() => over.abort(reason), 50)
    await expect(sending).rejects.toBe(reason)
  })

  test.each([
    [{}, ['url: is missing']],
    [{ url: '((slack.url))' }, []],
    [{ url: 'ftp://x' }, ['url: must be an address that begins with https://']],
    [{ url: 'https://x', insecure: true }, [expect.stringMatching(/^insecure: .*configure Concourse/)]],
    [{ url: 'https://x', insecure: false }, []],
  ])('source %j', (source, problems) => {
    expect(slack.validate(source)).toEqual(problems)
  })
})
