-- What organizations keep: credentials, repositories, projects, environments, events, appearances.

create table credentials (
  organization_id bigint not null constraint credentials_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  description text not null default '',
  type text not null,
  path text not null,
  keys text[] not null,
  -- AES-256-GCM under data_key_id; see src/domains/credentials/sealing.ts.
  sealed text not null,
  data_key_id bigint not null,
  built_in boolean not null default false,
  owner_id bigint constraint credentials_owner_fk references users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint credentials_pk primary key (organization_id, id),
  constraint credentials_canonical_uq unique (organization_id, canonical),
  constraint credentials_path_uq unique (organization_id, path),
  constraint credentials_data_key_fk foreign key (organization_id, data_key_id) references data_keys (organization_id, id),
  constraint credentials_type_ck check (type in ('ssh', 'aws', 'custom', 'azure', 'azure_storage', 'gcp', 'basic_auth', 'elasticsearch', 'swift', 'vmware'))
);
comment on table credentials is 'Secrets, sealed; what may be shown without them stands in the clear.';
create index credentials_owner_ix on credentials (owner_id);
create index credentials_data_key_ix on credentials (organization_id, data_key_id);
call protect_tenant_table('credentials');

create table config_repositories (
  organization_id bigint not null constraint config_repositories_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  url text not null,
  branch text not null,
  credential_id bigint,
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint config_repositories_pk primary key (organization_id, id),
  constraint config_repositories_canonical_uq unique (organization_id, canonical),
  constraint config_repositories_credential_fk foreign key (organization_id, credential_id) references credentials (organization_id, id)
);
comment on table config_repositories is 'Git repositories that the platform writes the configuration of components into.';
create unique index config_repositories_default_uq on config_repositories (organization_id) where is_default;
create index config_repositories_credential_ix on config_repositories (organization_id, credential_id);
call protect_tenant_table('config_repositories');

create table projects (
  organization_id bigint not null constraint projects_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  description text not null default '',
  color text not null,
  icon text not null,
  cloud_provider text,
  config_repository_id bigint not null,
  owner_id bigint constraint projects_owner_fk references users (id) on delete set null,
  team_id bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint projects_pk primary key (organization_id, id),
  constraint projects_canonical_uq unique (organization_id, canonical),
  constraint projects_config_repository_fk foreign key (organization_id, config_repository_id) references config_repositories (organization_id, id),
  constraint projects_team_fk foreign key (organization_id, team_id) references teams (organization_id, id) on delete set null (team_id)
);
comment on table projects is 'What a group of people builds and runs; holds environments.';
create index projects_config_repository_ix on projects (organization_id, config_repository_id);
create index projects_team_ix on projects (organization_id, team_id);
create index projects_owner_ix on projects (owner_id);
call protect_tenant_table('projects');

create table project_favorites (
  organization_id bigint not null constraint project_favorites_organization_fk references organizations (id) on delete cascade,
  project_id bigint not null,
  user_id bigint not null constraint project_favorites_user_fk references users (id) on delete cascade,
  constraint project_favorites_pk primary key (organization_id, project_id, user_id),
  constraint project_favorites_project_fk foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
);
comment on table project_favorites is 'Projects that a person marked.';
create index project_favorites_user_ix on project_favorites (user_id);
call protect_tenant_table('project_favorites');

create table environments (
  organization_id bigint not null constraint environments_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  project_id bigint not null,
  canonical text not null,
  name text not null,
  color text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint environments_pk primary key (organization_id, id),
  constraint environments_canonical_uq unique (organization_id, project_id, canonical),
  constraint environments_project_fk foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
);
comment on table environments is 'Stages of a project, such as prod; canonicals are unique within the project.';
call protect_tenant_table('environments');

create table events (
  organization_id bigint not null constraint events_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  type text not null,
  severity text not null,
  title text not null,
  message text not null,
  icon text not null,
  color text not null,
  tags jsonb not null,
  -- Who did it: a person, a key, or neither when the platform itself did. Plain numbers, not references: who did it stays
  -- true when the account is gone, and a reference would read all events of everybody to delete one account.
  user_id bigint,
  api_key_id bigint,
  operation text,
  happened_at timestamptz not null default clock_timestamp(),
  constraint events_pk primary key (organization_id, id),
  constraint events_type_ck check (type in ('Cycloid', 'AWS', 'Monitoring', 'Custom')),
  constraint events_severity_ck check (severity in ('info', 'warn', 'err', 'crit'))
);
comment on table events is 'What happened, written in the transaction that made it happen.';
create index events_happened_at_ix on events (organization_id, happened_at desc, id desc);
call protect_tenant_table('events');
-- What happened cannot be made unhappened.
revoke update, delete on events from trochoid_app;

create table appearances (
  organization_id bigint not null constraint appearances_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  display_name text not null,
  tab_title text not null,
  footer text not null,
  logo text not null,
  favicon text not null,
  color_r integer not null,
  color_g integer not null,
  color_b integer not null,
  is_active boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint appearances_pk primary key (organization_id, id),
  constraint appearances_canonical_uq unique (organization_id, canonical),
  constraint appearances_color_ck check (color_r between 0 and 255 and color_g between 0 and 255 and color_b between 0 and 255)
);
comment on table appearances is 'How an organization''s console looks; at most one is active.';
create unique index appearances_active_uq on appearances (organization_id) where is_active;
call protect_tenant_table('appearances');

-- The active appearance of an organization or of its nearest ancestor that has one; public, so by canonical.
create function active_appearance(organization text) returns setof appearances
language sql stable security definer set search_path = public as $$
  select a.* from organizations o
  join organizations holder on holder.id = any (o.path)
  join appearances a on a.organization_id = holder.id and a.is_active
  where o.canonical = organization order by cardinality(holder.path) desc limit 1
$$;
grant select on appearances to trochoid_doors;
create policy doors on appearances for select to trochoid_doors using (true);
alter function active_appearance owner to trochoid_doors;
grant execute on function active_appearance to trochoid_app;
