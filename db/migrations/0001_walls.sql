-- The roles, settings and helpers that every later table stands on. See db/README.md.

-- The service works as this role: it owns nothing, bypasses nothing, and sees a tenant's rows only inside its scope.
do $$ begin
  if not exists (select from pg_roles where rolname = 'trochoid_app') then create role trochoid_app nologin; end if;
  -- Owns the few functions that must look across organizations (the "doors").
  if not exists (select from pg_roles where rolname = 'trochoid_doors') then create role trochoid_doors nologin; end if;
end $$;
-- Two migrations at once (two databases of one cluster) may both try to grant: the second finds it done.
do $$ begin
  execute format('grant trochoid_app, trochoid_doors to %I', current_user);
exception when unique_violation then null;
end $$;
grant usage on schema public to trochoid_app, trochoid_doors;
grant create on schema public to trochoid_doors;
alter default privileges in schema public revoke execute on functions from public;

-- After commit a transaction-local setting reads as '' rather than null, hence nullif.
create function current_organization_id() returns bigint language sql stable parallel safe
  return nullif(current_setting('trochoid.organization_id', true), '')::bigint;
create function current_account_id() returns bigint language sql stable parallel safe
  return nullif(current_setting('trochoid.account_id', true), '')::bigint;
create function in_platform_scope() returns boolean language sql stable parallel safe
  return coalesce(current_setting('trochoid.platform', true), '') = 'on';
grant execute on function current_organization_id, current_account_id, in_platform_scope to trochoid_app, trochoid_doors;

-- Makes a table a tenant table: walls up, one policy, and the rights the service needs.
create procedure protect_tenant_table(name regclass) language plpgsql as $$ begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format('create policy tenant on %s to trochoid_app using (organization_id = current_organization_id()) with check (organization_id = current_organization_id())', name);
  execute format('grant select, insert, update, delete on %s to trochoid_app', name);
end $$;

-- How often the access of a subject (o<organization id>, u<user id>) has changed. A process that remembers somebody's
-- rules remembers the sum it saw, and every transaction compares: a permission change holds on the next request of every
-- process, at the price of one index look-up in a statement that is sent anyway. Rows are never deleted, so sums only grow.
create table access_epochs (
  subject text constraint access_epochs_pk primary key,
  epoch bigint not null default 1
);
comment on table access_epochs is 'Counts changes to what a subject may do; read and written by doors only.';
grant select, insert, update on access_epochs to trochoid_doors;

create function bump_access_epoch(changed text) returns void language sql security definer set search_path = public
  begin atomic
    insert into access_epochs (subject) values (changed)
    on conflict (subject) do update set epoch = access_epochs.epoch + 1;
  end;
alter function bump_access_epoch owner to trochoid_doors;

create function access_epoch(subjects text[]) returns bigint language sql stable security definer set search_path = public
  begin atomic
    select coalesce(sum(epoch), 0)::bigint from access_epochs where subject = any (subjects);
  end;
alter function access_epoch owner to trochoid_doors;

-- First words of every transaction on behalf of an organization. With an epoch it refuses (TR001) when the caller's
-- remembered rules are out of date. A door, so that it reads the epochs itself: calling access_epoch for it took twice as long.
create function enter_organization(organization bigint, account bigint, subjects text[], epoch bigint)
returns void language plpgsql security definer set search_path = public as $$ begin
  perform set_config('trochoid.organization_id', organization::text, true),
          set_config('trochoid.account_id', coalesce(account::text, ''), true);
  if epoch is not null and (select coalesce(sum(e.epoch), 0) from access_epochs e where e.subject = any (subjects)) <> epoch then
    raise exception using errcode = 'TR001', message = 'the remembered access is out of date';
  end if;
end $$;
alter function enter_organization owner to trochoid_doors;
grant execute on function enter_organization to trochoid_app;

create function on_organization_access_change() returns trigger language plpgsql security definer set search_path = public as $$ begin
  perform bump_access_epoch('o' || coalesce(new.organization_id, old.organization_id));
  return null;
end $$;
alter function on_organization_access_change owner to trochoid_doors;

-- Work after the answer, enqueued in the same transaction. graphile-worker guards its own tables with row-level security,
-- so the service's role enqueues through this door.
create function enqueue_job(task text, payload jsonb, key text) returns void
language plpgsql security definer set search_path = public as $$ begin
  perform graphile_worker.add_job(task, payload::json, job_key => key, max_attempts => 12);
end $$;
grant execute on function enqueue_job to trochoid_app;

-- One fixed window per key; answers how many seconds to wait, 0 when the caller may go on.
create unlogged table rate_limits (
  key text constraint rate_limits_pk primary key,
  started_at timestamptz not null,
  taken integer not null
);
comment on table rate_limits is 'Attempts at guessing secrets, by address and by account; shared by all processes.';
create index rate_limits_started_at_ix on rate_limits (started_at);
grant select, insert, update, delete on rate_limits to trochoid_app;

create function take_attempt(rate_key text, allowed integer, span interval) returns integer
language sql set search_path = public as $$
  insert into rate_limits as r (key, started_at, taken) values (rate_key, now(), 1)
  on conflict (key) do update set
    started_at = case when r.started_at + span <= now() then now() else r.started_at end,
    taken = case when r.started_at + span <= now() then 1 else r.taken + 1 end
  returning case when taken <= allowed then 0 else greatest(1, ceil(extract(epoch from started_at + span - now())))::integer end;
$$;
grant execute on function take_attempt to trochoid_app;

-- For the status page: how much waits, and for how long.
create function queue_state(out waiting bigint, out seconds double precision)
language plpgsql security definer set search_path = public as $$ begin
  select count(*), coalesce(extract(epoch from now() - min(run_at)), 0) into waiting, seconds
  from graphile_worker.jobs where run_at <= now() and locked_at is null and attempts < max_attempts;
end $$;
grant execute on function queue_state to trochoid_app;
