/** From the token of a request to the one state that it opens: who holds it needs no account, and sees no more than that state. */
import { billingOf, type Entitlement, sentenceOf, standingOf } from '../../access/standing.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { forbidden } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import * as queries from './queries.ts'
import { namesOf, placeText, readStateToken, type StateTokenSubject } from './tokens.ts'

export interface Door {
  subject: StateTokenSubject
  /** Why nothing may be written; undefined when it may. */
  blocked: string | undefined
  read<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  write<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
}

/** @throws Unauthorized */
export async function openDoor({ platform, read }: PublicContext, token: string): Promise<Door> {
  const subject = readStateToken(platform, token)
  const organization = await read((tx) => queries.findOrganization<Entitlement>(tx, subject.organizationId))
  if (!organization) throw forbidden('The organization of this token is gone')
  const [reason] = standingOf(organization.entitlement, billingOf(platform)).blocked
  const scope = insideOf(subject.organizationId)
  return {
    subject,
    blocked: reason && `The organization ${organization.canonical} is restricted: ${sentenceOf(reason)}`,
    read: (run) => OrgTx.read(platform.database, scope, run),
    write: (run) => OrgTx.write(platform.database, scope, run),
  }
}

/** Writing and locking wait until the organization is in order again; reading and unlocking do not. @throws Unauthorized */
export function assertMayWrite({ blocked }: Door): void {
  if (blocked !== undefined) throw forbidden(`${blocked}. The state can be read and unlocked meanwhile, but not written`)
}

/** What keeps the state of the token now. @throws Unauthorized when the token is over */
export async function keeperOf(tx: OrgTx, subject: StateTokenSubject): Promise<queries.Keeper> {
  if ('externalBackendId' in subject) {
    const backend = await queries.findStateBackend(tx, subject.externalBackendId)
    if (!backend) throw forbidden('The external backend of this token is gone')
    if (backend.token_generation !== subject.generation) throw over()
    return { externalBackendId: backend.id }
  }
  const found = await queries.findComponentAt(tx, subject)
  if (!found)
    throw forbidden(
      `There is no component ${placeText(subject)} for this token: it is not made yet, was deleted, or was moved, which gave it another token`,
    )
  if ((await queries.generationOf(tx, placeText(subject))) !== subject.generation) throw over()
  return { componentId: found.id, place: placeText(subject), stackRef: found.stack_ref }
}

const over = () => forbidden('This token was replaced by a newer one: save the component again, or its pipeline, to get that')

/** The state for reading; what a component before left at the place is found too. */
export async function findState({ read, write, subject }: Door): Promise<queries.StateRow | undefined> {
  const { keeper, state } = await read(async (tx) => {
    const keeper = await keeperOf(tx, subject)
    return { keeper, state: await queries.findStateOf(tx, keeper) }
  })
  if (state || !('componentId' in keeper)) return state
  return write(async (tx) => {
    await queries.adoptState(tx, keeper)
    return queries.findStateOf(tx, keeper)
  })
}

/**
 * The state for writing, locked against everybody else until the transaction ends, and made when there is none yet.
 * @throws Unauthorized when nothing keeps states there any more
 */
export async function lockState(tx: OrgTx, keeper: queries.Keeper): Promise<queries.StateRow> {
  if ('componentId' in keeper && !(await queries.hasStateBackend(tx, namesOf(keeper.place))))
    throw forbidden(
      `No external backend keeps the state of the component ${keeper.place} any more: the state can be read and unlocked, but neither written nor locked`,
    )
  const known = await queries.lockStateOf(tx, keeper)
  if (known) return known
  if ('componentId' in keeper) await queries.adoptState(tx, keeper)
  await queries.insertState(tx, keeper)
  const made = await queries.lockStateOf(tx, keeper)
  if (!made) throw new Error('a Terraform state that was just made is not there')
  return made
}
