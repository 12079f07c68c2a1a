/** When keys were used, and from where: kept beside the requests, which wait for nothing of it. */
import { LRUCache } from 'lru-cache'
import { OrgTx } from '../db/organization-tx.ts'
import { type Database, insideOf } from '../db/pool.ts'
import type { Log } from '../log.ts'
import type { Actor } from './actor.ts'
import { networkOf } from './attempts.ts'

type Key = Extract<Actor, { kind: 'api_key' }>

export interface NewAddresses {
  key: { id: number; canonical: string }
  addresses: readonly string[]
  /** There are so many that the next ones are not told for a while. */
  last: boolean
}

export interface KeyUse {
  /** Costs a look-up: what is written down is written a few times a minute, not on every request. */
  note(key: Key, address: string): void
  [Symbol.asyncDispose](): Promise<void>
}

interface Use {
  organizationId: number
  at: Date
  /** Those that are to be written down, in the order in which they came. */
  addresses: Set<string>
}

const everyMilliseconds = 10_000
/** An address that is known is written down again only so often. */
const addressMilliseconds = 10 * 60_000
const mostRemembered = 20_000
/** Of one key at once. Whoever has more of them is not looking for a way to be noticed. */
const mostAtOnce = 100
/** Of one key in the database, the newest. */
const mostKept = 100
/** A stolen key could come from thousands of addresses, and is not to fill the log of its organization. */
export const mostToldPerHour = 10

/** @param tell writes into the log of the key's organization, in the transaction in which the addresses became known */
export function openKeyUse(database: Database, log: Log, tell: (tx: OrgTx, found: NewAddresses) => Promise<void>): KeyUse {
  // By key and address; the times of their last visit here.
  const lately = new LRUCache<string, number>({ max: mostRemembered })
  const written = new LRUCache<string, number>({ max: mostRemembered })
  const waiting = new Map<number, Use>()
  let flushing: Promise<void> | undefined

  const flush = async (): Promise<void> => {
    const batch = [...waiting]
    waiting.clear()
    for (const [id, use] of batch)
      await OrgTx.write(database, insideOf(use.organizationId), (tx) => keep(tx, id, use, tell)).catch((err) =>
        log.warn({ err }, 'when and from where a key was last used could not be written down'),
      )
  }
  /** One at a time: what comes meanwhile goes together with the next. */
  const flushNow = (): void => {
    flushing ??= flush().finally(() => {
      flushing = undefined
      if ([...waiting.values()].some(({ addresses }) => addresses.size > 0)) flushNow()
    })
  }
  const timer = setInterval(flushNow, everyMilliseconds)
  timer.unref()

  return {
    note({ id, organizationId }, address) {
      const now = Date.now()
      const visit = `${id} ${address}`
      if (now - (lately.get(visit) ?? 0) < everyMilliseconds) return
      lately.set(visit, now)

      const use = waiting.get(id) ?? { organizationId, at: new Date(now), addresses: new Set() }
      use.at = new Date(now)
      waiting.set(id, use)
      const network = networkOf(address)
      const place = `${id} ${network}`
      const before = written.get(place)
      if (before !== undefined && now - before < addressMilliseconds) return
      written.set(place, now)
      if (use.addresses.size < mostAtOnce) use.addresses.add(network)
      // What was not seen yet shows at once, and so does the first use of a key; the rest may wait.
      if (before === undefined) flushNow()
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      while (flushing) await flushing
      await flush()
    },
  }
}

async function keep(tx: OrgTx, id: number, { at, addresses }: Use, tell: (tx: OrgTx, found: NewAddresses) => Promise<void>): Promise<void> {
  // Locks the key, so that all processes together find an address new once, and count what they tell.
  const key = await tx.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).returning('canonical').executeTakeFirst()
  if (!key || addresses.size === 0) return
  const known = await tx.selectFrom('api_key_addresses').select('address').where('api_key_id', '=', id).limit(1).executeTakeFirst()
  const found = await tx
    .insertInto(
      'api_key_addresses',
      [...addresses].map((address) => ({ api_key_id: id, address, first_used_at: at, last_used_at: at })),
    )
    .onConflict((conflict) => conflict.constraint('api_key_addresses_pk').doNothing())
    .returning('address')
    .execute()
  const fresh = new Set(found.map(({ address }) => address))
  const old = [...addresses].filter((address) => !fresh.has(address))
  if (old.length > 0)
    await tx.updateTable('api_key_addresses').set({ last_used_at: at }).where('api_key_id', '=', id).where('address', 'in', old).execute()
  if (fresh.size === 0) return
  // Where a key is used first is where it belongs.
  const strange = [...addresses].filter((address) => fresh.has(address)).slice(known ? 0 : 1)
  if (strange.length > 0) await tellSome(tx, { id, ...key }, strange, tell)
  await forgetOldest(tx, id)
}

async function tellSome(
  tx: OrgTx,
  key: NewAddresses['key'],
  strange: readonly string[],
  tell: (tx: OrgTx, found: NewAddresses) => Promise<void>,
): Promise<void> {
  const { count } = await tx
    .selectFrom('api_key_addresses')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('api_key_id', '=', key.id)
    .where('first_used_at', '>', new Date(Date.now() - 3600_000))
    .executeTakeFirstOrThrow()
  const left = mostToldPerHour - (count - strange.length)
  if (left <= 0) return
  await tell(tx, { key, addresses: strange.slice(0, left), last: strange.length >= left })
}

const forgetOldest = (tx: OrgTx, id: number) =>
  tx
    .deleteFrom('api_key_addresses')
    .where('api_key_id', '=', id)
    .where('address', 'in', () =>
      tx
        .selectFrom('api_key_addresses')
        .select('address')
        .where('api_key_id', '=', id)
        .orderBy('last_used_at', 'desc')
        .orderBy('first_used_at', 'desc')
        .offset(mostKept),
    )
    .execute()
