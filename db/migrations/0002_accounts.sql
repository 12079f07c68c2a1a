-- People, and what belongs to the installation rather than to one organization.

create table users (
  id bigint generated always as identity constraint users_pk primary key,
  username text not null constraint users_username_uq unique,
  password_hash text,
  given_name text not null,
  family_name text not null,
  country_code text,
  locale text not null default 'en' constraint users_locale_ck check (locale in ('en', 'fr', 'es')),
  picture_url text,
  mfa_enabled boolean not null default false,
  guide jsonb not null default '{}',
  -- Written into every session token: raising it ends all sessions of this person at once.
  token_generation integer not null default 1,
  last_login_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table users is 'People who can sign in.';

create table user_emails (
  id bigint generated always as identity constraint user_emails_pk primary key,
  user_id bigint not null constraint user_emails_user_fk references users (id) on delete cascade,
  email text not null,
  purpose text not null constraint user_emails_purpose_ck check (purpose in ('primary', 'backup')),
  verified_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table user_emails is 'Addresses of a person; exactly one is primary. Unique without regard to case.';
create unique index user_emails_email_uq on user_emails (lower(email));
create unique index user_emails_primary_uq on user_emails (user_id) where purpose = 'primary';

create table account_tokens (
  id bigint generated always as identity constraint account_tokens_pk primary key,
  user_id bigint not null constraint account_tokens_user_fk references users (id) on delete cascade,
  purpose text not null constraint account_tokens_purpose_ck check (purpose in ('verify_email', 'reset_password')),
  email text not null,
  -- The token itself is never stored: it is the id and a MAC over this row.
  nonce text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
comment on table account_tokens is 'One-time links sent by mail.';
create index account_tokens_user_ix on account_tokens (user_id);

create table signing_keys (
  kid text constraint signing_keys_pk primary key,
  sealed text not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
comment on table signing_keys is 'Keys that sign session tokens, sealed under the master key. The newest unretired one signs, all verify.';

create table mails (
  id bigint generated always as identity constraint mails_pk primary key,
  recipient text not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null default now()
);
comment on table mails is 'The local outbox: filled only when no SMTP server is configured.';

do $$ declare name text; begin
  foreach name in array array['users', 'user_emails', 'account_tokens', 'signing_keys', 'mails'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy platform on %I to trochoid_app using (in_platform_scope()) with check (in_platform_scope())', name);
    execute format('grant select, insert, update, delete on %I to trochoid_app', name);
  end loop;
end $$;
create policy own_account on users to trochoid_app using (id = current_account_id()) with check (id = current_account_id());
create policy own_account on user_emails to trochoid_app using (user_id = current_account_id()) with check (user_id = current_account_id());

-- What one member may see of another: no password, no guide, no second address.
grant select on users, user_emails to trochoid_doors;
create policy doors on users for select to trochoid_doors using (true);
create policy doors on user_emails for select to trochoid_doors using (true);
create view people as
  select u.id, u.username, u.given_name, u.family_name, e.email, u.country_code, u.locale, u.picture_url, u.mfa_enabled,
         u.last_login_at, u.created_at, u.updated_at
  from users u join user_emails e on e.user_id = u.id and e.purpose = 'primary';
alter view people owner to trochoid_doors;
comment on view people is 'The public side of users, for owners, members and invitations.';
grant select on people to trochoid_app;

create function on_user_access_change() returns trigger language plpgsql security definer set search_path = public as $$ begin
  perform bump_access_epoch('u' || old.id);
  return null;
end $$;
alter function on_user_access_change owner to trochoid_doors;
create trigger users_access after delete or update of token_generation, username on users
  for each row execute function on_user_access_change();
