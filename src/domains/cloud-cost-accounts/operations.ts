import { accountOf } from '../../access/actor.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { findCredential } from '../credentials/queries.ts'
import { viewCredentialSimple } from '../credentials/view.ts'
import { findBackend } from '../external-backends/queries.ts'
import { viewExternalBackend } from '../external-backends/view.ts'
import { readingCredentials } from '../git.ts'
import {
  type Asker,
  changeAccount,
  createAccount,
  createFileAccount,
  getAccount,
  listLinked,
  nameLinked,
  removeAccount,
} from './accounts.ts'
import { createChild, findParent, openIdentity, provenAccount } from './children.ts'
import { type AccountRow, listAccounts } from './queries.ts'
import { viewAccount, viewLinked, viewParent } from './view.ts'

export const cloudCostAccounts: DomainHandlers<'cloud-cost-accounts'> = {
  async getCloudCostManagementAccounts({ read, visible }, { query }) {
    return read(async (tx) => {
      const seen = visible('organization:cloud_cost_management:account:list', 'organization:cloud_cost_management:account:read')
      const { rows, pagination } = await listAccounts(tx, query, seen)
      const data: Schema<'CloudCostManagementAccount'>[] = []
      for (const row of rows) data.push(await shown(tx, row))
      return { data, pagination }
    })
  },

  async createCloudCostManagementAccount(context, { body }) {
    return { data: await context.write(async (tx) => shown(tx, await createAccount(tx, body, askerOf(context)))) }
  },

  async deleteCloudCostManagementAccount({ write }, { path }) {
    await write((tx) => removeAccount(tx, path.cloud_cost_management_account_canonical))
    return undefined
  },

  async getCloudCostManagementAccount({ read }, { path }) {
    return { data: await read(async (tx) => shown(tx, await getAccount(tx, path.cloud_cost_management_account_canonical))) }
  },

  async updateCloudCostManagementAccount(context, { path, body }) {
    const canonical = path.cloud_cost_management_account_canonical
    return { data: await context.write(async (tx) => shown(tx, await changeAccount(tx, canonical, body, askerOf(context)))) }
  },

  async getCloudCostManagementLinkedAccounts({ read }, { path }) {
    return { data: (await read((tx) => listLinked(tx, path.cloud_cost_management_account_canonical))).map(viewLinked) }
  },

  async updateCloudCostManagementLinkedAccount({ write }, { path, body }) {
    const { cloud_cost_management_account_canonical: canonical, cloud_provider_account_id: account } = path
    return { data: viewLinked(await write((tx) => nameLinked(tx, canonical, account, body.name))) }
  },

  async getCloudCostManagementAccountsHasParent(context, { query }) {
    const wanted = { canonical: query.credential_canonical, field: 'query.credential_canonical' }
    const identity = await identityOf(context, wanted)
    return { data: viewParent(await context.read((tx) => findParent(tx, identity))) }
  },

  async createCloudCostManagementAccountChild(context, { body }) {
    const wanted = { canonical: body.credential_canonical, field: 'body.credential_canonical' }
    const identity = await identityOf(context, wanted)
    return { data: await context.write(async (tx) => shown(tx, await createChild(tx, body, identity, askerOf(context)))) }
  },

  async createCloudCostFileAccount(context, { body }) {
    return { data: await context.write(async (tx) => shown(tx, await createFileAccount(tx, body, askerOf(context)))) }
  },
}

const askerOf = (context: OrganizationContext): Asker => ({
  mayRead: readingCredentials(context),
  may: context.may,
  userId: accountOf(context.actor),
  assertMayCreate: context.assertMayCreate,
})

async function identityOf(context: OrganizationContext, wanted: { canonical: string; field: string }) {
  const access = await context.read((tx) => openIdentity(tx, context.platform, wanted, readingCredentials(context)))
  return provenAccount(access, wanted.field)
}

async function shown(tx: OrgTx, row: AccountRow): Promise<Schema<'CloudCostManagementAccount'>> {
  const backend = row.external_backend_id === null ? undefined : await findBackend(tx, row.external_backend_id)
  const canonical = backend ? backend.credential_canonical : row.credential_canonical
  const credential = canonical === null ? undefined : await findCredential(tx, canonical)
  return viewAccount(row, {
    backend: backend && viewExternalBackend(backend, ''),
    credential: credential && viewCredentialSimple(credential),
  })
}
