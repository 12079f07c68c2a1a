/** Figures as they are read, made from days by the tag mapping. */
import { sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { openAttribution, type TagRules } from '../attribution.ts'
import type { CostStore, MonthRef } from '../types.ts'
import { countAnew, inBulk, periodIs } from './bulk.ts'
import { keepDictionaries } from './unused.ts'

/** Keys of tags with more values than this within a month are left out of `cost_daily`. */
const widest = 200
/** Bytes of tags that are looked at in one go. */
const part = 8 * 1024 * 1024

export const attribute: CostStore['attribute'] = async (scope, month, rules) => {
  await OrgTx.write(scope.database, insideOf(scope.organizationId), async (tx) => {
    const version = await tx.selectFrom('cost_months').select('state').where('id', '=', month.id).forUpdate().executeTakeFirst()
    // Another version took its place, made with rules that are as new, or is about to.
    if (version?.state === 'active') await attributeMonth(tx, month, rules)
  })
  await countAnew(scope)
}

/** Everything that is made from the days of a month. What was there is replaced with the commit. */
export async function attributeMonth(tx: OrgTx, { id, period }: MonthRef, rules: TagRules): Promise<void> {
  await keepDictionaries(tx)
  const own = sql`month_id = ${id}`
  const days = sql`cost_days d where d.organization_id = ${tx.organizationId} and d.month_id = ${id} and ${periodIs('d.period', period)}`
  await tx.execute(sql`delete from cost_daily where ${own}`)
  await tx.execute(sql`delete from cost_monthly where ${own}`)
  await tx.execute(sql`delete from cost_month_resources where ${own}`)
  await tx.execute(sql`delete from cost_month_tag_sets where ${own}`)
  await gatherTags(tx, days)
  const wide = await wideKeys(tx)
  await groupTags(tx, wide)
  await attributeTags(tx, id, rules)
  const attributed = sql`
    from (select * from ${days}) d left join cost_month_tag_sets a on a.month_id = ${id} and a.tag_set_id = d.tag_set_id`
  const whose = sql`coalesce(a.project, ''), coalesce(a.environment, ''), coalesce(a.component, '')`
  // In the order in which they are read: 105,000 rows are then found in 20 instead of 110 ms.
  await inBulk(
    tx,
    sql`
    insert into cost_daily (organization_id, month_id, day, dimension_id, project, environment, component, tag_group_id, tagged,
      lines, billed, effective, kwh, co2e, covered)
    select ${tx.organizationId}::bigint, ${id}::bigint, d.day, d.dimension_id, ${whose}, a.tag_group_id, d.tag_set_id is not null,
      sum(d.lines), sum(d.billed), sum(d.effective), sum(d.kwh), sum(d.co2e), sum(d.covered)
    ${attributed} group by 3, 4, 5, 6, 7, 8, 9 order by 3, 4`,
  )
  await inBulk(
    tx,
    sql`
    insert into cost_monthly (organization_id, month_id, month, dimension_id, project, environment, component, tag_group_id, tagged,
      lines, billed, effective, kwh, co2e, covered)
    select organization_id, month_id, date_trunc('month', day::timestamp)::date, dimension_id, project, environment, component, tag_group_id, tagged,
      sum(lines), sum(billed), sum(effective), sum(kwh), sum(co2e), sum(covered)
    from cost_daily where organization_id = ${tx.organizationId} and ${own} group by 1, 2, 3, 4, 5, 6, 7, 8, 9`,
  )
  await inBulk(
    tx,
    sql`
    insert into cost_month_resources (organization_id, month_id, month, resource_id, dimension_id, project, environment, component, days, effective)
    select ${tx.organizationId}::bigint, ${id}::bigint, date_trunc('month', d.day::timestamp)::date, d.resource_id, d.dimension_id, ${whose},
      bit_or(1 << (extract(day from d.day)::integer - 1)), sum(d.effective)
    ${attributed} where d.resource_id is not null group by 3, 4, 5, 6, 7, 8`,
  )
  await tx.updateTable('cost_months').set({ wide_keys: wide, mapping_generation: rules.generation }).where('id', '=', id).execute()
}

/** The sets of tags of the month, and how many values each key has, in tables of this transaction. */
async function gatherTags(tx: OrgTx, days: ReturnType<typeof sql>): Promise<void> {
  await tx.execute(sql`create temporary table month_tags (id bigint, tags jsonb) on commit drop`)
  await inBulk(
    tx,
    sql`
    insert into month_tags select s.id, s.tags
    from (select distinct d.tag_set_id as id from ${days} and d.tag_set_id is not null) used
    join cost_tag_sets s on s.organization_id = ${tx.organizationId} and s.id = used.id order by s.id`,
  )
  await tx.execute(sql`create index on month_tags (id)`)
  await tx.execute(sql`analyze month_tags`)
  await tx.execute(sql`create temporary table month_keys (key text, value_count bigint) on commit drop`)
  await inBulk(
    tx,
    sql`
    insert into month_keys select key, count(*) from (select distinct e.key, e.value from month_tags t, jsonb_each_text(t.tags) e) one group by 1`,
  )
}

async function wideKeys(tx: OrgTx): Promise<string[]> {
  const { rows } = await tx.execute(sql<{ key: string }>`select key from month_keys where value_count > ${widest} order by 1`)
  return rows.map(({ key }) => key)
}

/** Of the month that was read last. */
export async function noteTagKeys(tx: OrgTx): Promise<void> {
  await tx.execute(sql`
    insert into cost_tag_keys as k (organization_id, key, value_count)
    select ${tx.organizationId}, key, least(value_count, 2147483647) from month_keys order by key
    on conflict (organization_id, key) do update set value_count = excluded.value_count where k.value_count <> excluded.value_count`)
}

/** Sets without wide keys. Two that add the same ones wait for each other, in the order of digests. */
async function groupTags(tx: OrgTx, wide: readonly string[]): Promise<void> {
  const reduced = sql`(select id, tags, sha256(convert_to(tags::text, 'UTF8')) as digest
    from (select id, tags - ${[...wide]}::text[] as tags from month_tags) whole where tags <> '{}')`
  await tx.execute(sql`
    insert into cost_tag_groups (organization_id, digest, tags)
    select distinct on (digest) ${tx.organizationId}::bigint, digest, tags from ${reduced} r
    where not exists (select from cost_tag_groups g where g.organization_id = ${tx.organizationId} and g.digest = r.digest)
    order by digest on conflict (organization_id, digest) do nothing`)
  await tx.execute(sql`create temporary table month_groups (id bigint, group_id bigint) on commit drop`)
  await tx.execute(sql`
    insert into month_groups select r.id, g.id from ${reduced} r
    join cost_tag_groups g on g.organization_id = ${tx.organizationId} and g.digest = r.digest`)
  await tx.execute(sql`create index on month_groups (id)`)
  await tx.execute(sql`analyze month_groups`)
}

/** Each set once, so many at a time that they fit into memory, whatever is on them. */
async function attributeTags(tx: OrgTx, monthId: number, rules: TagRules): Promise<void> {
  const attributionOf = openAttribution(rules)
  interface Row {
    id: number
    tags: Record<string, string>
  }
  for (let last = 0; ; ) {
    const { rows } = await tx.execute(sql<Row>`
      select id, tags from (select id, tags, sum(octet_length(tags::text)) over (order by id) as bytes, row_number() over (order by id) as n
        from (select id, tags from month_tags where id > ${last} order by id limit 5000) next) counted
      where bytes < ${part} or n = 1 order by id`)
    if (rows.length === 0) return
    const found = rows.map(({ tags }) => attributionOf(tags))
    const column = (key: 'project' | 'environment' | 'component') => sql`${found.map((attribution) => attribution[key])}::text[]`
    await tx.execute(sql`
      insert into cost_month_tag_sets (organization_id, month_id, tag_set_id, project, environment, component, tag_group_id)
      select ${tx.organizationId}::bigint, ${monthId}::bigint, t.id, t.project, t.environment, t.component, g.group_id
      from unnest(${rows.map(({ id }) => id)}::bigint[], ${column('project')}, ${column('environment')}, ${column('component')})
        as t (id, project, environment, component) left join month_groups g on g.id = t.id`)
    last = rows.at(-1)?.id ?? last
  }
}
