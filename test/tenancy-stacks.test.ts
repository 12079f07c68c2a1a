/**
 * The one place where an organization reaches into another one: the stacks that an ancestor shares. Tried in the database as
 * the service's own role, so that nothing of the service stands in front; src/domains/components/sharing.test.ts tries it from
 * outside.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { asService, type Query, refusalOf } from './support/as-service.ts'
import type { Client } from './support/client.ts'
import { formValues } from './support/full-house-stacks.ts'
import { useRepositories } from './support/repositories.ts'
import { child, environment, member, organization, project, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { webStack } from './support/web-stack.ts'
import { gitIn, must } from './support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const home = <Name extends string>(name: Name) => [member(`ada-${name}` as const), project('web', environment('prod'))] as const
const ids = new Map<string, number>()
const idOf = (name: string): number => ids.get(name) ?? 0

/** `root` shares one of three stacks, of which the children and the grandchild made components; a stranger has the same names. */
beforeAll(async () => {
  const people = await scenario(
    server,
    organization('root', ...home('root'), child('left', ...home('left'), child('leaf', ...home('leaf'))), child('right', ...home('right'))),
    organization('stranger', ...home('stranger')),
  )
  const rows = await server.database.query<{ canonical: string; id: string }>('select canonical, id from organizations')
  for (const { canonical, id } of rows) ids.set(canonical, Number(id))
  for (const name of ['root', 'stranger'] as const) {
    const path = { organization_canonical: name }
    const ada = people[`ada-${name}`]
    const files = { ...webStack('open-stack'), ...webStack('own-stack'), ...webStack('quiet-stack') }
    const url = repositories.make(`${name}-stacks`, { stacks: files })
    await must(ada.createServiceCatalogSource({ path, body: { name: 'Catalogue', url, branch: 'stacks' } }))
    for (const [stack, visibility = ''] of [
      ['open-stack', 'shared'],
      ['quiet-stack', 'hidden'],
    ])
      await must(ada.updateServiceCatalog({ path: { ...path, service_catalog_ref: `${name}:${stack}` }, body: { visibility } }))
    await must(
      ada.updateServiceCatalogTerraformDiagram({ path: { ...path, service_catalog_ref: `${name}:open-stack` }, body: { by: name } }),
    )
  }
  for (const name of ['left', 'leaf'] as const) await makeComponent(people[`ada-${name}`], name)
})

async function makeComponent(ada: Client, name: string) {
  const path = { organization_canonical: name }
  await must(
    ada.createCredential({ path, body: { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'git', password: 'x' } } }),
  )
  await must(
    ada.updateConfigRepository({
      path: { ...path, config_repository_canonical: 'config' },
      body: { name: 'config', url: repositories.make(`${name}-config`), branch: 'main', credential_canonical: 'git', default: true },
    }),
  )
  await must(
    ada.createComponent({
      path: { ...path, project_canonical: 'web', environment_canonical: 'prod' },
      body: { name: 'Front', canonical: 'front', service_catalog_ref: 'root:open-stack', use_case: 'default', vars: formValues('eu') },
    }),
  )
}

const within = <T>(name: string, run: (query: Query) => Promise<T>) => asService(server.database, idOf(name), run)
const column = async (query: Query, statement: string, values: unknown[] = []): Promise<unknown[]> =>
  (await query<{ it: unknown }>(statement, values)).rows.map(({ it }) => it)
const stacksSeenBy = (name: string) =>
  within(name, (query) =>
    column(
      query,
      `select case s.organization_id when $1 then 'root' when $2 then 'stranger' else '?' end || ':' || s.canonical as it from stacks s order by 1`,
      [idOf('root'), idOf('stranger')],
    ),
  )
const stackId = async (name: string, canonical: string): Promise<number> => {
  const [row] = await server.database.query<{ id: string }>('select id from stacks where organization_id = $1 and canonical = $2', [
    idOf(name),
    canonical,
  ])
  return Number(row?.id)
}

describe('the rows of stacks', () => {
  test.each([
    ['root', ['root:open-stack', 'root:own-stack', 'root:quiet-stack']],
    ['left', ['root:open-stack']],
    ['leaf', ['root:open-stack']],
    ['right', ['root:open-stack']],
    ['stranger', ['stranger:open-stack', 'stranger:own-stack', 'stranger:quiet-stack']],
  ])('%s sees its own, and of its ancestors only what they share', async (name, expected) => {
    expect(await stacksSeenBy(name)).toEqual(expected)
  })

  test('files are seen with their stack, drawings and repositories only at home', async () => {
    const stacks = (name: string, table: string, id: string) =>
      within(name, (query) => column(query, `select distinct ${id} as it from ${table} where organization_id = $1`, [idOf('root')]))
    const open = String(await stackId('root', 'open-stack'))
    expect(await stacks('left', 'stack_files', 'stack_id::text')).toEqual([open])
    expect(await stacks('stranger', 'stack_files', 'stack_id::text')).toEqual([])
    expect(await stacks('root', 'stack_diagrams', 'stack_id::text')).toEqual([open])
    expect(await stacks('left', 'stack_diagrams', 'stack_id::text')).toEqual([])
    expect(await stacks('left', 'stack_sources', 'canonical')).toEqual([])
  })

  test('what an ancestor shares cannot be changed, taken over, added to or deleted from below', async () => {
    await within('left', async (query) => {
      for (const statement of [
        `update stacks set visibility = 'local'`,
        'delete from stacks',
        `update stack_files set content = ''`,
        'delete from stack_files',
      ])
        expect((await query(statement)).rowCount, statement).toBe(0)
    })
    const add = within('left', async (query) =>
      query(`insert into stack_files (organization_id, stack_id, path, object, content) values ($1, $2, 'x', 'x', '')`, [
        idOf('root'),
        await stackId('root', 'open-stack'),
      ]),
    )
    expect(await refusalOf(add)).toBe('42501')
  })

  test('shared no longer, a stack stays with those whose components were made from it, and with nobody else', async () => {
    await server.database.query(`update stacks set visibility = 'local' where organization_id = $1 and canonical = 'open-stack'`, [
      idOf('root'),
    ])
    try {
      expect(await stacksSeenBy('left')).toEqual(['root:open-stack'])
      expect(await stacksSeenBy('right')).toEqual([])
      expect(await within('right', (query) => column(query, 'select path as it from stack_files'))).toEqual([])
    } finally {
      await server.database.query(`update stacks set visibility = 'shared' where organization_id = $1 and canonical = 'open-stack'`, [
        idOf('root'),
      ])
    }
  })
})

describe('components', () => {
  test('of a child are out of sight for the statements of its parent, its sibling and its own children', async () => {
    for (const name of ['root', 'right', 'stranger'])
      expect(await within(name, (query) => column(query, 'select canonical as it from components')), name).toEqual([])
    expect(await within('leaf', (query) => column(query, 'select organization_id::text as it from components'))).toEqual([
      String(idOf('leaf')),
    ])
  })

  const foreign = [
    ['a stranger shares with its own children', 'stranger', 'open-stack'],
    ['an ancestor keeps to itself', 'root', 'own-stack'],
    ['an ancestor hides', 'root', 'quiet-stack'],
    ['nobody has', 'root', 'no-stack'],
  ] as const

  test.each(foreign)('cannot be made from a stack that %s', async (_, owner, canonical) => {
    const id = (await stackId(owner, canonical)) || 4_000_000_000
    const insert = within('left', (query) =>
      query(
        `insert into components (organization_id, environment_id, canonical, name, stack_organization_id, stack_id, use_case, vars)
         select organization_id, id, 'thief', 'thief', $1, $2, 'default', '{}' from environments`,
        [idOf(owner), id],
      ),
    )
    expect(await refusalOf(insert)).toBe('42501')
  })

  test.each(foreign)('cannot turn to a stack that %s', async (_, owner, canonical) => {
    const id = (await stackId(owner, canonical)) || 4_000_000_000
    const update = within('left', (query) => query('update components set stack_organization_id = $1, stack_id = $2', [idOf(owner), id]))
    expect(await refusalOf(update)).toBe('42501')
  })

  test('can be changed as long as they live, also when their stack is shared no longer', async () => {
    await server.database.query(`update stacks set visibility = 'hidden' where organization_id = $1 and canonical = 'open-stack'`, [
      idOf('root'),
    ])
    try {
      expect(await within('left', async (query) => (await query(`update components set name = 'other'`)).rowCount)).toBe(1)
    } finally {
      await server.database.query(`update stacks set visibility = 'shared' where organization_id = $1 and canonical = 'open-stack'`, [
        idOf('root'),
      ])
    }
  })
})

describe('doors', () => {
  test.each([
    ['left', 'root', 'open-stack', ['Catalogue']],
    ['root', 'root', 'quiet-stack', ['Catalogue']],
    ['left', 'root', 'own-stack', []],
    ['left', 'root', 'quiet-stack', []],
    ['root', 'stranger', 'open-stack', []],
    ['stranger', 'root', 'open-stack', []],
  ])('catalog_of_stack tells %s where %s:%s comes from: %j', async (name, owner, canonical, expected) => {
    const id = await stackId(owner, canonical)
    expect(await within(name, (query) => column(query, 'select name as it from catalog_of_stack($1, $2)', [idOf(owner), id]))).toEqual(
      expected,
    )
  })

  test('components_of_stack counts, for the stack’s own organization alone', async () => {
    const id = await stackId('root', 'open-stack')
    const count = (name: string) => within(name, (query) => column(query, 'select components_of_stack($1)::int as it', [id]))
    expect(await count('root')).toEqual([2])
    for (const name of ['left', 'leaf', 'right', 'stranger']) expect(await count(name), name).toEqual([0])
  })

  test('due_stack_sources answers only in the platform scope', async () => {
    const due = (query: Query) =>
      column(query, `select organization_id::int as it from due_stack_sources(interval '-1 hour', 10) order by 1`)
    expect(await within('root', due)).toEqual([])
    expect(await asService(server.database, null, due)).toEqual([])
    const inPlatform = asService(server.database, null, async (query) => {
      await query(`select set_config('trochoid.platform', 'on', true)`)
      return due(query)
    })
    expect(await inPlatform).toEqual([idOf('root'), idOf('stranger')])
  })

  test('outside of every scope they say nothing', async () => {
    const id = await stackId('root', 'open-stack')
    await asService(server.database, null, async (query) => {
      expect(await column(query, 'select name as it from catalog_of_stack($1, $2)', [idOf('root'), id])).toEqual([])
      expect(await column(query, 'select components_of_stack($1)::int as it', [id])).toEqual([0])
    })
  })
})
