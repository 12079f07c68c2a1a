/** What is true of credentials. Every function works in the transaction it is handed. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { resolveOwner } from '../people.ts'
import * as queries from './queries.ts'
import { assertRaw, type CredentialType } from './raw.ts'
import { openSecret, sealSecret } from './sealing.ts'

type Caller = { id: number; username: string } | null
type Raw = Schema<'CredentialRaw'>

export async function getCredential(tx: OrgTx, canonical: string): Promise<queries.CredentialRow> {
  const credential = await queries.findCredential(tx, canonical)
  if (!credential) throw notFound(`credential ${canonical}`)
  return credential
}

/** With its secret values: only for whoever may read them, and for work that the platform does with them. */
export async function openCredential(
  tx: OrgTx,
  master: MasterKeys,
  canonical: string,
): Promise<{ credential: queries.CredentialRow; raw: Raw }> {
  const row = await queries.findSealed(tx, canonical)
  if (!row) throw notFound(`credential ${canonical}`)
  const { sealed, data_key_id, ...credential } = row
  return { credential, raw: await unsealed(tx, master, credential, { sealed, data_key_id }) }
}

export async function createCredential(
  tx: OrgTx,
  master: MasterKeys,
  canonical: string,
  body: Schema<'NewCredential'>,
  owner: { id: number | null; caller: Caller },
): Promise<void> {
  const keys = assertRaw(body.type, body.raw)
  await queries.insertCredential(tx, {
    canonical,
    name: body.name,
    description: body.description ?? '',
    type: body.type,
    path: body.path,
    keys,
    owner_id: body.owner ? await resolveOwner(tx, body.owner, owner.caller) : owner.id,
    ...(await sealSecret(tx, master, contextOf(canonical), storedText(body.type, body.raw))),
  })
}

/** Replaces everything but the owner, who stays when absent. */
export async function updateCredential(
  tx: OrgTx,
  master: MasterKeys,
  canonical: string,
  body: Schema<'UpdateCredential'>,
  caller: Caller,
  mayChangeOwner: (ownerId: number | null) => boolean,
): Promise<void> {
  const credential = await lockCredential(tx, canonical)
  if (body.canonical !== canonical)
    throw invalid('The canonical of a credential cannot be changed', [`body.canonical: must be ${canonical}`])
  if (body.type !== credential.type) throw invalid('The type of a credential cannot be changed', [`body.type: must be ${credential.type}`])
  if (credential.built_in && body.path !== credential.path)
    throw invalid(`Pipelines find the credential ${canonical} by its path`, [`body.path: must be ${credential.path}`])
  const ownerId = body.owner ? await resolveOwner(tx, body.owner, caller) : credential.owner_id
  if (ownerId !== credential.owner_id && !mayChangeOwner(credential.owner_id))
    throw invalid('Only the owner or an administrator may hand a credential to somebody else', ['body.owner: may not be changed by you'])
  await queries.updateCredential(tx, credential.id, {
    name: body.name,
    description: body.description ?? '',
    path: body.path,
    keys: assertRaw(body.type, body.raw),
    owner_id: ownerId,
    updated_at: new Date(),
    ...(await sealSecret(tx, master, contextOf(canonical), storedText(body.type, body.raw))),
  })
}

export async function removeCredential(tx: OrgTx, canonical: string): Promise<void> {
  const { id, built_in } = await lockCredential(tx, canonical)
  if (built_in) throw conflict(`The credential ${canonical} belongs to the platform: it can be changed, but not deleted`)
  const { in_use } = await getCredential(tx, canonical)
  const users = [
    ...in_use.config_repositories.map((repository) => `config repository ${repository.canonical}`),
    ...in_use.service_catalog_sources.map((source) => `catalog repository ${source.canonical}`),
    ...in_use.external_backends.map(({ engine, purpose, project, environment, component }) => {
      const place = [project, environment, component].flatMap((one) => (one ? [one.canonical] : [])).join('/')
      return `external backend ${engine} for ${purpose}${place === '' ? '' : ` of ${place}`}`
    }),
  ]
  if (users.length > 0) throw conflict(`The credential ${canonical} is in use: ${users.join(', ')}`, users)
  await queries.deleteCredential(tx, id)
}

async function lockCredential(tx: OrgTx, canonical: string) {
  const credential = await queries.lockCredential(tx, canonical)
  if (!credential) throw notFound(`credential ${canonical}`)
  return credential
}

/** Bound to the canonical, which never changes: a path may. Founding an organization seals its `vault` under the same rule. */
const contextOf = (canonical: string) => `credential:${canonical}`

/** Of a custom credential only the map is kept; the API wraps it in `raw` again. */
const storedText = (type: CredentialType, raw: Raw): string => JSON.stringify(type === 'custom' ? raw.raw : raw)

async function unsealed(
  tx: OrgTx,
  master: MasterKeys,
  { canonical, type }: { canonical: string; type: string },
  sealed: { sealed: string; data_key_id: number },
): Promise<Raw> {
  let text: string
  try {
    text = await openSecret(tx, master, contextOf(canonical), sealed)
  } catch (cause) {
    // Nobody's input: the row was changed behind our back, or a master key is missing. A 500, and the log says why.
    throw new Error(`the credential ${canonical} of organization ${tx.organizationId} cannot be opened`, { cause })
  }
  const values = JSON.parse(text)
  return type === 'custom' ? { raw: values } : values
}
