/** What is true of cloud cost accounts. Every function works in the transaction it is handed. */
import { canonicalOf } from '../../canonical.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, invalid, notFound } from '../../errors.ts'
import { type Caller, createBackend, getBackend, removeBackend, updateBackend } from '../external-backends/external-backends.ts'
import { isStorable } from '../external-backends/fields.ts'
import { addAccount, followBackend, resumeImports } from './backends.ts'
import { assertExport } from './exports.ts'
import { leaveBills } from './leaving.ts'
import { assertProvider } from './providers.ts'
import * as queries from './queries.ts'

/** Who asks, as far as it counts here. */
export interface Asker extends Caller {
  userId: number | null
  assertMayCreate(canonical: string): void
}

const longestName = 200
const inBody = 'body.external_backend.configuration'

export async function getAccount(tx: OrgTx, canonical: string): Promise<queries.AccountRow> {
  const account = await queries.findAccount(tx, canonical)
  if (!account) throw notFound(`cloud cost account ${canonical}`)
  return account
}

export async function createAccount(tx: OrgTx, body: Schema<'NewCloudCostManagementAccount'>, asker: Asker): Promise<queries.AccountRow> {
  const { external_backend: wanted } = body
  assertPurpose(wanted)
  assertName(body.name)
  assertExport(wanted.configuration, inBody)
  const backend = await inBackend(() => createBackend(tx, wanted, asker))
  const { canonical } = await addAccount(tx, backend, body, { userId: asker.userId, field: inBody })
  asker.assertMayCreate(canonical)
  return getAccount(tx, canonical)
}

export async function createFileAccount(tx: OrgTx, body: Schema<'NewCloudCostFileAccount'>, asker: Asker): Promise<queries.AccountRow> {
  assertName(body.name)
  assertProvider(body.cloud_provider)
  const canonical = body.canonical ?? canonicalOf(body.name)
  asker.assertMayCreate(canonical)
  await queries.insertAccount(tx, {
    canonical,
    name: body.name,
    cloud_provider: body.cloud_provider,
    external_backend_id: null,
    parent_organization_id: null,
    parent_account_id: null,
    credential_id: null,
  })
  return getAccount(tx, canonical)
}

export async function changeAccount(
  tx: OrgTx,
  canonical: string,
  body: Schema<'UpdateCloudCostManagementAccount'>,
  asker: Asker,
): Promise<queries.AccountRow> {
  const before = await lockAccount(tx, canonical)
  assertName(body.name)
  const { external_backend: wanted, enabled } = body
  if (wanted) assertPurpose(wanted)
  if (wanted && before.parent_account_id !== null)
    throw invalid(`The figures of ${canonical} are taken from the bill of ${before.parent_account_id}: it has no export of its own`, [
      'body.external_backend: must be left out',
    ])
  const name = body.name ?? before.name
  await queries.updateAccount(tx, before.id, { name, enabled, updated_at: new Date() })
  if (enabled && !before.enabled) await resumeImports(tx, before.id)
  if (wanted && before.external_backend_id === null) await giveExport(tx, before, wanted, asker)
  else if (wanted && before.external_backend_id !== null) {
    const old = await getBackend(tx, before.external_backend_id)
    const now = await inBackend(() => updateBackend(tx, old.id, wanted, asker))
    await followBackend(tx, old, now, { userId: asker.userId, field: inBody })
  }
  return getAccount(tx, canonical)
}

/** Its external backend goes too; the bills at the provider stay. */
export async function removeAccount(tx: OrgTx, canonical: string): Promise<void> {
  const { id, external_backend_id: backend } = await lockAccount(tx, canonical)
  await leaveBills(tx, id)
  await queries.deleteAccount(tx, id)
  if (backend !== null) await removeBackend(tx, backend)
}

export async function listLinked(tx: OrgTx, canonical: string): Promise<queries.LinkedRow[]> {
  const { id } = await getAccount(tx, canonical)
  return queries.listLinked(tx, id)
}

/** Empty: as the bill says. */
export async function nameLinked(tx: OrgTx, canonical: string, cloudAccount: string, name: string): Promise<queries.LinkedRow> {
  const { id } = await getAccount(tx, canonical)
  const linked = await queries.findLinked(tx, id, cloudAccount)
  if (!linked) throw notFound(`linked account ${cloudAccount.slice(0, 200)} of ${canonical}`)
  if (name.trim() !== '') assertName(name)
  return queries.nameLinked(tx, linked.id, name.trim() === '' ? null : name)
}

export function assertName(name: string | undefined): void {
  if (name === undefined) return
  const problems = [
    ...(name.trim() === '' ? ['body.name: must not be empty'] : []),
    ...(name.length > longestName ? [`body.name: must have at most ${longestName} characters`] : []),
    ...(isStorable(name) ? [] : ['body.name: holds a character that cannot be stored']),
  ]
  if (problems.length > 0) throw invalid('This cannot be the name of a cloud cost account', problems)
}

async function lockAccount(tx: OrgTx, canonical: string) {
  const account = await queries.lockAccount(tx, canonical)
  if (!account) throw notFound(`cloud cost account ${canonical}`)
  return account
}

/** Bills came as files until now. */
async function giveExport(
  tx: OrgTx,
  { id, canonical, cloud_provider }: { id: number; canonical: string; cloud_provider: string },
  wanted: Schema<'UpdateExternalBackend'>,
  asker: Asker,
): Promise<void> {
  const provider = assertExport(wanted.configuration, inBody)
  if (provider !== cloud_provider)
    throw invalid(`The cloud cost account ${canonical} holds bills of ${cloud_provider}: make another account for ${provider}`, [
      `${inBody}.engine: must be of the provider ${cloud_provider}`,
    ])
  const { id: _, rotate_token: __, ...body } = wanted
  const backend = await inBackend(() => createBackend(tx, body, asker))
  await queries.updateAccount(tx, id, { external_backend_id: backend.id })
  await followBackend(tx, { ...backend, configuration: {} }, backend, { userId: asker.userId, field: inBody })
}

function assertPurpose({ purpose }: { purpose: string }): void {
  if (purpose !== 'cost_explorer')
    throw invalid('The external backend of a cloud cost account is for cost_explorer', [
      'body.external_backend.purpose: must be cost_explorer',
    ])
}

/** What is wrong with a backend is told where it stood in the body. */
async function inBackend<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const details = error.details.map((detail) => detail.replace(/^body\./, 'body.external_backend.'))
    throw new ApiError(error.code, error.message, { details, cause: error })
  }
}
