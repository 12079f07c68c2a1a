/** A new master key takes over: everything that the old ones wrap is wrapped again. `npm run keys` calls this. */
import { sql } from 'kysely'
import { rewrapInstallationKeys, wrappersOfInstallationKeys } from '../../access/installation-keys.ts'
import { rewrapSigningKeys } from '../../access/session-tokens.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { type Database, insideOf } from '../../db/pool.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { rewrapTotpSecrets, wrappersOfTotpSecrets } from '../second-factors/rewrap.ts'
import { rewrapDataKeys } from './sealing.ts'

export interface Rewrapped {
  dataKeys: number
  signingKeys: number
  totpSecrets: number
  installationKeys: number
  /** The master keys that nothing is wrapped by any more. */
  unneeded: string[]
}

/**
 * One short transaction for each organization: it may run while the service runs, be interrupted, and be repeated.
 * @throws Error before anything is changed, when a master key is missing that something is wrapped by
 */
export async function rewrap(database: Database, master: MasterKeys, report: (line: string) => void): Promise<Rewrapped> {
  const missing = [...(await masterKeysInUse(database))].filter((id) => !master.ids.includes(id))
  if (missing.length > 0) throw new Error(`what is stored needs the master key ${missing.join(', ')} too: nothing was changed`)
  let dataKeys = 0
  let signingKeys = 0
  let totpSecrets = 0
  let installationKeys = 0
  // A process that still has the old key in front may wrap something behind our back, hence a second look.
  for (let round = 1; round <= 3; round++) {
    dataKeys += await rewrapOrganizations(database, master, report)
    signingKeys += await rewrapSigningKeys(database, master)
    totpSecrets += await rewrapTotpSecrets(database, master)
    installationKeys += await rewrapInstallationKeys(database, master)
    const inUse = await masterKeysInUse(database)
    const [, ...old] = master.ids
    if (round === 3 || !old.some((id) => inUse.has(id)))
      return { dataKeys, signingKeys, totpSecrets, installationKeys, unneeded: old.filter((id) => !inUse.has(id)) }
  }
  throw new Error('unreachable')
}

async function rewrapOrganizations(database: Database, master: MasterKeys, report: (line: string) => void): Promise<number> {
  const ids = await organizationIds(database)
  let total = 0
  for (const [index, id] of ids.entries()) {
    const changed = await OrgTx.write(database, insideOf(id), (tx) => rewrapDataKeys(tx, master))
    total += changed
    report(
      `organization ${id} (${index + 1} of ${ids.length}): ${changed === 0 ? 'nothing to do' : `${changed} data key${changed === 1 ? '' : 's'} wrapped anew`}`,
    )
  }
  return total
}

/** The ids of the master keys that anything at all is wrapped by. */
export async function masterKeysInUse(database: Database): Promise<Set<string>> {
  const signing = await AccountTx.read(database, { kind: 'platform' }, ({ db }) =>
    db.selectFrom('signing_keys').select('sealed as wrapped').execute(),
  )
  const wrapped = [
    ...signing.map((row) => row.wrapped),
    ...(await wrappersOfTotpSecrets(database)),
    ...(await wrappersOfInstallationKeys(database)),
  ]
  for (const id of await organizationIds(database)) {
    const rows = await OrgTx.read(database, insideOf(id), (tx) => tx.selectFrom('data_keys').select('wrapped').execute())
    wrapped.push(...rows.map((row) => row.wrapped))
  }
  return new Set(wrapped.map((text) => text.split('.', 1)[0] ?? ''))
}

async function organizationIds(database: Database): Promise<number[]> {
  const { rows } = await AccountTx.read(database, { kind: 'platform' }, (tx) =>
    tx.execute(sql<{ id: number }>`select id from organization_ids() as id`),
  )
  return rows.map(({ id }) => id)
}
