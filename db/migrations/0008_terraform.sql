-- Beside Terraform: where states are, the inventory that comes from them, policies, quotas, prices, provider schemas, imports.

create table external_backends (
  organization_id bigint not null constraint external_backends_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  purpose text not null,
  engine text not null,
  configuration jsonb not null,
  credential_id bigint,
  -- Where it holds: the whole organization, a project, an environment or a component.
  project_id bigint,
  environment_id bigint,
  component_id bigint,
  is_default boolean not null,
  -- Raised, every token made before ends.
  token_generation integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint external_backends_pk primary key (organization_id, id),
  constraint external_backends_purpose_ck check (purpose in ('events', 'logs', 'remote_tfstate', 'cost_explorer')),
  constraint external_backends_scope_ck check (
    (environment_id is null or project_id is not null) and (component_id is null or environment_id is not null)
    and (not is_default or project_id is null)),
  -- Accounts of the cloud's bills are many (cost_explorer); for the rest a place has one backend of a purpose.
  constraint external_backends_credential_fk foreign key (organization_id, credential_id) references credentials (organization_id, id),
  constraint external_backends_project_fk foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  constraint external_backends_environment_fk foreign key (organization_id, environment_id) references environments (organization_id, id) on delete cascade,
  constraint external_backends_component_fk foreign key (organization_id, component_id) references components (organization_id, id) on delete cascade
);
comment on table external_backends is 'Where something is kept that the platform works with: Terraform states, logs, events, bills.';
create unique index external_backends_place_uq on external_backends (organization_id, purpose, is_default, project_id, environment_id, component_id)
  nulls not distinct where purpose <> 'cost_explorer';
create index external_backends_credential_ix on external_backends (organization_id, credential_id);
create index external_backends_project_ix on external_backends (organization_id, project_id);
create index external_backends_environment_ix on external_backends (organization_id, environment_id);
create index external_backends_component_ix on external_backends (organization_id, component_id);
call protect_tenant_table('external_backends');

create table terraform_states (
  organization_id bigint not null constraint terraform_states_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  -- Whose state it is: a component's, or what the token of one external backend names. Neither: its component is gone, and the
  -- state waits a while for one at the same place, made from the same stack.
  component_id bigint,
  external_backend_id bigint,
  -- Of a component that is gone: `project/environment/component`, and its stack's reference.
  place text,
  stack_ref text,
  -- Of the newest version; null before the first.
  version_id bigint,
  -- As Terraform sent it, with when it came.
  lock jsonb,
  locked_at timestamptz,
  left_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint terraform_states_pk primary key (organization_id, id),
  constraint terraform_states_component_uq unique (organization_id, component_id),
  constraint terraform_states_external_backend_uq unique (organization_id, external_backend_id),
  constraint terraform_states_lock_ck check ((lock is null) = (locked_at is null)),
  constraint terraform_states_component_fk foreign key (organization_id, component_id) references components (organization_id, id) on delete set null (component_id),
  constraint terraform_states_external_backend_fk foreign key (organization_id, external_backend_id) references external_backends (organization_id, id) on delete cascade
);
-- However a component goes, what it leaves waits from then on.
create function on_terraform_state_left() returns trigger language plpgsql set search_path = public as $$
begin
  new.left_at := now();
  return new;
end $$;
create trigger terraform_states_left before update of component_id on terraform_states
  for each row when (old.component_id is not null and new.component_id is null) execute function on_terraform_state_left();
comment on table terraform_states is 'Terraform states that are kept here, and who holds the lock of each.';
create index terraform_states_place_ix on terraform_states (organization_id, place) where component_id is null;
create index terraform_states_left_at_ix on terraform_states (left_at) where left_at is not null;
call protect_tenant_table('terraform_states');

create table state_token_generations (
  organization_id bigint not null constraint state_token_generations_organization_fk references organizations (id) on delete cascade,
  -- `project/environment/component`. It outlives the component: one made again there must not bring ended tokens back.
  place text not null,
  generation integer not null,
  constraint state_token_generations_pk primary key (organization_id, place)
);
comment on table state_token_generations is 'How often the token of a component''s Terraform state was made anew; absent: never.';
call protect_tenant_table('state_token_generations');

create table terraform_state_versions (
  organization_id bigint not null constraint terraform_state_versions_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  state_id bigint not null,
  serial bigint not null,
  lineage text not null,
  terraform_version text not null,
  -- Of the document as it was sent: bytes, and their MD5 in hexadecimal.
  size bigint not null,
  md5 text not null,
  resource_count integer not null,
  -- Who holds the lock says who they are (`user@host`); whoever restores is known to us.
  author text not null,
  user_id bigint constraint terraform_state_versions_user_fk references users (id) on delete set null,
  restored_from bigint,
  data_key_id bigint not null,
  created_at timestamptz not null default now(),
  constraint terraform_state_versions_pk primary key (organization_id, id),
  constraint terraform_state_versions_state_fk foreign key (organization_id, state_id) references terraform_states (organization_id, id) on delete cascade,
  constraint terraform_state_versions_data_key_fk foreign key (organization_id, data_key_id) references data_keys (organization_id, id)
);
comment on table terraform_state_versions is 'Every document that was written, the newest included.';
create index terraform_state_versions_state_ix on terraform_state_versions (organization_id, state_id, id);
create index terraform_state_versions_user_ix on terraform_state_versions (user_id);
create index terraform_state_versions_data_key_ix on terraform_state_versions (organization_id, data_key_id);
call protect_tenant_table('terraform_state_versions');
alter table terraform_states add constraint terraform_states_version_fk
  foreign key (organization_id, version_id) references terraform_state_versions (organization_id, id) on delete set null (version_id);
create index terraform_states_version_ix on terraform_states (organization_id, version_id);

create table terraform_state_chunks (
  organization_id bigint not null constraint terraform_state_chunks_organization_fk references organizations (id) on delete cascade,
  version_id bigint not null,
  position integer not null,
  -- A part of the compressed document, sealed by the data key.
  sealed bytea not null,
  constraint terraform_state_chunks_pk primary key (organization_id, version_id, position),
  constraint terraform_state_chunks_version_fk foreign key (organization_id, version_id) references terraform_state_versions (organization_id, id) on delete cascade
);
comment on table terraform_state_chunks is 'The documents themselves, in parts that can be read one after the other.';
call protect_tenant_table('terraform_state_chunks');

create table terraform_plans (
  organization_id bigint not null constraint terraform_plans_organization_fk references organizations (id) on delete cascade,
  state_id bigint not null,
  -- Which upload the part is of: whoever reads meanwhile gets one plan or none, and no mixture.
  upload text not null,
  position integer not null,
  -- A part of the compressed document, sealed by the data key.
  sealed bytea not null,
  data_key_id bigint not null,
  constraint terraform_plans_pk primary key (organization_id, state_id, upload, position),
  constraint terraform_plans_state_fk foreign key (organization_id, state_id) references terraform_states (organization_id, id) on delete cascade,
  constraint terraform_plans_data_key_fk foreign key (organization_id, data_key_id) references data_keys (organization_id, id)
);
comment on table terraform_plans is 'The last plan beside a state, as it was sent.';
create index terraform_plans_data_key_ix on terraform_plans (organization_id, data_key_id);
call protect_tenant_table('terraform_plans');

create table inventory_resources (
  organization_id bigint not null constraint inventory_resources_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  -- Null: entered by hand.
  state_id bigint,
  -- Within its state, `module.web.aws_instance.front[0]`; null for those entered by hand.
  address text,
  provider text not null,
  type text not null,
  name text not null,
  module text not null default '',
  mode text not null,
  -- Without what the provider calls sensitive.
  attributes jsonb not null default '{}',
  custom_attributes jsonb not null default '{}',
  label text not null default '',
  -- Units, MB, MB.
  cpu bigint not null default 0,
  memory bigint not null default 0,
  storage bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint inventory_resources_pk primary key (organization_id, id),
  constraint inventory_resources_address_uq unique (organization_id, state_id, address),
  constraint inventory_resources_amounts_ck check (cpu >= 0 and memory >= 0 and storage >= 0),
  constraint inventory_resources_state_fk foreign key (organization_id, state_id) references terraform_states (organization_id, id) on delete cascade
);
comment on table inventory_resources is 'What exists: resources of the newest version of every state, and those that people entered.';
create index inventory_resources_type_ix on inventory_resources (organization_id, provider, type);
create index inventory_resources_label_ix on inventory_resources (organization_id, label) where label <> '';
call protect_tenant_table('inventory_resources');

create table inventory_counts (
  organization_id bigint not null constraint inventory_counts_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  state_id bigint not null,
  counted_at timestamptz not null default now(),
  -- Type to number.
  counts jsonb not null,
  constraint inventory_counts_pk primary key (organization_id, id),
  constraint inventory_counts_state_fk foreign key (organization_id, state_id) references terraform_states (organization_id, id) on delete cascade
);
comment on table inventory_counts is 'How many resources of each type a state had, whenever that changed.';
create index inventory_counts_state_ix on inventory_counts (organization_id, state_id, counted_at);
call protect_tenant_table('inventory_counts');

create table resource_pools (
  organization_id bigint not null constraint resource_pools_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  label text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint resource_pools_pk primary key (organization_id, id),
  constraint resource_pools_canonical_uq unique (organization_id, canonical)
);
comment on table resource_pools is 'What may be shared out: the sum of the resources with a label.';
call protect_tenant_table('resource_pools');

create table quotas (
  organization_id bigint not null constraint quotas_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  resource_pool_id bigint not null,
  team_id bigint not null,
  cpu bigint not null,
  memory bigint not null,
  storage bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint quotas_pk primary key (organization_id, id),
  constraint quotas_team_uq unique (organization_id, resource_pool_id, team_id),
  constraint quotas_amounts_ck check (cpu >= 0 and memory >= 0 and storage >= 0),
  constraint quotas_resource_pool_fk foreign key (organization_id, resource_pool_id) references resource_pools (organization_id, id),
  constraint quotas_team_fk foreign key (organization_id, team_id) references teams (organization_id, id) on delete cascade
);
comment on table quotas is 'The part of a pool that a team may use.';
create index quotas_team_ix on quotas (organization_id, team_id);
call protect_tenant_table('quotas');

create table quota_consumptions (
  organization_id bigint not null constraint quota_consumptions_organization_fk references organizations (id) on delete cascade,
  component_id bigint not null,
  quota_id bigint not null,
  cpu bigint not null,
  memory bigint not null,
  storage bigint not null,
  -- While a component moves to another team's project it holds both quotas.
  constraint quota_consumptions_pk primary key (organization_id, component_id, quota_id),
  constraint quota_consumptions_amounts_ck check (cpu >= 0 and memory >= 0 and storage >= 0),
  constraint quota_consumptions_component_fk foreign key (organization_id, component_id) references components (organization_id, id) on delete cascade,
  constraint quota_consumptions_quota_fk foreign key (organization_id, quota_id) references quotas (organization_id, id)
);
comment on table quota_consumptions is 'What a component takes of a quota, from the moment it is reserved.';
create index quota_consumptions_quota_ix on quota_consumptions (organization_id, quota_id);
call protect_tenant_table('quota_consumptions');

create table infra_policies (
  organization_id bigint not null constraint infra_policies_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  description text not null,
  body text not null,
  severity text not null,
  enabled boolean not null,
  owner_id bigint constraint infra_policies_owner_fk references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint infra_policies_pk primary key (organization_id, id),
  constraint infra_policies_canonical_uq unique (organization_id, canonical),
  constraint infra_policies_severity_ck check (severity in ('critical', 'warning', 'advisory'))
);
comment on table infra_policies is 'Rego that Terraform plans are checked against.';
create index infra_policies_owner_ix on infra_policies (owner_id);
call protect_tenant_table('infra_policies');

create table cost_settings (
  organization_id bigint not null constraint cost_settings_organization_fk references organizations (id) on delete cascade,
  -- Lists of {match, kind, value, note}; maps of resource type to usage key to number, see src/estimate/types.ts.
  overrides jsonb not null default '[]',
  usage jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  constraint cost_settings_pk primary key (organization_id)
);
comment on table cost_settings is 'What an organization pays other than list prices, and how much it usually uses.';
call protect_tenant_table('cost_settings');

create table infra_imports (
  organization_id bigint not null constraint infra_imports_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  -- What it makes; null when only a stack was asked for, or when it is gone.
  project_id bigint,
  project_canonical text,
  environment_canonical text,
  component_canonical text,
  stack_ref text not null,
  status text not null,
  error text not null default '',
  logs text not null default '',
  -- The request as it was made; no secret is in it.
  request jsonb not null,
  user_id bigint constraint infra_imports_user_fk references users (id) on delete set null,
  -- A run that did not say anything for long was lost with its process.
  attempt integer not null default 1,
  alive_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint infra_imports_pk primary key (organization_id, id),
  constraint infra_imports_status_ck check (status in ('importing', 'succeeded', 'failed')),
  constraint infra_imports_project_fk foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
);
comment on table infra_imports is 'Infrastructure that exists, made into a stack: what was asked, and how it goes.';
create unique index infra_imports_stack_uq on infra_imports (organization_id, stack_ref);
create index infra_imports_project_ix on infra_imports (organization_id, project_id);
create index infra_imports_user_ix on infra_imports (user_id);
call protect_tenant_table('infra_imports');

-- Facts of the whole installation: list prices and what Terraform providers can do. Everybody reads them; they are written by
-- commands of the operator, in the platform scope.

create table price_books (
  id bigint generated always as identity constraint price_books_pk primary key,
  provider text not null constraint price_books_provider_ck check (provider in ('aws', 'azurerm', 'google')),
  -- What it is about: a service and region of the provider's feed, or `starter`.
  scope text not null,
  source text not null,
  source_url text not null default '',
  version text not null,
  published_at timestamptz not null,
  imported_at timestamptz not null default now(),
  sha256 text not null,
  products integer not null default 0,
  rates integer not null default 0,
  active boolean not null default false
);
comment on table price_books is 'Publications of list prices; estimates use the active one of each scope.';
create unique index price_books_active_uq on price_books (provider, scope) where active;

create table price_products (
  id bigint generated always as identity constraint price_products_pk primary key,
  book_id bigint not null constraint price_products_book_fk references price_books (id) on delete cascade,
  provider text not null,
  sku text not null,
  service text not null,
  family text not null,
  -- Empty: the same everywhere.
  region text not null,
  attributes jsonb not null
);
comment on table price_products is 'What can be bought: one SKU of a publication.';
create unique index price_products_sku_uq on price_products (book_id, sku, region);
create index price_products_place_ix on price_products (provider, service, region, family);
create index price_products_attributes_ix on price_products using gin (attributes jsonb_path_ops);

create table price_rates (
  product_id bigint not null constraint price_rates_product_fk references price_products (id) on delete cascade,
  purchase_option text not null,
  currency text not null,
  -- In our words (`hour`, `GB-month`), with what one of the feed's units is of them.
  unit text not null,
  unit_quantity numeric not null,
  from_quantity numeric not null,
  -- Null: without end.
  to_quantity numeric,
  price numeric not null,
  constraint price_rates_pk primary key (product_id, purchase_option, currency, from_quantity)
);
comment on table price_rates is 'What a product costs, by how much is bought of it.';

create table provider_schemas (
  id bigint generated always as identity constraint provider_schemas_pk primary key,
  -- `registry.terraform.io/hashicorp/aws`, and the last part of it.
  source text not null,
  canonical text not null,
  version text not null,
  imported_at timestamptz not null default now(),
  sha256 text not null,
  -- The provider's own configuration block.
  configuration jsonb not null,
  constraint provider_schemas_canonical_uq unique (canonical)
);
comment on table provider_schemas is 'Terraform providers whose schemas were imported.';

create table provider_blocks (
  provider_id bigint not null constraint provider_blocks_provider_fk references provider_schemas (id) on delete cascade,
  kind text not null constraint provider_blocks_kind_ck check (kind in ('resource', 'data')),
  type text not null,
  -- As `terraform providers schema -json` prints it: {version, block}.
  schema jsonb not null,
  constraint provider_blocks_pk primary key (provider_id, kind, type)
);
comment on table provider_blocks is 'What resources and data sources of a provider look like.';

do $$ declare name text; begin
  foreach name in array array['price_books', 'price_products', 'price_rates', 'provider_schemas', 'provider_blocks'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('grant select, insert, update, delete on %I to trochoid_app', name);
    execute format('create policy platform on %I to trochoid_app using (in_platform_scope()) with check (in_platform_scope())', name);
    execute format('create policy public_facts on %I for select to trochoid_app using (true)', name);
  end loop;
end $$;

-- Imports whose process was lost; answers only in the platform scope.
create function lost_infra_imports(silent_since timestamptz) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select organization_id, id from infra_imports where status = 'importing' and alive_at < silent_since and in_platform_scope()
$$;
alter function lost_infra_imports owner to trochoid_doors;
grant execute on function lost_infra_imports to trochoid_app;
grant select on infra_imports to trochoid_doors;
create policy doors on infra_imports for select to trochoid_doors using (true);

-- States whose component has been gone since then; answers only in the platform scope.
create function left_terraform_states(left_before timestamptz) returns table (organization_id bigint, id bigint, left_at timestamptz)
language sql stable security definer set search_path = public as $$
  select s.organization_id, s.id, s.left_at from terraform_states s where s.left_at < left_before and s.component_id is null and in_platform_scope()
$$;
alter function left_terraform_states owner to trochoid_doors;
grant execute on function left_terraform_states to trochoid_app;
grant select on terraform_states to trochoid_doors;
create policy doors on terraform_states for select to trochoid_doors using (true);

-- A state token names its organization by number; is there one, and may it be served?
create function organization_of_state_token(organization_number bigint) returns jsonb
language sql stable security definer set search_path = public as $$
  select jsonb_build_object('canonical', o.canonical, 'entitlement', entitlement_of(o.id))
  from organizations o where o.id = organization_number and in_platform_scope()
$$;
alter function organization_of_state_token owner to trochoid_doors;
grant execute on function organization_of_state_token to trochoid_app;
