/** A database and an organization with content, for measuring. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { hashOfToken } from '../../src/access/remember.ts'
import { openSessionTokens } from '../../src/access/session-tokens.ts'
import { AccountTx } from '../../src/db/account-tx.ts'
import { migrate } from '../../src/db/migrate.ts'
import { OrgTx } from '../../src/db/organization-tx.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { foundOrganization } from '../../src/domains/organizations/found.ts'
import { openEmbeddedPostgres } from '../../src/outside/embedded-postgres.ts'
import { openMasterKeys } from '../../src/outside/master-key.ts'

export interface World extends AsyncDisposable {
  home: string
  databaseUrl: string
  organizationId: number
  /** Of an API key with organization:**. */
  key: string
  /** Of a person with a role of 200 rules. */
  session: string
  userId: number
}

export async function openWorld(projects: number): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'trochoid-bench-'))
  const postgres = await openEmbeddedPostgres({ directory: join(home, 'postgres') })
  await migrate(postgres.url)
  const master = openMasterKeys(undefined, home)
  const database = openDatabase({ url: postgres.url, size: 2 })
  const tokens = await openSessionTokens(database, master)
  const platform = { kind: 'platform' } as const
  const organizationId = await AccountTx.write(database, platform, (tx) =>
    foundOrganization(
      { execute: (statement) => tx.execute(statement), into: (id, run) => tx.inOrganization(id, null, run) },
      { canonical: 'bench', name: 'Bench', parent: null, founder: null, master },
    ),
  )
  const userId = await AccountTx.write(database, platform, async (tx) => {
    const user = await tx.db
      .insertInto('users')
      .values({ username: 'ada', given_name: 'Ada', family_name: 'Lovelace' } as never)
      .returning('id')
      .executeTakeFirstOrThrow()
    await tx.db
      .insertInto('user_emails')
      .values({ user_id: user.id, email: 'ada@example.com', purpose: 'primary', verified_at: new Date() })
      .execute()
    return user.id
  })
  const key = await tokens.mintKey('bench')
  await OrgTx.write(database, { kind: 'organization', organizationId, accountId: null, subjects: [], epoch: null }, async (tx) => {
    const made = await tx
      .insertInto('api_keys', {
        canonical: 'bench',
        name: 'bench',
        owner_id: userId,
        token_hash: hashOfToken(key),
        last_seven: key.slice(-7),
        last_used_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const role = await tx.insertInto('roles', { canonical: 'rules', name: 'Two hundred rules' }).returning('id').executeTakeFirstOrThrow()
    const many = Array.from({ length: 199 }, (_, index) => ({
      role_id: role.id,
      api_key_id: null,
      action: `organization:project:${index % 2 ? 'update' : 'delete'}`,
      resources: [`organization:bench:project:p-${index}`],
    }))
    await tx
      .insertInto('rules', [
        { role_id: null, api_key_id: made.id, action: 'organization:**', resources: [] },
        { role_id: role.id, api_key_id: null, action: 'organization:project:*', resources: [] },
        ...many,
      ])
      .execute()
    await tx.execute(
      sql`insert into members (organization_id, user_id, role_id, invitation_state) values (${organizationId}, ${userId}, ${role.id}, 'accepted')`,
    )
    await tx.execute(
      sql`insert into config_repositories (organization_id, canonical, name, url, branch, is_default) values (${organizationId}, 'config', 'Config', 'https://git.example.com/c.git', 'main', true)`,
    )
    await tx.execute(sql`
      insert into projects (organization_id, canonical, name, color, icon, config_repository_id, owner_id)
      select ${organizationId}, 'project-' || i, 'Project ' || i, 'blue', 'planet', c.id, ${userId} from generate_series(1, ${projects}) i, config_repositories c where c.organization_id = ${organizationId}`)
    await tx.execute(sql`
      insert into environments (organization_id, project_id, canonical, name, color)
      select p.organization_id, p.id, e, e, 'green' from projects p, unnest(array['staging', 'prod']) e where p.organization_id = ${organizationId}`)
  })
  const until = new Date(Date.now() + 24 * 3600_000)
  const { rows: sessions } = await AccountTx.write(database, { kind: 'platform' }, (tx) =>
    tx.execute(sql<{ id: number }>`
      insert into sessions (user_id, method, expires_at, ends_at) values (${userId}, 'password', ${until}, ${until}) returning id`),
  )
  const session = await tokens.sign(
    { kind: 'user', id: userId, username: 'ada', session: sessions[0]?.id ?? 0, organization: 'bench' },
    until,
    { given_name: 'Ada', family_name: 'Lovelace', locale: 'en' },
  )
  await database[Symbol.asyncDispose]()
  return {
    home,
    databaseUrl: postgres.url,
    organizationId,
    key,
    session,
    userId,
    async [Symbol.asyncDispose]() {
      await postgres.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
