/** The database is what the migrations say, the generated files are fresh, and every constraint has its sentence. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeDatabase } from '../scripts/generate-database.ts'
import { migrate } from '../src/db/migrate.ts'
import { saysItself, translateViolation, violations } from '../src/db/violations.ts'
import { ApiError } from '../src/errors.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

const namesOf = async (statement: string) => (await database.query<{ name: string }>(statement)).map(({ name }) => name)
const mine = `c.relnamespace = 'public'::regnamespace and c.relname not like 'schema_migrations%'`

describe('the schema', () => {
  test.each(['src/db/database.ts', 'db/schema.sql'])('%s is fresh', async (path) => {
    const fresh = (await describeDatabase(database.url))[path]
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), 'run `npm run generate`').toBe(fresh)
  })

  test('migrating twice changes nothing', async () => {
    const before = await describeDatabase(database.url)
    expect(await migrate(database.url)).toEqual([])
    expect(await describeDatabase(database.url)).toEqual(before)
  })

  test('every table and view says what it holds', async () => {
    const silent = await namesOf(
      `select c.relname as name from pg_class c where ${mine} and c.relkind in ('r', 'p', 'v', 'm') and obj_description(c.oid) is null order by 1`,
    )
    expect(silent).toEqual([])
  })
})

describe('constraints', () => {
  const constraints = () =>
    namesOf(`
      select k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid where ${mine} and k.contype in ('p', 'u', 'f', 'c')
      union
      select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid where ${mine} and i.indisunique
      order by 1`)

  test('every one has its sentence in src/db/violations.ts, and every sentence its constraint', async () => {
    const all = await constraints()
    expect(all.filter((name) => !saysItself(name) && !(name in violations))).toEqual([])
    expect(Object.keys(violations).filter((name) => !all.includes(name))).toEqual([])
  })

  test('are named after their table and what they are', async () => {
    const kinds: Record<string, string> = { p: 'pk', u: 'uq', f: 'fk', c: 'ck' }
    const rows = await database.query<{ table: string; name: string; kind: string }>(`
      select c.relname as table, k.conname as name, k.contype as kind from pg_constraint k join pg_class c on c.oid = k.conrelid
      where ${mine} and k.contype in ('p', 'u', 'f', 'c')
      union
      select t.relname, c.relname, 'u' from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
      where ${mine} and i.indisunique and not i.indisprimary`)
    const odd = rows.filter(({ table, name, kind }) => !(name.startsWith(`${table}_`) && name.endsWith(`_${kinds[kind]}`)))
    expect(odd).toEqual([])
  })

  test('broken by a caller they are an answer, broken by us they stay what they are', () => {
    const broken = (constraint: string, code = '23505') =>
      translateViolation(Object.assign(new Error('duplicate key'), { code, constraint }))
    expect(broken('projects_canonical_uq')).toBeInstanceOf(ApiError)
    expect(broken('projects_canonical_uq')).toMatchObject({ code: 'AlreadyExists', cause: { constraint: 'projects_canonical_uq' } })
    expect(broken('projects_pk')).not.toBeInstanceOf(ApiError)
    expect(broken('projects_organization_fk', '23503')).toMatchObject({ code: 'NotFoundEntity' })
    expect(translateViolation(Object.assign(new Error('invalid input syntax for type json'), { code: '22P02' }))).toMatchObject({
      code: 'Invalid',
      message: 'A value cannot be read by the database',
    })
  })

  test('a reference is indexed on the side that is searched when the other is deleted', async () => {
    // Without, deleting a project would read all environments of all organizations.
    const unindexed = await namesOf(`
      select k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
      where ${mine} and k.contype = 'f' and not exists (
        select from pg_index i where i.indrelid = k.conrelid
          and (select array_agg(a) from unnest(k.conkey) a) <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1])
      order by 1`)
    expect(unindexed).toEqual([])
  })
})
