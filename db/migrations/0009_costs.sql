-- What the clouds cost: where bills come from, their lines, what is read of them, and what people watch. src/costs/README.md says how.

create table cost_accounts (
  organization_id bigint not null constraint cost_accounts_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  -- Id at the provider, empty until the first bill tells it.
  account_id text not null default '',
  cloud_provider text not null,
  -- Neither: bills come as files.
  external_backend_id bigint,
  -- Of a child: the account whose bill covers it, here or in an ancestor. It may go without this one.
  parent_organization_id bigint constraint cost_accounts_parent_organization_fk references organizations (id) on delete set null,
  parent_account_id text,
  credential_id bigint,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cost_accounts_pk primary key (organization_id, id),
  constraint cost_accounts_canonical_uq unique (organization_id, canonical),
  constraint cost_accounts_external_backend_uq unique (organization_id, external_backend_id),
  constraint cost_accounts_parent_ck check (parent_account_id is null or external_backend_id is null),
  constraint cost_accounts_external_backend_fk foreign key (organization_id, external_backend_id) references external_backends (organization_id, id) on delete set null (external_backend_id),
  constraint cost_accounts_credential_fk foreign key (organization_id, credential_id) references credentials (organization_id, id)
);
comment on table cost_accounts is 'Billing accounts that costs are imported from.';
create index cost_accounts_credential_ix on cost_accounts (organization_id, credential_id);
create index cost_accounts_parent_ix on cost_accounts (parent_organization_id, parent_account_id);
call protect_tenant_table('cost_accounts');

create table cost_linked_accounts (
  organization_id bigint not null constraint cost_linked_accounts_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  cost_account_id bigint not null,
  -- At the provider.
  account_id text not null,
  cloud_provider text not null,
  -- As the bill says; what people chose goes before it.
  billed_name text not null default '',
  name text,
  constraint cost_linked_accounts_pk primary key (organization_id, id),
  constraint cost_linked_accounts_account_uq unique (organization_id, cost_account_id, account_id),
  constraint cost_linked_accounts_cost_account_fk foreign key (organization_id, cost_account_id) references cost_accounts (organization_id, id) on delete cascade
);
comment on table cost_linked_accounts is 'Accounts at the provider that appear on a bill.';
call protect_tenant_table('cost_linked_accounts');

create table cost_imports (
  organization_id bigint not null constraint cost_imports_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  cost_account_id bigint not null,
  -- `backend`, `upload`, `command`, `parent`; and for people, what was read.
  source text not null,
  source_name text not null default '',
  -- `waiting`, `running`, `succeeded`, `failed`.
  status text not null default 'waiting',
  -- What it does right now, see src/costs/types.ts.
  stage text not null default '',
  files_total integer not null default 0,
  files_done integer not null default 0,
  bytes_total bigint not null default 0,
  bytes_done bigint not null default 0,
  lines bigint not null default 0,
  message text not null default '',
  -- One sentence each, the first fifty; and what is worth saying and wrong with nothing.
  problems jsonb not null default '[]',
  remarks jsonb not null default '[]',
  -- Read again what was not changed, and only this month.
  forced boolean not null default false,
  period date,
  -- Of an upload that arrived as a whole.
  digest text not null default '',
  user_id bigint constraint cost_imports_user_fk references users (id) on delete set null,
  -- A run that did not say anything for long was lost with its process.
  attempt integer not null default 0,
  alive_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  -- What follows from its end was begun, too: who watches costs, accounts that take their part of it, people.
  settled boolean not null default false,
  constraint cost_imports_pk primary key (organization_id, id),
  constraint cost_imports_status_ck check (status in ('waiting', 'running', 'succeeded', 'failed')),
  constraint cost_imports_cost_account_fk foreign key (organization_id, cost_account_id) references cost_accounts (organization_id, id) on delete cascade
);
comment on table cost_imports is 'Runs of an import: who began them, how far they are, what became of them.';
create index cost_imports_cost_account_ix on cost_imports (organization_id, cost_account_id, id);
create index cost_imports_user_ix on cost_imports (user_id);
create index cost_imports_open_ix on cost_imports (alive_at) where status in ('waiting', 'running');
create index cost_imports_unsettled_ix on cost_imports (ended_at) where not settled and ended_at is not null;
call protect_tenant_table('cost_imports');

create table cost_upload_chunks (
  organization_id bigint not null constraint cost_upload_chunks_organization_fk references organizations (id) on delete cascade,
  import_id bigint not null,
  position integer not null,
  bytes bytea not null,
  constraint cost_upload_chunks_pk primary key (organization_id, import_id, position),
  constraint cost_upload_chunks_import_fk foreign key (organization_id, import_id) references cost_imports (organization_id, id) on delete cascade
);
-- Bills are large and often compressed: compressing them once more would only take time.
alter table cost_upload_chunks alter column bytes set storage external;
comment on table cost_upload_chunks is 'A bill that somebody uploaded, until it is read.';
call protect_tenant_table('cost_upload_chunks');

create table cost_months (
  -- No reference: bills outlive their organization out of sight, and are cleared away in parts, see cost_organizations.
  organization_id bigint not null,
  id bigint generated always as identity,
  -- Null: the account is gone, and what it left is being cleared away.
  cost_account_id bigint,
  -- The run that read it, if that is still remembered.
  import_id bigint,
  -- First day of the billing period.
  period date not null,
  -- `loading`: being read. `active`: what readers see, one for an account and period. `replaced`, `refused`: to be cleared away.
  state text not null,
  phase text not null,
  -- Of everything that was read: the same digest is the same month.
  digest text not null default '',
  -- How far each file was stored, so that whoever goes on knows: {"<file>": {"lines": n, "done": true, "digest": "…"}}.
  files jsonb not null default '{}',
  lines bigint not null default 0,
  currency text not null default '',
  billed numeric not null default 0,
  effective numeric not null default 0,
  -- As the provider's manifest or invoice says, if it does.
  stated_total numeric,
  stated_lines bigint,
  -- The provider will not change it any more.
  finalized boolean not null default false,
  -- Days on which something was charged; they may lie outside the period.
  first_day date,
  last_day date,
  -- Tag keys with too many values to be part of `cost_daily`; questions about them go to `cost_days`.
  wide_keys text[] not null default '{}',
  -- Which tag mapping its costs were attributed with.
  mapping_generation integer not null default 0,
  -- Why it was refused or is suspicious, for people.
  message text not null default '',
  -- A person handed it over: it is kept as if it were of the day on which they did.
  by_hand boolean not null default false,
  created_at timestamptz not null default now(),
  activated_at timestamptz,
  ended_at timestamptz,
  constraint cost_months_pk primary key (organization_id, id),
  constraint cost_months_state_ck check (state in ('loading', 'active', 'replaced', 'refused')),
  constraint cost_months_phase_ck check (phase in ('green', 'blue')),
  constraint cost_months_cost_account_fk foreign key (organization_id, cost_account_id) references cost_accounts (organization_id, id) on delete set null (cost_account_id),
  constraint cost_months_import_fk foreign key (organization_id, import_id) references cost_imports (organization_id, id) on delete set null (import_id)
);
comment on table cost_months is 'What an account was billed for a month, in every version that is still there; readers see the active one.';
create unique index cost_months_active_uq on cost_months (organization_id, cost_account_id, period) where state = 'active';
create index cost_months_cost_account_ix on cost_months (organization_id, cost_account_id, period);
create index cost_months_import_ix on cost_months (organization_id, import_id);
call protect_tenant_table('cost_months');

-- Dictionaries: what is the same on many lines is stored once. They may be millions, and are cleared away after the months that need them.

create table cost_dimensions (
  organization_id bigint not null,
  id bigint generated always as identity,
  -- Canonical of the provider (`aws`), ids of the billed and the using account, and so on; empty where a bill says nothing.
  provider text not null,
  master_account text not null,
  linked_account text not null,
  service text not null,
  category text not null,
  region text not null,
  instance_type text not null,
  record_type text not null,
  currency text not null,
  constraint cost_dimensions_pk primary key (organization_id, id),
  constraint cost_dimensions_what_uq unique (organization_id, provider, master_account, linked_account, service, category, region, instance_type, record_type, currency)
);
comment on table cost_dimensions is 'What costs can be filtered and grouped by, as far as the bill itself says it.';
call protect_tenant_table('cost_dimensions');

create table cost_kinds (
  organization_id bigint not null,
  id bigint generated always as identity,
  -- SHA-256 of the rest.
  digest bytea not null,
  dimension_id bigint not null,
  -- FOCUS columns that are the same on many lines: {"ServiceName": "Amazon EC2", …}; empty ones are left out.
  focus jsonb not null,
  -- Estimated for one ConsumedUnit; null when nothing is known about it.
  kwh_per_unit double precision,
  -- Metric tons for one kWh.
  co2e_per_kwh double precision,
  constraint cost_kinds_pk primary key (organization_id, id),
  constraint cost_kinds_digest_uq unique (organization_id, digest),
  constraint cost_kinds_dimension_fk foreign key (organization_id, dimension_id) references cost_dimensions (organization_id, id)
);
comment on table cost_kinds is 'What was charged for, without when, how much and for which resource.';
create index cost_kinds_dimension_ix on cost_kinds (organization_id, dimension_id);
call protect_tenant_table('cost_kinds');

create table cost_tag_groups (
  organization_id bigint not null,
  id bigint generated always as identity,
  digest bytea not null,
  tags jsonb not null,
  constraint cost_tag_groups_pk primary key (organization_id, id),
  constraint cost_tag_groups_digest_uq unique (organization_id, digest)
);
comment on table cost_tag_groups is 'Tags without those that are nearly as many as resources; `cost_daily` is kept by them.';
create index cost_tag_groups_tags_ix on cost_tag_groups using gin (tags jsonb_path_ops);
call protect_tenant_table('cost_tag_groups');

create table cost_tag_sets (
  organization_id bigint not null,
  id bigint generated always as identity,
  digest bytea not null,
  -- {"<key>": "<value>"}
  tags jsonb not null,
  constraint cost_tag_sets_pk primary key (organization_id, id),
  constraint cost_tag_sets_digest_uq unique (organization_id, digest)
);
comment on table cost_tag_sets is 'Tags that occur together on lines.';
create index cost_tag_sets_tags_ix on cost_tag_sets using gin (tags jsonb_path_ops);
call protect_tenant_table('cost_tag_sets');

create table cost_resources (
  organization_id bigint not null,
  id bigint generated always as identity,
  provider text not null,
  -- Id at the provider, and its SHA-256: some are longer than an index can hold.
  resource text not null,
  digest bytea not null,
  name text not null default '',
  type text not null default '',
  -- The first day on which an active month charges for it; null: none does any more.
  first_day date,
  constraint cost_resources_pk primary key (organization_id, id),
  constraint cost_resources_digest_uq unique (organization_id, provider, digest)
);
comment on table cost_resources is 'Resources that were charged for, and since when.';
call protect_tenant_table('cost_resources');

-- The rows of a month. Nothing refers to them, and they refer to nothing: checking references of ten million lines takes longer than
-- storing them. They go with their month, by a trigger. Lines and days have no keys either; what lies together is found by its month.

create table cost_lines (
  organization_id bigint not null,
  month_id bigint not null,
  period date not null,
  charge_start timestamptz not null,
  charge_end timestamptz not null,
  kind_id bigint not null,
  resource_id bigint,
  tag_set_id bigint,
  billed numeric not null,
  effective numeric not null,
  list numeric,
  contracted numeric,
  pricing_quantity numeric,
  consumed_quantity numeric,
  -- FOCUS columns that differ from line to line, and those of the provider's own.
  extra jsonb
) partition by range (period);
comment on table cost_lines is 'The lines of bills, shaped as FOCUS has them; one partition for each month.';
create index cost_lines_month_ix on cost_lines using brin (organization_id, month_id) with (pages_per_range = 32);
call protect_tenant_table('cost_lines');

create table cost_days (
  organization_id bigint not null,
  month_id bigint not null,
  period date not null,
  day date not null,
  dimension_id bigint not null,
  resource_id bigint,
  tag_set_id bigint,
  lines bigint not null,
  billed numeric not null,
  effective numeric not null,
  kwh double precision not null,
  co2e double precision not null,
  -- The effective cost of lines whose energy could be estimated.
  covered numeric not null
) partition by range (period);
comment on table cost_days is 'Lines added up by day, resource and tags: what attribution is made from, and again when the tag mapping changes.';
create index cost_days_tag_set_ix on cost_days (organization_id, month_id, tag_set_id);
call protect_tenant_table('cost_days');

create table cost_daily (
  organization_id bigint not null,
  id bigint generated always as identity,
  month_id bigint not null,
  day date not null,
  dimension_id bigint not null,
  -- Canonicals, made from the tags; empty: none.
  project text not null,
  environment text not null,
  component text not null,
  tag_group_id bigint,
  tagged boolean not null,
  lines bigint not null,
  billed numeric not null,
  effective numeric not null,
  kwh double precision not null,
  co2e double precision not null,
  covered numeric not null,
  constraint cost_daily_pk primary key (organization_id, id)
);
comment on table cost_daily is 'What dashboards read: costs by day, attributed.';
create index cost_daily_month_ix on cost_daily (organization_id, month_id, day);
call protect_tenant_table('cost_daily');

create table cost_monthly (
  organization_id bigint not null,
  id bigint generated always as identity,
  month_id bigint not null,
  -- First day of the month of the charges; it is not always that of the bill.
  month date not null,
  dimension_id bigint not null,
  project text not null,
  environment text not null,
  component text not null,
  tag_group_id bigint,
  tagged boolean not null,
  lines bigint not null,
  billed numeric not null,
  effective numeric not null,
  kwh double precision not null,
  co2e double precision not null,
  covered numeric not null,
  constraint cost_monthly_pk primary key (organization_id, id)
);
comment on table cost_monthly is 'The same by month: whole months of one currency, and the values that filters offer.';
create index cost_monthly_month_ix on cost_monthly (organization_id, month_id, month);
call protect_tenant_table('cost_monthly');

create table cost_month_resources (
  organization_id bigint not null,
  id bigint generated always as identity,
  month_id bigint not null,
  month date not null,
  resource_id bigint not null,
  dimension_id bigint not null,
  project text not null,
  environment text not null,
  component text not null,
  -- Bit n: something was charged on day n + 1 of the month.
  days integer not null,
  -- The effective cost, in whatever currency: what it cost there, so that the dearest can be named first.
  effective numeric not null default 0,
  constraint cost_month_resources_pk primary key (organization_id, id)
);
comment on table cost_month_resources is 'On which days a resource was charged for, and for which project.';
create index cost_month_resources_month_ix on cost_month_resources (organization_id, month_id, month);
create index cost_month_resources_dearest_ix on cost_month_resources (organization_id, month_id, effective desc);
create index cost_month_resources_resource_ix on cost_month_resources (organization_id, resource_id);
call protect_tenant_table('cost_month_resources');

create table cost_month_tag_sets (
  organization_id bigint not null,
  month_id bigint not null,
  tag_set_id bigint not null,
  -- By the mapping that the month was attributed with.
  project text not null,
  environment text not null,
  component text not null,
  -- The set without wide keys; null when nothing is left.
  tag_group_id bigint,
  constraint cost_month_tag_sets_pk primary key (organization_id, month_id, tag_set_id)
);
comment on table cost_month_tag_sets is 'What each set of tags of a month was attributed to; questions about wide keys are answered by it, from `cost_days`.';
call protect_tenant_table('cost_month_tag_sets');

create table cost_tag_keys (
  organization_id bigint not null constraint cost_tag_keys_organization_fk references organizations (id) on delete cascade,
  key text not null,
  -- How many values it had in the month that was read last.
  value_count integer not null,
  constraint cost_tag_keys_pk primary key (organization_id, key)
);
comment on table cost_tag_keys is 'Keys of tags that occur on bills.';
call protect_tenant_table('cost_tag_keys');

create table cost_tag_mappings (
  organization_id bigint not null constraint cost_tag_mappings_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  project_tags text[] not null default '{}',
  project_regex text not null default '',
  environment_tags text[] not null default '{}',
  environment_regex text not null default '',
  component_tags text[] not null default '{}',
  component_regex text not null default '',
  -- Raised with every change.
  generation integer not null default 1,
  -- Why past costs are not attributed by it, for people; until it is changed.
  problem text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cost_tag_mappings_pk primary key (organization_id, id),
  constraint cost_tag_mappings_organization_uq unique (organization_id)
);
comment on table cost_tag_mappings is 'Which tags tell the project, the environment and the component of a cost.';
call protect_tenant_table('cost_tag_mappings');

create table cost_keeping (
  organization_id bigint not null constraint cost_keeping_organization_fk references organizations (id) on delete cascade,
  -- Months, the current one included.
  lines_months integer not null default 4,
  figures_months integer not null default 36,
  -- Which cost is shown to who does not ask for one.
  cost_type text not null default 'billed',
  anomaly_mails boolean not null default true,
  report_mails boolean not null default false,
  -- First day of the last month whose report was given to the mails: each is sent once.
  reported_month date,
  updated_at timestamptz not null default now(),
  constraint cost_keeping_pk primary key (organization_id),
  constraint cost_keeping_months_ck check (lines_months between 1 and 120 and figures_months between lines_months and 240),
  constraint cost_keeping_cost_type_ck check (cost_type in ('billed', 'effective'))
);
comment on table cost_keeping is 'How an organization keeps and shows its costs; absent: as the defaults say.';
call protect_tenant_table('cost_keeping');

create table cost_exchange_rates (
  organization_id bigint not null constraint cost_exchange_rates_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  day date not null,
  from_currency text not null,
  to_currency text not null,
  rate numeric not null,
  created_at timestamptz not null default now(),
  constraint cost_exchange_rates_pk primary key (organization_id, id),
  constraint cost_exchange_rates_day_uq unique (organization_id, day, from_currency, to_currency),
  constraint cost_exchange_rates_rate_ck check (rate > 0)
);
comment on table cost_exchange_rates is 'Rates that an organization entered: they go before those of the installation.';
call protect_tenant_table('cost_exchange_rates');

create table cost_budgets (
  organization_id bigint not null constraint cost_budgets_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  amount numeric not null,
  currency text not null,
  -- `month`, `quarter` or `year`, by the calendar.
  span text not null,
  -- As the filters of the cost calls: {"projects": ["web"]}.
  filters jsonb not null default '{}',
  -- Percents of the amount, of what was spent or of what is forecast: [{"percent": 80, "of": "actual"}].
  thresholds jsonb not null,
  -- Addresses of members who are told beside the owner.
  recipients text[] not null default '{}',
  enabled boolean not null default true,
  owner_id bigint constraint cost_budgets_owner_fk references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cost_budgets_pk primary key (organization_id, id),
  constraint cost_budgets_canonical_uq unique (organization_id, canonical),
  constraint cost_budgets_amount_ck check (amount > 0),
  constraint cost_budgets_span_ck check (span in ('month', 'quarter', 'year'))
);
comment on table cost_budgets is 'What people mean to spend at most.';
create index cost_budgets_owner_ix on cost_budgets (owner_id);
call protect_tenant_table('cost_budgets');

create table cost_budget_alerts (
  organization_id bigint not null constraint cost_budget_alerts_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  budget_id bigint not null,
  -- First day of the span that it is about.
  span_begin date not null,
  percent integer not null,
  of text not null,
  spent numeric not null,
  -- Of the budget when it was told.
  amount numeric not null,
  created_at timestamptz not null default now(),
  constraint cost_budget_alerts_pk primary key (organization_id, id),
  -- 80 % of another amount is another threshold.
  constraint cost_budget_alerts_once_uq unique (organization_id, budget_id, span_begin, percent, of, amount),
  constraint cost_budget_alerts_of_ck check (of in ('actual', 'forecast')),
  constraint cost_budget_alerts_budget_fk foreign key (organization_id, budget_id) references cost_budgets (organization_id, id) on delete cascade
);
comment on table cost_budget_alerts is 'Thresholds that were crossed; each is told once in a span.';
call protect_tenant_table('cost_budget_alerts');

create table cost_anomalies (
  organization_id bigint not null constraint cost_anomalies_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  day date not null,
  provider text not null,
  service text not null,
  project text not null,
  currency text not null,
  cost numeric not null,
  expected numeric not null,
  -- For people: what is unusual, and what made most of it.
  reason text not null,
  -- The largest contributions: [{"what": "region eu-west-1", "cost": "12.5", "expected": "3"}].
  causes jsonb not null default '[]',
  status text not null default 'open',
  -- Closed by an import that took it away, not by people: it comes back with the cost.
  gone boolean not null default false,
  user_id bigint constraint cost_anomalies_user_fk references users (id) on delete set null,
  -- When people said so; imports change `updated_at` too.
  judged_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cost_anomalies_pk primary key (organization_id, id),
  constraint cost_anomalies_what_uq unique (organization_id, day, provider, service, project, currency),
  constraint cost_anomalies_status_ck check (status in ('open', 'expected', 'closed'))
);
comment on table cost_anomalies is 'Days on which a service cost far more, for a project, than before.';
create index cost_anomalies_user_ix on cost_anomalies (user_id);
call protect_tenant_table('cost_anomalies');

-- Beside what a component was billed stands what its last plan was estimated to cost, and of when that plan is; of older ones nobody knows.
alter table terraform_plans add column created_at timestamptz;
alter table terraform_plans alter column created_at set default now();

-- Of the installation: rates by day, written by its operator in the platform scope.

create table exchange_rates (
  day date not null,
  -- How much of it one euro was.
  currency text not null,
  rate numeric not null constraint exchange_rates_rate_ck check (rate > 0),
  source text not null,
  imported_at timestamptz not null default now(),
  constraint exchange_rates_pk primary key (day, currency)
);
comment on table exchange_rates is 'How much of a currency one euro was, by day.';
create index exchange_rates_currency_ix on exchange_rates (currency, day);

alter table exchange_rates enable row level security;
alter table exchange_rates force row level security;
grant select, insert, update, delete on exchange_rates to trochoid_app;
create policy platform on exchange_rates to trochoid_app using (in_platform_scope()) with check (in_platform_scope());
create policy public_facts on exchange_rates for select to trochoid_app using (true);

-- What belongs to a month goes with it.
-- Planned with the month in hand: otherwise each statement would lock every partition there is.
create function on_cost_month_deleted() returns trigger language plpgsql security definer
set search_path = public set plan_cache_mode = force_custom_plan as $$ begin
  delete from cost_lines where organization_id = old.organization_id and month_id = old.id and period = old.period;
  delete from cost_days where organization_id = old.organization_id and month_id = old.id and period = old.period;
  delete from cost_daily where organization_id = old.organization_id and month_id = old.id;
  delete from cost_monthly where organization_id = old.organization_id and month_id = old.id;
  delete from cost_month_resources where organization_id = old.organization_id and month_id = old.id;
  delete from cost_month_tag_sets where organization_id = old.organization_id and month_id = old.id;
  return null;
end $$;
alter function on_cost_month_deleted owner to trochoid_doors;
create trigger cost_months_deleted after delete on cost_months for each row execute function on_cost_month_deleted();
grant select, delete on cost_lines, cost_days, cost_daily, cost_monthly, cost_month_resources, cost_month_tag_sets to trochoid_doors;
create policy doors on cost_lines to trochoid_doors using (true);
create policy doors on cost_days to trochoid_doors using (true);
create policy doors on cost_daily to trochoid_doors using (true);
create policy doors on cost_monthly to trochoid_doors using (true);
create policy doors on cost_month_resources to trochoid_doors using (true);
create policy doors on cost_month_tag_sets to trochoid_doors using (true);

-- Room for the lines of a month. The service owns no tables, so this one thing is done by who does. Years are bounded: bills are
-- hostile texts.
create function ensure_cost_partitions(month date) returns void language plpgsql security definer set search_path = public as $$
declare
  base text;
  room text;
begin
  if month <> date_trunc('month', month) or month < date '2000-01-01' or month >= date '2100-01-01' then
    raise exception using errcode = '22008', message = 'a billing period is the first day of a month of this century';
  end if;
  -- Whoever takes empty rooms away is waited for, and seen.
  perform pg_advisory_xact_lock_shared(hashtext('trochoid.cost_rooms'));
  foreach base in array array['cost_lines', 'cost_days'] loop
    room := base || to_char(month, '_YYYY_MM');
    if to_regclass(room) is null then
      perform pg_advisory_xact_lock(hashtext('trochoid.' || base));
      if to_regclass(room) is null then
        -- Attached when it is ready: that waits for nobody who reads or writes other months.
        execute format('create table %I (like %I including defaults)', room, base);
        execute format('comment on table %I is %L', room, 'One month of ' || base || '.');
        execute format('alter table %I enable row level security', room);
        execute format('alter table %I force row level security', room);
        execute format('create policy tenant on %I to trochoid_app using (organization_id = current_organization_id()) with check (organization_id = current_organization_id())', room);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', base, room, month, (month + interval '1 month')::date);
      end if;
    end if;
  end loop;
end $$;
grant execute on function ensure_cost_partitions to trochoid_app;

-- Has Postgres count what is in the tables that are read, after a month was brought or attributed. The service owns no tables, and
-- autovacuum comes minutes later: until then Postgres takes a new table for an empty one, and looks up one after the other what should
-- be hashed. A table that has not grown by a fifth is as it was; and who finds another one at it leaves it to that one.
create function analyze_costs() returns void language plpgsql security definer
set search_path = public set lock_timeout = '200ms' as $$
declare
  name text;
begin
  foreach name in array array['cost_dimensions', 'cost_daily', 'cost_monthly', 'cost_month_resources', 'cost_month_tag_sets'] loop
    continue when (select c.reltuples >= 0 and pg_relation_size(c.oid) / current_setting('block_size')::bigint <= c.relpages * 1.2 + 10
      from pg_class c where c.oid = to_regclass(name));
    begin
      execute format('analyze %I', name);
    exception when lock_not_available then
      null;
    end;
  end loop;
end $$;
grant execute on function analyze_costs to trochoid_app;

-- Is there anything of this billing period? A door: whoever owns the tables sees no rows of them.
create function is_cost_period_empty(month date) returns boolean language plpgsql security definer
set search_path = public set plan_cache_mode = force_custom_plan as $$ begin
  return not exists (select from cost_months m where m.period = month) and not exists (select from cost_lines l where l.period = month)
    and not exists (select from cost_days d where d.period = month);
end $$;
alter function is_cost_period_empty owner to trochoid_doors;
grant execute on function is_cost_period_empty to current_user;
grant select on cost_months to trochoid_doors;
create policy doors on cost_months for select to trochoid_doors using (true);

-- Takes away the partitions of one old billing period of which nobody has anything, and says which; null: there is none, or somebody is
-- at these tables. Versions are noted before room is made for them, so that a period without any is wanted by nobody. It is asked twice,
-- the second time behind a lock, where large tables wait until vacuum has made them small: looking through them would hold up everybody.
create function drop_empty_cost_partitions() returns date language plpgsql security definer
set search_path = public set lock_timeout = '200ms' as $$
declare
  month date;
begin
  if not in_platform_scope() then return null; end if;
  -- Of another isolation the second look would see what the first saw.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'partitions are dropped in transactions that see what others commit';
  end if;
  if not pg_try_advisory_xact_lock(hashtext('trochoid.cost_rooms')) then return null; end if;
  for month in
    select to_date(right(c.relname, 7), 'YYYY_MM') from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'cost_lines'::regclass and c.relname ~ '^cost_lines_\d{4}_\d{2}$' order by 1
  loop
    continue when month between date_trunc('month', now()) - interval '2 months' and date_trunc('month', now()) + interval '2 months';
    continue when pg_relation_size(to_regclass('cost_lines' || to_char(month, '_YYYY_MM'))) > 64 * 1024 * 1024
      or pg_relation_size(to_regclass('cost_days' || to_char(month, '_YYYY_MM'))) > 64 * 1024 * 1024;
    continue when not is_cost_period_empty(month);
    lock table only cost_lines, only cost_days in access exclusive mode;
    continue when not is_cost_period_empty(month);
    execute format('drop table %I', 'cost_lines' || to_char(month, '_YYYY_MM'));
    execute format('drop table if exists %I', 'cost_days' || to_char(month, '_YYYY_MM'));
    return month;
  end loop;
  return null;
exception when lock_not_available then
  return null;
end $$;
grant execute on function drop_empty_cost_partitions to trochoid_app;

grant select on cost_accounts, cost_linked_accounts, cost_imports to trochoid_doors;
create policy doors on cost_accounts for select to trochoid_doors using (true);
create policy doors on cost_linked_accounts for select to trochoid_doors using (true);
create policy doors on cost_imports for select to trochoid_doors using (true);

-- Accounts whose export nobody has looked at as a whole since then; answers only in the platform scope.
create function due_cost_accounts(looked_before timestamptz) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select a.organization_id, a.id from cost_accounts a
  where a.enabled and in_platform_scope()
    -- What a bill of the same organization covers is in its figures already.
    and (a.external_backend_id is not null or (a.parent_account_id is not null and a.parent_organization_id is distinct from a.organization_id))
    and not exists (select from cost_imports i where i.organization_id = a.organization_id and i.cost_account_id = a.id
      and i.source in ('backend', 'parent') and i.period is null and i.created_at >= looked_before)
$$;
alter function due_cost_accounts owner to trochoid_doors;

-- Runs whose process was lost, in the middle or before what follows from them was begun; answers only in the platform scope.
create function lost_cost_imports(silent_since timestamptz) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select i.organization_id, i.id from cost_imports i where i.status in ('waiting', 'running') and i.alive_at < silent_since and in_platform_scope()
  union all
  select i.organization_id, i.id from cost_imports i where not i.settled and i.ended_at < silent_since and in_platform_scope()
$$;
alter function lost_cost_imports owner to trochoid_doors;

-- Ids of accounts at providers, to be compared: bills of Azure name subscriptions by their id or by their whole path, and letters of
-- both change from month to month.
create function cost_account_key(account text) returns text language sql immutable parallel safe
return regexp_replace(lower(account), '^/subscriptions/', '');
grant execute on function cost_account_key to trochoid_app, trochoid_doors;

-- Who takes their part of a bill; answers only in the platform scope.
create function children_of_cost_account(parent_organization bigint, parent_account text) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select a.organization_id, a.id from cost_accounts a
  where a.parent_organization_id = parent_organization and cost_account_key(a.parent_account_id) = cost_account_key(parent_account) and a.enabled and in_platform_scope()
    and a.organization_id <> parent_organization
$$;
alter function children_of_cost_account owner to trochoid_doors;

-- Organizations with costs, and those that left some behind when their accounts or they themselves went, for the work that is done every
-- day; answers only in the platform scope. Goes from one to the next by the primary keys: reading all rows would take minutes.
create function cost_organizations() returns setof bigint
language sql stable security definer set search_path = public as $$
  with recursive found as (
    select 0::bigint as id where in_platform_scope()
    union all
    select least(
      (select min(organization_id) from cost_accounts where organization_id > found.id),
      (select min(organization_id) from cost_months where organization_id > found.id),
      (select min(organization_id) from cost_dimensions where organization_id > found.id),
      (select min(organization_id) from cost_tag_groups where organization_id > found.id),
      (select min(organization_id) from cost_tag_sets where organization_id > found.id),
      (select min(organization_id) from cost_resources where organization_id > found.id))
    from found where id is not null)
  select id from found where id > 0
$$;
alter function cost_organizations owner to trochoid_doors;
grant select on cost_dimensions, cost_resources to trochoid_doors;
create policy doors on cost_dimensions for select to trochoid_doors using (true);
create policy doors on cost_resources for select to trochoid_doors using (true);

-- Of the organization that a command of the operator names; answers only in the platform scope.
create function organization_called(wanted text) returns bigint
language sql stable security definer set search_path = public as $$
  select id from organizations where canonical = wanted and in_platform_scope()
$$;
alter function organization_called owner to trochoid_doors;
grant execute on function organization_called to trochoid_app;

-- Accounts here and in the ancestors on whose bills a cloud account appears, nearest first. Whose the cloud account is has been proven.
create function covering_cost_accounts(provider text, cloud_account text)
returns table (organization_id bigint, id bigint, canonical text, name text, account_id text, cloud_provider text, enabled boolean, created_at timestamptz, updated_at timestamptz,
  linked_account text, importing boolean, failed boolean, last_started_at timestamptz, last_ended_at timestamptz)
language sql stable security definer set search_path = public as $$
  select a.organization_id, a.id, a.canonical, a.name, a.account_id, a.cloud_provider, a.enabled, a.created_at, a.updated_at, cost_account_key(cloud_account),
    exists (select from cost_imports i where i.organization_id = a.organization_id and i.cost_account_id = a.id and i.status in ('waiting', 'running')),
    coalesce((select i.status = 'failed' from cost_imports i where i.organization_id = a.organization_id and i.cost_account_id = a.id order by i.id desc limit 1), false),
    (select max(i.started_at) from cost_imports i where i.organization_id = a.organization_id and i.cost_account_id = a.id),
    (select max(i.ended_at) from cost_imports i where i.organization_id = a.organization_id and i.cost_account_id = a.id)
  from organizations o join organizations over_it on over_it.id = any (o.path)
  join cost_accounts a on a.organization_id = over_it.id and a.cloud_provider = provider and a.parent_account_id is null
  where o.id = current_organization_id() and exists (select from cost_linked_accounts l where l.organization_id = a.organization_id
    and l.cost_account_id = a.id and cost_account_key(l.account_id) = cost_account_key(cloud_account))
  order by cardinality(over_it.path) desc, a.id
$$;
alter function covering_cost_accounts owner to trochoid_doors;
grant execute on function due_cost_accounts, lost_cost_imports, children_of_cost_account, cost_organizations, covering_cost_accounts to trochoid_app;

-- Sets of tags that hold one of these: `array['{"Name": "web-1"}']`. A function, since behind row-level security Postgres does not
-- look into an index for what its owner does not vouch for (`@>`).
create function cost_tag_sets_with(asked jsonb[]) returns setof bigint
language sql stable rows 20 security definer set search_path = public as $$
  select id from cost_tag_sets where organization_id = current_organization_id() and tags @> any (asked)
$$;
alter function cost_tag_sets_with owner to trochoid_doors;
create function cost_tag_groups_with(asked jsonb[]) returns setof bigint
language sql stable rows 200 security definer set search_path = public as $$
  select id from cost_tag_groups where organization_id = current_organization_id() and tags @> any (asked)
$$;
alter function cost_tag_groups_with owner to trochoid_doors;
grant select on cost_tag_sets, cost_tag_groups to trochoid_doors;
create policy doors on cost_tag_sets for select to trochoid_doors using (true);
create policy doors on cost_tag_groups for select to trochoid_doors using (true);
grant execute on function cost_tag_sets_with, cost_tag_groups_with to trochoid_app;
