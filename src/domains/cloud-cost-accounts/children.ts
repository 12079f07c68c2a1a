/** Accounts whose costs are on the bill of another. Whose a cloud account is, is proven: that bill may be an ancestor's. */
import { canonicalOf } from '../../canonical.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { alreadyExists, forbidden, invalid, notFound, unavailable } from '../../errors.ts'
import { type CloudIdentity, type IdentityAccess, IdentityRefused, proveIdentity } from '../../outside/cloud-identity.ts'
import type { Platform } from '../../platform.ts'
import { openCredential } from '../credentials/credentials.ts'
import { findCredential, lockReferredCredential } from '../credentials/queries.ts'
import type { MayRead } from '../git.ts'
import { type Asker, assertName, getAccount } from './accounts.ts'
import { startImport } from './backends.ts'
import * as queries from './queries.ts'

interface Wanted {
  canonical: string
  /** That names the credential, for the errors. */
  field: string
}

/** What the credential opens, for the question behind; read with the caller's rights. */
export async function openIdentity(
  tx: OrgTx,
  { master, config }: Pick<Platform, 'master' | 'config'>,
  { canonical, field }: Wanted,
  mayRead: MayRead,
): Promise<IdentityAccess> {
  const found = await findCredential(tx, canonical)
  if (!found) throw invalid(`There is no credential ${canonical}`, [`${field}: unknown credential`])
  if (!mayRead(found)) throw forbidden(`You may not use the credential ${canonical}: no rule grants you to read it`)
  const { credential, raw } = await openCredential(tx, master, canonical)
  switch (credential.type) {
    case 'aws':
      return { kind: 'aws', accessKey: raw.access_key ?? '', secretKey: raw.secret_key ?? '', endpoint: config.terraform.awsEndpoint }
    case 'azure':
      return {
        kind: 'azure',
        subscriptionId: raw.subscription_id ?? '',
        tenantId: raw.tenant_id ?? '',
        clientId: raw.client_id ?? '',
        clientSecret: raw.client_secret ?? '',
        environment: raw.environment ?? 'public',
      }
    case 'gcp':
      return { kind: 'google', keyFile: raw.json_key ?? '' }
    default:
      throw invalid(`A credential of the type ${credential.type} opens no cloud account that has costs`, [
        `${field}: must be of the type aws, azure or gcp`,
      ])
  }
}

/** Asks the provider; never inside a transaction. @throws Invalid when it refuses the credential */
export async function provenAccount(access: IdentityAccess, field: string): Promise<CloudIdentity> {
  try {
    return await proveIdentity(access)
  } catch (error) {
    if (!(error instanceof IdentityRefused)) throw error
    if (error.isTemporary) throw unavailable(`Whose the cloud account is cannot be asked now: ${error.message}`, { cause: error })
    throw invalid(`Whose the cloud account is cannot be told: ${error.message}`, [`${field}: refused by the provider`], error)
  }
}

/** As `cost_account_key` compares them: letters change, and Azure may name the whole path. */
export const isSameAccount = (one: string, other: string): boolean => accountKey(one) === accountKey(other)
const accountKey = (account: string): string => account.toLowerCase().replace(/^\/subscriptions\//, '')

export async function findParent(tx: OrgTx, { provider, account }: CloudIdentity): Promise<queries.CoveringRow> {
  const [parent] = await queries.listCovering(tx, provider, account)
  if (!parent) throw notFound(`cloud cost account that covers ${account}`)
  return parent
}

export async function createChild(
  tx: OrgTx,
  body: Schema<'NewCloudCostManagementAccountChild'>,
  { provider, account }: CloudIdentity,
  asker: Asker,
): Promise<queries.AccountRow> {
  assertName(body.name)
  const { parent_account_id, credential_canonical } = body
  const covering = await queries.listCovering(tx, provider, account)
  const parent = covering.find((row) => isSameAccount(row.account_id, parent_account_id) && row.account_id !== '')
  // The same words for a bill that does not cover it and for one that is not there.
  if (!parent)
    throw invalid(`No bill of ${parent_account_id.slice(0, 200)} covers the cloud account ${account}`, [
      'body.parent_account_id: must be the account of a bill, here or in an organization above, on which the cloud account appears',
    ])
  if (isSameAccount(account, parent_account_id))
    throw invalid(`The cloud account ${account} is the one that is billed: it is no child of itself`, [
      'body.credential_canonical: must be of another cloud account than the parent',
    ])
  await queries.lockSources(tx)
  const other = await queries.findChild(tx, parent.organization_id, parent_account_id, account)
  if (other) throw alreadyExists(`a child account of this cloud account: ${other.canonical}`)
  const credential = await lockReferredCredential(tx, credential_canonical)
  if (!credential) throw invalid(`There is no credential ${credential_canonical}`, ['body.credential_canonical: unknown credential'])
  const name = body.name ?? `${provider} ${account}`
  const canonical = body.canonical ?? canonicalOf(name)
  asker.assertMayCreate(canonical)
  const { id } = await queries.insertAccount(tx, {
    canonical,
    name,
    account_id: account,
    cloud_provider: provider,
    external_backend_id: null,
    parent_organization_id: parent.organization_id,
    parent_account_id: parent.account_id,
    credential_id: credential.id,
  })
  // What a bill of the same organization covers is in its figures already.
  if (parent.organization_id !== tx.organizationId) await startImport(tx, id, asker.userId, false, 'parent')
  return getAccount(tx, canonical)
}
