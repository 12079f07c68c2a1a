/** Session tokens: JWTs signed with a set of keys that rotates. The keys live in the database, sealed by the master key. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { sql } from 'kysely'
import { AccountTx } from '../db/account-tx.ts'
import type { Database } from '../db/pool.ts'
import type { MasterKeys } from '../outside/master-key.ts'
import type { Actor } from './actor.ts'

type User = Extract<Actor, { kind: 'user' }>

interface SigningKey {
  kid: string
  secret: Buffer
  retired: boolean
}

export interface Session {
  actor: User
  /** Milliseconds. */
  expiresAt: number
}

export interface SessionTokens {
  /**
   * `extra` is for the reader of the token; only what `verify` returns is ever trusted.
   * @param until when it ends; the session itself may end before
   */
  sign(
    user: Omit<User, 'confinedTo'>,
    until: Date,
    extra: { given_name: string; family_name: string; locale: string; organization?: { id: number; canonical: string; name: string } },
  ): Promise<string>
  verify(token: string): Promise<Session | undefined>
  /** A token for an API key: looks like a session token to clients, but is found by its hash, so rotation does not end it. */
  mintKey(organization: string): Promise<string>
  /** A one-time secret bound to a row, for links in mails: nothing of it is stored but the row's nonce. */
  mintOneTime(purpose: string, id: string, nonce: string): string
  checkOneTime(token: string, purpose: string, id: string, nonce: string): boolean
  rotate(): Promise<string>
}

const issuer = 'trochoid'

export async function openSessionTokens(database: Database, master: MasterKeys): Promise<SessionTokens> {
  let keys = await loadKeys(database, master)
  if (keys.length === 0) keys = await makeFirstKey(database, master)
  let readAt = Date.now()

  const reload = async () => {
    keys = await loadKeys(database, master)
    readAt = Date.now()
  }
  const current = async (): Promise<SigningKey> => {
    if (Date.now() - readAt > 60_000) await reload()
    const key = keys.find(({ retired }) => !retired)
    if (!key) throw new Error('there is no key to sign with')
    return key
  }
  /** A key made by another process a moment ago is unknown here: look once more, but not for every forged token. */
  const keyOf = async (kid: string | undefined): Promise<SigningKey | undefined> => {
    const known = keys.find((key) => key.kid === kid)
    if (known || kid === undefined || Date.now() - readAt < 1000) return known
    await reload()
    return keys.find((key) => key.kid === kid)
  }

  return {
    async sign(user, until, { organization, ...names }) {
      const { kid, secret } = await current()
      const claims = {
        trochoid: {
          user: { id: user.id, username: user.username, session: user.session, ...names },
          ...(organization ? { organization } : {}),
        },
      }
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
        .setIssuer(issuer)
        .setSubject(String(user.id))
        .setAudience('session')
        .setJti(randomBytes(12).toString('base64url'))
        .setIssuedAt()
        .setNotBefore('0 seconds')
        .setExpirationTime(until)
        .sign(secret)
    },

    async verify(token) {
      try {
        const key = await keyOf(decodeProtectedHeader(token).kid)
        if (!key) return undefined
        const { payload } = await jwtVerify(token, key.secret, { algorithms: ['HS256'], issuer, audience: 'session', clockTolerance: 5 })
        const { user, organization } = payload.trochoid as {
          user: { id: number; username: string; session?: number }
          organization?: { canonical: string }
        }
        // Tokens of the versions before sessions had rows.
        if (user.session === undefined) return undefined
        const actor: User = {
          kind: 'user',
          id: user.id,
          username: user.username,
          session: user.session,
          organization: organization?.canonical ?? null,
          confinedTo: null,
        }
        return { actor, expiresAt: (payload.exp ?? 0) * 1000 }
      } catch {
        return undefined
      }
    },

    async mintKey(organization) {
      const { kid, secret } = await current()
      return new SignJWT({ trochoid: { organization: { canonical: organization }, secret: randomBytes(32).toString('base64url') } })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
        .setIssuer(issuer)
        .setAudience('api_key')
        .setIssuedAt()
        .sign(secret)
    },

    mintOneTime(purpose, id, nonce) {
      const [key] = keys.filter(({ retired }) => !retired)
      if (!key) throw new Error('there is no key to sign with')
      return `${id}-${oneTimeMac(key, purpose, id, nonce)}`
    },
    checkOneTime(token, purpose, id, nonce) {
      return keys.some((key) => {
        const expected = Buffer.from(`${id}-${oneTimeMac(key, purpose, id, nonce)}`)
        const given = Buffer.from(token)
        return expected.length === given.length && timingSafeEqual(expected, given)
      })
    },

    async rotate() {
      const made = await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
        await tx.db.updateTable('signing_keys').set({ retired_at: new Date() }).where('retired_at', 'is', null).execute()
        return insertKey(tx, master)
      })
      await reload()
      return made.kid
    },
  }
}

/** For `npm run keys -- rewrap`. Answers how many it changed. */
export function rewrapSigningKeys(database: Database, master: MasterKeys): Promise<number> {
  return AccountTx.write(database, { kind: 'platform' }, async ({ db }) => {
    const rows = await db.selectFrom('signing_keys').select(['kid', 'sealed']).forUpdate().execute()
    const old = rows.filter(({ sealed }) => !master.isCurrent(sealed))
    for (const { kid, sealed } of old) {
      const context = `signing_key:${kid}`
      await db
        .updateTable('signing_keys')
        .set({ sealed: master.wrap(master.unwrap(sealed, context), context) })
        .where('kid', '=', kid)
        .execute()
    }
    return old.length
  })
}

/** Forgets the keys that were retired before then: whatever they signed must have expired. Answers their ids. */
export async function dropSigningKeys(database: Database, retiredBefore: Date): Promise<string[]> {
  const rows = await AccountTx.write(database, { kind: 'platform' }, ({ db }) =>
    db.deleteFrom('signing_keys').where('retired_at', '<', retiredBefore).returning('kid').execute(),
  )
  return rows.map(({ kid }) => kid)
}

const oneTimeMac = (key: SigningKey, purpose: string, id: string, nonce: string) =>
  createHmac('sha256', key.secret).update(`${purpose}:${id}:${nonce}`).digest('hex').slice(0, 40)

async function loadKeys(database: Database, master: MasterKeys): Promise<SigningKey[]> {
  const rows = await AccountTx.read(database, { kind: 'platform' }, ({ db }) =>
    db.selectFrom('signing_keys').selectAll().orderBy('created_at', 'desc').execute(),
  )
  return rows.map(({ kid, sealed, retired_at }) => ({
    kid,
    secret: master.unwrap(sealed, `signing_key:${kid}`),
    retired: retired_at !== null,
  }))
}

/** Two processes may start on an empty database at once: the lock lets one make the key and the other find it. */
async function makeFirstKey(database: Database, master: MasterKeys): Promise<SigningKey[]> {
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('trochoid.signing_keys'))`)
    const any = await tx.db.selectFrom('signing_keys').select('kid').limit(1).executeTakeFirst()
    if (!any) await insertKey(tx, master)
  })
  return loadKeys(database, master)
}

async function insertKey(tx: AccountTx, master: MasterKeys): Promise<{ kid: string }> {
  const kid = `s${randomBytes(6).toString('hex')}`
  const sealed = master.wrap(randomBytes(32), `signing_key:${kid}`)
  await tx.db.insertInto('signing_keys').values({ kid, sealed, retired_at: null }).execute()
  return { kid }
}
