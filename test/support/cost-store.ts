/** Months of bills in a few words, without a server: for tests of what keeps them. */
import { noRules, type TagRules } from '../../src/costs/attribution.ts'
import { openPostgresStore } from '../../src/costs/postgres/store.ts'
import type { CostScope, CostStore, MonthTotals, MonthWriter } from '../../src/costs/types.ts'
import { OrgTx } from '../../src/db/organization-tx.ts'
import { type Database, insideOf, openDatabase } from '../../src/db/pool.ts'
import type { ChargeBatch, ChargedResource, ChargeKind, Dimension, TagSet } from '../../src/formats/billing/types.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

/** An organization with an account. */
export interface Billed {
  readonly scope: CostScope
  readonly account: number
}

export interface CostWorld {
  readonly test: TestDatabase
  /** As the service has it: the walls are up. */
  readonly database: Database
  readonly store: CostStore
  organization(canonical: string): Promise<Billed>
  [Symbol.asyncDispose](): Promise<void>
}

export async function costWorld(): Promise<CostWorld> {
  const test = await createTestDatabase()
  const database = openDatabase({ url: test.url, size: 6, statementTimeout: 120_000 })
  return {
    test,
    database,
    store: openPostgresStore(),
    async organization(canonical) {
      const [row] = await test.query<{ id: string }>(`select nextval(pg_get_serial_sequence('organizations', 'id')) as id`)
      const organizationId = Number(row?.id)
      await test.query(`insert into organizations (id, canonical, name, path, ci_team_name) values ($1, $2, $2, array[$1::bigint], $2)`, [
        organizationId,
        canonical,
      ])
      const scope = { database, organizationId }
      return { scope, account: await newAccount(scope, 'bills') }
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await test[Symbol.asyncDispose]()
    },
  }
}

export const newAccount = ({ database, organizationId }: CostScope, canonical: string): Promise<number> =>
  OrgTx.write(database, insideOf(organizationId), async (tx) => {
    const row = await tx
      .insertInto('cost_accounts', { canonical, name: canonical, cloud_provider: 'aws' })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  })

export const newImport = ({ scope: { database, organizationId }, account }: Billed): Promise<number> =>
  OrgTx.write(database, insideOf(organizationId), async (tx) => {
    const row = await tx
      .insertInto('cost_imports', { cost_account_id: account, source: 'command' })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  })

/** A line; what is not said is an hour of a machine on the first day. */
export interface Line {
  day?: string
  billed?: string
  effective?: string
  resource?: string | null
  name?: string
  tags?: Record<string, string>
  service?: string
  focus?: Record<string, string>
  dimension?: Partial<Dimension>
  consumed?: string | null
  extra?: string | null
}

/** Of one reader, which hands out the same object for the same thing. */
export function reader(): (period: string, lines: readonly Line[]) => ChargeBatch {
  const known = new Map<string, unknown>()
  const one = <T>(value: T): T => {
    const key = JSON.stringify(value)
    const found = (known.get(key) as T | undefined) ?? value
    known.set(key, found)
    return found
  }
  return (period, lines) => ({
    period,
    count: lines.length,
    kinds: lines.map((line) => one(kindOf(line))),
    resources: lines.map(({ resource = 'i-1', name = '' }) =>
      resource === null ? null : one<ChargedResource>({ provider: 'aws', resource, name, type: 'machine' }),
    ),
    tags: lines.map(({ tags }) => (tags ? one<TagSet>({ tags }) : null)),
    starts: lines.map(({ day = period }) => `${day}T10:00:00Z`),
    ends: lines.map(({ day = period }) => `${day}T11:00:00Z`),
    billed: lines.map(({ billed = '1' }) => billed),
    effective: lines.map(({ billed = '1', effective = billed }) => effective),
    list: lines.map(() => null),
    contracted: lines.map(({ billed = '1' }) => billed),
    pricingQuantities: lines.map(() => '1'),
    consumedQuantities: lines.map(({ consumed = null }) => consumed),
    extra: lines.map(({ extra = null }) => extra),
  })
}

const kindOf = ({ service = 'AmazonEC2', focus = {}, dimension = {} }: Line): ChargeKind => ({
  dimension: {
    provider: 'aws',
    master_account: '100000000001',
    linked_account: '200000000002',
    service,
    category: 'compute',
    region: 'eu-west-1',
    instance_type: '',
    record_type: 'usage',
    currency: 'USD',
    ...dimension,
  },
  focus: { ServiceName: service, SubAccountName: 'Web', ...focus },
})

type Story = [
  world: CostWorld,
  whose: Billed,
  period: string,
  lines: readonly Line[],
  how?: { digest?: string; rules?: TagRules; finalized?: boolean },
]

/** Writes a version of a month from its lines and adds it up; nobody sees it yet. */
export async function loadMonth(...[{ store }, whose, period, lines, how = {}]: Story): Promise<{
  writer: MonthWriter
  totals: MonthTotals
}> {
  const { digest = 'first', rules = noRules } = how
  const writer = await store.openMonth(whose.scope, { costAccountId: whose.account, importId: await newImport(whose), period, digest })
  await writer.write(reader()(period, lines), { name: 'bill.csv', digest, done: true })
  return { writer, totals: await store.addUp(whose.scope, writer.month, rules) }
}

/** The same, and readers see it. */
export async function showMonth(...story: Story) {
  const loaded = await loadMonth(...story)
  const [{ store }, { scope }] = story
  await store.activate(scope, loaded.writer.month, { finalized: story[4]?.finalized ?? false })
  return loaded
}
