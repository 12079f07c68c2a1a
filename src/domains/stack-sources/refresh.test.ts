import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { catalog, stackFiles } from '../../../test/support/catalog.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { child, environment, fresh, member, organization, project, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { changed, names, nothing, withRepository as repositoryFor, sourceEvents } from '../../../test/support/sources.ts'
import { gitIn } from '../../../test/support/workshop.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { refreshSource } from './refresh.ts'
import { getSource } from './sources.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const withRepository = (files: Record<string, string | Buffer>) => repositoryFor(server, repositories, files)

/** A component made from the stack, as far as the catalogue cares. */
async function useStack(user: string, owner: string, canonical: string): Promise<void> {
  await server.database.query(
    `insert into components (organization_id, environment_id, canonical, name, stack_organization_id, stack_id, use_case, vars)
    select e.organization_id, e.id, 'web', 'web', s.organization_id, s.id, 'default', '{}'
    from environments e join organizations o on o.id = e.organization_id and o.canonical = $1,
      stacks s join organizations h on h.id = s.organization_id and h.canonical = $2 where s.canonical = $3`,
    [user, owner, canonical],
  )
}

describe('a refresh', () => {
  test('creates, updates and deletes what was created, changed and deleted in git, and says so in one event', async () => {
    const { ada, body, commit, refresh, path, organization_canonical } = await withRepository({
      ...stackFiles('changed'),
      ...stackFiles('file-only'),
      ...stackFiles('gone'),
      ...stackFiles('same'),
    })
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    const before = await sourceEvents(ada, organization_canonical)
    const gone = Object.fromEntries(Object.keys(stackFiles('gone')).map((file) => [file, null]))
    const update = String(stackFiles('changed')['changed/.cycloid.yml']).replace('It does', 'Now it does')
    commit({ ...stackFiles('fresh'), ...gone, 'changed/.cycloid.yml': update, 'file-only/terraform/main.tf': '# another\n' })
    const answer = await refresh()
    expect(changed(answer)).toEqual({ created: ['fresh'], updated: ['changed', 'file-only'], deleted: ['gone'] })
    expect(answer.updated[0]?.description).toBe('Now it does changed.')
    expect(names((await ada.getServiceCatalogSource({ path })).body.data.service_catalogs)).toEqual([
      'changed',
      'file-only',
      'fresh',
      'same',
    ])
    const contents = await server.database.query<{ content: Buffer }>(
      `select content from stack_files f join stacks s on s.organization_id = f.organization_id and s.id = f.stack_id
      join organizations o on o.id = s.organization_id where o.canonical = $1 and s.canonical = 'file-only' and f.path = 'terraform/main.tf'`,
      [organization_canonical],
    )
    expect(contents.map(({ content }) => content.toString())).toEqual(['# another\n'])
    expect((await sourceEvents(ada, organization_canonical)).filter((message) => !before.includes(message))).toEqual([
      'my-catalog was read again: 1 stack created, 2 stacks updated, 1 stack deleted',
    ])
  })

  test('of a branch that stands still writes when it looked, and nothing else', async () => {
    const { ada, body, refresh, organization_canonical } = await withRepository({ ...stackFiles('one'), ...stackFiles('two') })
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    const rows = () =>
      server.database.query(
        `select s.xmin::text, f.xmin::text as file from stacks s left join stack_files f on f.organization_id = s.organization_id and f.stack_id = s.id
        join organizations o on o.id = s.organization_id where o.canonical = $1 order by s.canonical, f.path`,
        [organization_canonical],
      )
    const [before, events] = [await rows(), await sourceEvents(ada, organization_canonical)]
    expect(changed(await refresh())).toEqual(nothing)
    expect(await rows()).toEqual(before)
    expect(await sourceEvents(ada, organization_canonical)).toEqual(events)
  })

  test('keeps a stack that moved to another directory, with its visibility', async () => {
    const { ada, body, commit, refresh, organization_canonical } = await withRepository(stackFiles('one'))
    const { data } = (await ada.createServiceCatalogSource({ path: { organization_canonical }, body: { ...body, visibility: 'shared' } }))
      .body
    const moved = Object.entries(stackFiles('one')).flatMap(([path, content]) => [
      [path, null] as const,
      [path.replace('one/', 'elsewhere/'), content] as const,
    ])
    commit(Object.fromEntries(moved))
    const { updated, created, deleted } = await refresh()
    expect(updated).toMatchObject([{ id: data.service_catalogs?.[0]?.id, directory: 'elsewhere', visibility: 'shared' }])
    expect([...created, ...deleted]).toEqual([])
  })

  test('keeps a stack whose definition broke as it was, and says so', async () => {
    const { ada, body, commit, refresh, organization_canonical } = await withRepository({ ...stackFiles('one'), ...stackFiles('two') })
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    commit({ 'one/.cycloid.yml': 'canonical: [', 'one/terraform/main.tf': '# not read' })
    const answer = await refresh()
    expect(changed(answer)).toEqual(nothing)
    expect(answer.problems).toMatchObject([{ directory: 'one', error: expect.stringContaining('not valid YAML') }])
    commit({ 'one/.cycloid.yml': String(stackFiles('one')['one/.cycloid.yml']) })
    const mended = await refresh()
    expect(changed(mended)).toEqual({ ...nothing, updated: ['one'] })
    expect(mended.problems).toEqual([])
  })

  test('keeps stacks that components use, also those of a child organization', async () => {
    const [parent, below] = [fresh('acme'), fresh('acme')]
    const { ada } = await scenario(server, organization(parent, member('ada'), child(below, project('web', environment('prod')))))
    const { repository } = await catalog(repositories, ada, parent, 'stacks', {
      ...stackFiles('used', 'status: public'),
      ...stackFiles('unused'),
    })
    await useStack(below, parent, 'used')
    repositories.commit(repository, 'stacks', {
      ...Object.fromEntries([...Object.keys(stackFiles('used')), ...Object.keys(stackFiles('unused'))].map((path) => [path, null])),
      'README.md': 'empty',
    })
    const path = { organization_canonical: parent, service_catalog_source_canonical: 'stacks' }
    const answer = await ada.refreshServiceCatalogSource({ path })
    expect(changed(answer.body.data)).toEqual({ ...nothing, deleted: ['unused'] })
    expect(answer.body.data.problems).toEqual([
      { directory: 'used', error: 'The stack used is no longer in the repository; it stays because components use it' },
    ])
    expect(await ada.deleteServiceCatalogSource({ path })).toBeError('Conflict', 'stack used: 1 component')
    await server.database.query('delete from components')
    expect(changed((await ada.refreshServiceCatalogSource({ path })).body.data)).toEqual({ ...nothing, deleted: ['used'] })
    expect(await ada.deleteServiceCatalogSource({ path })).toHaveStatus(204)
  })

  test('does not take a canonical from another repository, until that is gone', async () => {
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    await catalog(repositories, ada, organization_canonical, 'first', stackFiles('web'))
    await catalog(repositories, ada, organization_canonical, 'second', { ...stackFiles('web'), ...stackFiles('own') })
    const path = { organization_canonical, service_catalog_source_canonical: 'second' }
    const second = (await ada.getServiceCatalogSource({ path })).body.data
    expect(names(second.service_catalogs)).toEqual(['own'])
    expect(second.problems).toEqual([{ directory: 'web', error: 'The canonical web is taken by a stack of the catalog repository first' }])
    await ada.deleteServiceCatalogSource({ path: { organization_canonical, service_catalog_source_canonical: 'first' } })
    expect(changed((await ada.refreshServiceCatalogSource({ path })).body.data)).toEqual({ ...nothing, created: ['web'] })
  })

  test('that cannot reach the repository changes nothing', async () => {
    const { ada, body, path, url, organization_canonical } = await withRepository(stackFiles('one'))
    const other = repositories.make(`${organization_canonical}-other`, { main: { x: 'x' } })
    const { body: created } = await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    await server.database.query(`update stack_sources set url = $2 where url = $1`, [url, other])
    const answer = await ada.refreshServiceCatalogSource({ path })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', 'branch')
    expect((await ada.getServiceCatalogSource({ path })).body.data.service_catalogs).toEqual(created.data.service_catalogs)
  })

  test('ten at once end at the last commit, with every stack once', async () => {
    const { ada, body, commit, path, organization_canonical } = await withRepository(stackFiles('one'))
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    const answers = Array.from({ length: 10 }, (_, index) => {
      const hash = commit(stackFiles(`stack-${index}`))
      return { hash, answer: ada.refreshServiceCatalogSource({ path }) }
    })
    for (const { answer } of answers) expect([200, 503]).toContain((await answer).status)
    const { data } = (await ada.getServiceCatalogSource({ path })).body
    await ada.refreshServiceCatalogSource({ path })
    expect(names(data.service_catalogs)).toEqual(['one', ...answers.map((_, index) => `stack-${index}`)])
  })

  test('that read an older commit than another one settled meanwhile reads again', async () => {
    const { ada, add, commit, path, refresh, organization_canonical } = await withRepository(stackFiles('one'))
    await add()
    const { platform } = server
    let reads = 0
    const git: typeof platform.git = {
      ...platform.git,
      read: (remote, branch, run) =>
        platform.git.read(remote, branch, async (snapshot) => {
          if (reads++ === 0) {
            commit(stackFiles('two'))
            await refresh()
          }
          return run(snapshot)
        }),
    }
    commit({ 'one/terraform/main.tf': '# older\n' })
    const doors = await doorsInto(organization_canonical)
    await refreshSource({ ...platform, git }, doors, (tx) => getSource(tx, 'my-catalog'))
    expect(reads).toBe(2)
    expect(names((await ada.getServiceCatalogSource({ path })).body.data.service_catalogs)).toEqual(['one', 'two'])
  })

  test('waits while two others of the organization hold their files in memory', async () => {
    const { add, organization_canonical } = await withRepository(stackFiles('one'))
    await add()
    const { platform } = server
    let inside = 0
    let most = 0
    const git: typeof platform.git = {
      ...platform.git,
      read: (remote, branch, run) =>
        platform.git.read(remote, branch, (snapshot) => {
          const list = async (folder?: string) => {
            most = Math.max(most, ++inside)
            await sleep(20)
            inside--
            return snapshot.list(folder)
          }
          return run({ ...snapshot, list })
        }),
    }
    const doors = await doorsInto(organization_canonical)
    await Promise.all(Array.from({ length: 8 }, () => refreshSource({ ...platform, git }, doors, (tx) => getSource(tx, 'my-catalog'))))
    expect(most).toBe(2)
  })
})

async function doorsInto(organization: string) {
  const { platform, database } = server
  const [row] = await database.query<{ id: string }>('select id from organizations where canonical = $1', [organization])
  const scope = { kind: 'organization', organizationId: Number(row?.id), accountId: null, subjects: [], epoch: null } as const
  return {
    read: <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(platform.database, scope, run),
    settle: <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(platform.database, scope, run),
  }
}
