-- Pipelines: what the platform knows of each (whose it is, who saved what), the store of the embedded engine, and KPIs.

create table pipelines (
  organization_id bigint not null constraint pipelines_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  component_id bigint not null,
  -- Unique in the organization, as engines name them in a team.
  name text not null,
  -- It came with the component, carries its name and follows its stack; others were added by people.
  is_main boolean not null default false,
  -- Somebody renamed it: when its component moves, the name stays.
  keeps_name boolean not null default false,
  -- The newest of pipeline_configs; null until the first is saved.
  config_version integer,
  -- Which of them the engine has; below config_version while, or because, it could not be told.
  engine_version integer,
  -- The name that the engine has it under; another one than `name` while it has to be renamed there, null while it is not there.
  engine_name text,
  -- Why the engine does not run what was saved.
  problem text,
  -- Its component changed, and it is to follow in the name of this person or key; null: it does.
  follow_author text,
  follow_author_id bigint,
  -- The engine's own number, by which a pipeline of the same name that came later is told apart.
  engine_id bigint,
  created_by text,
  paused_by text,
  paused_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint pipelines_pk primary key (organization_id, id),
  constraint pipelines_name_uq unique (organization_id, name),
  constraint pipelines_component_fk foreign key (organization_id, component_id) references components (organization_id, id) on delete cascade
);
comment on table pipelines is 'Pipelines of components. What runs, and how it went, is the engine''s to tell.';
create unique index pipelines_main_uq on pipelines (organization_id, component_id) where is_main;
create index pipelines_component_ix on pipelines (organization_id, component_id);
call protect_tenant_table('pipelines');

create table pipeline_configs (
  organization_id bigint not null constraint pipeline_configs_organization_fk references organizations (id) on delete cascade,
  pipeline_id bigint not null,
  -- Counts from 1 in each pipeline.
  version integer not null,
  -- As it was passed, before variables were filled in.
  source text not null,
  yaml_vars text not null,
  -- With the variables filled in: what the engine gets.
  config jsonb not null,
  -- Why it was saved: create, update, component, restore, set_pipeline.
  reason text not null,
  -- Who saved it; the name stays when the person goes.
  author text not null,
  author_id bigint,
  created_at timestamptz not null default now(),
  constraint pipeline_configs_pk primary key (organization_id, pipeline_id, version),
  constraint pipeline_configs_pipeline_fk foreign key (organization_id, pipeline_id) references pipelines (organization_id, id) on delete cascade,
  constraint pipeline_configs_reason_ck check (reason in ('create', 'update', 'component', 'restore', 'set_pipeline'))
);
comment on table pipeline_configs is 'Every configuration that was saved for a pipeline, and by whom.';
call protect_tenant_table('pipeline_configs');

create table build_notes (
  organization_id bigint not null constraint build_notes_organization_fk references organizations (id) on delete cascade,
  pipeline_id bigint not null,
  -- The engine's number of the build.
  build_id bigint not null,
  -- A check of a resource belongs to no job; engines list only the builds of jobs.
  is_check boolean not null default false,
  created_by text,
  aborted_by text,
  constraint build_notes_pk primary key (organization_id, build_id),
  constraint build_notes_pipeline_fk foreign key (organization_id, pipeline_id) references pipelines (organization_id, id) on delete cascade
);
comment on table build_notes is 'Who asked for a build and who aborted it: to Concourse all of us are one user.';
create index build_notes_pipeline_ix on build_notes (organization_id, pipeline_id);
call protect_tenant_table('build_notes');

create table job_notes (
  organization_id bigint not null constraint job_notes_organization_fk references organizations (id) on delete cascade,
  pipeline_id bigint not null,
  job text not null,
  paused_by text not null,
  paused_at timestamptz not null default now(),
  constraint job_notes_pk primary key (organization_id, pipeline_id, job),
  constraint job_notes_pipeline_fk foreign key (organization_id, pipeline_id) references pipelines (organization_id, id) on delete cascade
);
comment on table job_notes is 'Who paused a job.';
call protect_tenant_table('job_notes');

-- The embedded engine. It speaks the same language as Concourse (docs: src/engine/README.md), and these are its tables.

create table engine_pipelines (
  organization_id bigint not null constraint engine_pipelines_organization_fk references organizations (id) on delete cascade,
  pipeline_id bigint not null,
  config jsonb not null,
  paused boolean not null default false,
  -- When the scheduler looks at it next; null while there is nothing to wait for.
  wake_at timestamptz,
  constraint engine_pipelines_pk primary key (organization_id, pipeline_id),
  constraint engine_pipelines_pipeline_fk foreign key (organization_id, pipeline_id) references pipelines (organization_id, id) on delete cascade
);
create index engine_pipelines_wake_at_ix on engine_pipelines (wake_at) where wake_at is not null;
comment on table engine_pipelines is 'What the embedded engine runs of a pipeline, and when its scheduler looks at it next.';
call protect_tenant_table('engine_pipelines');

create table engine_jobs (
  organization_id bigint not null constraint engine_jobs_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  pipeline_id bigint not null,
  name text not null,
  -- Of the jobs in the configuration, from 0.
  position integer not null,
  -- False when the configuration lacks it now: its builds are kept in case it comes back.
  is_active boolean not null default true,
  paused boolean not null default false,
  has_new_inputs boolean not null default false,
  -- Names of builds count from 1.
  builds_made integer not null default 0,
  constraint engine_jobs_pk primary key (organization_id, id),
  constraint engine_jobs_name_uq unique (organization_id, pipeline_id, name),
  constraint engine_jobs_pipeline_fk foreign key (organization_id, pipeline_id) references engine_pipelines (organization_id, pipeline_id) on delete cascade
);
comment on table engine_jobs is 'Jobs of pipelines in the embedded engine.';
call protect_tenant_table('engine_jobs');

create table engine_resources (
  organization_id bigint not null constraint engine_resources_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  pipeline_id bigint not null,
  name text not null,
  is_active boolean not null default true,
  -- Digest of type and source: with another one a new history of versions begins.
  history text not null,
  pinned_version jsonb,
  pin_comment text not null default '',
  last_checked_at timestamptz,
  -- Of the last check; null when it went well.
  check_error text,
  -- Build of the last check.
  check_build_id bigint,
  -- Somebody looks for versions until then at the latest; null: nobody does.
  checking_until timestamptz,
  constraint engine_resources_pk primary key (organization_id, id),
  constraint engine_resources_name_uq unique (organization_id, pipeline_id, name),
  constraint engine_resources_pipeline_fk foreign key (organization_id, pipeline_id) references engine_pipelines (organization_id, pipeline_id) on delete cascade
);
comment on table engine_resources is 'Resources of pipelines in the embedded engine, with their pins and their last check.';
call protect_tenant_table('engine_resources');

create table engine_versions (
  organization_id bigint not null constraint engine_versions_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  resource_id bigint not null,
  history text not null,
  version jsonb not null,
  -- Of the version: maps are compared whole.
  digest text not null,
  -- In which order they were found, which is not the order of ids: a version that is found again moves to the end.
  check_order bigint not null,
  enabled boolean not null default true,
  metadata jsonb not null default '[]',
  constraint engine_versions_pk primary key (organization_id, id),
  constraint engine_versions_digest_uq unique (organization_id, resource_id, history, digest),
  constraint engine_versions_resource_fk foreign key (organization_id, resource_id) references engine_resources (organization_id, id) on delete cascade
);
create index engine_versions_order_ix on engine_versions (organization_id, resource_id, history, check_order);
comment on table engine_versions is 'Versions that checks found and puts made, by the history that they belong to.';
call protect_tenant_table('engine_versions');

create table engine_builds (
  organization_id bigint not null constraint engine_builds_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  pipeline_id bigint not null,
  -- One of the two: a run of a job, or a check of a resource.
  job_id bigint,
  resource_id bigint,
  name text not null,
  status text not null default 'pending',
  -- Asked for by a person, not by a new version.
  is_manual boolean not null default false,
  rerun_of bigint,
  rerun_number integer,
  -- Of a check: the version to start from.
  check_from jsonb,
  -- A pending build of a person waits until its inputs were looked for once after it was created.
  inputs_checked_at timestamptz,
  abort_requested boolean not null default false,
  -- What a pending build waits for, as the contract's Preparation, and one sentence of it.
  preparation jsonb,
  reason text,
  -- The public plan; null until it starts.
  plan jsonb,
  -- Which process runs it, and until when it is believed to be alive.
  runner uuid,
  lease_until timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  -- Its events were removed.
  reaped_at timestamptz,
  constraint engine_builds_pk primary key (organization_id, id),
  constraint engine_builds_pipeline_fk foreign key (organization_id, pipeline_id) references engine_pipelines (organization_id, pipeline_id) on delete cascade,
  constraint engine_builds_job_fk foreign key (organization_id, job_id) references engine_jobs (organization_id, id) on delete cascade,
  constraint engine_builds_resource_fk foreign key (organization_id, resource_id) references engine_resources (organization_id, id) on delete cascade,
  constraint engine_builds_kind_ck check ((job_id is null) <> (resource_id is null)),
  constraint engine_builds_status_ck check (status in ('pending', 'started', 'succeeded', 'failed', 'errored', 'aborted'))
);
create index engine_builds_job_ix on engine_builds (organization_id, job_id, id);
create index engine_builds_pipeline_ix on engine_builds (organization_id, pipeline_id, id);
create index engine_builds_resource_ix on engine_builds (organization_id, resource_id) where resource_id is not null;
create index engine_builds_open_ix on engine_builds (organization_id, job_id, id) where status in ('pending', 'started');
create index engine_builds_lease_ix on engine_builds (lease_until) where status = 'started';
comment on table engine_builds is 'Runs of jobs, and checks of resources that somebody asked for.';
call protect_tenant_table('engine_builds');

create table engine_build_inputs (
  organization_id bigint not null constraint engine_build_inputs_organization_fk references organizations (id) on delete cascade,
  build_id bigint not null,
  name text not null,
  version_id bigint not null,
  -- No earlier build of the job used this version for this input.
  first_occurrence boolean not null,
  constraint engine_build_inputs_pk primary key (organization_id, build_id, name),
  constraint engine_build_inputs_build_fk foreign key (organization_id, build_id) references engine_builds (organization_id, id) on delete cascade,
  constraint engine_build_inputs_version_fk foreign key (organization_id, version_id) references engine_versions (organization_id, id) on delete cascade
);
create index engine_build_inputs_version_ix on engine_build_inputs (organization_id, version_id);
comment on table engine_build_inputs is 'Which versions a build read.';
call protect_tenant_table('engine_build_inputs');

create table engine_build_outputs (
  organization_id bigint not null constraint engine_build_outputs_organization_fk references organizations (id) on delete cascade,
  build_id bigint not null,
  -- Of the put.
  name text not null,
  version_id bigint not null,
  constraint engine_build_outputs_pk primary key (organization_id, build_id, name, version_id),
  constraint engine_build_outputs_build_fk foreign key (organization_id, build_id) references engine_builds (organization_id, id) on delete cascade,
  constraint engine_build_outputs_version_fk foreign key (organization_id, version_id) references engine_versions (organization_id, id) on delete cascade
);
create index engine_build_outputs_version_ix on engine_build_outputs (organization_id, version_id);
comment on table engine_build_outputs is 'Which versions the puts of a build made.';
call protect_tenant_table('engine_build_outputs');

create table engine_events (
  organization_id bigint not null constraint engine_events_organization_fk references organizations (id) on delete cascade,
  build_id bigint not null,
  -- From 0 in each build, without a gap: the id of the event in a stream.
  seq integer not null,
  event text not null,
  version text not null,
  data jsonb not null,
  constraint engine_events_pk primary key (organization_id, build_id, seq),
  constraint engine_events_build_fk foreign key (organization_id, build_id) references engine_builds (organization_id, id) on delete cascade
);
comment on table engine_events is 'What happened in a build, its log included, in order; secrets are redacted before they come here.';
call protect_tenant_table('engine_events');

create table engine_caches (
  organization_id bigint not null constraint engine_caches_organization_fk references organizations (id) on delete cascade,
  job_id bigint not null,
  step text not null,
  path text not null,
  -- A compressed archive of the directory.
  content bytea not null,
  updated_at timestamptz not null default now(),
  constraint engine_caches_pk primary key (organization_id, job_id, step, path),
  constraint engine_caches_job_fk foreign key (organization_id, job_id) references engine_jobs (organization_id, id) on delete cascade
);
comment on table engine_caches is 'What tasks keep between the builds of a job.';
call protect_tenant_table('engine_caches');

-- Which process runs builds, for the list of workers and for finding the builds of one that is gone. No tenant's rows.
create table engine_runners (
  id uuid constraint engine_runners_pk primary key,
  name text not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);
comment on table engine_runners is 'Processes that run builds of the embedded engine.';
grant select, insert, update, delete on engine_runners to trochoid_app;

create table kpis (
  organization_id bigint not null constraint kpis_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  project_id bigint not null,
  -- Limited to one environment, or to one component, wherever that moves: one of the two, or neither.
  environment_id bigint,
  component_id bigint,
  canonical text not null,
  name text not null,
  description text not null default '',
  type text not null,
  widget text not null,
  pipeline_name text,
  job_name text,
  config jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint kpis_pk primary key (organization_id, id),
  constraint kpis_canonical_uq unique (organization_id, project_id, canonical),
  constraint kpis_project_fk foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade,
  constraint kpis_environment_fk foreign key (organization_id, environment_id) references environments (organization_id, id) on delete cascade,
  constraint kpis_component_fk foreign key (organization_id, component_id) references components (organization_id, id) on delete cascade
);
create index kpis_environment_ix on kpis (organization_id, environment_id);
create index kpis_component_ix on kpis (organization_id, component_id);
comment on table kpis is 'Measures of how a project delivers; their data is computed when asked for.';
call protect_tenant_table('kpis');

create table kpi_favorites (
  organization_id bigint not null constraint kpi_favorites_organization_fk references organizations (id) on delete cascade,
  kpi_id bigint not null,
  user_id bigint not null constraint kpi_favorites_user_fk references users (id) on delete cascade,
  constraint kpi_favorites_pk primary key (organization_id, kpi_id, user_id),
  constraint kpi_favorites_kpi_fk foreign key (organization_id, kpi_id) references kpis (organization_id, id) on delete cascade
);
create index kpi_favorites_user_ix on kpi_favorites (user_id);
comment on table kpi_favorites is 'Which KPIs somebody wants to see first.';
call protect_tenant_table('kpi_favorites');

-- Events that pipelines send for KPIs are few among all events of a year.
create index events_kpi_ix on events (organization_id, happened_at desc, id desc) where tags @> '[{"key": "kpi"}]';

-- Pipelines that do not follow their component or the engine does not have yet, although nobody works on them any more. Answers
-- only in the platform scope.
grant select on pipelines to trochoid_doors;
create policy doors on pipelines for select to trochoid_doors using (true);
create function behind_pipelines(most integer) returns table (organization_id bigint, pipeline_id bigint)
language sql stable security definer set search_path = public as $$
  select p.organization_id, p.id from pipelines p
  where in_platform_scope() and p.updated_at < now() - interval '10 minutes'
    and (p.follow_author is not null or (p.config_version > coalesce(p.engine_version, 0) or p.engine_name <> p.name) and p.problem is null)
  order by p.updated_at limit most
$$;
alter function behind_pipelines owner to trochoid_doors;
grant execute on function behind_pipelines to trochoid_app;

-- Work that goes through every organization: pipelines that the scheduler is to look at now, and started builds whose process
-- was not heard of. Answers only in the platform scope.
grant select on engine_pipelines to trochoid_doors;
create policy doors on engine_pipelines for select to trochoid_doors using (true);
create function due_engine_pipelines(most integer) returns table (organization_id bigint, pipeline_id bigint)
language sql stable security definer set search_path = public as $$
  select due.organization_id, due.pipeline_id from (
    select p.organization_id, p.pipeline_id, p.wake_at, row_number() over (partition by p.organization_id order by p.wake_at) as place
    from engine_pipelines p where in_platform_scope() and p.wake_at <= now()) due
  order by due.place, due.wake_at limit most
$$;
alter function due_engine_pipelines owner to trochoid_doors;
grant execute on function due_engine_pipelines to trochoid_app;

grant select on engine_builds to trochoid_doors;
create policy doors on engine_builds for select to trochoid_doors using (true);
create function lost_engine_builds(most integer) returns table (organization_id bigint, build_id bigint)
language sql stable security definer set search_path = public as $$
  select b.organization_id, b.id from engine_builds b
  where in_platform_scope() and b.status = 'started' and b.lease_until < now() order by b.lease_until limit most
$$;
alter function lost_engine_builds owner to trochoid_doors;
grant execute on function lost_engine_builds to trochoid_app;

-- As before, with the name of the organization's team in the pipeline engine.
create or replace function load_access(actor_kind text, actor_id bigint, organization_canonical text) returns jsonb
language sql stable security definer set search_path = public as $$
  with o as (select * from organizations where canonical = organization_canonical),
  held as (
    select m.organization_id, m.role_id from o join members m on m.organization_id = any (o.path)
    where actor_kind = 'user' and m.user_id = actor_id and m.invitation_state = 'accepted'
    union
    select m.organization_id, tr.role_id from o join members m on m.organization_id = any (o.path)
    join team_members tm on tm.organization_id = m.organization_id and tm.member_id = m.id
    join team_roles tr on tr.organization_id = tm.organization_id and tr.team_id = tm.team_id
    where actor_kind = 'user' and m.user_id = actor_id and m.invitation_state = 'accepted'
  ),
  rule_rows as (
    select r.organization_id, r.id, r.action, r.resources from held h
    join rules r on r.organization_id = h.organization_id and r.role_id = h.role_id
    union
    select r.organization_id, r.id, r.action, r.resources from o join rules r on r.organization_id = any (o.path)
    where actor_kind = 'api_key' and r.api_key_id = actor_id
  ),
  weight as (select coalesce(sum(60 + length(action) + length(array_to_string(resources, '","'))), 0) as characters from rule_rows),
  -- Tenants write the rules. Of what no process could hold only the administrator's are read: fewer rules allow less.
  read_rows as (
    select r.* from rule_rows r, weight where characters <= 8000000
    union all
    (select r.* from rule_rows r, weight where characters > 8000000 and action in ('**', 'organization:**') and resources = '{}' limit 100)
  ),
  subjects as (select array_agg('o' || p.id) || case when actor_kind = 'user' then array['u' || actor_id] else '{}' end as list
               from o, unnest(o.path) as p (id))
  select jsonb_build_object(
    'organization', jsonb_build_object('id', o.id, 'canonical', o.canonical, 'name', o.name, 'parent_id', o.parent_id, 'path', to_jsonb(o.path),
      'ci_team_name', o.ci_team_name),
    'member_id', (select m.id from members m where actor_kind = 'user' and m.organization_id = o.id and m.user_id = actor_id and m.invitation_state = 'accepted'),
    'belongs', (select count(*) > 0 from held) or exists (select from api_keys k where actor_kind = 'api_key' and k.id = actor_id and k.organization_id = any (o.path)),
    'generation', (select u.token_generation from users u where actor_kind = 'user' and u.id = actor_id),
    -- As it is now: a session token keeps the name it was made with.
    'username', (select u.username from users u where actor_kind = 'user' and u.id = actor_id),
    'weight', least(w.characters, 8000000),
    'rules', coalesce((select jsonb_agg(jsonb_build_object('id', id, 'organization_id', organization_id, 'action', action, 'resources', to_jsonb(resources)) order by id) from read_rows), '[]'),
    'subjects', to_jsonb(s.list),
    'epoch', access_epoch(s.list)
  ) from o, subjects s, weight w
$$;
