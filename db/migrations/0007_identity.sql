-- Who signs in, how, and from where; what an organization is entitled to.

-- Sessions. Every token names one: ending a session is deleting its row, and the trigger tells every process.
create table sessions (
  id bigint generated always as identity constraint sessions_pk primary key,
  user_id bigint not null constraint sessions_user_fk references users (id) on delete cascade,
  method text not null constraint sessions_method_ck check (method in ('password', 'passkey', 'saml2', 'google', 'github', 'azuread')),
  -- How the person proved themself a second time; null: they did not. An identity provider asks for that on its own.
  second_factor text constraint sessions_second_factor_ck check (second_factor in ('email', 'totp', 'recovery_code', 'passkey')),
  -- Made by an organization's own identity provider, so good there and below only, and never for the account itself.
  confined_to bigint constraint sessions_confined_to_fk references organizations (id) on delete cascade,
  identity_id bigint,
  address text not null default '',
  user_agent text not null default '',
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  -- Of the newest token; `ends_at` is the last moment to which refreshing carries it.
  expires_at timestamptz not null,
  ends_at timestamptz not null
);
comment on table sessions is 'Who is signed in, from where, and how they proved it.';
create index sessions_user_ix on sessions (user_id);
create index sessions_confined_to_ix on sessions (confined_to);
create index sessions_expires_at_ix on sessions (expires_at);

-- What people have at outside providers. With `confined_to` it is what an organization's own provider says of its member.
create table identities (
  id bigint generated always as identity constraint identities_pk primary key,
  user_id bigint not null constraint identities_user_fk references users (id) on delete cascade,
  provider text not null constraint identities_provider_ck check (provider in ('google', 'github', 'azuread', 'saml2')),
  -- Entity id or address of the provider, so that a subject means somebody.
  issuer text not null,
  subject text not null,
  email text,
  confined_to bigint constraint identities_confined_to_fk references organizations (id) on delete cascade,
  identity_provider_id bigint,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  constraint identities_confined_ck check ((confined_to is null) = (identity_provider_id is null))
);
comment on table identities is 'Accounts at outside providers by which a person signs in.';
create unique index identities_subject_uq on identities (provider, issuer, subject) where identity_provider_id is null;
create unique index identities_member_uq on identities (identity_provider_id, subject) where identity_provider_id is not null;
create index identities_user_ix on identities (user_id);
create index identities_confined_to_ix on identities (confined_to, identity_provider_id);
alter table sessions add constraint sessions_identity_fk foreign key (identity_id) references identities (id) on delete cascade;
create index sessions_identity_ix on sessions (identity_id);

create table totp_secrets (
  user_id bigint constraint totp_secrets_pk primary key constraint totp_secrets_user_fk references users (id) on delete cascade,
  sealed text not null,
  confirmed_at timestamptz,
  -- The time step of the last code that was taken: a code works once.
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);
comment on table totp_secrets is 'Secrets that authenticator apps share with us, sealed by the master key.';

create table recovery_codes (
  id bigint generated always as identity constraint recovery_codes_pk primary key,
  user_id bigint not null constraint recovery_codes_user_fk references users (id) on delete cascade,
  code_hash text not null,
  used_at timestamptz,
  constraint recovery_codes_code_uq unique (user_id, code_hash)
);
comment on table recovery_codes is 'For who lost their second factor; each works once.';

-- What authenticators know the account by: random, so that it says nothing to who finds one.
alter table users add column passkey_handle uuid not null default gen_random_uuid();

create table passkeys (
  id bigint generated always as identity constraint passkeys_pk primary key,
  user_id bigint not null constraint passkeys_user_fk references users (id) on delete cascade,
  -- Base64url, as authenticators name it.
  credential_id text not null constraint passkeys_credential_uq unique,
  public_key text not null,
  counter bigint not null,
  transports text[] not null default '{}',
  name text not null,
  backed_up boolean not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
comment on table passkeys is 'Public keys of authenticators.';
create index passkeys_user_ix on passkeys (user_id);

-- Something that a person began and has to finish within minutes: a sign-in that waits for its second factor, a passkey
-- that is being made or asked for. Tokens that name it are MACs over the row, as those of account_tokens.
create table login_challenges (
  id bigint generated always as identity constraint login_challenges_pk primary key,
  purpose text not null constraint login_challenges_purpose_ck check (purpose in ('second_factor', 'passkey_login', 'passkey_registration')),
  -- Null while nobody knows who it is: a passkey says so itself.
  user_id bigint constraint login_challenges_user_fk references users (id) on delete cascade,
  nonce text not null,
  -- The person's token_generation when it was made: a new password ends what was begun with the old one.
  generation integer,
  -- How often a proof was sent: a few may be wrong.
  attempts integer not null default 0,
  -- What was proven already, and where the session is to be good.
  method text,
  identity_id bigint constraint login_challenges_identity_fk references identities (id) on delete cascade,
  organization text,
  child text,
  -- The random text that an authenticator has to sign.
  webauthn_challenge text,
  mailed_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
comment on table login_challenges is 'Sign-ins and passkeys that are half done; a row is deleted when it is used.';
create index login_challenges_user_ix on login_challenges (user_id);
create index login_challenges_identity_ix on login_challenges (identity_id);
create index login_challenges_expires_at_ix on login_challenges (expires_at);

-- A browser that was sent to a provider, until it comes back.
create table sign_in_flows (
  id bigint generated always as identity constraint sign_in_flows_pk primary key,
  provider text not null constraint sign_in_flows_provider_ck check (provider in ('google', 'github', 'azuread', 'saml2')),
  -- SHA-256 of the state (OAuth) or of the request's id (SAML).
  state_hash text not null constraint sign_in_flows_state_uq unique,
  -- SHA-256 of the cookie that the browser got: the answer must come by the same one. Null for SAML, whose answer is a foreign POST.
  browser_hash text,
  nonce text,
  sealed_verifier text,
  identity_provider_id bigint,
  return_to text,
  expires_at timestamptz not null
);
comment on table sign_in_flows is 'Sign-ins that are at an outside provider now.';
create index sign_in_flows_expires_at_ix on sign_in_flows (expires_at);

-- What the console redeems after the provider sent the browser back.
create table sign_in_codes (
  code_hash text constraint sign_in_codes_pk primary key,
  provider text not null,
  -- What the provider said of the person, checked: src/domains/sso/types.ts.
  identity jsonb not null,
  expires_at timestamptz not null
);
comment on table sign_in_codes is 'One-time codes of finished flows; a row is deleted when it is redeemed.';
create index sign_in_codes_expires_at_ix on sign_in_codes (expires_at);

create table pending_identities (
  id bigint generated always as identity constraint pending_identities_pk primary key,
  provider text not null,
  nonce text not null,
  identity jsonb not null,
  expires_at timestamptz not null
);
comment on table pending_identities is 'People whom a provider confirmed and who have no account yet; the sign-up form is open.';
create index pending_identities_expires_at_ix on pending_identities (expires_at);

create table used_assertions (
  assertion_hash text constraint used_assertions_pk primary key,
  expires_at timestamptz not null
);
comment on table used_assertions is 'SAML assertions that were taken: each is good once, on all processes together.';
create index used_assertions_expires_at_ix on used_assertions (expires_at);

create table installation_keys (
  name text constraint installation_keys_pk primary key,
  sealed text not null,
  -- The half that everybody may see: a certificate in PEM.
  public text not null,
  created_at timestamptz not null default now()
);
comment on table installation_keys is 'Key pairs of the installation itself, such as the one that SAML assertions are encrypted for; sealed by the master key.';

create table account_events (
  id bigint generated always as identity constraint account_events_pk primary key,
  -- Null for a failed sign-in that meant nobody: it costs the same as one that did.
  user_id bigint constraint account_events_user_fk references users (id) on delete cascade,
  action text not null,
  message text not null,
  address text not null default '',
  user_agent text not null default '',
  -- The organization whose provider vouched for the person: only it is told.
  confined_to bigint constraint account_events_confined_to_fk references organizations (id) on delete cascade,
  -- When the organizations were told. What repeats within minutes is folded: counted in one line instead of having its own.
  told_at timestamptz,
  folded boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table account_events is 'What happened to an account: sign-ins, failures, links, second factors.';
create index account_events_user_ix on account_events (user_id, id);
create index account_events_confined_to_ix on account_events (confined_to);
create index account_events_created_at_ix on account_events (created_at);

create table marketplace_customers (
  id bigint generated always as identity constraint marketplace_customers_pk primary key,
  customer_identifier text not null constraint marketplace_customers_customer_uq unique,
  product_code text not null,
  aws_account_id text,
  -- The registration token that AWS sent along, hashed: it comes back with the sign-up.
  token_hash text not null,
  user_id bigint constraint marketplace_customers_user_fk references users (id) on delete set null,
  -- The root organization that uses the purchase.
  used_by bigint constraint marketplace_customers_used_by_fk references organizations (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table marketplace_customers is 'Who bought the product on the AWS Marketplace.';
create index marketplace_customers_token_ix on marketplace_customers (token_hash);
create index marketplace_customers_user_ix on marketplace_customers (user_id);
create index marketplace_customers_used_by_ix on marketplace_customers (used_by);

do $$ declare name text; begin
  foreach name in array array['sessions', 'identities', 'totp_secrets', 'recovery_codes', 'passkeys', 'login_challenges', 'sign_in_flows',
      'sign_in_codes', 'pending_identities', 'used_assertions', 'installation_keys', 'account_events', 'marketplace_customers'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy platform on %I to trochoid_app using (in_platform_scope()) with check (in_platform_scope())', name);
    execute format('grant select, insert, update, delete on %I to trochoid_app', name);
  end loop;
  foreach name in array array['sessions', 'identities', 'totp_secrets', 'recovery_codes', 'passkeys', 'login_challenges', 'account_events', 'account_tokens',
      'marketplace_customers'] loop
    execute format('create policy own_account on %I to trochoid_app using (user_id = current_account_id()) with check (user_id = current_account_id())', name);
  end loop;
end $$;
-- Whoever leaves an organization loses what its provider vouched for.
create policy confined on sessions to trochoid_app using (confined_to = current_organization_id()) with check (confined_to = current_organization_id());
create policy confined on identities to trochoid_app using (confined_to = current_organization_id()) with check (confined_to = current_organization_id());

grant select on sessions to trochoid_doors;
create policy doors on sessions for select to trochoid_doors using (true);

create function on_session_change() returns trigger language plpgsql security definer set search_path = public as $$ begin
  perform bump_access_epoch('u' || old.user_id);
  return null;
end $$;
alter function on_session_change owner to trochoid_doors;
create trigger sessions_access after delete or update of second_factor, confined_to on sessions
  for each row execute function on_session_change();

-- An organization's own identity providers.
create table identity_providers (
  organization_id bigint not null constraint identity_providers_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  canonical text not null,
  name text not null,
  -- Stands in addresses that the provider is told, so it names nobody and is never used again.
  public_id text not null constraint identity_providers_public_id_uq unique,
  metadata_url text,
  -- The document as it was last read, and what was found in it.
  metadata text not null,
  entity_id text not null,
  sso_url text not null,
  certificates text[] not null,
  enabled boolean not null default true,
  -- Members may enter the organization only through a provider of its own.
  required boolean not null default false,
  idp_initiated boolean not null default true,
  -- Who is not a member yet becomes one.
  provision boolean not null default true,
  default_role_id bigint not null,
  -- Names of attributes, and what groups give: openapi IdentityProvider.
  attributes jsonb not null default '{}',
  group_mappings jsonb not null default '[]',
  problem text,
  refreshed_at timestamptz,
  last_sign_in_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint identity_providers_pk primary key (organization_id, id),
  constraint identity_providers_canonical_uq unique (organization_id, canonical),
  constraint identity_providers_default_role_fk foreign key (organization_id, default_role_id) references roles (organization_id, id)
);
comment on table identity_providers is 'SAML identity providers that an organization brought.';
create index identity_providers_default_role_ix on identity_providers (organization_id, default_role_id);
call protect_tenant_table('identity_providers');
create trigger identity_providers_access after insert or delete or update of required, enabled on identity_providers
  for each row execute function on_organization_access_change();
-- Nobody asked the person: what they do elsewhere is not this organization's to know.
alter table members add column added_by_provider boolean not null default false;
alter table identities add constraint identities_identity_provider_fk foreign key (confined_to, identity_provider_id)
  references identity_providers (organization_id, id) on delete cascade;

-- Where a key was used from.
create table api_key_addresses (
  organization_id bigint not null constraint api_key_addresses_organization_fk references organizations (id) on delete cascade,
  api_key_id bigint not null,
  address text not null,
  first_used_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  constraint api_key_addresses_pk primary key (organization_id, api_key_id, address),
  constraint api_key_addresses_api_key_fk foreign key (organization_id, api_key_id) references api_keys (organization_id, id) on delete cascade
);
comment on table api_key_addresses is 'Addresses that API keys were used from; the newest hundred of each.';
call protect_tenant_table('api_key_addresses');

-- Licences and subscriptions belong to a root organization, and hold for all below it.
create table licences (
  organization_id bigint not null constraint licences_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  key text not null,
  -- Of the key: one key is good in one root organization.
  jti text not null constraint licences_jti_uq unique,
  company_name text not null,
  email_address text not null,
  members_count integer not null,
  version text not null,
  on_prem boolean not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint licences_pk primary key (organization_id, id),
  constraint licences_organization_uq unique (organization_id)
);
comment on table licences is 'The licence in force in a root organization.';
call protect_tenant_table('licences');

create table subscriptions (
  organization_id bigint not null constraint subscriptions_organization_fk references organizations (id) on delete cascade,
  id bigint generated always as identity,
  provider text not null constraint subscriptions_provider_ck check (provider in ('stripe', 'aws_marketplace')),
  -- The provider's own names of the payer and of what they pay for; the second is null until something was bought.
  customer_id text not null,
  subscription_id text,
  plan_canonical text,
  plan_name text,
  status text not null constraint subscriptions_status_ck
    check (status in ('none', 'incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled')),
  -- Seats that are paid for; null: as many as there are members.
  members_limit integer,
  quantity integer not null default 0,
  expires_at timestamptz,
  -- Since when a payment is due.
  due_since timestamptz,
  cancel_at_period_end boolean not null default false,
  -- Where a person can pay what is open.
  invoice_url text,
  -- While a request changes it at the provider: two at once could make it pay twice. A request that died lets go then.
  changing_until timestamptz,
  synced_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscriptions_pk primary key (organization_id, id),
  constraint subscriptions_organization_uq unique (organization_id),
  constraint subscriptions_customer_uq unique (provider, customer_id)
);
comment on table subscriptions is 'What a root organization pays for, as its provider last said.';
call protect_tenant_table('subscriptions');

create trigger licences_access after insert or update or delete on licences for each row execute function on_organization_access_change();
create trigger subscriptions_access after insert or delete or update of status, expires_at, due_since, provider on subscriptions
  for each row execute function on_organization_access_change();

do $$ declare name text; begin
  foreach name in array array['identity_providers', 'licences', 'subscriptions'] loop
    execute format('grant select on %I to trochoid_doors', name);
    execute format('create policy doors on %I for select to trochoid_doors using (true)', name);
  end loop;
end $$;

-- Of a tree of organizations: counting its people is part of many answers.
create index organizations_path_ix on organizations using gin (path);

-- What a root organization has of licence and subscription; children and a person's own list show it too. Null for neither.
create function entitlement_of(organization bigint) returns jsonb
language sql stable security definer set search_path = public as $$
  select case when l.id is null and s.id is null then null else jsonb_build_object('root', o.path[1],
    'licence', case when l.id is not null then jsonb_build_object('expires_at', l.expires_at, 'members_count', l.members_count) end,
    'subscription', case when s.id is not null then jsonb_build_object('provider', s.provider, 'plan_canonical', s.plan_canonical,
      'plan_name', s.plan_name, 'status', s.status, 'members_limit', s.members_limit, 'quantity', s.quantity, 'expires_at', s.expires_at, 'due_since', s.due_since) end) end
  from organizations o left join licences l on l.organization_id = o.path[1] left join subscriptions s on s.organization_id = o.path[1]
  where o.id = organization
$$;
alter function entitlement_of owner to trochoid_doors;

-- Does an organization of the person, or one above, ask for a second factor? Ancestors are out of a member's sight.
create function owes_second_factor(person bigint) returns boolean
language sql stable security definer set search_path = public as $$
  select exists (select from members m join organizations o on o.id = m.organization_id join organizations a on a.id = any (o.path)
    where m.user_id = person and m.invitation_state = 'accepted' and a.mfa_enabled and person = current_account_id())
$$;
alter function owes_second_factor owner to trochoid_doors;

-- How many people a root organization and all below it have.
create function people_below(root bigint) returns bigint
language sql stable security definer set search_path = public as $$
  select count(distinct m.user_id) from organizations o join members m on m.organization_id = o.id
  where o.path @> array[root] and m.invitation_state = 'accepted'
$$;
alter function people_below owner to trochoid_doors;

-- Is the person in the root organization or anywhere below it?
create function is_below(root bigint, person bigint) returns boolean
language sql stable security definer set search_path = public as $$
  select exists (select from members m join organizations o on o.id = m.organization_id
    where m.user_id = person and m.invitation_state = 'accepted' and root = any (o.path))
$$;
alter function is_below owner to trochoid_doors;

-- The same of whoever has the address: an invitation to them takes no seat.
create function is_address_below(root bigint, address text) returns boolean
language sql stable security definer set search_path = public as $$
  select exists (select from user_emails e where lower(e.email) = lower(address) and e.verified_at is not null and is_below(root, e.user_id))
$$;
alter function is_address_below owner to trochoid_doors;

-- The licence that holds in the organization of the scope: that of its root.
create function licence_here() returns setof licences
language sql stable security definer set search_path = public as $$
  select l.* from organizations o join licences l on l.organization_id = o.path[1] where o.id = current_organization_id()
$$;
alter function licence_here owner to trochoid_doors;
create function subscription_here() returns setof subscriptions
language sql stable security definer set search_path = public as $$
  select s.* from organizations o join subscriptions s on s.organization_id = o.path[1] where o.id = current_organization_id()
$$;
alter function subscription_here owner to trochoid_doors;

-- Whoever brings a licence is in no organization: for which root is it?
create function root_of(organization_canonical text) returns bigint
language sql stable security definer set search_path = public as $$
  select o.path[1] from organizations o where o.canonical = organization_canonical and in_platform_scope()
$$;
alter function root_of owner to trochoid_doors;

-- Whom to tell that something ends: licences until then, and what should have been paid by now.
create function ending_organizations(before timestamptz) returns table (organization_id bigint, entitlement jsonb)
language sql stable security definer set search_path = public as $$
  select o.id, entitlement_of(o.id) from organizations o
  where o.parent_id is null and in_platform_scope()
    and (exists (select from licences l where l.organization_id = o.id and l.expires_at < before)
      or exists (select from subscriptions s where s.organization_id = o.id and (s.due_since is not null or s.expires_at < now())))
  order by o.id
$$;
alter function ending_organizations owner to trochoid_doors;

-- Asked before anybody is inside: whose provider an address names, and which provider signs an organization's people in.
create function find_identity_provider(public text) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select p.organization_id, p.id from identity_providers p where p.public_id = public and in_platform_scope()
$$;
alter function find_identity_provider owner to trochoid_doors;
create function identity_providers_for(organization_canonical text) returns table (organization_id bigint, id bigint, canonical text, name text, public_id text)
language sql stable security definer set search_path = public as $$
  select p.organization_id, p.id, p.canonical, p.name, p.public_id
  from organizations o join organizations a on a.id = any (o.path) join identity_providers p on p.organization_id = a.id
  where o.canonical = organization_canonical and p.enabled and in_platform_scope()
  order by cardinality(a.path) desc, p.id
$$;
alter function identity_providers_for owner to trochoid_doors;
create function due_identity_providers(older_than timestamptz) returns table (organization_id bigint, id bigint)
language sql stable security definer set search_path = public as $$
  select p.organization_id, p.id from identity_providers p
  where p.metadata_url is not null and p.enabled and coalesce(p.refreshed_at, 'epoch') < older_than and in_platform_scope()
  order by p.refreshed_at nulls first limit 1000
$$;
alter function due_identity_providers owner to trochoid_doors;

create function organization_of_customer(by_provider text, customer text) returns bigint
language sql stable security definer set search_path = public as $$
  select s.organization_id from subscriptions s where s.provider = by_provider and s.customer_id = customer and in_platform_scope()
$$;
alter function organization_of_customer owner to trochoid_doors;
create function subscribed_organizations() returns table (organization_id bigint, provider text)
language sql stable security definer set search_path = public as $$
  select s.organization_id, s.provider from subscriptions s where in_platform_scope() order by s.organization_id
$$;
alter function subscribed_organizations owner to trochoid_doors;
grant execute on function entitlement_of, owes_second_factor, people_below, is_below, is_address_below, subscription_here, licence_here, root_of, ending_organizations,
  find_identity_provider, identity_providers_for,
  due_identity_providers, organization_of_customer, subscribed_organizations to trochoid_app;

-- Everything that decides what an actor may do in an organization, in one look. A membership counts only when the session
-- fulfils what its organization, or one above, asks of a sign-in: `barred` says what was missing.
drop function load_access;
create function load_access(actor_kind text, actor_id bigint, session_id bigint, organization_canonical text) returns jsonb
language sql stable security definer set search_path = public as $$
  with o as (select * from organizations where canonical = organization_canonical),
  s as (select * from sessions where actor_kind = 'user' and id = session_id and user_id = actor_id and expires_at > now()),
  judged as (
    select m.organization_id, m.id, m.role_id, case
      -- Whoever demands a provider of its own, or a second factor, is content with what it or one above it vouches for. Not with
      -- the provider of one below: that would let a child undo what its parent asks.
      when exists (select from organizations a join identity_providers p on p.organization_id = a.id and p.required and p.enabled
        where a.id = any (mo.path) and (s.confined_to is null or s.confined_to <> all (a.path))) then 'sso'
      when s.second_factor is null and exists (select from organizations a where a.id = any (mo.path) and a.mfa_enabled
        and not (s.method = 'saml2' and (s.confined_to is null or s.confined_to = any (a.path)))) then 'mfa' end as barred
    from s, o join members m on m.organization_id = any (o.path) join organizations mo on mo.id = m.organization_id
    where m.user_id = actor_id and m.invitation_state = 'accepted' and (s.confined_to is null or s.confined_to = any (mo.path))
  ),
  held as (
    select organization_id, role_id from judged where barred is null
    union
    select j.organization_id, tr.role_id from judged j
    join team_members tm on tm.organization_id = j.organization_id and tm.member_id = j.id
    join team_roles tr on tr.organization_id = tm.organization_id and tr.team_id = tm.team_id
    where j.barred is null
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
    'member_id', (select j.id from judged j where j.organization_id = o.id and j.barred is null),
    'belongs', (select count(*) > 0 from held) or exists (select from api_keys k where actor_kind = 'api_key' and k.id = actor_id and k.organization_id = any (o.path)),
    'live', actor_kind <> 'user' or exists (select from s),
    'barred', (select j.barred from judged j where j.barred is not null order by j.barred desc limit 1),
    'entitlement', entitlement_of(o.id),
    -- As it is now: a session token keeps the name it was made with.
    'username', (select u.username from users u where actor_kind = 'user' and u.id = actor_id),
    'weight', least(w.characters, 8000000),
    'rules', coalesce((select jsonb_agg(jsonb_build_object('id', id, 'organization_id', organization_id, 'action', action, 'resources', to_jsonb(resources)) order by id) from read_rows), '[]'),
    'subjects', to_jsonb(subjects.list),
    'epoch', access_epoch(subjects.list)
  ) from o, subjects, weight w
  -- Whose session has ended hears that, and not whether there is such an organization.
  union all select '{"live": false}' where actor_kind = 'user' and not exists (select from s) and not exists (select from o)
$$;
alter function load_access owner to trochoid_doors;
grant execute on function load_access to trochoid_app;
