/** Licences signed with the development key, and rows as a licence or a payment provider leaves them. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { importJWK, type JWK, SignJWT } from 'jose'
import type { TestServer } from './server.ts'

const development = JSON.parse(readFileSync(new URL('../../scripts/licence-development-key.json', import.meta.url), 'utf8')) as JWK & {
  kid: string
}

export interface Signing {
  key?: JWK & { kid: string }
  issuer?: string
  audience?: string
}

/** A licence with these claims; what is not named is good. */
export async function licenceKey(claims: Record<string, unknown> = {}, { key = development, ...signing }: Signing = {}): Promise<string> {
  const all = {
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    company_name: 'ACME Ltd',
    email_address: 'ops@acme.example',
    members_count: 5,
    expires_at: dayFromNow(365),
    version: '1',
    on_prem: true,
    iss: signing.issuer ?? 'trochoid',
    aud: signing.audience ?? 'trochoid',
    ...claims,
  }
  return new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', kid: key.kid }).sign(await importJWK(key, 'EdDSA'))
}

export const dayFromNow = (days: number): string => new Date(Date.now() + days * 24 * 3600_000).toISOString().slice(0, 10)

interface Row {
  seats?: number
  /** Seconds from now. */
  expiresIn?: number
}

/** A licence in force in a root organization, or one that was; replaces the one before. */
export async function placeLicence({ database }: TestServer, canonical: string, { seats = 5, expiresIn = 30 * 24 * 3600 }: Row = {}) {
  await removeLicence({ database }, canonical)
  await database.query(
    `insert into licences (organization_id, key, jti, company_name, email_address, members_count, version, on_prem, expires_at)
     select id, 'a.b.c', $2, 'ACME Ltd', 'ops@acme.example', $3, '1', true, now() + make_interval(secs => $4) from organizations where canonical = $1`,
    [canonical, randomUUID(), seats, expiresIn],
  )
}

export const removeLicence = ({ database }: Pick<TestServer, 'database'>, canonical: string) =>
  database.query('delete from licences l using organizations o where o.id = l.organization_id and o.canonical = $1', [canonical])

interface Paid {
  provider?: 'stripe' | 'aws_marketplace'
  status?: string
  seats?: number | null
  expiresIn?: number | null
  /** Seconds ago. */
  dueFor?: number | null
}

/** What a root organization pays for; replaces what it had before. */
export async function placeSubscription(
  { database }: TestServer,
  canonical: string,
  { provider = 'stripe', status = 'active', seats = null, expiresIn = 30 * 24 * 3600, dueFor = null }: Paid = {},
) {
  await database.query('delete from subscriptions s using organizations o where o.id = s.organization_id and o.canonical = $1', [canonical])
  await database.query(
    `insert into subscriptions (organization_id, provider, customer_id, subscription_id, plan_canonical, plan_name, status, members_limit, expires_at, due_since)
     select id, $2, $3, 'sub_1', 'team', 'Team', $4, $5, now() + make_interval(secs => $6), now() - make_interval(secs => $7)
     from organizations where canonical = $1`,
    [canonical, provider, `cus_${randomUUID()}`, status, seats, expiresIn, dueFor],
  )
}
