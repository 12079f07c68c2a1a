import { type Insertable, type RawBuilder, type SelectQueryBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { InventoryResources } from '../../db/database.ts'
import { applyFilters, type Compared, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import type { AttributePath } from './attribute-path.ts'

export type ResourceRow = NonNullable<Awaited<ReturnType<typeof findResource>>>
export type NewResourceRow = Omit<Insertable<InventoryResources>, 'organization_id' | 'id'>

/** Of the component, or of the external backend that has a scope. */
const projectCanonical = sql<string | null>`p.canonical`
const environmentCanonical = sql<string | null>`e.canonical`
const componentCanonical = sql<string | null>`c.canonical`
/** As people write it: `acme:web`. A stack is the organization's own, or an ancestor's. */
const stackRef = sql`(select coalesce(a.canonical, o.canonical) || ':' || t.canonical from stacks t
  join organizations o on o.id = c.organization_id
  left join ancestors_of(c.organization_id) a on a.id = t.organization_id
  where t.organization_id = c.stack_organization_id and t.id = c.stack_id)`
const stackCanonical = sql`(select t.canonical from stacks t where t.organization_id = c.stack_organization_id and t.id = c.stack_id)`

/** What a state belongs to stands beside it; aliases: s, b, c, e, p. */
const selectPlaced = (tx: OrgTx) =>
  tx
    .selectFrom('inventory_resources')
    .leftJoin('terraform_states as s', (join) =>
      join.onRef('s.organization_id', '=', 'inventory_resources.organization_id').onRef('s.id', '=', 'inventory_resources.state_id'),
    )
    .leftJoin('external_backends as b', (join) =>
      join.onRef('b.organization_id', '=', 's.organization_id').onRef('b.id', '=', 's.external_backend_id'),
    )
    .leftJoin('components as c', (join) =>
      join.onRef('c.organization_id', '=', 's.organization_id').on(sql<boolean>`c.id = coalesce(s.component_id, b.component_id)`),
    )
    .leftJoin('environments as e', (join) =>
      join.onRef('e.organization_id', '=', 's.organization_id').on(sql<boolean>`e.id = coalesce(c.environment_id, b.environment_id)`),
    )
    .leftJoin('projects as p', (join) =>
      join.onRef('p.organization_id', '=', 's.organization_id').on(sql<boolean>`p.id = coalesce(e.project_id, b.project_id)`),
    )

const selectResources = (tx: OrgTx) =>
  selectPlaced(tx)
    .selectAll('inventory_resources')
    .select([projectCanonical.as('project_canonical'), environmentCanonical.as('environment_canonical')])

export interface Seen {
  components: Visibility
  projects: Visibility
}

/**
 * What belongs to a component is seen by who may read that; what belongs to a project otherwise, by who may read the project; what
 * belongs to none, by everybody who may look at the inventory. What a component left behind waits for its next one, unseen.
 */
function whereSeen<D, T extends keyof D, R>(query: SelectQueryBuilder<D, T, R>, seen: Seen): SelectQueryBuilder<D, T, R> {
  const component = sql`':project:' || p.canonical || ':environment:' || e.canonical || ':component:' || c.canonical`
  return query.where(sql<boolean>`((s.id is null or s.component_id is not null or s.external_backend_id is not null)
    and case when c.id is not null then ${allows(seen.components, component)}
      else p.id is null or ${allows(seen.projects, sql`':project:' || p.canonical`)} end)`)
}

const allows = ({ prefix, expressions, ownerId }: Visibility, path: RawBuilder<unknown>): RawBuilder<unknown> =>
  expressions === undefined
    ? sql`true`
    : sql`((${prefix} || ${path}) ~ any (${[...expressions]}::text[]) or coalesce(p.owner_id = ${ownerId}::bigint, false))`

const names = {
  resources_name: 'inventory_resources.name',
  resources_type: 'inventory_resources.type',
  resources_provider: 'inventory_resources.provider',
  resources_label: 'inventory_resources.label',
  resources_module: 'inventory_resources.module',
  resources_mode: 'inventory_resources.mode',
}

export interface ListQuery extends PageQuery {
  filters: readonly Filter[]
  /** What a filter means that is no column. */
  pathOf(attribute: string): AttributePath
}

export const listResources = (tx: OrgTx, { filters, pathOf, ...query }: ListQuery, visible: Seen) =>
  page(
    applyFilters(
      whereSeen(selectResources(tx), visible),
      filters,
      {
        ...names,
        project_canonical: projectCanonical,
        environment_canonical: environmentCanonical,
        component_canonical: componentCanonical,
        service_catalog_canonical: stackCanonical,
        service_catalog_ref: stackRef,
      },
      (attribute) => comparedAt(pathOf(attribute)),
    ),
    query,
    { columns: names, tieBreaker: 'inventory_resources.id' },
  )

/** The path is a value to Postgres, never part of the statement. */
function comparedAt({ in: where, steps }: AttributePath): Compared {
  const at = (column: 'attributes' | 'custom_attributes') => sql`${sql.ref(`inventory_resources.${column}`)} #>> ${steps}::text[]`
  const text = where === 'any' ? sql`coalesce(${at('attributes')}, ${at('custom_attributes')})` : at(where)
  return { text, number: sql`(case when ${text} ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then (${text})::numeric end)` }
}

/** Of each list the first so many. */
const mostValues = 500

/** The values that occur in what the caller sees, whatever else is filtered. */
export async function listValues(tx: OrgTx, visible: Seen): Promise<Record<string, string[]>> {
  const distinct = (value: RawBuilder<unknown>) =>
    sql<string[]>`coalesce((array_agg(distinct ${value}) filter (where coalesce(${value}, '') <> ''))[1:${sql.lit(mostValues)}], '{}')`
  const column = (name: string) => sql.ref(`inventory_resources.${name}`)
  return whereSeen(selectPlaced(tx), visible)
    .select([
      distinct(column('provider') as unknown as RawBuilder<unknown>).as('providers'),
      distinct(column('type') as unknown as RawBuilder<unknown>).as('types'),
      distinct(column('module') as unknown as RawBuilder<unknown>).as('modules'),
      distinct(column('mode') as unknown as RawBuilder<unknown>).as('modes'),
      distinct(column('label') as unknown as RawBuilder<unknown>).as('labels'),
      distinct(projectCanonical).as('project_canonicals'),
      distinct(environmentCanonical).as('environment_canonicals'),
      distinct(componentCanonical).as('component_canonicals'),
    ])
    .executeTakeFirstOrThrow()
}

export const findResource = (tx: OrgTx, id: number, visible: Seen) =>
  whereSeen(selectResources(tx), visible).where('inventory_resources.id', '=', id).executeTakeFirst()

/** What is asked of it before it changes. */
export const findResourceHead = (tx: OrgTx, id: number, visible: Seen) =>
  whereSeen(selectPlaced(tx), visible)
    .select(['inventory_resources.state_id', 'inventory_resources.name', 'inventory_resources.provider', 'inventory_resources.type'])
    .where('inventory_resources.id', '=', id)
    .executeTakeFirst()

/** Nobody changes it until the transaction ends. */
export const lockResource = (tx: OrgTx, id: number) =>
  tx.selectFrom('inventory_resources').select('id').where('id', '=', id).forUpdate().executeTakeFirst()

export const insertResource = (tx: OrgTx, row: NewResourceRow) =>
  tx.insertInto('inventory_resources', row).returning('id').executeTakeFirstOrThrow()

export const updateResource = (tx: OrgTx, id: number, row: Updateable<InventoryResources>) =>
  tx.updateTable('inventory_resources').set(row).where('id', '=', id).execute()

export const deleteResource = (tx: OrgTx, id: number) => tx.deleteFrom('inventory_resources').where('id', '=', id).execute()

/** Of what the caller sees; resource pools count all. */
export const listLabels = (tx: OrgTx, seen: Seen) =>
  whereSeen(selectPlaced(tx), seen)
    .select(['inventory_resources.label as name', amount('cpu').as('cpu'), amount('memory').as('memory'), amount('storage').as('storage')])
    .where('inventory_resources.label', '<>', '')
    .groupBy('inventory_resources.label')
    .orderBy('inventory_resources.label')
    .execute()

/** Beyond what is counted exactly, sums stay where they are. */
const amount = (column: 'cpu' | 'memory' | 'storage') =>
  sql<string>`least(sum(${sql.ref(`inventory_resources.${column}`)}), ${sql.lit(Number.MAX_SAFE_INTEGER)})`

/** @param provider as a state has it (`provider["registry.terraform.io/hashicorp/aws"]`), or only the last part of that */
export const listTypes = (tx: OrgTx, provider: string, visible: Seen) =>
  whereSeen(selectPlaced(tx), visible)
    .select('inventory_resources.type')
    .distinct()
    .where(
      sql<boolean>`(inventory_resources.provider = ${provider} or inventory_resources.provider = ${`provider.${provider}`}
        or substring(inventory_resources.provider from '([^/"]+)"\\]') = ${provider})`,
    )
    .orderBy('inventory_resources.type')
    .execute()

export interface Place {
  project_canonical?: string
  environment_canonical?: string
  component_canonical?: string
}

/** The newest moments of the states at a place, each with the numbers before it. */
export function listCounts(tx: OrgTx, place: Place, { begin, end, most }: { begin: Date; end: Date; most: number }, visible: Seen) {
  return countsAt(tx, place, visible)
    .select([
      'inventory_counts.counted_at',
      'inventory_counts.counts',
      sql<Record<
        string,
        number
      > | null>`(select b4.counts from inventory_counts b4 where b4.organization_id = inventory_counts.organization_id
        and b4.state_id = inventory_counts.state_id and (b4.counted_at, b4.id) < (inventory_counts.counted_at, inventory_counts.id)
        order by b4.counted_at desc, b4.id desc limit 1)`.as('before'),
    ])
    .where('inventory_counts.counted_at', '>=', begin)
    .where('inventory_counts.counted_at', '<=', end)
    .orderBy('inventory_counts.counted_at', 'desc')
    .orderBy('inventory_counts.id', 'desc')
    .limit(most)
    .$narrowType<{ counts: Record<string, number> }>()
    .execute()
}

/** The numbers of each state at a moment. */
export function listCountsAt(tx: OrgTx, place: Place, end: Date, visible: Seen) {
  return countsAt(tx, place, visible)
    .select(['inventory_counts.counts'])
    .distinctOn('inventory_counts.state_id')
    .where('inventory_counts.counted_at', '<=', end)
    .orderBy('inventory_counts.state_id')
    .orderBy('inventory_counts.counted_at', 'desc')
    .orderBy('inventory_counts.id', 'desc')
    .$narrowType<{ counts: Record<string, number> }>()
    .execute()
}

function countsAt(tx: OrgTx, place: Place, visible: Seen) {
  let found = whereSeen(
    tx
      .selectFrom('inventory_counts')
      .innerJoin('terraform_states as s', (join) =>
        join.onRef('s.organization_id', '=', 'inventory_counts.organization_id').onRef('s.id', '=', 'inventory_counts.state_id'),
      )
      .leftJoin('external_backends as b', (join) =>
        join.onRef('b.organization_id', '=', 's.organization_id').onRef('b.id', '=', 's.external_backend_id'),
      )
      .leftJoin('components as c', (join) =>
        join.onRef('c.organization_id', '=', 's.organization_id').on(sql<boolean>`c.id = coalesce(s.component_id, b.component_id)`),
      )
      .leftJoin('environments as e', (join) =>
        join.onRef('e.organization_id', '=', 's.organization_id').on(sql<boolean>`e.id = coalesce(c.environment_id, b.environment_id)`),
      )
      .leftJoin('projects as p', (join) =>
        join.onRef('p.organization_id', '=', 's.organization_id').on(sql<boolean>`p.id = coalesce(e.project_id, b.project_id)`),
      ),
    visible,
  )
  const { project_canonical, environment_canonical, component_canonical } = place
  if (project_canonical !== undefined) found = found.where(sql<boolean>`${projectCanonical} = ${project_canonical}`)
  if (environment_canonical !== undefined) found = found.where(sql<boolean>`${environmentCanonical} = ${environment_canonical}`)
  if (component_canonical !== undefined) found = found.where(sql<boolean>`${componentCanonical} = ${component_canonical}`)
  return found
}
