/** What is true of quotas. Every function works in the transaction it is handed. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { alreadyExists, conflict, invalid, notFound } from '../../errors.ts'
import { dimensions, inWords, minus } from '../resource-pools/amounts.ts'
import type { Amounts, PoolRow } from '../resource-pools/queries.ts'
import { lockPool } from '../resource-pools/resource-pools.ts'
import * as queries from './queries.ts'

export async function getQuota(tx: OrgTx, id: number): Promise<queries.QuotaRow> {
  const quota = await queries.findQuota(tx, id)
  if (!quota) throw notFound(`quota ${id}`)
  return quota
}

export async function createQuota(tx: OrgTx, { team_canonical, resource_pool_canonical, ...amounts }: Schema<'NewQuota'>) {
  const pool = await lockPool(tx, resource_pool_canonical)
  const team = await queries.lockTeam(tx, team_canonical)
  if (!team) throw notFound(`team ${team_canonical}`)
  assertFits(pool, amounts, { cpu: 0, memory: 0, storage: 0 })
  if (await queries.findQuotaOf(tx, pool.id, team.id))
    throw alreadyExists(`a quota of the team ${team_canonical} in the pool ${resource_pool_canonical}: change its amounts`)
  const { id } = await queries.insertQuota(tx, { resource_pool_id: pool.id, team_id: team.id, ...amountsOf(amounts) })
  return getQuota(tx, id)
}

/** Less is always possible: it stops new components. */
export async function updateQuota(tx: OrgTx, id: number, amounts: Schema<'UpdateQuota'>): Promise<queries.QuotaRow> {
  const pool = await lockPool(tx, (await getQuota(tx, id)).pool.canonical)
  if (!(await queries.lockQuota(tx, id))) throw notFound(`quota ${id}`)
  assertFits(pool, amounts, await getQuota(tx, id))
  await queries.updateQuota(tx, id, amountsOf(amounts))
  return getQuota(tx, id)
}

export async function removeQuota(tx: OrgTx, id: number): Promise<queries.QuotaRow> {
  if (!(await queries.lockQuota(tx, id))) throw notFound(`quota ${id}`)
  const quota = await getQuota(tx, id)
  const components = (await queries.listComponentsOf(tx, id)).map(({ place }) => place)
  if (components.length > 0)
    throw conflict(
      `The quota of the team ${quota.team?.canonical ?? ''} is in use: delete or move its components first`,
      components.map((place) => `component ${place}`),
    )
  await queries.deleteQuota(tx, id)
  return quota
}

/** @param present what the quota holds already, of what the pool has given out */
function assertFits({ canonical, capacity, allocated }: PoolRow, asked: Amounts, present: Amounts): void {
  const free = minus(capacity, minus(allocated, present))
  const short = dimensions.filter((one) => asked[one] > free[one] && asked[one] > present[one])
  if (short.length > 0)
    throw invalid(
      `The resource pool ${canonical} has ${inWords(capacity)}, of which ${inWords(free)} can be given to this quota: it asks for ${inWords(asked)}`,
      short.map((one) => `body.${one}: ${asked[one]} asked, ${free[one]} free of ${capacity[one]}`),
    )
}

const amountsOf = ({ cpu, memory, storage }: Amounts): Amounts => ({ cpu, memory, storage })
