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
import { unauthenticated } from '../errors.ts'
import type { Actor } from './actor.ts'
import { type Rule, type RuleSet, ruleSet } from './rules.ts'
import type { SessionTokens } from './session-tokens.ts'

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
  generation: number | null
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

export function openMemory(database: Database, tokens: SessionTokens): Memory {
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
      const key = `${actor.kind}:${actor.id}:${actor.kind === 'user' ? actor.generation : ''}:${organization}`
      const known = fresh ? undefined : accesses.get(key)
      if (known) return known
      const access = await loadAccess(database, actor, organization)
      if (access) accesses.set(key, access)
      else accesses.delete(key)
      return access
    },
  }
}

async function loadAccess(database: Database, actor: Actor, organization: string): Promise<Access | undefined> {
  const statement = sql<{ access: AccessRow | null }>`select load_access(${actor.kind}, ${actor.id}, ${organization}) as access`
  const { rows } = await AccountTx.read(database, { kind: 'platform' }, (tx) => tx.execute(statement))
  const row = rows[0]?.access
  if (!row) return undefined
  if (actor.kind === 'user' && row.generation !== actor.generation) throw unauthenticated('The session has ended: sign in again')
  if (!row.belongs) return undefined
  return {
    organization: row.organization,
    memberId: row.member_id,
    username: row.username,
    rules: ruleSet(row.rules, row.organization.id),
    subjects: row.subjects,
    epoch: row.epoch,
    weight: 1000 + row.weight,
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
