/** What is true of resource pools. Every function works in the transaction it is handed. */
import { canonicalOf } from '../../canonical.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import { beyond, inWords } from './amounts.ts'
import * as queries from './queries.ts'

export async function getPool(tx: OrgTx, canonical: string): Promise<queries.PoolRow> {
  const pool = await queries.findPool(tx, canonical)
  if (!pool) throw notFound(`resource pool ${canonical}`)
  return pool
}

export async function lockPool(tx: OrgTx, canonical: string): Promise<queries.PoolRow> {
  const pool = await queries.lockPool(tx, canonical)
  if (!pool) throw notFound(`resource pool ${canonical}`)
  return pool
}

/** @throws Invalid when too little is left of the name */
export function canonicalFor(name: string): string {
  try {
    return canonicalOf(name)
  } catch {
    throw invalid('The canonical of a resource pool is made from its name, which has too few letters and digits', [
      'body.name: must have at least 3 letters or digits of the Latin alphabet',
    ])
  }
}

export async function createPool(tx: OrgTx, canonical: string, { name, label }: Schema<'NewResourcePool'>): Promise<queries.PoolRow> {
  assertTexts(name, label)
  await queries.insertPool(tx, { canonical, name, label })
  return getPool(tx, canonical)
}

/** The canonical stays. @throws Invalid when the quotas would not fit into what the new label holds */
export async function updatePool(tx: OrgTx, canonical: string, { name, label }: Schema<'NewResourcePool'>): Promise<queries.PoolRow> {
  const before = await lockPool(tx, canonical)
  assertTexts(name, label)
  await queries.updatePool(tx, before.id, { name, label, updated_at: new Date() })
  const after = await getPool(tx, canonical)
  if (before.label !== label) assertFits(after)
  return after
}

export async function removePool(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockPool(tx, canonical)
  const teams = (await queries.listTeamsOfPool(tx, id)).map((team) => team.canonical)
  if (teams.length > 0)
    throw invalid(
      `The resource pool ${canonical} has quotas: delete them first`,
      teams.map((team) => `quota of the team ${team}`),
    )
  await queries.deletePool(tx, id)
}

function assertFits({ label, capacity, allocated }: queries.PoolRow): void {
  const short = beyond(allocated, capacity)
  if (short.length > 0)
    throw invalid(
      `Resources with the label ${label} hold ${inWords(capacity)}, and quotas of the pool were given ${inWords(allocated)}`,
      short.map((one) => `body.label: ${one}: ${allocated[one]} given out, ${capacity[one]} there`),
    )
}

function assertTexts(name: string, label: string): void {
  const problems = [
    ...(name.trim() === '' ? ['body.name: must not be empty'] : []),
    ...(label.trim() === '' ? ['body.label: must not be empty: resources without a label are in no pool'] : []),
    ...(name.length > 255 ? ['body.name: must have at most 255 characters'] : []),
    ...(label.length > 255 ? ['body.label: must have at most 255 characters'] : []),
  ]
  if (problems.length > 0) throw invalid('A resource pool has a name and a label', problems)
}
