/** What is true of config repositories: above all, that an organization which has any has exactly one default. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { credentialFor, type MayRead } from '../git.ts'
import { assertBranch } from '../git-address.ts'
import * as queries from './queries.ts'

export async function getConfigRepository(tx: OrgTx, canonical: string): Promise<queries.ConfigRepositoryRow> {
  const repository = await queries.findConfigRepository(tx, canonical)
  if (!repository) throw notFound(`config repository ${canonical}`)
  return repository
}

/** The first one is the default, whatever was asked for. */
export async function createConfigRepository(
  tx: OrgTx,
  platform: Pick<Platform, 'config'>,
  canonical: string,
  body: Schema<'NewConfigRepository'>,
  mayRead: MayRead,
): Promise<void> {
  const fields = await fieldsOf(tx, platform, body, mayRead)
  await queries.lockDefaults(tx)
  const present = await queries.findDefault(tx)
  if (body.default && present) await queries.clearDefault(tx)
  await queries.insertConfigRepository(tx, { canonical, ...fields, is_default: body.default || !present })
}

/** @throws Invalid for taking the default away without giving it to another one */
export async function updateConfigRepository(
  tx: OrgTx,
  platform: Pick<Platform, 'config'>,
  canonical: string,
  body: Schema<'UpdateConfigRepository'>,
  mayRead: MayRead,
): Promise<void> {
  await queries.lockDefaults(tx)
  const { id, is_default, url, branch, credential_canonical } = await getConfigRepository(tx, canonical)
  // Whoever looks after the change would look for its commit at the new place.
  if ((url !== body.url || branch !== body.branch) && (await queries.findPendingChange(tx, id)))
    throw conflict(`A component is just being written to the config repository ${canonical}: try again in a moment`)
  const sameSecret = url === body.url && credential_canonical === body.credential_canonical
  const fields = await fieldsOf(tx, platform, body, sameSecret ? () => true : mayRead)
  if (is_default && !body.default)
    throw invalid(`${canonical} is the default config repository: make another one the default instead`, [
      'body.default: there must be a default; set it on another config repository',
    ])
  if (body.default && !is_default) await queries.clearDefault(tx)
  await queries.updateConfigRepository(tx, id, { ...fields, is_default: body.default, updated_at: new Date() })
}

/** The default goes last. */
export async function removeConfigRepository(tx: OrgTx, canonical: string): Promise<void> {
  await queries.lockDefaults(tx)
  const { id, is_default } = await getConfigRepository(tx, canonical)
  const projects = (await queries.listProjectsOf(tx, id)).map((project) => `project ${project.canonical}`)
  if (projects.length > 0) throw conflict(`The config repository ${canonical} is in use: ${projects.join(', ')}`, projects)
  if (is_default && (await queries.findOther(tx, id)))
    throw conflict(`${canonical} is the default config repository: make another one the default first`)
  await queries.deleteConfigRepository(tx, id)
}

async function fieldsOf(
  tx: OrgTx,
  platform: Pick<Platform, 'config'>,
  { name, url, branch, credential_canonical }: Schema<'UpdateConfigRepository'>,
  mayRead: MayRead,
) {
  const fields = { url: 'body.url', credential: 'body.credential_canonical' }
  const credential = await credentialFor(tx, platform, { url, canonical: credential_canonical, mayRead, fields })
  assertBranch(branch)
  return { name, url, branch, credential_id: credential.id }
}
