/**
 * The walls between organizations, tried one by one: in the database as the service's own role, in the keys, and in what the
 * service looks at before it starts. db/README.md tells how they are built; tenancy-http.test.ts tries them from outside.
 */
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { exceptions } from '../src/db/assert-walls.ts'
import { openPlatform } from '../src/platform.ts'
import { asService as inTransaction, type Query, refusalOf } from './support/as-service.ts'
import { createTestDatabase } from './support/database.ts'
import { fullHouse, type House, tenantTables } from './support/full-house.ts'
import { useRepositories } from './support/repositories.ts'
import { fresh } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { gitIn } from './support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
let a: House
let b: House
let tables: string[]
beforeAll(async () => {
  a = await fullHouse(server, repositories, fresh('alpha'), 'mkalpha')
  b = await fullHouse(server, repositories, fresh('beta'), 'mkbeta')
  tables = await tenantTables(server)
})

const asService = <T>(organization: number | null, run: (query: Query) => Promise<T>) => inTransaction(server.database, organization, run)

const count = async (query: Query, statement: string, values: unknown[] = []) => {
  const { rows } = await query<{ n: string }>(statement, values)
  return Number(rows[0]?.n)
}

describe('the rows of a table, in the scope of another organization', () => {
  test('the tables below are all there are, and each holds something of both', async () => {
    expect(tables.length).toBeGreaterThan(10)
    for (const table of tables)
      for (const { id } of [a, b])
        expect(
          await server.database.query(`select from ${table} where organization_id = $1`, [id]),
          `${table}: add a row in test/support/full-house.ts`,
        ).not.toHaveLength(0)
  })

  test('none is visible, neither by its organization nor by joining', async () => {
    await asService(b.id, async (query) => {
      for (const table of tables) {
        expect(await count(query, `select count(*) as n from ${table} where organization_id = $1`, [a.id]), table).toBe(0)
        expect(await count(query, `select count(*) as n from ${table} where organization_id <> $1`, [b.id]), table).toBe(0)
        expect(await count(query, `select count(*) as n from ${table}`), table).toBeGreaterThan(0)
      }
    })
  })

  test('none can be changed or deleted', async () => {
    for (const table of tables) {
      const columns = await server.database.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a' and attname not in ('organization_id', 'id') limit 1`,
        [table],
      )
      for (const statement of [
        `update ${table} set ${columns[0]?.name} = ${columns[0]?.name} where organization_id = ${a.id}`,
        `delete from ${table} where organization_id = ${a.id}`,
      ]) {
        const outcome = await asService(b.id, (query) => query(statement)).then(
          ({ rowCount }) => rowCount,
          (error: { code?: string }) => error.code,
        )
        // 42501: not even the right to try, as with events.
        expect([0, '42501'], `${statement}: ${outcome}`).toContain(outcome)
      }
    }
  })

  test('none can be written for the other, nor handed over', async () => {
    for (const table of tables) {
      const columns = await server.database.query<{ list: string }>(
        `select string_agg(quote_ident(attname), ', ' order by attnum) as list from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity <> 'a' and attname <> 'organization_id'`,
        [table],
      )
      const list = columns[0]?.list
      // organizations has its number under `id`, from which organization_id follows.
      const own = table === 'organizations' ? '' : `${a.id}, `
      const copied =
        table === 'organizations'
          ? list?.replace(/\bid, parent_id\b/, `${a.id + 1_000_000}, parent_id`).replace(/\bpath\b/, `array[${a.id + 1_000_000}]`)
          : list
      const into = table === 'organizations' ? list : `organization_id, ${list}`
      expect(
        await refusalOf(
          asService(b.id, (query) =>
            query(`insert into ${table} (${into}) select ${own}${copied} from ${table} where organization_id = ${b.id}`),
          ),
        ),
        `insert into ${table}`,
      ).toBe('42501')
      if (table === 'organizations') continue
      expect(['42501'], `hand over a row of ${table}`).toContain(
        await refusalOf(asService(b.id, (query) => query(`update ${table} set organization_id = ${a.id}`))),
      )
    }
  })

  test('without a scope nothing is visible', async () => {
    await asService(null, async (query) => {
      for (const table of tables) expect(await count(query, `select count(*) as n from ${table}`), table).toBe(0)
      for (const table of ['users', 'user_emails', 'account_tokens', 'signing_keys', 'mails'])
        expect(await count(query, `select count(*) as n from ${table}`), table).toBe(0)
    })
  })

  test('after a commit the connection has forgotten whose it was', async () => {
    const client = new pg.Client({ connectionString: server.database.url, options: '-c role=trochoid_app' })
    await client.connect()
    try {
      await client.query(`begin; select enter_organization(${a.id}, null, '{}', null)`)
      const query = client.query.bind(client) as Query
      expect(await count(query, 'select count(*) as n from projects')).toBeGreaterThan(0)
      await client.query('commit')
      for (const table of tables) expect(await count(query, `select count(*) as n from ${table}`), table).toBe(0)
    } finally {
      await client.end()
    }
  })

  test('the connections of the service itself keep nothing either', async () => {
    const { pool } = server.platform.database
    const clients = await Promise.all(Array.from({ length: 4 }, () => pool.connect()))
    try {
      for (const client of clients)
        for (const table of tables) expect(Number((await client.query(`select count(*) as n from ${table}`)).rows[0].n), table).toBe(0)
    } finally {
      for (const client of clients) client.release()
    }
  })
})

describe('keys', () => {
  test('begin with the organization in every tenant table', async () => {
    const rows = await server.database.query<{ table: string; columns: string[] }>(
      `
      select c.relname as table, array(select attname::text from unnest(k.conkey) with ordinality u (n, o) join pg_attribute on attrelid = c.oid and attnum = n order by o) as columns
      from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'p' and c.relname = any ($1)`,
      [tables],
    )
    // The lines of bills are millions, and found by their month alone (db/README.md).
    const keyless = ['cost_days', 'cost_lines']
    expect(rows.map(({ table }) => table).sort()).toEqual(tables.filter((table) => !keyless.includes(table)))
    expect(rows.filter(({ table, columns }) => columns[0] !== 'organization_id' && table !== 'organizations')).toEqual([])
  })

  test('a reference between tenant tables names the organization on both sides, so no row of one can point into the other', async () => {
    const rows = await server.database.query<{ name: string; here: string[]; there: string[] }>(
      `
      select k.conname as name,
        array(select attname::text from unnest(k.conkey) with ordinality u (n, o) join pg_attribute on attrelid = k.conrelid and attnum = n order by o) as here,
        array(select attname::text from unnest(k.confkey) with ordinality u (n, o) join pg_attribute on attrelid = k.confrelid and attnum = n order by o) as there
      from pg_constraint k where k.contype = 'f' and k.conrelid = any ($1::regclass[]) and k.confrelid = any ($1::regclass[]) and k.confrelid <> 'organizations'::regclass`,
      [tables],
    )
    expect(rows.length).toBeGreaterThan(8)
    const open = rows.filter(
      ({ here, there }) => here.indexOf('organization_id') === -1 || there[here.indexOf('organization_id')] !== 'organization_id',
    )
    // An ancestor may share its stacks; tenancy-stacks.test.ts tries the policy that guards this reference.
    expect(open.map(({ name }) => name)).toEqual(['components_stack_fk'])
  })

  test('Postgres refuses such a row, even from the owner of the tables', async () => {
    const [theirs] = await server.database.query<{ id: string }>('select id from projects where organization_id = $1 limit 1', [a.id])
    const insert = server.database.query(
      `insert into environments (organization_id, project_id, canonical, name, color) values ($1, $2, 'x', 'x', 'x')`,
      [b.id, theirs?.id],
    )
    expect(await refusalOf(insert)).toBe('23503')
  })

  test('emptying a reference when its target goes leaves the organization in place', async () => {
    const rows = await server.database.query<{ name: string }>(
      `
      select conname as name from pg_constraint where contype = 'f' and confdeltype = 'n' and conrelid = any ($1::regclass[]) and cardinality(conkey) > 1 and cardinality(confdelsetcols) is distinct from 1`,
      [tables],
    )
    expect(rows).toEqual([])
  })
})

describe('the walls themselves', () => {
  const listed = [...readFileSync(new URL('../db/README.md', import.meta.url), 'utf8').matchAll(/^\| `(\w+\.\w+)`\s*\|/gm)].map(
    ([, name]) => name,
  )

  test('db/README.md gives a reason for every exception, and for nothing else', () => {
    expect(listed.sort()).toEqual([...exceptions].sort())
  })

  test('every door is in db/README.md, and is owned by the role that owns nothing else', async () => {
    const readme = readFileSync(new URL('../db/README.md', import.meta.url), 'utf8')
    const doors = await server.database.query<{ name: string; owner: string }>(`
      select proname as name, pg_get_userbyid(proowner) as owner from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
      union select relname, pg_get_userbyid(relowner) from pg_class where relnamespace = 'public'::regnamespace and pg_get_userbyid(relowner) = 'trochoid_doors'`)
    expect(doors.filter(({ name }) => !readme.includes(`\`${name}\``))).toEqual([])
    const ofOwner = ['analyze_costs', 'drop_empty_cost_partitions', 'enqueue_job', 'ensure_cost_partitions', 'queue_state']
    expect(doors.filter(({ name, owner }) => (owner === 'trochoid_doors') === ofOwner.includes(name))).toEqual([])
  })

  const config = () => server.platform.config
  const start = async (url: string) => {
    const platform = await openPlatform(config(), server.platform.log, url)
    await platform[Symbol.asyncDispose]()
  }

  test.each([
    ['a policy is gone', 'drop policy descendants on organizations', 'organizations.descendants'],
    ['a policy was added', 'create policy generous on projects to trochoid_app using (true)', 'projects.generous'],
    [
      'a policy lets more through',
      'drop policy tenant on teams; create policy tenant on teams to trochoid_app using (true) with check (true)',
      'teams.tenant',
    ],
    ['a tenant policy is gone', 'drop policy tenant on credentials', 'credentials'],
    ['a table is not protected', 'create table notes (organization_id bigint, id bigint)', 'notes'],
    ['a table is not protected against its owner', 'alter table roles no force row level security', 'roles'],
    ['the accounts are not protected', 'alter table user_emails disable row level security', 'user_emails'],
    ['a wall is switched off', 'alter table events disable row level security', 'events'],
    ['the service owns a table', 'alter table mails owner to trochoid_app', 'mails'],
  ])('the service does not start when %s', async (_, statement, named) => {
    await using database = await createTestDatabase()
    await start(database.url)
    await database.query(statement)
    await expect(start(database.url)).rejects.toThrow(named)
  })
})
