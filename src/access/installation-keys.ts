/** Key pairs of the installation itself, one for each purpose. They live in the database, sealed by the master key. */
import { AccountTx } from '../db/account-tx.ts'
import type { Database } from '../db/pool.ts'
import type { MasterKeys } from '../outside/master-key.ts'

/** Both in PEM. */
export interface KeyPair {
  privateKey: string
  /** The half that everybody may see. */
  certificate: string
}

/**
 * The pair of that name, made at the first time. Two processes may make one at once: the first to write it down wins, and the
 * other reads that.
 * @param make takes its time, so it runs outside of any transaction
 */
export async function getInstallationKey(
  { database, master }: { database: Database; master: MasterKeys },
  name: string,
  make: () => Promise<KeyPair>,
): Promise<KeyPair> {
  const find = async () => {
    const row = await AccountTx.read(database, { kind: 'platform' }, ({ db }) =>
      db.selectFrom('installation_keys').select(['sealed', 'public']).where('name', '=', name).executeTakeFirst(),
    )
    return row && { privateKey: master.unwrap(row.sealed, contextOf(name)).toString('utf8'), certificate: row.public }
  }
  const known = await find()
  if (known) return known
  const { privateKey, certificate } = await make()
  await AccountTx.write(database, { kind: 'platform' }, ({ db }) =>
    db
      .insertInto('installation_keys')
      .values({ name, sealed: master.wrap(Buffer.from(privateKey), contextOf(name)), public: certificate })
      .onConflict((on) => on.column('name').doNothing())
      .execute(),
  )
  const made = await find()
  if (!made) throw new Error(`the key ${name} of the installation is not there`)
  return made
}

/** For `npm run keys -- rewrap`. Answers how many it changed. */
export function rewrapInstallationKeys(database: Database, master: MasterKeys): Promise<number> {
  return AccountTx.write(database, { kind: 'platform' }, async ({ db }) => {
    const rows = await db.selectFrom('installation_keys').select(['name', 'sealed']).forUpdate().execute()
    const old = rows.filter(({ sealed }) => !master.isCurrent(sealed))
    for (const { name, sealed } of old)
      await db
        .updateTable('installation_keys')
        .set({ sealed: master.wrap(master.unwrap(sealed, contextOf(name)), contextOf(name)) })
        .where('name', '=', name)
        .execute()
    return old.length
  })
}

/** What each is wrapped by. */
export async function wrappersOfInstallationKeys(database: Database): Promise<string[]> {
  const rows = await AccountTx.read(database, { kind: 'platform' }, ({ db }) =>
    db.selectFrom('installation_keys').select('sealed').execute(),
  )
  return rows.map(({ sealed }) => sealed)
}

const contextOf = (name: string) => `installation_key:${name}`
