/**
 * Who calls, and what they may do where: read once, remembered, and trusted only to say yes. A remembered "no" is asked
 * again, and a remembered "yes" is compared with the database's epoch by the first statement of the request (pool.ts), so
 * that a permission change holds on the next request of every process.
 */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import { AccountTx } from '../db/account-tx.ts'
import type { Database } from '../db/pool.ts'
import { ApiError, unauthenticated } from '../errors.ts'
import type { Actor } from './actor.ts'
import { type Rule, type RuleSet, ruleSet } from './rules.ts'
import type { SessionTokens } from './session-tokens.ts'
import { type BlockReason, type Entitlement, rulesWhenBlocked, standingOf } from './standing.ts'

export interface Organization {
  id: number
  canonical: string
  name: string
  parent_id: number | null
  /** Ids from the root down to this one. */
  path: readonly number[]
  /** Of its team in Concourse: made up, so that it is never `main`, and never used again. */
  ci_team_name: string
}

/** Everything that deciding needs, as of `epoch`. */
export interface Access {
  readonly organization: Organization
  /** The caller's own membership here; null for keys and for people who act from an ancestor. */
  readonly memberId: number | null
  /** The person's name as it is now; null for keys. */
  readonly username: string | null
  readonly rules: RuleSet
  readonly subjects: readonly string[]
  readonly epoch: number
  /** Why the organization is restricted; the rules are what is left then. */
  readonly blocked: readonly BlockReason[]
  /** Milliseconds until which this is true, unless the epoch changes before. */
  readonly until: number
  /** Characters of its rules, roughly. */
  readonly weight: number
}

/** Characters of all rules that are remembered; as objects they take some five times as many bytes. */
const mostRemembered = 64 * 1024 * 1024

interface AccessRow {
  organization: Organization
  member_id: number | null
  belongs: boolean
  weight: number
  /** Of a person: has the session not ended? */
  live: boolean
  /** What the session lacks to use one of the person's memberships. */
  barred: 'sso' | 'mfa' | null
  entitlement: Entitlement | null
  username: string | null
  rules: Rule[]
  subjects: string[]
  epoch: number
}

export interface Memory {
  /** @throws Unauthenticated when the token is not, or no longer, good. */
  actorOf(token: string, fresh: boolean): Promise<Actor>
  /** Undefined when there is no such organization, or it is none of the actor's: nobody can tell which. */
  accessOf(actor: Actor, organization: string, fresh: boolean): Promise<Access | undefined>
}

/** @param billing does this installation collect payments? See standing.ts */
export function openMemory(database: Database, tokens: SessionTokens, { billing }: { billing: boolean }): Memory {
  const actors = new LRUCache<string, { actor: Actor; expiresAt: number }>({ max: 20_000 })
  // By what they hold, not only by their number: tenants write the rules.
  const accesses = new LRUCache<string, Access>({ max: 20_000, maxSize: mostRemembered, sizeCalculation: ({ weight }) => weight })

  return {
    async actorOf(token, fresh) {
      const known = fresh ? undefined : actors.get(token)
      if (known && known.expiresAt > Date.now()) return known.actor
      const session = await tokens.verify(token)
      const actor = session ? session.actor : await identifyKey(database, token)
      if (!actor) {
        actors.delete(token)
        throw unauthenticated('The token is not valid: it has expired, was revoked, or is not from here')
      }
      actors.set(token, { actor, expiresAt: session?.expiresAt ?? Number.POSITIVE_INFINITY })
      return actor
    },

    async accessOf(actor, organization, fresh) {
      const key = `${actor.kind}:${actor.id}:${actor.kind === 'user' ? actor.session : ''}:${organization}`
      const known = fresh ? undefined : accesses.get(key)
      if (known && known.until > Date.now()) return known
      const access = await loadAccess(database, actor, organization, billing)
      if (access) accesses.set(key, access)
      else accesses.delete(key)
      return access
    },
  }
}

async function loadAccess(database: Database, actor: Actor, organization: string, billing: boolean): Promise<Access | undefined> {
  const session = actor.kind === 'user' ? actor.session : null
  const statement = sql<{ access: AccessRow | null }>`select load_access(${actor.kind}, ${actor.id}, ${session}, ${organization}) as access`
  const { rows } = await AccountTx.read(database, { kind: 'platform' }, (tx) => tx.execute(statement))
  const row = rows[0]?.access
  if (!row) return undefined
  if (!row.live) throw unauthenticated('The session has ended: sign in again')
  if (!row.belongs && row.barred) throw new Barred(row.barred, organization)
  if (!row.belongs) return undefined
  const { blocked, until } = standingOf(row.entitlement, { billing })
  const { id } = row.organization
  const held = ruleSet(row.rules, id)
  return {
    organization: row.organization,
    memberId: row.member_id,
    username: row.username,
    rules: blocked.length > 0 ? ruleSet(rulesWhenBlocked(held.rules, id), id) : held,
    subjects: row.subjects,
    epoch: row.epoch,
    blocked,
    until,
    weight: 1000 + row.weight,
  }
}

/** A member whose session lacks what the organization asks of a sign-in. */
export class Barred extends ApiError {
  readonly lacks: 'sso' | 'mfa'
  constructor(lacks: 'sso' | 'mfa', organization: string) {
    super('Unauthorized', missing(lacks, organization))
    this.lacks = lacks
  }
}

/** Said to members only: whoever is barred belongs there. */
function missing(what: 'sso' | 'mfa', organization: string): string {
  switch (what) {
    case 'sso':
      return `The organization ${organization} may only be entered through its identity provider: sign in at /saml2/login?organization_canonical=${organization}`
    case 'mfa':
      return `The organization ${organization} asks for a second factor: sign in again and name it as organization_canonical`
    default:
      return what satisfies never
  }
}

interface KeyRow {
  id: number
  organization_id: number
  organization_canonical: string
  canonical: string
  owner_id: number | null
}

async function identifyKey(database: Database, token: string): Promise<Actor | undefined> {
  const statement = sql<KeyRow>`select id, organization_id, organization_canonical, canonical, owner_id from identify_api_key(${hashOfToken(token)})`
  const { rows } = await AccountTx.read(database, { kind: 'platform' }, (tx) => tx.execute(statement))
  const [row] = rows
  return (
    row && {
      kind: 'api_key',
      id: row.id,
      canonical: row.canonical,
      organizationId: row.organization_id,
      organization: row.organization_canonical,
      ownerId: row.owner_id,
    }
  )
}

/** How an API key is found again: 256 random bits need no slow hash. */
export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex')
