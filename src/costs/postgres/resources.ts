/** Resources that were charged for. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Period } from '../../formats/billing/types.ts'
import type { AttributionColumn, CostRange, ResourceCost, ResourceCount, ResourceCounts } from '../types.ts'
import { attributionOf, dimensionFilters, type Fragment, periodsOf, type Question, rowsOf, tagsOf, texts, withAll } from './filters.ts'

/**
 * Counted in the months' lists of resources, which know days and attribution, but not tags; questions about tags look at the days
 * themselves.
 */
export async function resourceCounts(tx: OrgTx, question: Question, limit: number): Promise<ResourceCounts> {
  const periods = await periodsAsked(tx, question)
  const project = asksForTags(question) ? sql`coalesce(a.project, '')` : sql`f.project`
  const { rows } = await tx.execute(sql<ResourceCount & { all: number; all_new: number }>`${withAll(question, [masksOf(question)])},
    each as (select f.resource_id, ${project} as project, d.provider ${resourceRows(question, periods, true)} group by 1, 2, 3),
    fresh as (select id from cost_resources where first_day >= ${question.begin}::date),
    counts as (select e.project, e.provider, count(*) as resources, count(r.id) as new_resources
      from each e left join fresh r on r.id = e.resource_id group by 1, 2)
    select *, (sum(resources) over ())::bigint as all, (sum(new_resources) over ())::bigint as all_new
    from counts order by new_resources desc, resources desc, project, provider limit ${sql.lit(limit)}`)
  return {
    resources: rows[0]?.all ?? 0,
    new_resources: rows[0]?.all_new ?? 0,
    counts: rows.map(({ all, all_new, ...count }) => count),
  }
}

/** Ids, the dearest first: by what costs most in one of the months. */
export async function resources(tx: OrgTx, question: Question, limit: number): Promise<string[]> {
  const periods = await periodsAsked(tx, question)
  // A resource may stand in several rows of a month.
  const most = sql.lit(limit * 3)
  const dearest = asksForTags(question)
    ? sql`select f.resource_id, sum(f.effective) as effective ${resourceRows(question, periods)} group by 1`
    : sql`select one.resource_id, one.effective from months m cross join lateral (
        select f.resource_id, f.effective from cost_month_resources f join masks k on k.month = f.month
        ${joinDimensions(question)} where f.month_id = m.id and f.days & k.mask <> 0 ${conditionsOf(question)} order by f.effective desc limit ${most}) as one`
  const { rows } = await tx.execute(sql<{ resource: string }>`${withAll(question, [masksOf(question)])},
    dearest as (${dearest}),
    top as (select resource_id, max(effective) as effective from dearest group by 1 order by 2 desc, 1 limit ${sql.lit(limit)})
    select r.resource from top t join cost_resources r on r.id = t.resource_id order by t.effective desc, r.resource`)
  return rows.map(({ resource }) => resource)
}

/** The rows of a month say what a resource cost in all of it: its days are only known to be some. Those of tags say what each day cost. */
export async function resourceCosts(tx: OrgTx, question: Question, limit: number): Promise<ResourceCost[]> {
  const periods = await periodsAsked(tx, question)
  const of = (column: AttributionColumn) => (asksForTags(question) ? attributionOf('days', column) : sql.ref(`f.${column}`))
  const { rows } = await tx.execute(sql<ResourceCost>`${withAll(question, [masksOf(question)])},
    each as (select f.resource_id, f.dimension_id, ${of('project')} as project, ${of('environment')} as environment, ${of('component')} as component,
      sum(f.effective) as cost ${resourceRows(question, periods)} group by 1, 2, 3, 4, 5),
    named as (select e.resource_id, d.provider, d.service, d.region, d.linked_account, d.currency, e.project, e.environment, e.component, sum(e.cost) as cost
      from each e join cost_dimensions d on d.id = e.dimension_id group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by cost desc limit ${limit})
    select r.resource, n.provider, n.service, n.region, n.linked_account, n.currency, n.project, n.environment, n.component, n.cost::text as cost
    from named n join cost_resources r on r.id = n.resource_id order by n.cost desc, r.resource`)
  return rows
}

const asksForTags = ({ filters }: Question): boolean => tagsOf(filters) !== undefined || filters.tagging !== undefined

const periodsAsked = async (tx: OrgTx, question: Question): Promise<Period[]> =>
  asksForTags(question) ? periodsOf(tx, question, 'all') : []

/** Each version's rows are looked for by themselves: Postgres cannot know that there are few versions, and would read all months. */
function resourceRows(question: Question, periods: readonly Period[], named = false): Fragment {
  if (asksForTags(question)) return rowsOf('days', question, { attributed: true, named, which: sql`f.resource_id is not null`, periods })
  return sql`from months m cross join masks k cross join lateral (
      select f.* from cost_month_resources f where f.month_id = m.id and f.month = k.month and f.days & k.mask <> 0 offset 0) as f
    ${named ? sql`join dims d on d.id = f.dimension_id` : joinDimensions(question)} where true ${conditionsOf(question)}`
}

const joinDimensions = ({ filters }: Question): Fragment =>
  dimensionFilters(filters).length > 0 ? sql`join dims d on d.id = f.dimension_id` : sql``

function conditionsOf({ filters }: Question): Fragment {
  const { projects, environments, components } = filters
  const one = (column: string, values: readonly string[] | undefined) =>
    values && values.length > 0 ? [sql`${sql.ref(column)} = any (${texts(values)})`] : []
  const all = [...one('f.project', projects), ...one('f.environment', environments), ...one('f.component', components)]
  return all.length > 0 ? sql`and ${sql.join(all, sql` and `)}` : sql``
}

/** `masks as (…)`: for each month of the range, its days that lie in the range, as bits. */
function masksOf(range: CostRange): Fragment {
  const masks = [...monthsIn(range)]
  return sql`masks as materialized (select * from unnest(${masks.map(({ month }) => month)}::date[], ${masks.map(({ mask }) => mask)}::integer[]) as k (month, mask))`
}

function* monthsIn({ begin, end }: CostRange): Generator<{ month: string; mask: number }> {
  const from = new Date(`${begin}T00:00:00Z`)
  const until = new Date(`${end}T00:00:00Z`)
  for (let year = from.getUTCFullYear(), index = from.getUTCMonth(); ; index++) {
    const first = new Date(Date.UTC(year, index, 1))
    if (first >= until) return
    const length = new Date(Date.UTC(year, index + 1, 0)).getUTCDate()
    let mask = 0
    for (let day = 1; day <= length; day++) {
      const date = new Date(Date.UTC(year, index, day))
      if (date >= from && date < until) mask |= 1 << (day - 1)
    }
    yield { month: first.toISOString().slice(0, 10), mask }
    if (index === 11) {
      year++
      index = -1
    }
  }
}
