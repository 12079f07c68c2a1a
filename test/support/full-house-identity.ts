/** The part of a full house that says who may come in and what is paid for. Written as rows: providers and payers are elsewhere. */
import type { House } from './full-house.ts'
import type { Known } from './questions.ts'
import type { TestServer } from './server.ts'

/**
 * Two identity providers (`idp` and `only-<marker>`), with an identity and a session of the administrator at the first; a licence and
 * a subscription that leave room; and where each key was used from.
 */
export async function furnishWithIdentity(
  { database }: TestServer,
  { canonical, marker }: Pick<House, 'canonical' | 'marker'>,
): Promise<{ shared: Known; own: Known }> {
  const only = `only-${marker}`
  for (const name of ['idp', only])
    await database.query(
      `insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, default_role_id, group_mappings)
       select o.id, $2, 'Name ' || $3, $4, '<md/>', 'https://idp.example.com/' || $3, 'https://idp.example.com/sso', array['not a certificate'], r.id,
         jsonb_build_array(jsonb_build_object('group', $3::text))
       from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-member' where o.canonical = $1`,
      [canonical, name, marker, publicId(name, marker)],
    )
  await database.query(
    `with i as (
       insert into identities (user_id, provider, issuer, subject, email, confined_to, identity_provider_id)
       select u.id, 'saml2', 'https://idp.example.com/' || $2, 'subject-' || $2, $2 || '@example.com', p.organization_id, p.id
       from users u, organizations o join identity_providers p on p.organization_id = o.id and p.canonical = 'idp'
       where o.canonical = $1 and u.username = 'ada-' || $2 returning id, user_id, confined_to)
     insert into sessions (user_id, method, confined_to, identity_id, expires_at, ends_at)
     select user_id, 'saml2', confined_to, id, now() + interval '1 day', now() + interval '1 day' from i`,
    [canonical, marker],
  )
  await database.query(
    `insert into licences (organization_id, key, jti, company_name, email_address, members_count, version, on_prem, expires_at)
     select id, 'key of ' || $2, 'jti-' || $2, $2, $2 || '@example.com', 1000, '1', true, now() + interval '1 year' from organizations where canonical = $1`,
    [canonical, marker],
  )
  await database.query(
    `insert into subscriptions (organization_id, provider, customer_id, subscription_id, plan_canonical, plan_name, status, quantity, expires_at, invoice_url)
     select id, 'stripe', 'cus_' || $2, 'sub_' || $2, 'platform-teams', 'Plan of ' || $2, 'active', 3, now() + interval '1 month', 'https://pay.example.com/' || $2
     from organizations where canonical = $1`,
    [canonical, marker],
  )
  // Of all keys, so that using one from here later changes nothing but the time.
  await database.query(
    `insert into api_key_addresses (organization_id, api_key_id, address)
     select k.organization_id, k.id, '127.0.0.1' from api_keys k join organizations o on o.id = k.organization_id where o.canonical = $1`,
    [canonical],
  )
  return {
    shared: { identity_provider_canonical: ['idp'], public_id: [publicId('idp', marker)] },
    own: { identity_provider_canonical: [only], public_id: [publicId(only, marker)] },
  }
}

const publicId = (name: string, marker: string) => `${name}-${marker}-0123456789`
