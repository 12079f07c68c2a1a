-- The catalogue, and what is made from it: catalog repositories, stacks with their files, components.

create table stack_sources (
  organization_id bigint not null constraint stack_sources_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  url text not null,
  branch text not null,
  credential_id bigint,
  owner_id bigint constraint stack_sources_owner_fk references users (id) on delete set null,
  -- The commit that the stacks were read from, and when. A refresh that finds the same commit has nothing to read.
  commit text,
  refreshed_at timestamptz,
  -- When it was last tried, and what was wrong with it; empty when all was well. A list of {directory, error}.
  tried_at timestamptz not null default now(),
  problems jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint stack_sources_pk primary key (organization_id, id),
  constraint stack_sources_canonical_uq unique (organization_id, canonical),
  constraint stack_sources_credential_fk foreign key (organization_id, credential_id) references credentials (organization_id, id)
);
comment on table stack_sources is 'Git repositories whose directories are scanned for stacks (service_catalog_sources of the API).';
create index stack_sources_credential_ix on stack_sources (organization_id, credential_id);
create index stack_sources_owner_ix on stack_sources (owner_id);
create index stack_sources_tried_at_ix on stack_sources (tried_at);
call protect_tenant_table('stack_sources');

create table stacks (
  organization_id bigint not null constraint stacks_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  source_id bigint not null,
  canonical text not null,
  name text not null,
  description text not null,
  author text not null,
  keywords text[] not null,
  image text,
  technologies jsonb not null,
  dependencies jsonb not null,
  cloud_providers text[] not null,
  -- Where it is in its repository; empty for the root.
  directory text not null,
  readme text,
  -- What `.cycloid.yml` says, as src/formats/stack-definition.ts reads it.
  definition jsonb not null,
  -- The form in its newest shape; null for a stack without one. Mistakes are kept, so that they can be told.
  forms jsonb,
  form_errors text[] not null default '{}',
  form_enabled boolean not null,
  quota_enabled boolean not null,
  is_blueprint boolean not null,
  visibility text not null,
  team_id bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint stacks_pk primary key (organization_id, id),
  constraint stacks_canonical_uq unique (organization_id, canonical),
  constraint stacks_source_fk foreign key (organization_id, source_id) references stack_sources (organization_id, id),
  constraint stacks_team_fk foreign key (organization_id, team_id) references teams (organization_id, id) on delete set null (team_id),
  constraint stacks_visibility_ck check (visibility in ('local', 'shared', 'hidden'))
);
comment on table stacks is 'Reusable templates, as the last scan of their repository found them (service_catalogs of the API).';
create index stacks_source_ix on stacks (organization_id, source_id);
create index stacks_team_ix on stacks (organization_id, team_id);
call protect_tenant_table('stacks');
create table stack_files (
  organization_id bigint not null constraint stack_files_organization_fk references organizations (id) on delete cascade,
  stack_id bigint not null,
  -- Below the stack's directory.
  path text not null,
  -- Name of git's object: equal names, equal contents.
  object text not null,
  content bytea not null,
  constraint stack_files_pk primary key (organization_id, stack_id, path),
  constraint stack_files_stack_fk foreign key (organization_id, stack_id) references stacks (organization_id, id) on delete cascade
);
comment on table stack_files is 'The files of a stack, so that every process works with the same ones, and none needs git to read them.';
call protect_tenant_table('stack_files');
create policy shared on stack_files for select to trochoid_app using (
  exists (select from stacks s where s.organization_id = stack_files.organization_id and s.id = stack_files.stack_id));

create table stack_diagrams (
  organization_id bigint not null constraint stack_diagrams_organization_fk references organizations (id) on delete cascade,
  stack_id bigint not null,
  -- Text, not jsonb: what the editor saved comes back as it was.
  diagram text,
  diagram_created_at timestamptz,
  diagram_updated_at timestamptz,
  image text,
  constraint stack_diagrams_pk primary key (organization_id, stack_id),
  constraint stack_diagrams_stack_fk foreign key (organization_id, stack_id) references stacks (organization_id, id) on delete cascade
);
comment on table stack_diagrams is 'Drawings of stacks, for the visual editor; kept here and not in git.';
call protect_tenant_table('stack_diagrams');

create table components (
  organization_id bigint not null constraint components_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  environment_id bigint not null,
  canonical text not null,
  name text not null,
  description text not null default '',
  -- The stack may belong to an ancestor that shares it: the one reference that leaves the organization; see stack_in_reach.
  stack_organization_id bigint not null,
  stack_id bigint not null,
  use_case text not null,
  cloud_provider text,
  vars jsonb not null,
  -- What it has in the config repository: a list of {path, technology, key, variables}.
  files jsonb not null default '[]',
  -- Of the config repository, the newest that concerns this component.
  commit text,
  -- False until the first commit is there: nobody sees it before.
  is_ready boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint components_pk primary key (organization_id, id),
  constraint components_canonical_uq unique (organization_id, environment_id, canonical),
  constraint components_environment_fk foreign key (organization_id, environment_id) references environments (organization_id, id),
  constraint components_stack_fk foreign key (stack_organization_id, stack_id) references stacks (organization_id, id)
);
comment on table components is 'A use case of a stack, deployed into an environment.';
create index components_stack_ix on components (stack_organization_id, stack_id);
call protect_tenant_table('components');
create policy stack_in_reach on components as restrictive for insert to trochoid_app with check (
  exists (select from stacks s where s.organization_id = stack_organization_id and s.id = stack_id));
-- Nor may one that is there turn to another organization's stack, which it would make readable by that.
create policy stack_stays_in_reach on components as restrictive for update to trochoid_app using (true) with check (
  exists (select from stacks s where s.organization_id = stack_organization_id and s.id = stack_id));

-- A stack that an ancestor shares is used as if it were one's own; one that is shared no longer stays readable to those whose
-- components were made from it.
create policy shared on stacks for select to trochoid_app using (
  visibility = 'shared' and organization_id = any ((select o.path from organizations o where o.id = current_organization_id())::bigint[])
  or exists (select from components c where c.organization_id = current_organization_id() and c.stack_organization_id = stacks.organization_id and c.stack_id = stacks.id));

-- A change of a component reaches two places, git and this database. It is written down here first; the row goes when both
-- agree again. Whoever finds an old one asks git which way it went, and finishes or undoes it. A hold only keeps others from
-- changing the component, while its project's files move to another repository.
create table component_changes (
  organization_id bigint not null constraint component_changes_organization_fk references organizations (id) on delete cascade,
  component_id bigint not null,
  -- The trailer of the commit, by which it is found again.
  change text not null,
  kind text not null,
  config_repository_id bigint not null,
  -- What the component becomes when the commit is there: columns of components.
  intended jsonb not null,
  -- Files in another repository that are to go afterwards: {config_repository_id, paths}.
  leftovers jsonb,
  actor jsonb not null,
  -- Until then the process that began it may still push.
  finish_by timestamptz not null,
  constraint component_changes_pk primary key (organization_id, component_id),
  constraint component_changes_component_fk foreign key (organization_id, component_id) references components (organization_id, id) on delete cascade,
  constraint component_changes_config_repository_fk foreign key (organization_id, config_repository_id) references config_repositories (organization_id, id),
  constraint component_changes_kind_ck check (kind in ('create', 'update', 'migrate', 'delete', 'hold'))
);
comment on table component_changes is 'Changes of components under way; at most one for each.';
create index component_changes_config_repository_ix on component_changes (organization_id, config_repository_id);
create index component_changes_finish_by_ix on component_changes (finish_by);
call protect_tenant_table('component_changes');

grant select on components to trochoid_doors;
create policy doors on components for select to trochoid_doors using (true);
-- Where a stack that this organization may use comes from: the tokens of its files name repository and credential, and those
-- rows are out of sight when an ancestor shares the stack. Never what the credential holds.
grant select on stacks to trochoid_doors;
grant select on stack_sources to trochoid_doors;
grant select (organization_id, id, type, path) on credentials to trochoid_doors;
create policy doors on stacks for select to trochoid_doors using (true);
create policy doors on stack_sources for select to trochoid_doors using (true);
create policy doors on credentials for select to trochoid_doors using (true);
create function catalog_of_stack(stack_organization bigint, stack bigint)
returns table (canonical text, name text, url text, branch text, credential_type text, credential_path text)
language sql stable security definer set search_path = public as $$
  select src.canonical, src.name, src.url, src.branch, c.type, c.path
  from stacks s
  join stack_sources src on src.organization_id = s.organization_id and src.id = s.source_id
  left join credentials c on c.organization_id = src.organization_id and c.id = src.credential_id
  where s.organization_id = stack_organization and s.id = stack and (s.organization_id = current_organization_id()
    or s.visibility = 'shared' and s.organization_id = any ((select o.path from organizations o where o.id = current_organization_id())::bigint[])
    or exists (select from components c where c.organization_id = current_organization_id() and c.stack_organization_id = s.organization_id and c.stack_id = s.id))
$$;
alter function catalog_of_stack owner to trochoid_doors;
grant execute on function catalog_of_stack to trochoid_app;

-- How many components of any organization are made from a stack: one that is in use by a descendant must not go either.
create function components_of_stack(stack bigint) returns bigint
language sql stable security definer set search_path = public as $$
  select count(*) from components where stack_organization_id = current_organization_id() and stack_id = stack
$$;
alter function components_of_stack owner to trochoid_doors;
grant execute on function components_of_stack to trochoid_app;

-- Work that goes through every organization: the catalog repositories that were not looked at for a while. Of each organization
-- only some, so that one with very many does not keep the others from their turn.
create function due_stack_sources(older_than interval, most integer) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select due.organization_id, due.id from (
    select s.organization_id, s.id, s.tried_at, row_number() over (partition by s.organization_id order by s.tried_at) as place
    from stack_sources s where in_platform_scope() and s.tried_at < now() - older_than) due
  where due.place <= 50 order by due.tried_at limit most
$$;
alter function due_stack_sources owner to trochoid_doors;
grant execute on function due_stack_sources to trochoid_app;

-- The same for changes that nobody looked after: the job that came with each gives up after some hours of an unreachable git.
grant select on component_changes to trochoid_doors;
create policy doors on component_changes for select to trochoid_doors using (true);
create function overdue_component_changes(most integer) returns table (organization_id bigint, component_id bigint, change text)
language sql stable security definer set search_path = public as $$
  select c.organization_id, c.component_id, c.change from component_changes c
  where in_platform_scope() and c.finish_by < now() - interval '10 minutes' order by c.finish_by limit most
$$;
alter function overdue_component_changes owner to trochoid_doors;
grant execute on function overdue_component_changes to trochoid_app;

-- A job may wait for its time; null is now. Of those with the same queue one runs at a time.
drop function enqueue_job(text, jsonb, text);
create function enqueue_job(task text, payload jsonb, key text, run_at timestamptz, queue text) returns void
language plpgsql security definer set search_path = public as $$ begin
  perform graphile_worker.add_job(task, payload::json, queue_name => queue, job_key => key, run_at => run_at, max_attempts => 12);
end $$;
grant execute on function enqueue_job to trochoid_app;
