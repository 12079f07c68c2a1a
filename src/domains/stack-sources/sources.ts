/** What is true of catalog repositories. Every function works in the transaction it is handed. */
import { accountOf } from '../../access/actor.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { alreadyExists, conflict, invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Platform } from '../../platform.ts'
import { credentialFor, type MayRead } from '../git.ts'
import { assertBranch, transportOf } from '../git-address.ts'
import { callerOf, ownerAfter } from '../ownership.ts'
import { resolveOwner } from '../people.ts'
import { listStacksOfSource } from '../stacks/queries.ts'
import { readSettings } from '../stacks/stacks.ts'
import * as queries from './queries.ts'
import type { OnCreate } from './settle.ts'

/** Where the stacks come from, and with what they are fetched. */
export interface Place {
  url: string
  branch: string
  credential_canonical: string | null
}

export async function getSource(tx: OrgTx, canonical: string): Promise<queries.SourceRow> {
  const source = await queries.findSource(tx, canonical)
  if (!source) throw notFound(`catalog repository ${canonical}`)
  return source
}

/** As it is when nobody else changes it any more. */
export async function lockedSource(tx: OrgTx, canonical: string): Promise<queries.SourceRow> {
  await queries.lockSource(tx, (await getSource(tx, canonical)).id)
  return getSource(tx, canonical)
}

const bodyFields = { url: 'body.url', credential: 'body.credential_canonical' }

/**
 * May this be fetched? The credential is locked until the transaction ends.
 * @param mayRead asked only when there is a credential
 * @throws Invalid, Unauthorized
 */
export async function credentialOf(
  tx: OrgTx,
  { config }: Pick<Platform, 'config'>,
  { url, credential_canonical }: Omit<Place, 'branch'>,
  mayRead: MayRead,
  fields = bodyFields,
): Promise<number | null> {
  if (credential_canonical !== null)
    return (await credentialFor(tx, { config }, { url, canonical: credential_canonical, mayRead, fields })).id
  if (transportOf(url, config.git, fields.url) === 'ssh')
    throw invalid('An ssh address needs a credential of the type ssh', [`${fields.credential}: is missing`])
  return null
}

export interface NewSource {
  row: Omit<queries.NewSourceRow, 'canonical'>
  onCreate: OnCreate
}

/** Everything about a new repository that can be known before it is fetched. @throws AlreadyExists, Invalid, Unauthorized */
export async function readNewSource(
  tx: OrgTx,
  { platform, actor }: Pick<OrganizationContext, 'platform' | 'actor'>,
  canonical: string,
  body: Schema<'NewServiceCatalogSource'>,
  mayRead: MayRead,
): Promise<NewSource> {
  if (await queries.findSource(tx, canonical)) throw alreadyExists('a catalog repository with this canonical')
  const { name, url, branch } = body
  assertBranch(branch)
  const credential_id = await credentialOf(tx, platform, { url, credential_canonical: body.credential_canonical ?? null }, mayRead)
  const owner_id = body.owner ? await resolveOwner(tx, body.owner, callerOf(actor)) : accountOf(actor)
  const { visibility, team_id } = await readSettings(tx, body)
  const row = { name, url, branch, credential_id, owner_id, commit: null, refreshed_at: null }
  return { row, onCreate: { team_id, ...(visibility ? { visibility } : {}) } }
}

/** What an update asks for: without a branch it stays, without a credential there is none any more. */
export const placeAfter = (source: queries.SourceRow, body: Schema<'UpdateServiceCatalogSource'>): Place => ({
  url: body.url,
  branch: body.branch ?? source.branch,
  credential_canonical: body.credential_canonical ?? null,
})

export const samePlace = (a: Place, b: Place): boolean =>
  a.url === b.url && a.branch === b.branch && a.credential_canonical === b.credential_canonical

/** The columns of an update. @param source as it is now */
export async function readChanges(
  tx: OrgTx,
  context: OrganizationContext,
  source: queries.SourceRow,
  body: Schema<'UpdateServiceCatalogSource'>,
  mayRead: MayRead,
) {
  const place = placeAfter(source, body)
  assertBranch(place.branch)
  // The same secret to the same address is nothing new.
  const sameSecret = source.url === place.url && source.credential_canonical === place.credential_canonical
  const credential_id = await credentialOf(tx, context.platform, place, sameSecret ? () => true : mayRead)
  const owner_id = await ownerAfter(tx, context, `the catalog repository ${source.canonical}`, body.owner, source.owner_id)
  return { name: body.name, url: place.url, branch: place.branch, credential_id, owner_id, updated_at: new Date() }
}

/** With its stacks. @throws Conflict while components, here or below, use one of them */
export async function removeSource(tx: OrgTx, canonical: string): Promise<void> {
  const { id } = await lockedSource(tx, canonical)
  const ids = (await listStacksOfSource(tx, id)).map((stack) => stack.id)
  await queries.lockStacks(tx, ids)
  const used = (await queries.listUses(tx, ids)).map((stack) => `stack ${stack.canonical}: ${components(stack.uses)}`)
  if (used.length > 0) throw conflict(`The catalog repository ${canonical} is in use: ${used.slice(0, 10).join(', ')}`, used.slice(0, 10))
  await queries.deleteStacks(tx, ids)
  await queries.deleteSource(tx, id)
}

const components = (count: number): string => `${count} component${count === 1 ? '' : 's'}`
