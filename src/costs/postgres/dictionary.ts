/** What is the same on many lines gets a number, once. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { energyOf } from '../../energy/energy.ts'
import type { ChargeBatch, ChargedResource, ChargeKind, Interned, TagSet } from '../../formats/billing/types.ts'
import type { CostScope } from '../types.ts'
import { dimensionColumns, idsOfDimensions } from './dimensions.ts'
import { cleanJson, cleanText } from './literals.ts'

/**
 * Sees to it that everything the batch refers to has an `id`. What is not known yet is looked up or added in a transaction of its own,
 * one statement for each table, in the order of digests: two that add the same things at once wait, but never for each other. Ids are
 * written onto the objects only when that transaction holds.
 */
export async function giveIds(scope: CostScope, batch: ChargeBatch): Promise<void> {
  const kinds = unknown(batch.kinds, digestOfKind)
  const resources = unknown(batch.resources, digestOfResource)
  const tagSets = unknown(batch.tags, ({ tags }) => sha256(canonicalJson(tags)))
  if (kinds.size + resources.size + tagSets.size === 0) return
  const found = await OrgTx.write(scope.database, insideOf(scope.organizationId), async (tx) => [
    kinds.size > 0 ? await idsOfKinds(tx, kinds) : new Map<string, number>(),
    resources.size > 0 ? await idsOfResources(tx, resources) : new Map<string, number>(),
    tagSets.size > 0 ? await idsOfTagSets(tx, tagSets) : new Map<string, number>(),
  ])
  for (const [index, given] of [kinds, resources, tagSets].entries())
    for (const [digest, objects] of given) {
      const id = found[index]?.get(digest)
      if (id === undefined) throw new Error('a dictionary lost an entry that was just added')
      for (const object of objects) object.id = id
    }
}

/** Objects without a number, by their digest; readers forget, and then bring the same thing as another object. */
type Unknown<T> = Map<string, T[]>

function unknown<T extends Interned>(column: readonly (T | null)[], digestOf: (object: T) => string): Unknown<T> {
  const seen = new Set<T>()
  const byDigest: Unknown<T> = new Map()
  for (const object of column) {
    if (object === null || object.id !== undefined || seen.has(object)) continue
    seen.add(object)
    const digest = digestOf(object)
    const same = byDigest.get(digest)
    if (same) same.push(object)
    else byDigest.set(digest, [object])
  }
  return byDigest
}

const firsts = <T>(given: Unknown<T>): T[] => [...given.values()].flatMap(([first]) => (first === undefined ? [] : [first]))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Keys in the order of the alphabet, and nothing that Postgres would not take. */
const canonicalJson = (record: Readonly<Record<string, string>>): string => cleanJson(JSON.stringify(record, Object.keys(record).sort()))

const digestOfKind = ({ dimension, focus }: ChargeKind): string =>
  sha256(`${JSON.stringify(dimensionColumns.map((key) => dimension[key]))}${canonicalJson(focus)}`)

const digestOfResource = ({ provider, resource }: ChargedResource): string => sha256(`${provider}\n${resource}`)

interface Row {
  id: number
  digest: string
}

/**
 * Asks again for what somebody else added in between: the statement that met it does not see it yet, the next one does.
 */
async function complete(size: number, ask: () => Promise<{ rows: Row[] }>): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  for (let attempt = 0; attempt < 5 && ids.size < size; attempt++) for (const { id, digest } of (await ask()).rows) ids.set(digest, id)
  return ids
}

const idsOfTagSets = (tx: OrgTx, given: Unknown<TagSet>) =>
  complete(given.size, () =>
    tx.execute(sql<Row>`
      with given as materialized (
        select decode(digest, 'hex') as digest, tags::jsonb as tags
        from unnest(${[...given.keys()]}::text[], ${firsts(given).map(({ tags }) => canonicalJson(tags))}::text[]) as g (digest, tags)),
      found as materialized (
        select s.id, s.digest from given join cost_tag_sets s on s.organization_id = ${tx.organizationId} and s.digest = given.digest),
      made as (
        insert into cost_tag_sets (organization_id, digest, tags)
        select ${tx.organizationId}, digest, tags from given where digest not in (select digest from found) order by digest
        on conflict (organization_id, digest) do nothing returning id, digest)
      select id, encode(digest, 'hex') as digest from (select * from found union all select * from made) as known`),
  )

/** A resource keeps its number when it is called otherwise; the name that was read last counts. */
const idsOfResources = (tx: OrgTx, given: Unknown<ChargedResource>) => {
  const rows = [...given].map(([digest, objects]) => {
    const last = (key: 'name' | 'type') => objects.findLast((object) => object[key] !== '')?.[key] ?? ''
    const [{ provider, resource } = { provider: '', resource: '' }] = objects
    return { digest, named: { provider, resource, name: last('name'), type: last('type') } }
  })
  const column = (key: 'provider' | 'resource' | 'name' | 'type') => rows.map(({ named }) => cleanText(named[key]))
  return complete(given.size, () =>
    tx.execute(sql<Row>`
      with given as materialized (
        select decode(digest, 'hex') as digest, provider, resource, name, type
        from unnest(${[...given.keys()]}::text[], ${column('provider')}::text[], ${column('resource')}::text[], ${column('name')}::text[],
          ${column('type')}::text[]) as g (digest, provider, resource, name, type)),
      found as materialized (
        select r.id, r.digest, r.name <> given.name and given.name <> '' or r.type <> given.type and given.type <> '' as changed,
          given.name, given.type
        from given join cost_resources r on r.organization_id = ${tx.organizationId} and r.provider = given.provider and r.digest = given.digest),
      changed as (
        update cost_resources r set name = coalesce(nullif(found.name, ''), r.name), type = coalesce(nullif(found.type, ''), r.type)
        from found where found.changed and r.organization_id = ${tx.organizationId} and r.id = found.id),
      made as (
        insert into cost_resources (organization_id, provider, resource, digest, name, type)
        select ${tx.organizationId}, provider, resource, digest, name, type from given
        where digest not in (select digest from found) order by digest
        on conflict (organization_id, provider, digest) do nothing returning id, digest)
      select id, encode(digest, 'hex') as digest from (select id, digest from found union all select id, digest from made) as known`),
  )
}

/** Energy is estimated anew whenever a kind is met again: coefficients are published anew, too. */
async function idsOfKinds(tx: OrgTx, given: Unknown<ChargeKind>): Promise<Map<string, number>> {
  const kinds = firsts(given)
  const dimensions = await idsOfDimensions(
    tx,
    kinds.map(({ dimension }) => dimension),
  )
  const energy = kinds.map((kind) => energyOf(kind))
  return complete(given.size, () =>
    tx.execute(sql<Row>`
      with given as materialized (
        select decode(digest, 'hex') as digest, dimension_id, focus::jsonb as focus, kwh, co2e
        from unnest(${[...given.keys()]}::text[], ${dimensions}::bigint[], ${kinds.map(({ focus }) => canonicalJson(focus))}::text[],
          ${energy.map((factors) => factors?.kwhPerUnit ?? null)}::double precision[],
          ${energy.map((factors) => factors?.co2ePerKwh ?? null)}::double precision[]) as g (digest, dimension_id, focus, kwh, co2e)),
      found as materialized (
        select k.id, k.digest, given.kwh, given.co2e,
          (k.kwh_per_unit, k.co2e_per_kwh) is distinct from (given.kwh, given.co2e) as changed
        from given join cost_kinds k on k.organization_id = ${tx.organizationId} and k.digest = given.digest),
      changed as (
        update cost_kinds k set kwh_per_unit = found.kwh, co2e_per_kwh = found.co2e
        from found where found.changed and k.organization_id = ${tx.organizationId} and k.id = found.id),
      made as (
        insert into cost_kinds (organization_id, digest, dimension_id, focus, kwh_per_unit, co2e_per_kwh)
        select ${tx.organizationId}, digest, dimension_id, focus, kwh, co2e from given
        where digest not in (select digest from found) order by digest
        on conflict (organization_id, digest) do nothing returning id, digest)
      select id, encode(digest, 'hex') as digest from (select id, digest from found union all select id, digest from made) as known`),
  )
}
