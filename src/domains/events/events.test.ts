import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { apiKey, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'

const server = useServer()
const acme = () => fresh('acme')

type NewEvent = Schema<'NewEvent'>
const event = (title: string, more: Partial<NewEvent> = {}): NewEvent => ({
  type: 'Custom',
  severity: 'info',
  title,
  message: 'it happened',
  tags: [],
  ...more,
})
const always = { begin: 0, end: Number.MAX_SAFE_INTEGER }
const titles = async (who: Client, organization_canonical: string, query: object = {}) =>
  (
    (await who.call('getEvents', { path: { organization_canonical }, query: { ...always, type: 'Custom', ...query } })).body as {
      data: Schema<'Event'>[]
    }
  ).data.map(({ title }) => title)

describe('events', () => {
  test('one that is sent comes back as it was, with the time of its arrival in milliseconds', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const before = Date.now()
    const body = event('deployed', { severity: 'crit', color: 'red', icon: 'fa-ship', tags: [{ key: 'env', value: '' }] })
    const sent = await ada.sendEvent({ path: { organization_canonical }, body })
    expect(sent).toHaveStatus(200)
    expect(sent.body.data).toMatchObject({ ...body, tags: [...body.tags, { key: 'sent_by', value: 'ada' }] })
    expect(sent.body.data.timestamp).toBeGreaterThanOrEqual(before - 1000)
    expect(sent.body.data.timestamp).toBeLessThanOrEqual(Date.now() + 1000)
    const listed = await ada.getEvents({
      path: { organization_canonical },
      query: { begin: sent.body.data.timestamp, end: sent.body.data.timestamp },
    })
    expect(listed.body.data).toEqual([sent.body.data])
  })

  test('sending one leaves no second event, and remembers who sent it', async () => {
    const organization_canonical = acme()
    const { ada, robot } = await scenario(server, organization(organization_canonical, member('ada'), apiKey('robot')))
    await ada.sendEvent({ path: { organization_canonical }, body: event('by-ada') })
    await robot.sendEvent({ path: { organization_canonical }, body: event('by-robot') })
    const rows = await server.database.query<{ title: string; username: string | null; canonical: string | null }>(
      `select e.title, u.username, k.canonical from events e join organizations o on o.id = e.organization_id
       left join users u on u.id = e.user_id left join api_keys k on k.id = e.api_key_id
       where o.canonical = $1 and e.title <> 'An organization has been created' order by e.id`,
      [organization_canonical],
    )
    expect(rows).toEqual([
      { title: 'by-ada', username: 'ada', canonical: null },
      { title: 'by-robot', username: null, canonical: 'robot' },
    ])
  })

  test('values of one filter are alternatives, different filters must all match, the newest comes first', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const send = (body: NewEvent) => ada.sendEvent({ path: { organization_canonical }, body })
    await send(event('a', { severity: 'info' }))
    await send(event('b', { severity: 'warn' }))
    await send(event('c', { severity: 'err', type: 'AWS' }))
    await send(event('d', { severity: 'err' }))
    expect(await titles(ada, organization_canonical)).toEqual(['d', 'b', 'a'])
    expect(await titles(ada, organization_canonical, { severity: ['warn', 'err'] })).toEqual(['d', 'b'])
    expect(await titles(ada, organization_canonical, { type: ['Custom', 'AWS'], severity: 'err' })).toEqual(['d', 'c'])
    expect(await titles(ada, organization_canonical, { begin: 0, end: 1000 })).toEqual([])
  })

  test('those with all of the given tags are found, the newest as many as are wanted', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const tags = (...list: string[]) => list.map((pair) => ({ key: pair.split('=')[0] ?? '', value: pair.split('=')[1] ?? '' }))
    for (const [title, ...list] of [
      ['a', 'env=prod', 'team=x'],
      ['b', 'env=prod'],
      ['c', 'env=staging'],
      ['d', 'at=10:30'],
    ] as const)
      await ada.sendEvent({ path: { organization_canonical }, body: event(title, { tags: tags(...list) }) })
    const found = (query: object) => titles(ada, organization_canonical, query)
    expect(await found({ tag: 'env:prod' })).toEqual(['b', 'a'])
    expect(await found({ tag: ['env:prod', 'team:x'] })).toEqual(['a'])
    expect(await found({ tag: 'at:10:30' })).toEqual(['d'])
    expect(await found({ tag: 'env:' })).toEqual([])
    expect(await found({ limit: 2 })).toEqual(['d', 'c'])
    const path = { organization_canonical }
    for (const query of [{ limit: 0 }, { limit: 10_001 }, { tag: 'env' }])
      expect(await ada.call('getEvents', { path, query: { ...always, ...query } })).toBeError('Invalid', 'query.')
  })

  test.each<[string, object, string]>([
    ['no period', {}, 'query.begin'],
    ['no end', { begin: 1 }, 'query.end'],
    ['an end before the beginning', { begin: 2, end: 1 }, 'query.begin'],
    ['a time that is no number', { begin: 'yesterday', end: 1 }, 'query.begin'],
    ['a time below zero', { begin: -1, end: 1 }, 'query.begin'],
    ['a time beyond all numbers', { begin: 0, end: '18446744073709551615' }, 'query.end'],
    ['an unknown severity', { begin: 0, end: 1, severity: 'fatal' }, 'query.severity'],
  ])('%s is refused', async (_, query, text) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.call('getEvents', { path: { organization_canonical }, query })
    expect(answer.status).toBe(422)
    expect(JSON.stringify(answer.body)).toContain(text)
  })

  test.each<[string, Partial<NewEvent>, string]>([
    ['a hexadecimal colour', { color: '#ff0000' }, 'body.color'],
    ['an empty title', { title: '' }, 'body.title'],
    ['a tag without a key', { tags: [{ key: '', value: 'x' }] }, 'body.tags'],
    ['a tag value beyond its alphabet', { tags: [{ key: 'a', value: 'é' }] }, 'body.tags'],
    ['a character that cannot be stored', { message: 'a\u0000b' }, 'NUL'],
    ['a tag key that cannot be stored', { tags: [{ key: 'a\u0000b', value: '' }] }, 'NUL'],
  ])('%s is refused when sent', async (_, more, text) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.sendEvent({ path: { organization_canonical }, body: event('x', more) })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', text)
  })

  test('half a character in a text is stored as a mark, not a failure', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const sent = await ada.sendEvent({
      path: { organization_canonical },
      body: event('x\ud800', { tags: [{ key: 'k\udc00', value: '' }] }),
    })
    expect(sent).toHaveStatus(200)
    expect(sent.body.data.tags).toContainEqual({ key: 'k\uFFFD', value: '' })
  })

  test('tags map each key to its values, once and in order', async () => {
    const [one, two] = [acme(), acme()]
    const { ada } = await scenario(server, organization(one, member('ada')), organization(two, member('ada')))
    const send = (organization_canonical: string, tags: NewEvent['tags']) =>
      ada.sendEvent({ path: { organization_canonical }, body: event('x', { tags }) })
    await send(one, [
      { key: 'env', value: 'prod' },
      { key: 'zone', value: 'a' },
    ])
    await send(one, [
      { key: 'env', value: 'Dev' },
      { key: 'env', value: 'prod' },
      { key: '__proto__', value: '' },
    ])
    await send(two, [{ key: 'env', value: 'of two' }])
    const { data } = (await ada.getEventsTags({ path: { organization_canonical: one } })).body as { data: Record<string, string[]> }
    expect(data).toMatchObject({ env: ['Dev', 'prod'], zone: ['a'], entity: ['organization'], action: ['create'] })
    expect(Object.entries(data)).toContainEqual(['__proto__', ['']])
  })

  test('events are seen by whoever may list them, and by nobody else', async () => {
    const organization_canonical = acme()
    const { ada, bob, eve } = await scenario(
      server,
      organization(
        organization_canonical,
        role('reader', ['organization:event:list']),
        role('sender', ['organization:event:create']),
        member('ada'),
        member('bob', 'reader'),
        member('eve', 'sender'),
      ),
    )
    expect(await eve.sendEvent({ path: { organization_canonical }, body: event('from eve') })).toHaveStatus(200)
    expect(await titles(bob, organization_canonical)).toEqual(['from eve'])
    expect(await bob.sendEvent({ path: { organization_canonical }, body: event('from bob') })).toHaveStatus(403)
    expect(await eve.getEvents({ path: { organization_canonical }, query: always })).toHaveStatus(403)
    expect(await eve.getEventsTags({ path: { organization_canonical } })).toHaveStatus(403)
    expect(await titles(ada, organization_canonical)).toEqual(['from eve'])
  })

  test('a crowded period gives its newest ten thousand', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    await server.database.query(
      `insert into events (organization_id, type, severity, title, message, icon, color, tags)
       select o.id, 'Monitoring', 'info', 'e' || n, 'm', 'fa-info-circle', 'default', '[]' from organizations o, generate_series(1, 10050) n where o.canonical = $1 order by n`,
      [organization_canonical],
    )
    const { data } = (await ada.getEvents({ path: { organization_canonical }, query: always })).body
    expect(data).toHaveLength(10_000)
    expect(data[0]?.title).toBe('e10050')
  })
})
