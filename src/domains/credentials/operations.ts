import { type Actor, accountOf, nameOf } from '../../access/actor.ts'
import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import { googleHosts, listBigQuery } from '../../outside/google-bigquery.ts'
import { callerOf, mayHandOver } from '../ownership.ts'
import { createCredential, getCredential, openCredential, removeCredential, updateCredential } from './credentials.ts'
import { listCredentials } from './queries.ts'
import { viewCredential, viewCredentialSimple } from './view.ts'

const seenBy =
  (actor: Actor) =>
  ({ credential: { canonical } }: Awaited<ReturnType<typeof openCredential>>) => ({
    name: canonical,
    message: `${nameOf(actor)} looked at the values of the credential ${canonical}`,
  })

export const credentials: DomainHandlers<'credentials'> = {
  async listCredentials({ read, visible }, { query, filters }) {
    const { rows, pagination } = await read((tx) =>
      listCredentials(tx, query, filters, visible('organization:credential:list', 'organization:credential:read')),
    )
    return { data: rows.map(viewCredentialSimple), pagination }
  },

  async createCredential({ write, platform, actor, assertMayCreate }, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    assertMayCreate(canonical)
    const row = await write(async (tx) => {
      await createCredential(tx, platform.master, canonical, body, { id: accountOf(actor), caller: callerOf(actor) })
      return getCredential(tx, canonical)
    })
    // The values are the caller's own words; who may write but not read learns nothing new.
    return { data: viewCredential(row, body.raw) }
  },

  async getCredential({ read, write, platform, actor }, { path }) {
    const open = (tx: OrgTx) => openCredential(tx, platform.master, path.credential_canonical)
    // Keys read what they need, again and again; of people it is kept who has seen a secret.
    const { credential, raw } = actor.kind === 'api_key' ? await read(open) : await write(open, seenBy(actor))
    return { data: viewCredential(credential, raw) }
  },

  async updateCredential(context, { path, body }) {
    const { write, platform, actor } = context
    const row = await write(async (tx) => {
      await updateCredential(tx, platform.master, path.credential_canonical, body, callerOf(actor), (ownerId) =>
        mayHandOver(context, ownerId),
      )
      return getCredential(tx, path.credential_canonical)
    })
    return { data: viewCredential(row, body.raw) }
  },

  async deleteCredential({ write }, { path }) {
    await write((tx) => removeCredential(tx, path.credential_canonical))
    return undefined
  },

  async getCredentialOptions({ read, platform }, { path }) {
    const { credential, raw } = await read((tx) => openCredential(tx, platform.master, path.credential_canonical))
    if (credential.type !== 'gcp')
      throw invalid(`BigQuery needs a credential of the type gcp, and ${credential.canonical} is of the type ${credential.type}`, [
        `path.credential_canonical: must be of the type gcp`,
      ])
    return { data: await listBigQuery(raw.json_key ?? '', googleHosts) }
  },
}
