/** Months of costs, as an import would bring them: for tests of what is read. */
import { sql } from 'kysely'
import type { TagRules } from '../../src/costs/attribution.ts'
import { noRules } from '../../src/costs/attribution.ts'
import type { CostScope, MonthRef } from '../../src/costs/types.ts'
import { OrgTx } from '../../src/db/organization-tx.ts'
import { insideOf } from '../../src/db/pool.ts'
import type { ChargeBatch, ChargedResource, ChargeKind, Dimension, TagSet } from '../../src/formats/billing/types.ts'
import type { Platform } from '../../src/platform.ts'
import type { TestServer } from './server.ts'

/** One line of a bill. What is left out is as in `plain`. */
export interface Charge extends Partial<Dimension> {
  day: string
  billed: string
  /** As billed, unless told. */
  effective?: string
  resource?: string
  tags?: Readonly<Record<string, string>>
  /** FOCUS columns of the kind, such as ConsumedUnit. */
  focus?: Readonly<Record<string, string>>
  consumed?: string
}

export const plain: Dimension = {
  provider: 'aws',
  master_account: '111111111111',
  linked_account: '222222222222',
  service: 'AmazonEC2',
  category: 'compute',
  region: 'eu-west-1',
  instance_type: '',
  record_type: 'usage',
  currency: 'USD',
}

export const dimensionOf = (charge: Charge): Dimension => {
  const { provider, master_account, linked_account, service, category, region, instance_type, record_type, currency } = {
    ...plain,
    ...charge,
  }
  return { provider, master_account, linked_account, service, category, region, instance_type, record_type, currency }
}

export async function idOf({ database }: TestServer, canonical: string): Promise<number> {
  const [row] = await database.query<{ id: string }>('select id from organizations where canonical = $1', [canonical])
  return Number(row?.id)
}

/** A billing account, which nothing is imported for by itself. */
export const costAccount = ({ database, organizationId }: CostScope, canonical: string): Promise<number> =>
  OrgTx.write(database, insideOf(organizationId), async (tx) => {
    const { id } = await tx
      .insertInto('cost_accounts', {
        canonical,
        name: canonical,
        cloud_provider: 'aws',
        external_backend_id: null,
        parent_organization_id: null,
        parent_account_id: null,
        credential_id: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  })

const importOf = ({ database, organizationId }: CostScope, costAccountId: number): Promise<number> =>
  OrgTx.write(database, insideOf(organizationId), async (tx) => {
    const { rows } = await tx.execute(
      sql<{
        id: number
      }>`insert into cost_imports (organization_id, cost_account_id, source) values (${organizationId}, ${costAccountId}, 'command') returning id`,
    )
    return rows[0]?.id ?? 0
  })

let versions = 0

/** A new version of the month, which readers see when it comes back. */
export async function bringMonth(
  { costs, database }: Pick<Platform, 'costs' | 'database'>,
  organizationId: number,
  costAccountId: number,
  period: string,
  charges: readonly Charge[],
  rules: TagRules = noRules,
): Promise<MonthRef> {
  const scope: CostScope = { database, organizationId }
  const importId = await importOf(scope, costAccountId)
  const writer = await costs.openMonth(scope, { costAccountId, importId, period, digest: `version ${++versions}` })
  await writer.write(batchOf(period, charges), { name: 'bill.csv', digest: 'of the file', done: true })
  await costs.addUp(scope, writer.month, rules)
  await costs.activate(scope, writer.month, { finalized: true })
  return writer.month
}

export function batchOf(period: string, charges: readonly Charge[]): ChargeBatch {
  const kinds = interned<ChargeKind>()
  const resources = interned<ChargedResource>()
  const tags = interned<TagSet>()
  return {
    period,
    count: charges.length,
    kinds: charges.map((charge) => {
      const dimension = dimensionOf(charge)
      return kinds({ dimension, focus: { ServiceName: dimension.service, ...charge.focus } })
    }),
    resources: charges.map((charge) =>
      charge.resource === undefined
        ? null
        : resources({ provider: charge.provider ?? plain.provider, resource: charge.resource, name: '', type: '' }),
    ),
    tags: charges.map((charge) => (charge.tags && Object.keys(charge.tags).length > 0 ? tags({ tags: charge.tags }) : null)),
    starts: charges.map(({ day }) => `${day}T07:00:00Z`),
    ends: charges.map(({ day }) => `${day}T08:00:00Z`),
    billed: charges.map(({ billed }) => billed),
    effective: charges.map(({ billed, effective }) => effective ?? billed),
    list: charges.map(() => null),
    contracted: charges.map(() => null),
    pricingQuantities: charges.map(() => null),
    consumedQuantities: charges.map(({ consumed }) => consumed ?? null),
    extra: charges.map(() => null),
  }
}

/** The same object for the same thing. */
function interned<T extends object>(): (value: T) => T {
  const known = new Map<string, T>()
  return (value) => {
    const key = JSON.stringify(value)
    const one = known.get(key) ?? value
    known.set(key, one)
    return one
  }
}
