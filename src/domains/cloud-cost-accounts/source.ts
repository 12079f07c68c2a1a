/** Where the bills of an account are read from, with the secret that opens it: not for logs, jobs or answers. */
import type { ParentSource } from '../../costs/import/work.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { SourceSpec } from '../../outside/bills/sources.ts'
import { SourceError } from '../../outside/bills/types.ts'
import type { Platform } from '../../platform.ts'
import { openCredential } from '../credentials/credentials.ts'
import { findBackend } from '../external-backends/queries.ts'
import { isSameAccount } from './children.ts'
import { specOf } from './exports.ts'
import * as queries from './queries.ts'

/** @throws SourceError, for people, when there is nothing that could be read */
export async function openSourceSpec(
  tx: OrgTx,
  { master, config }: Pick<Platform, 'master' | 'config'>,
  costAccountId: number,
): Promise<SourceSpec | ParentSource> {
  const account = await queries.findAccountById(tx, costAccountId)
  if (!account) throw new SourceError('The cloud cost account is gone')
  if (account.parent_account_id !== null) return parentOf(tx, account, account.parent_account_id)
  if (account.external_backend_id === null)
    throw new SourceError(`The bills of ${account.canonical} come as files: upload one, or give the account an external backend`)
  const backend = await findBackend(tx, account.external_backend_id)
  if (!backend) throw new SourceError(`The external backend of ${account.canonical} is gone`)
  if (backend.credential_canonical === null) throw new SourceError(`The external backend of ${account.canonical} has no credential`)
  const { raw } = await openCredential(tx, master, backend.credential_canonical)
  const spec = specOf(backend.configuration, raw, config.terraform.awsEndpoint)
  if (!spec) throw new SourceError(`${backend.engine} holds no billing export`)
  return spec
}

async function parentOf(tx: OrgTx, account: queries.AccountRow, parentAccountId: string): Promise<ParentSource> {
  if (account.parent_organization_id === tx.organizationId)
    throw new SourceError(
      `The costs of ${account.account_id} are in the figures of ${parentAccountId} in this organization already: they are not counted again`,
    )
  const covering = await queries.listCovering(tx, account.cloud_provider, account.account_id)
  const parent = covering.find(
    ({ organization_id, account_id }) => organization_id === account.parent_organization_id && isSameAccount(account_id, parentAccountId),
  )
  if (!parent)
    throw new SourceError(
      `No bill of ${parentAccountId} covers ${account.account_id} any more: its cloud cost account was deleted, is of an organization that is no longer above this one, or the cloud account has left it`,
    )
  return { kind: 'parent', organizationId: parent.organization_id, costAccountId: parent.id, linkedAccount: parent.linked_account }
}
