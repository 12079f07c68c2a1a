/**
 * Builds a world in one expression, through the product's own functions, so that a test's first line reads as its story:
 *
 *   const { ada } = await scenario(server, organization('acme', member('ada', 'organization-admin'), project('web', environment('prod'))))
 */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { hashOfToken } from '../../src/access/remember.ts'
import { type NewSession, startSession } from '../../src/access/sessions.ts'
import { AccountTx } from '../../src/db/account-tx.ts'
import { OrgTx } from '../../src/db/organization-tx.ts'
import { foundOrganization } from '../../src/domains/organizations/found.ts'
import type { Platform } from '../../src/platform.ts'
import type { Client } from './client.ts'
import type { TestServer } from './server.ts'

/** `Name` is who enters the stage with this part, so that the scenario's result is typed by its cast. */
interface OrganizationPart<Name extends string = never> {
  (world: World, organization: { id: number; path: number[]; canonical: string }): Promise<void>
  readonly cast?: Name
}
interface WorldPart<Name extends string = never> {
  (world: World): Promise<void>
  readonly cast?: Name
}
type ProjectPart = (world: World, organization: { id: number }, project: { id: number }) => Promise<void>

interface World {
  server: TestServer
  platform: Platform
  users: Map<string, { id: number; username: string }>
  keys: Map<string, string>
}

/** Signed-in clients by username, and API key clients by canonical. */
export type Cast<Name extends string> = { readonly [N in Name]: Client }

export async function scenario<Name extends string>(server: TestServer, ...parts: WorldPart<Name>[]): Promise<Cast<Name>> {
  const world: World = { server, platform: server.platform, users: new Map(), keys: new Map() }
  for (const part of parts) await part(world)
  const cast: Record<string, Client> = {}
  for (const [name, user] of world.users) cast[name] = server.client(await sessionToken(server, user))
  for (const [name, token] of world.keys) cast[name] = server.client(token)
  return cast as Cast<Name>
}

/** @param session how it began; by a password, without a second factor, unless told */
export async function sessionToken(
  { platform }: TestServer,
  { id, username }: { id: number; username: string },
  session: Partial<NewSession> = {},
): Promise<string> {
  const proof = {
    method: 'password',
    secondFactor: null,
    confinedTo: null,
    identityId: null,
    address: '127.0.0.1',
    userAgent: 'test',
  } as const
  const { id: number, until } = await AccountTx.write(platform.database, { kind: 'platform' }, async (tx) => {
    const user = await tx.db.selectFrom('users').select('token_generation').where('id', '=', id).executeTakeFirstOrThrow()
    return startSession(tx, { userId: id, generation: user.token_generation, ...proof, ...session }, platform.config)
  })
  return platform.tokens.sign({ kind: 'user', id, username, session: number, organization: null }, until, {
    given_name: username,
    family_name: 'Tester',
    locale: 'en',
  })
}

export const organization =
  <Name extends string>(canonical: string, ...parts: OrganizationPart<Name>[]): WorldPart<Name> =>
  async (world) => {
    const id = await found(world, canonical, null)
    for (const part of parts) await part(world, { id, path: [id], canonical })
  }

export const child =
  <Name extends string>(canonical: string, ...parts: OrganizationPart<Name>[]): OrganizationPart<Name> =>
  async (world, parent) => {
    const id = await found(world, canonical, parent)
    for (const part of parts) await part(world, { id, path: [...parent.path, id], canonical })
  }

export const member =
  <Name extends string>(username: Name, role = 'organization-admin'): OrganizationPart<Name> =>
  async (world, { id }) => {
    const user = await personNamed(world, username)
    await inside(world, id, async (tx) => {
      const { id: role_id } = await tx.selectFrom('roles').select('id').where('canonical', '=', role).executeTakeFirstOrThrow()
      await tx.execute(
        sql`insert into members (organization_id, user_id, role_id, invitation_state) values (${id}, ${user.id}, ${role_id}, 'accepted')`,
      )
    })
  }

/** A role with its own rules: `role('deployer', ['organization:project:*', 'organization:acme:project:cy-*'])`. */
export const role =
  (canonical: string, ...rules: [action: string, ...resources: string[]][]): OrganizationPart =>
  (world, { id }) =>
    inside(world, id, async (tx) => {
      const made = await tx.insertInto('roles', { canonical, name: canonical }).returning('id').executeTakeFirstOrThrow()
      if (rules.length > 0)
        await tx
          .insertInto(
            'rules',
            rules.map(([action, ...resources]) => ({ role_id: made.id, api_key_id: null, action, resources })),
          )
          .execute()
    })

export const team =
  (canonical: string, { roles = [], members = [] }: { roles?: string[]; members?: string[] } = {}): OrganizationPart =>
  (world, { id }) =>
    inside(world, id, async (tx) => {
      const made = await tx.insertInto('teams', { canonical, name: canonical, owner_id: null }).returning('id').executeTakeFirstOrThrow()
      await tx.execute(
        sql`insert into team_roles (organization_id, team_id, role_id) select organization_id, ${made.id}, id from roles where organization_id = ${id} and canonical = any (${roles})`,
      )
      const userIds = members.map((username) => world.users.get(username)?.id ?? 0)
      await tx.execute(
        sql`insert into team_members (organization_id, team_id, member_id) select organization_id, ${made.id}, id from members where organization_id = ${id} and user_id = any (${userIds})`,
      )
    })

export const apiKey =
  <Name extends string>(canonical: Name, ...rules: [action: string, ...resources: string[]][]): OrganizationPart<Name> =>
  async (world, { id, canonical: organizationCanonical }) => {
    const token = await world.platform.tokens.mintKey(organizationCanonical)
    await inside(world, id, async (tx) => {
      const made = await tx
        .insertInto('api_keys', {
          canonical,
          name: canonical,
          owner_id: null,
          token_hash: hashOfToken(token),
          last_seven: token.slice(-7),
          last_used_at: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      await tx
        .insertInto(
          'rules',
          (rules.length > 0 ? rules : [['organization:**'] as const]).map(([action, ...resources]) => ({
            role_id: null,
            api_key_id: made.id,
            action,
            resources,
          })),
        )
        .execute()
    })
    world.keys.set(canonical, token)
  }

export const configRepository =
  (canonical = 'config'): OrganizationPart =>
  (world, { id }) =>
    inside(world, id, async (tx) => {
      const any = await tx.selectFrom('config_repositories').select('id').where('is_default', '=', true).executeTakeFirst()
      await tx
        .insertInto('config_repositories', {
          canonical,
          name: canonical,
          url: 'https://git.example.com/config.git',
          branch: 'config',
          credential_id: null,
          is_default: !any,
        })
        .execute()
    })

/** Makes the organization's config repository `config` too, when there is none. */
export const project =
  (canonical: string, ...parts: (ProjectPart | { owner?: string; team?: string })[]): OrganizationPart =>
  async (world, home) => {
    const options = parts.find((part) => typeof part === 'object') as { owner?: string; team?: string } | undefined
    const made = await inside(world, home.id, async (tx) => {
      const find = () => tx.selectFrom('config_repositories').select('id').orderBy('id').limit(1).executeTakeFirst()
      if (!(await find())) await configRepositoryIn(tx)
      const repository = await find()
      const owning = options?.team
        ? await tx.selectFrom('teams').select('id').where('canonical', '=', options.team).executeTakeFirstOrThrow()
        : null
      return tx
        .insertInto('projects', {
          canonical,
          name: canonical,
          color: 'blue',
          icon: 'planet',
          cloud_provider: null,
          config_repository_id: repository?.id ?? 0,
          owner_id: options?.owner ? (world.users.get(options.owner)?.id ?? null) : null,
          team_id: owning?.id ?? null,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
    })
    for (const part of parts) if (typeof part === 'function') await part(world, home, made)
  }

const configRepositoryIn = (tx: OrgTx) =>
  tx
    .insertInto('config_repositories', {
      canonical: 'config',
      name: 'config',
      url: 'https://git.example.com/config.git',
      branch: 'config',
      credential_id: null,
      is_default: true,
    })
    .execute()

export const environment =
  (canonical: string): ProjectPart =>
  (world, { id }, { id: project_id }) =>
    inside(
      world,
      id,
      async (tx) => void (await tx.insertInto('environments', { project_id, canonical, name: canonical, color: 'green' }).execute()),
    )

/** Somebody with an account and no organization. */
export const person =
  <Name extends string>(username: Name): WorldPart<Name> =>
  async (world) =>
    void (await personNamed(world, username))

async function personNamed(world: World, username: string): Promise<{ id: number; username: string }> {
  const known = world.users.get(username)
  if (known) return known
  const [row] = await world.server.database.query<{ id: string }>(
    `with u as (insert into users (username, given_name, family_name) values ($1, $2, 'Tester') on conflict (username) do update set given_name = excluded.given_name returning id),
          e as (insert into user_emails (user_id, email, purpose, verified_at) select id, $1 || '@example.com', 'primary', now() from u on conflict do nothing)
     select id from u`,
    [username, username.padEnd(2, 'x')],
  )
  const user = { id: Number(row?.id), username }
  world.users.set(username, user)
  return user
}

async function found(world: World, canonical: string, parent: { id: number; path: number[] } | null): Promise<number> {
  const { platform } = world
  return AccountTx.write(platform.database, { kind: 'platform' }, (tx) =>
    foundOrganization(
      { execute: (statement) => tx.execute(statement), into: (id, run) => tx.inOrganization(id, null, run) },
      {
        canonical,
        name: canonical,
        parent: parent && { ...parent, can_children_create_appearance: false },
        founder: null,
        master: platform.master,
      },
    ),
  )
}

function inside<T>({ platform }: World, organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T> {
  return OrgTx.write(platform.database, { kind: 'organization', organizationId, accountId: null, subjects: [], epoch: null }, run)
}

/** A name no other test of the file has used. */
export const fresh = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`
