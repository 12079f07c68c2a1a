/** What is true of stacks. Every function works in the transaction it is handed. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { alreadyExists, conflict, forbidden, invalid, notFound } from '../../errors.ts'
import { findTeamId } from '../projects/queries.ts'
import * as queries from './queries.ts'

/** @param ref `<organization canonical>:<stack canonical>` */
export async function getStack(tx: OrgTx, ref: string): Promise<queries.StackRow> {
  const [organization = '', canonical = ''] = ref.split(':')
  const stack = await queries.findStack(tx, organization, canonical)
  if (!stack) throw notFound(`stack ${ref}`)
  return stack
}

/** One that may be changed here. @throws Unauthorized for a stack that an ancestor shares */
export async function getOwnStack(tx: OrgTx, ref: string): Promise<queries.StackRow> {
  const stack = await getStack(tx, ref)
  if (stack.organization_id !== tx.organizationId)
    throw forbidden(
      `The stack ${ref} belongs to the organization ${stack.organization_canonical}, which shares it: it can only be changed there`,
    )
  return stack
}

/** What the caller decides about a stack; everything else is in its files. */
export interface Settings {
  visibility: 'local' | 'shared' | 'hidden'
  team_id: number | null
}

/** @throws Invalid naming the field */
export async function readSettings(
  tx: OrgTx,
  body: { visibility?: string; team_canonical?: string },
): Promise<{ visibility: Settings['visibility'] | undefined; team_id: number | null }> {
  return {
    visibility: body.visibility === undefined ? undefined : readVisibility(body.visibility),
    team_id: body.team_canonical ? await teamId(tx, body.team_canonical) : null,
  }
}

/**
 * Shared no longer, a stack disappears from the lists of descendants; components that they made from it keep it readable to
 * them, as they could not be changed otherwise.
 */
export async function updateStack(tx: OrgTx, ref: string, body: Schema<'UpdateServiceCatalog'>): Promise<queries.StackRow> {
  const { canonical } = await getOwnStack(tx, ref)
  const { id } = await lockOwnStack(tx, canonical)
  const { visibility = 'local', team_id } = await readSettings(tx, body)
  await queries.updateStack(tx, id, { visibility, team_id, updated_at: new Date() })
  return getStack(tx, ref)
}

/** Its files stay in git: a scan that reads the repository anew finds it again. @throws Conflict while components use it */
export async function removeStack(tx: OrgTx, ref: string): Promise<{ canonical: string }> {
  const { canonical } = await getOwnStack(tx, ref)
  const { id } = await lockOwnStack(tx, canonical)
  const users = await queries.countComponents(tx, id)
  if (users > 0)
    throw conflict(`The stack ${ref} is in use: ${users === 1 ? 'one component is' : `${users} components are`} made from it`, [
      `components: ${users}, in this organization and those below it`,
    ])
  await queries.deleteStack(tx, id)
  return { canonical }
}

/** A canonical is taken whichever catalog repository its stack comes from. @throws AlreadyExists */
export async function assertCanonicalFree(tx: OrgTx, canonical: string): Promise<void> {
  if (await queries.findOwnStack(tx, canonical)) throw alreadyExists(`a stack with the canonical ${canonical}`)
}

/** One text for each dependency that may not be used here. */
export async function checkDependencies(tx: OrgTx, ref: string, organization: string) {
  const { dependencies } = await getStack(tx, ref)
  const reachable = await queries.findReachableRefs(
    tx,
    dependencies.map((dependency) => dependency.ref),
  )
  const missing = dependencies.filter((dependency) => !reachable.has(dependency.ref))
  const sentence = (wanted: string) => (dependency: { ref: string }) =>
    `The stack ${dependency.ref}, which ${ref} ${wanted}, is not visible to the organization ${organization}`
  return {
    errors: missing.filter(({ required }) => required).map(sentence('needs')),
    warnings: missing.filter(({ required }) => !required).map(sentence('can work with')),
  }
}

async function lockOwnStack(tx: OrgTx, canonical: string) {
  const stack = await queries.lockOwnStack(tx, canonical)
  if (!stack) throw notFound(`stack ${canonical}`)
  return stack
}

function readVisibility(text: string): Settings['visibility'] {
  if (text === 'local' || text === 'shared' || text === 'hidden') return text
  throw invalid(`There is no visibility "${text.slice(0, 100)}"`, ['body.visibility: must be local, shared or hidden'])
}

async function teamId(tx: OrgTx, canonical: string): Promise<number> {
  const id = await findTeamId(tx, canonical)
  if (id === undefined) throw invalid(`There is no team ${canonical}`, ['body.team_canonical: unknown team'])
  return id
}
