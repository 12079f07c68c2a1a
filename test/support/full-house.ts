/**
 * An organization with something in every tenant table. Every house has things with the same canonicals (`web`, `core`, …),
 * and things that only it has (`only-<marker>`); the marker also stands in names, texts and people's names, so that
 * whatever leaks can be recognized.
 */
import { expect } from 'vitest'
import type { Answer, Client } from './client.ts'
import { furnishWithCosts } from './full-house-costs.ts'
import { furnishWithIdentity } from './full-house-identity.ts'
import { furnishWithPipelines } from './full-house-pipelines.ts'
import { formValues, furnishWithGit } from './full-house-stacks.ts'
import { furnishWithTerraform } from './full-house-terraform.ts'
import type { Known } from './questions.ts'
import type { Repositories } from './repositories.ts'
import { apiKey, configRepository, environment, member, organization, project, role, scenario, team } from './scenario.ts'
import type { TestServer } from './server.ts'

export interface House {
  id: number
  canonical: string
  marker: string
  admin: Client
  /** A member of the built-in role that may do nothing. */
  nobody: Client
  /** An API key that may do everything. */
  key: Client
  /** What exists in both houses, by the names of parameters and properties. */
  shared: Known
  /** What exists in this house alone. */
  own: Known
}

/** @param server with `config: gitIn(repositories)` */
export async function fullHouse(server: TestServer, repositories: Repositories, canonical: string, marker: string): Promise<House> {
  const names = { admin: `ada-${marker}`, writer: `wil-${marker}`, nobody: `nil-${marker}` }
  const only = `only-${marker}`
  const parts = [
    member(names.admin),
    member(names.writer, 'organization-member'),
    member(names.nobody, 'default-no-permissions'),
    role('deployer', ['organization:project:*', `organization:${canonical}:project:*`]),
    role(only, ['organization:project:read']),
    team('core', { roles: ['deployer'], members: [names.writer] }),
    team(only, { roles: [only], members: [names.writer] }),
    apiKey('robot'),
    apiKey(only),
    configRepository('config'),
    configRepository(only),
    project('web', environment('prod'), environment(only), { owner: names.writer, team: 'core' }),
    project(only, environment('prod')),
  ]
  const cast = (await scenario(server, organization(canonical, ...parts))) as Record<string, Client>
  const admin = cast[names.admin] as Client
  const path = { organization_canonical: canonical }
  const done = (answer: Answer<unknown>): void =>
    expect(answer.status, JSON.stringify(answer.body) + server.logs.filter((line) => line.includes('unexpected')).join('')).toBeLessThan(
      300,
    )
  for (const name of ['aws', only])
    done(
      await admin.createCredential({
        path,
        body: {
          name: `Keys of ${marker}`,
          canonical: name,
          path: name,
          type: 'aws',
          description: marker,
          raw: { access_key: `access-${marker}`, secret_key: `secret-${marker}` },
        },
      }),
    )
  for (const name of ['look', only])
    done(
      await admin.createAppearance({
        path,
        body: {
          name,
          color: { r: 1, g: 2, b: 3 },
          display_name: marker,
          footer: marker,
          tab_title: marker,
          logo: `https://example.com/${marker}.svg`,
          favicon: 'https://example.com/f.ico',
        },
      }),
    )
  await furnishWithGit(server, repositories, { admin, canonical, marker })
  const running = await furnishWithPipelines(server, { admin, canonical, marker })
  const identity = await furnishWithIdentity(server, { canonical, marker })
  const terraform = await furnishWithTerraform(server, { admin, canonical, marker })
  const costs = await furnishWithCosts(server, { canonical, marker })
  done(await admin.createProjectFavorite({ path: { ...path, project_canonical: 'web' } }))
  done(await admin.inviteUserToOrgMember({ path, body: { email: `pending-${marker}@example.com`, role_canonical: 'organization-member' } }))
  done(
    await admin.sendEvent({
      path,
      body: { title: marker, message: marker, severity: 'info', type: 'Custom', icon: 'fa-flag', tags: [{ key: 'marker', value: marker }] },
    }),
  )

  const ids = async (table: string, where: string) =>
    (
      await server.database.query<{ id: string }>(
        `select t.id from ${table} t join organizations o on o.id = t.organization_id where o.canonical = $1 and ${where} order by t.id`,
        [canonical],
      )
    ).map(({ id }) => Number(id))
  for (const table of ['projects', 'teams', 'roles', 'api_keys', 'config_repositories', 'environments'])
    await server.database.query(
      `update ${table} t set name = 'Name ' || $2 from organizations o where o.id = t.organization_id and o.canonical = $1 and (t.canonical = $3 or t.canonical in ('web', 'core', 'deployer', 'robot', 'config', 'prod'))`,
      [canonical, marker, only],
    )
  await server.database.query('update organizations set name = $2 where canonical = $1', [canonical, `Name ${marker}`])

  const [id = 0] = await ids('organizations', 'true')
  return {
    id,
    canonical,
    marker,
    admin,
    nobody: cast[names.nobody] as Client,
    key: cast['robot'] as Client,
    shared: {
      ...running.shared,
      ...identity.shared,
      ...terraform.shared,
      ...costs.shared,
      ...namesFor({
        project: 'web',
        environment: 'prod',
        team: 'core',
        role: 'deployer',
        api_key: 'robot',
        credential: 'aws',
        config_repository: 'config',
        appearance: 'look',
        service_catalog_source: 'catalogue',
        component: 'front',
      }),
      organization_canonical: [canonical],
      service_catalog_ref: [`${canonical}:web-stack`],
      use_case: ['default'],
      use_case_canonical: ['default'],
      vars: [formValues(marker)],
    },
    own: {
      ...running.own,
      ...identity.own,
      ...terraform.own,
      ...costs.own,
      ...namesFor({
        project: only,
        environment: only,
        team: only,
        role: only,
        api_key: only,
        credential: only,
        config_repository: only,
        appearance: only,
        service_catalog_source: only,
        component: only,
      }),
      organization_canonical: [canonical],
      service_catalog_ref: [`${canonical}:${only}`],
      member_id: await ids('members', 'true'),
      owner: [names.admin],
      username: [names.admin],
      user_canonical: [names.admin],
    },
  }
}

function namesFor(entities: Record<string, string>): Record<string, readonly string[]> {
  const known: Record<string, readonly string[]> = {}
  for (const [entity, canonical] of Object.entries(entities)) {
    known[`${entity}_canonical`] = [canonical]
    known[`${entity}s_canonical`] = [canonical]
  }
  return {
    ...known,
    project_config_repository_canonical: known['config_repository_canonical'] ?? [],
    destination_project_canonical: known['project_canonical'] ?? [],
    destination_environment_canonical: known['environment_canonical'] ?? [],
  }
}

/** Everything stored for an organization and its people, for comparing before and after. Who used a key last, and from where, may change. */
export async function rowsOf(server: TestServer, organizationId: number): Promise<Record<string, string[]>> {
  const tables = (await tenantTables(server)).filter((table) => table !== 'api_key_addresses')
  const rows: Record<string, string[]> = {}
  for (const table of tables)
    rows[table] = (
      await server.database.query<{ row: string }>(
        `select (to_jsonb(t) - 'last_used_at')::text as row from ${table} t where organization_id = $1 order by 1`,
        [organizationId],
      )
    ).map(({ row }) => row)
  const people = `select user_id from members where organization_id = $1`
  for (const [table, column] of [
    ['users', 'id'],
    ['user_emails', 'user_id'],
  ])
    rows[table as string] = (
      await server.database.query<{ row: string }>(
        `select to_jsonb(t)::text as row from ${table} t where ${column} in (${people}) order by 1`,
        [organizationId],
      )
    ).map(({ row }) => row)
  return rows
}

export async function tenantTables(server: Pick<TestServer, 'database'>): Promise<string[]> {
  const rows = await server.database.query<{ name: string }>(`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`)
  return rows.map(({ name }) => name)
}
