/** Terraform's `http` backend, request by request; test/terraform-*.test.ts ask with Terraform itself. */
import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = () => openStateWorld(server, repositories)
const errorsOf = async (answer: Response) => (await answer.json()) as { errors: { code: string; message: string; details: string[] }[] }

describe('a state', () => {
  test('is what was written, to the byte, with its checksum; before the first there is none', async () => {
    const { backend } = await open()
    expect((await backend.ask('GET', '/inventory')).status).toBe(404)
    const text = `${JSON.stringify(stateOf(1, ['a', 'ü🚀']), null, 2)}\n`
    expect((await backend.push(text)).status).toBe(204)
    const answer = await backend.ask('GET', '/inventory')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(text))
    expect(answer.headers.get('content-md5')).toMatch(/^[\w+/]{22}==$/)
    expect(await answer.text()).toBe(text)
  })

  test('is sealed in the database, where nothing of it can be read', async () => {
    const { backend, organizationId } = await open()
    await backend.push(stateOf(1, ['very-particular-name']))
    const rows = await server.database.query<{ sealed: Buffer }>('select sealed from terraform_state_chunks where organization_id = $1', [
      organizationId,
    ])
    expect(rows.length).toBe(1)
    expect(rows[0]?.sealed.subarray(12, 14).toString('hex')).not.toBe('1f8b')
    expect(rows[0]?.sealed.includes('very-particular')).toBe(false)
  })

  test('only goes forward: the same again is nothing new, an older serial or another lineage is refused', async () => {
    const { backend, ada, path } = await open()
    expect((await backend.push(stateOf(5, ['a']))).status).toBe(204)
    expect((await backend.push(stateOf(5, ['a']))).status).toBe(204)
    const other = await backend.push(stateOf(5, ['b']))
    expect(other.status).toBe(409)
    expect((await errorsOf(other)).errors[0]?.message).toMatch(/has the serial 5 already, and this one has 5/)
    expect((await backend.push(stateOf(4, ['a']))).status).toBe(409)
    const foreign = await backend.push(stateOf(6, ['a'], { lineage: 'another' }))
    expect(foreign.status).toBe(422)
    expect((await errorsOf(foreign)).errors[0]?.details[0]).toMatch(/body\.lineage/)
    expect((await backend.push(stateOf(9, ['a']))).status).toBe(204)
    const versions = await must(ada.listStateVersions({ path }))
    expect(versions.body.data.map(({ serial, resource_count }) => [serial, resource_count])).toEqual([
      [9, 1],
      [5, 1],
    ])
  })

  test('has a serial that another one can follow', async () => {
    const { backend, ada, path } = await open()
    const beyond = await backend.push(stateOf(2 ** 52 + 1, ['a']))
    expect(beyond.status).toBe(422)
    expect((await errorsOf(beyond)).errors[0]?.details[0]).toMatch(/body\.serial: must be at most 4503599627370496/)
    expect((await backend.push(stateOf(2 ** 52, ['a']))).status).toBe(204)
    const [version] = (await must(ada.listStateVersions({ path }))).body.data
    await must(ada.restoreStateVersion({ path: { ...path, state_version_id: version?.id ?? 0 } }))
    expect((await backend.push(stateOf(2 ** 52 + 2, ['b']))).status).toBe(204)
  })

  test.each<[string, string | Uint8Array, RegExp]>([
    ['no JSON', '{"version": 4,', /ends too early/],
    ['nothing', '', /ends too early/],
    ['no state', '{"hello": "world"}', /version/],
    ['an old state', JSON.stringify({ version: 3, serial: 1, lineage: 'a' }), /format 3/],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from('{"version":4,"serial":1,"lineage":"a","outputs":"'), Buffer.from([0xff]), Buffer.from('"}')]),
      /UTF-8/,
    ],
    ['a depth bomb', `{"outputs":${'['.repeat(500_000)}`, /nested deeper/],
    ['a NUL character in a name', JSON.stringify(stateOf(1, [], { lineage: 'a\0' })), /lineage/],
  ])('is refused when the body is %s', async (_, body, detail) => {
    const { backend } = await open()
    const answer = await backend.ask('POST', '/inventory', { body })
    expect(answer.status).toBe(422)
    expect((await errorsOf(answer)).errors[0]?.details[0]).toMatch(detail)
    expect((await backend.ask('GET', '/inventory')).status).toBe(404)
  })

  test('is refused when it arrived otherwise than it was sent, or in a coding', async () => {
    const { backend } = await open()
    const body = JSON.stringify(stateOf(1))
    const wrong = await backend.ask('POST', '/inventory', { body, headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } })
    expect(wrong.status).toBe(422)
    expect((await errorsOf(wrong)).errors[0]?.details[0]).toMatch(/Content-MD5/)
    expect((await backend.ask('POST', '/inventory', { body, headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
  })

  test('may hold what a database takes nowhere', async () => {
    const { backend, ada, path } = await open()
    const text = JSON.stringify(
      stateOf(1, [], {
        resources: [
          { mode: 'managed', type: 't', name: 'n', provider: 'p', instances: [{ attributes: { a: '\0\ud800', n: 1e308, big: '1e999' } }] },
        ],
      }),
    ).replace('"1e999"', '1e999')
    expect((await backend.push(text)).status).toBe(204)
    expect(await (await backend.ask('GET', '/inventory')).text()).toBe(text)
    expect((await must(ada.getComponentState({ path }))).body.data.newest?.resource_count).toBe(1)
  })
})

describe('the lock', () => {
  test('is taken once, names its holder at the top of the refusal, and is given back by who holds it', async () => {
    const { backend, ada, path } = await open()
    const taken = await backend.lock('lock-1')
    expect(taken.status).toBe(200)
    expect(await taken.json()).toMatchObject({ data: { id: 'lock-1', who: 'ada@laptop', operation: 'OperationTypeApply' } })
    expect((await backend.lock('lock-1')).status).toBe(200)
    const refused = await backend.lock('lock-2', 'bob@desk')
    expect(refused.status).toBe(423)
    expect(await refused.json()).toMatchObject({
      ID: 'lock-1',
      Who: 'ada@laptop',
      Created: '2026-01-02T03:04:05.678Z',
      errors: [{ code: 'Locked', message: expect.stringMatching(/locked by ada@laptop/) }],
    })
    expect((await must(ada.getComponentState({ path }))).body.data).toMatchObject({ locked: true, lock: { id: 'lock-1' }, versions: 0 })
    expect((await backend.unlock('lock-2')).status).toBe(423)
    expect((await backend.unlock('lock-1')).status).toBe(204)
    expect((await backend.lock('lock-2')).status).toBe(200)
    // Force-unlock.
    expect((await backend.unlock()).status).toBe(204)
    expect((await must(ada.getComponentState({ path }))).body.data.locked).toBe(false)
  })

  test.each<[string, boolean]>([
    ['2026-01-02T03:04:05.678901Z', true],
    ['2026-01-02T03:04:05+02:00', true],
    ['2026', false],
    ['Jan 2, 2026', false],
    ['2026-02-30T03:04:05Z', false],
    ['2026-01-02T24:00:00Z', false],
  ])('was taken at %s only where Terraform can read that', async (Created, isKept) => {
    const { backend } = await open()
    const answer = await backend.ask('POST', '/inventory/lock', { body: { ID: 'one', Created } })
    const { created } = ((await answer.json()) as { data: { created: string } }).data
    expect(created === Created).toBe(isKept)
    expect(created).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  test('keeps everybody else from writing, with another lock and without one; its holder is the author', async () => {
    const { backend, ada, path } = await open()
    await backend.lock('mine')
    expect((await backend.push(stateOf(1))).status).toBe(423)
    const other = await backend.push(stateOf(1), 'theirs')
    expect(other.status).toBe(423)
    expect(await other.json()).toMatchObject({ ID: 'mine' })
    expect((await backend.push(stateOf(1), 'mine')).status).toBe(204)
    await backend.unlock('mine')
    expect((await backend.push(stateOf(2))).status).toBe(204)
    const { body } = await must(ada.listStateVersions({ path }))
    expect(body.data.map(({ author }) => author)).toEqual(['somebody without a lock', 'ada@laptop'])
  })

  test('that was broken is none any more: who still works under it is refused', async () => {
    const { backend, ada, path } = await open()
    await backend.lock('lost')
    expect(await ada.breakStateLock({ path })).toHaveStatus(204)
    expect(await ada.breakStateLock({ path })).toHaveStatus(404)
    const late = await backend.push(stateOf(1), 'lost')
    expect(late.status).toBe(423)
    expect((await errorsOf(late)).errors[0]?.message).toMatch(/not held any more/)
    expect((await backend.unlock('lost')).status).toBe(204)
    const events = await must(
      ada.getEvents({
        path: { organization_canonical: path.organization_canonical },
        query: { begin: Date.now() - 600_000, end: Date.now() + 1000 },
      }),
    )
    expect(JSON.stringify(events.body)).toMatch(/broke the lock of ada@laptop/)
  })

  test('is taken by the methods and at the addresses that Terraform knows by itself, in any letter case', async () => {
    const { backend } = await open()
    for (const path of ['/inventory/lock', '/inventory']) {
      expect((await backend.ask('LOCK', path, { body: { id: 'x', who: 'a' } })).status).toBe(200)
      expect((await backend.ask('LOCK', path, { body: { Id: 'y' } })).status).toBe(423)
      const given = await backend.ask('UNLOCK', path, { body: { ID: 'x' }, headers: { 'content-md5': 'as Terraform sends it' } })
      expect(given.status).toBe(200)
      expect(await given.text()).toBe('')
    }
  })

  test.each([[{}], [{ ID: 7 }], [{ ID: '' }], [[]]])('is not taken by %j', async (body) => {
    const { backend } = await open()
    expect((await backend.ask('POST', '/inventory/lock', { body })).status).toBe(422)
  })

  test('of many who ask at once goes to one, whether there was a state before or not', async () => {
    const { backend } = await open()
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => backend.lock(`lock-${i}`)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(423)])
      expect((await backend.unlock()).status).toBe(204)
    }
  })

  test('of many who write at once without it, one is first and the others are behind', async () => {
    const { backend, ada, path } = await open()
    for (let round = 1; round <= 3; round++) {
      const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => backend.push(stateOf(round, [`thing-${i}`]))))
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409, 409, 409, 409])
      expect((await must(ada.listStateVersions({ path }))).body.data.length).toBe(round)
    }
  })
})

describe('the plan', () => {
  test('comes back as it was sent, whatever it is, and only the last', async () => {
    const { backend } = await open()
    expect((await backend.ask('GET', '/inventory-plan')).status).toBe(404)
    expect((await backend.ask('POST', '/inventory-plan', { body: '{"a":  1}' })).status).toBe(204)
    expect(await (await backend.ask('GET', '/inventory-plan')).text()).toBe('{"a":  1}')
    const long = JSON.stringify(Array.from({ length: 60_000 }, () => Math.random()))
    expect((await backend.ask('POST', '/inventory-plan', { body: long })).status).toBe(204)
    expect(await (await backend.ask('GET', '/inventory-plan')).text()).toBe(long)
    expect((await backend.ask('GET', '/inventory')).status).toBe(404)
  })
})
