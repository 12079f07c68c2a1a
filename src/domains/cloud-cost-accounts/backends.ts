/** Accounts and the external backends of their exports are kept in step, whichever of the two is changed. */
import { canonicalOf } from '../../canonical.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { alreadyExists, invalid } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Configuration } from '../external-backends/engines.ts'
import type { BackendRow } from '../external-backends/queries.ts'
import { assertExport, exportName, placeOf } from './exports.ts'
import * as queries from './queries.ts'

export interface Named {
  canonical?: string | undefined
  name?: string | undefined
}

/** @param field that held its configuration; @throws AlreadyExists when another account reads the same export */
export async function addAccount(
  tx: OrgTx,
  backend: BackendRow,
  { canonical, name }: Named,
  { userId, field }: { userId: number | null; field: string },
): Promise<{ id: number; canonical: string }> {
  const cloud_provider = assertExport(backend.configuration as Configuration, field)
  await assertSingle(tx, backend)
  const chosen = name ?? exportName(backend.configuration).slice(0, 200)
  const key = canonical ?? (name === undefined ? await freeCanonical(tx, chosen) : canonicalOf(chosen))
  const row = { canonical: key, name: chosen, cloud_provider, external_backend_id: backend.id }
  const { id } = await queries.insertAccount(tx, {
    ...row,
    parent_organization_id: null,
    parent_account_id: null,
    credential_id: null,
  })
  await startImport(tx, id, userId)
  return { id, canonical: key }
}

/** After its backend was changed. The provider stays, since figures of two would be one account's; another place is read anew. */
export async function followBackend(
  tx: OrgTx,
  before: BackendRow,
  after: BackendRow,
  { userId, field }: { userId: number | null; field: string },
): Promise<void> {
  if (after.purpose !== 'cost_explorer') return
  const account = await queries.findAccountOfBackend(tx, after.id)
  // Of a time when backends of this purpose had no account.
  if (!account) {
    await addAccount(tx, after, {}, { userId, field })
    return
  }
  const provider = assertExport(after.configuration as Configuration, field)
  if (provider !== account.cloud_provider)
    throw invalid(
      `The cloud cost account ${account.canonical} holds bills of ${account.cloud_provider}: make another account for ${provider}`,
      [`${field}.engine: must be of the provider ${account.cloud_provider}`],
    )
  await assertSingle(tx, after)
  const isElsewhere = JSON.stringify(placeOf(before.configuration)) !== JSON.stringify(placeOf(after.configuration))
  if (isElsewhere || before.credential_id !== after.credential_id) await startImport(tx, account.id, userId, isElsewhere)
}

/**
 * Enqueues an import of where the account's bills lie; while its imports are stopped, it waits until they are not.
 * @param forced months that did not change are read as well
 */
export async function startImport(tx: OrgTx, accountId: number, userId: number | null, forced = false, source = 'backend'): Promise<void> {
  // What has not begun yet reads what there will be then.
  if (await queries.findWaitingImport(tx, accountId, forced)) return
  const { id: importId } = await queries.insertImport(tx, { cost_account_id: accountId, source, user_id: userId, forced })
  await enqueue(tx, 'costs.import', { organizationId: tx.organizationId, importId })
}

/** The imports of an account are not stopped any more: what waits goes on. */
export async function resumeImports(tx: OrgTx, accountId: number): Promise<void> {
  const waiting = await queries.findWaitingImport(tx, accountId)
  if (waiting) await enqueue(tx, 'costs.import', { organizationId: tx.organizationId, importId: waiting.id })
}

async function assertSingle(tx: OrgTx, backend: BackendRow): Promise<void> {
  await queries.lockSources(tx)
  const place = JSON.stringify(placeOf(backend.configuration))
  const others = await queries.listOtherExports(tx, backend.id)
  const other = others.find(({ configuration }) => JSON.stringify(placeOf(configuration as Configuration)) === place)
  if (other) throw alreadyExists(`a cloud cost account that reads this export, and everything would count twice: ${other.canonical}`)
}

async function freeCanonical(tx: OrgTx, name: string): Promise<string> {
  const wanted = canonicalOf(name).slice(0, 90)
  const taken = new Set(await queries.listCanonicals(tx, wanted))
  for (let number = 1; ; number++) {
    const canonical = number === 1 ? wanted : `${wanted}-${number}`
    if (!taken.has(canonical)) return canonical
  }
}
