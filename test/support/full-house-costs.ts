/** The part of a full house that is about costs: two accounts with a month each, budgets, what was unusual, rates. */
import type { House } from './full-house.ts'
import type { Known } from './questions.ts'
import type { TestServer } from './server.ts'

/**
 * Accounts `bills` and `only-<marker>` whose bills come as files, with the active month 2026-07 and one that was refused; its lines,
 * figures, resources and tags; the budgets `cloud` and `only-<marker>`, an alert, an anomaly, an exchange rate.
 */
export async function furnishWithCosts(
  server: TestServer,
  { canonical, marker }: Pick<House, 'canonical' | 'marker'>,
): Promise<{ shared: Known; own: Known }> {
  const only = `only-${marker}`
  for (const statement of statements) {
    const used = ['canonical', 'marker', 'only'].filter((name) => statement.includes(`:${name}`))
    const values: Record<string, string> = { canonical, marker, only }
    const text = used.reduce((rest, name, i) => rest.replaceAll(`:${name}`, `$${i + 1}::text`), statement)
    await server.database.query(
      text,
      used.map((name) => values[name]),
    )
  }
  const numbers = async (table: string) =>
    (
      await server.database.query<{ id: string }>(
        `select t.id from ${table} t join organizations o on o.id = t.organization_id where o.canonical = $1 order by t.id`,
        [canonical],
      )
    ).map(({ id }) => Number(id))
  return {
    shared: {
      cloud_cost_management_account_canonical: ['bills'],
      cloud_provider_account_id: ['111122223333'],
      budget_canonical: ['cloud'],
      month: ['2026-07'],
      begin: ['2026-07-01'],
      end: ['2026-08-01'],
      currency: ['USD', 'EUR'],
      day: ['2026-07-04'],
      cloud_provider: ['aws'],
      tags: [['project;web']],
    },
    own: {
      cloud_cost_management_account_canonical: [only],
      budget_canonical: [only],
      import_id: await numbers('cost_imports'),
      exchange_rate_id: await numbers('cost_exchange_rates'),
      anomaly_id: await numbers('cost_anomalies'),
    },
  }
}

const house = '(select o.id from organizations o where o.canonical = :canonical)'
const the = (table: string, where = 'true') => `(select id from ${table} where organization_id = ${house} and ${where} order by id limit 1)`

const figures = `3, 12.5, 11.25, 4.5, 0.002, 10`
const attributed = `'web', 'prod', 'front', ${the('cost_tag_groups')}, true, ${figures}`

const statements = [
  `select ensure_cost_partitions('2026-07-01')`,
  `insert into cost_accounts (organization_id, canonical, name, account_id, cloud_provider)
   select ${house}, c, 'Bills of ' || :marker, '999988887777', 'aws' from unnest(array['bills', :only]) c`,
  `insert into cost_linked_accounts (organization_id, cost_account_id, account_id, cloud_provider, billed_name)
   select organization_id, id, '111122223333', 'aws', :marker from cost_accounts where organization_id = ${house}`,
  `insert into cost_imports (organization_id, cost_account_id, source, source_name, status, lines, message, started_at, ended_at)
   select organization_id, id, 'command', 'bill-' || :marker || '.csv', 'succeeded', 3, :marker, now(), now() from cost_accounts where organization_id = ${house}`,
  `insert into cost_upload_chunks (organization_id, import_id, position, bytes) select ${house}, ${the('cost_imports')}, 0, convert_to(:marker, 'UTF8')`,
  `insert into cost_months (organization_id, cost_account_id, import_id, period, state, phase, digest, lines, currency, billed, effective, first_day, last_day, activated_at, message)
   select a.organization_id, a.id, i.id, '2026-07-01', s, case s when 'active' then 'green' else 'blue' end, :marker, 3, 'USD', 12.5, 11.25, '2026-07-04', '2026-07-04', now(), :marker
   from cost_accounts a join cost_imports i on i.organization_id = a.organization_id and i.cost_account_id = a.id, unnest(array['active', 'refused']) s
   where a.organization_id = ${house}`,
  `insert into cost_dimensions (organization_id, provider, master_account, linked_account, service, category, region, instance_type, record_type, currency)
   select ${house}, 'aws', '999988887777', '111122223333', 'Service of ' || :marker, 'compute', 'eu-west-1', 'm5.large', 'usage', 'USD'`,
  `insert into cost_kinds (organization_id, digest, dimension_id, focus) select ${house}, '\\x01', ${the('cost_dimensions')}, jsonb_build_object('ServiceName', :marker)`,
  `insert into cost_tag_groups (organization_id, digest, tags) select ${house}, '\\x01', jsonb_build_object('project', 'web', 'marker', :marker)`,
  `insert into cost_tag_sets (organization_id, digest, tags) select ${house}, '\\x01', jsonb_build_object('project', 'web', 'marker', :marker, 'Name', 'one')`,
  `insert into cost_tag_keys (organization_id, key, value_count) select ${house}, k, 1 from unnest(array['project', :marker]) k`,
  `insert into cost_resources (organization_id, provider, resource, digest, first_day) select ${house}, 'aws', 'i-' || :marker, '\\x01', '2026-07-04'`,
  `insert into cost_lines (organization_id, month_id, period, charge_start, charge_end, kind_id, resource_id, tag_set_id, billed, effective, consumed_quantity)
   select ${house}, m.id, m.period, '2026-07-04T00:00:00Z', '2026-07-04T01:00:00Z', ${the('cost_kinds')}, ${the('cost_resources')}, ${the('cost_tag_sets')}, 12.5, 11.25, 1
   from cost_months m where m.organization_id = ${house} and m.state = 'active'`,
  `insert into cost_days (organization_id, month_id, period, day, dimension_id, resource_id, tag_set_id, lines, billed, effective, kwh, co2e, covered)
   select ${house}, m.id, m.period, '2026-07-04', ${the('cost_dimensions')}, ${the('cost_resources')}, ${the('cost_tag_sets')}, ${figures}
   from cost_months m where m.organization_id = ${house} and m.state = 'active'`,
  `insert into cost_daily (organization_id, month_id, day, dimension_id, project, environment, component, tag_group_id, tagged, lines, billed, effective, kwh, co2e, covered)
   select ${house}, m.id, '2026-07-04', ${the('cost_dimensions')}, ${attributed} from cost_months m where m.organization_id = ${house} and m.state = 'active'`,
  `insert into cost_monthly (organization_id, month_id, month, dimension_id, project, environment, component, tag_group_id, tagged, lines, billed, effective, kwh, co2e, covered)
   select ${house}, m.id, '2026-07-01', ${the('cost_dimensions')}, ${attributed} from cost_months m where m.organization_id = ${house} and m.state = 'active'`,
  `insert into cost_month_resources (organization_id, month_id, month, resource_id, dimension_id, project, environment, component, days)
   select ${house}, m.id, '2026-07-01', ${the('cost_resources')}, ${the('cost_dimensions')}, 'web', 'prod', 'front', 8 from cost_months m where m.organization_id = ${house} and m.state = 'active'`,
  `insert into cost_month_tag_sets (organization_id, month_id, tag_set_id, project, environment, component)
   select ${house}, m.id, ${the('cost_tag_sets')}, 'web', 'prod', 'front' from cost_months m where m.organization_id = ${house} and m.state = 'active'`,
  `insert into cost_tag_mappings (organization_id, project_tags) select ${house}, array['project', :marker]`,
  `insert into cost_keeping (organization_id) select ${house}`,
  `insert into cost_exchange_rates (organization_id, day, from_currency, to_currency, rate) select ${house}, '2026-07-01', 'EUR', 'USD', 1.1`,
  `insert into exchange_rates (day, currency, rate, source) values ('2026-07-01', 'CNY', 7.8, 'test') on conflict do nothing`,
  `insert into cost_budgets (organization_id, canonical, name, amount, currency, span, thresholds, owner_id)
   select ${house}, c, 'Budget of ' || :marker, 10, 'USD', 'month', '[{"percent": 80, "of": "actual"}]', (select id from users where username = 'ada-' || :marker)
   from unnest(array['cloud', :only]) c`,
  `insert into cost_budget_alerts (organization_id, budget_id, span_begin, percent, of, spent, amount)
   select ${house}, ${the('cost_budgets')}, '2026-07-01', 80, 'actual', 12.5, 10`,
  `insert into cost_anomalies (organization_id, day, provider, service, project, currency, cost, expected, reason)
   select ${house}, '2026-07-04', 'aws', 'Service of ' || :marker, 'web', 'USD', 12.5, 1, 'Reason of ' || :marker`,
]
