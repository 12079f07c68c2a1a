import { afterAll, describe, expect, test } from 'vitest'
import { stackFiles } from '../../../test/support/catalog.ts'
import type { Client } from '../../../test/support/client.ts'
import { openGitServer } from '../../../test/support/git-server.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { readConfig } from '../../config.ts'
import { refreshDue, refreshIfDue } from './due.ts'

const git = await openGitServer({ users: { ada: 'right' } })
afterAll(() => git[Symbol.asyncDispose]())
const server = useServer({
  config: { git: readConfig({ GIT_PLAIN_HTTP: 'true' }).git, privateAddresses: ['127.0.0.1'], catalogRefreshMinutes: 15 },
})

/** An organization with a catalog repository behind a password. */
async function withSource() {
  const organization_canonical = fresh('acme')
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  await git.repository(organization_canonical, { stacks: stackFiles('one') })
  for (const [name, password] of [
    ['right', 'right'],
    ['wrong', 'wrong'],
  ] as const)
    await ada.createCredential({
      path: { organization_canonical },
      body: { name, path: name, type: 'basic_auth', raw: { username: 'ada', password } },
    })
  const body = {
    name: 'stacks',
    canonical: 'stacks',
    url: git.url(organization_canonical),
    branch: 'stacks',
    credential_canonical: 'right',
  }
  const created = await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
  expect(created).toHaveStatus(200)
  const [row] = await server.database.query<{ organization_id: string; id: string }>(
    'select s.organization_id, s.id from stack_sources s join organizations o on o.id = s.organization_id where o.canonical = $1',
    [organization_canonical],
  )
  const payload = { organizationId: Number(row?.organization_id), sourceId: Number(row?.id) }
  const grow = () =>
    server.database.query(`update stack_sources set tried_at = now() - interval '16 minutes' where id = $1`, [payload.sourceId])
  const path = { organization_canonical, service_catalog_source_canonical: 'stacks' }
  return { ada, path, body, payload, grow, organization_canonical }
}

const shown = async (who: Client, path: { organization_canonical: string; service_catalog_source_canonical: string }) => {
  const { data } = (await who.getServiceCatalogSource({ path })).body
  return { stacks: data.service_catalogs?.map(({ canonical }) => canonical), problems: data.problems?.map(({ error }) => error) }
}
const eventsOf = async (who: Client, organization_canonical: string) =>
  (await who.getEvents({ path: { organization_canonical }, query: { begin: 0, end: Date.now() + 60_000 } })).body.data.filter(({ title }) =>
    title.includes('refreshed'),
  )

describe('a repository behind a password', () => {
  test('is read with its credential, and says which one', async () => {
    const { ada, path } = await withSource()
    const { data } = (await ada.getServiceCatalogSource({ path })).body
    expect(data).toMatchObject({ credential_canonical: 'right', stack_count: 1 })
    const { in_use } = (await ada.getCredential({ path: { ...path, credential_canonical: 'right' } })).body.data
    expect(in_use?.service_catalog_sources).toEqual([{ canonical: 'stacks', name: 'stacks' }])
    expect(await ada.deleteCredential({ path: { ...path, credential_canonical: 'right' } })).toBeError(
      'Conflict',
      'catalog repository stacks',
    )
  })

  test.each([
    ['a wrong password', { credential_canonical: 'wrong' }],
    ['no password', {}],
  ])('is not taken over with %s', async (_, more) => {
    const { ada, path, body, organization_canonical } = await withSource()
    const { credential_canonical: __, ...open } = body
    expect(await ada.updateServiceCatalogSource({ path, body: { ...open, ...more } })).toHaveStatus(422)
    expect((await ada.getServiceCatalogSource({ path })).body.data.credential_canonical).toBe('right')
    const again = { ...open, ...more, canonical: 'again' }
    expect(await ada.createServiceCatalogSource({ path: { organization_canonical }, body: again })).toHaveStatus(422)
  })

  test('lists its branches for whoever has the password', async () => {
    const { ada, body, organization_canonical } = await withSource()
    await git.commitFiles(organization_canonical, 'another', { x: 'x' })
    const branches = (credential_canonical?: string) =>
      ada.getRepoBranches({
        path: { organization_canonical },
        query: { git_url: body.url, ...(credential_canonical ? { credential_canonical } : {}) },
      })
    expect((await branches('right')).body.data).toEqual(['another', 'stacks'])
    expect(await branches('wrong')).toBeError('Invalid', 'query.git_url')
    expect(await branches()).toHaveStatus(422)
    await git.repository(`${organization_canonical}-empty`)
    const empty = await ada.getRepoBranches({
      path: { organization_canonical },
      query: { git_url: git.url(`${organization_canonical}-empty`), credential_canonical: 'right' },
    })
    expect(empty.body.data).toEqual([])
  })
})

describe('by the clock', () => {
  test('a repository is looked at again when it is due, and only then', async () => {
    const { ada, path, payload, grow, organization_canonical } = await withSource()
    await git.commitFiles(organization_canonical, 'stacks', stackFiles('two'))
    await refreshIfDue(server.platform, payload)
    expect((await shown(ada, path)).stacks).toEqual(['one'])
    await grow()
    await refreshIfDue(server.platform, payload)
    expect((await shown(ada, path)).stacks).toEqual(['one', 'two'])
    expect(await eventsOf(ada, organization_canonical)).toMatchObject([
      { message: 'The platform refreshed the service catalog source stacks: 1 stack created' },
    ])
  })

  test('one whose branch stands still is asked, not read, and leaves no event', async () => {
    const { ada, path, payload, grow, organization_canonical } = await withSource()
    const before = (await ada.getServiceCatalogSource({ path })).body.data
    await server.database.query(`update stack_sources set refreshed_at = now() - interval '1 hour' where id = $1`, [payload.sourceId])
    await server.database.query(`delete from stack_files where stack_id in (select id from stacks where source_id = $1)`, [
      payload.sourceId,
    ])
    await grow()
    await refreshIfDue(server.platform, payload)
    const after = (await ada.getServiceCatalogSource({ path })).body.data
    expect({ ...after, refreshed_at: before.refreshed_at }).toEqual({ ...before })
    expect(after.refreshed_at).toBeGreaterThan(Date.now() / 1000 - 600)
    expect(await eventsOf(ada, organization_canonical)).toEqual([])
  })

  test('one that cannot be reached keeps its stacks and says why, until it can be reached again', async () => {
    const { ada, path, payload, grow } = await withSource()
    await grow()
    git.trouble.status = 503
    await refreshIfDue(server.platform, payload)
    const failed = await shown(ada, path)
    git.trouble.status = undefined
    expect(failed.stacks).toEqual(['one'])
    expect(failed.problems).toHaveLength(1)
    // Tried again when it is due, not at once.
    await refreshIfDue(server.platform, payload)
    expect(await shown(ada, path)).toEqual(failed)
    await grow()
    await refreshIfDue(server.platform, payload)
    expect(await shown(ada, path)).toEqual({ stacks: ['one'], problems: [] })
  })

  test('those that are due are put into the queue, and one that is gone meanwhile does no harm', async () => {
    const { ada, path, payload, grow } = await withSource()
    const other = await withSource()
    await grow()
    await refreshDue(server.platform)
    const queued = await server.database.query<{ payload: unknown }>(
      `select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'stackSources.refresh'`,
    )
    expect(queued.map((job) => job.payload)).toContainEqual(payload)
    expect(queued.map((job) => job.payload)).not.toContainEqual(other.payload)
    await ada.deleteServiceCatalogSource({ path })
    await refreshIfDue(server.platform, payload)
  })
})
