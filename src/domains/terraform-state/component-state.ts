/** The state of a component, for people: its versions, its lock, its token. */
import { accountOf, nameOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import { StateReader } from '../../formats/terraform/state.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { documentOf, type Read, receiveState } from './documents.ts'
import { lockedBy } from './locks.ts'
import * as queries from './queries.ts'
import { type ComponentPlace, componentToken, inventoryJwtOf, placeText } from './tokens.ts'
import { turns } from './uploads.ts'
import { storeVersion } from './versions.ts'

type Context = Pick<OrganizationContext, 'platform' | 'read'>

/** @throws NotFound when Terraform never stored anything */
export async function getState(tx: OrgTx, place: ComponentPlace): Promise<queries.StateRow> {
  const state = await findState(tx, place)
  if (!state) throw notFound(`Terraform state of the component ${place.component}`)
  return state
}

async function findState(tx: OrgTx, place: ComponentPlace): Promise<queries.StateRow | undefined> {
  const found = await queries.findComponentAt(tx, place)
  if (!found) throw notFound(`component ${place.component}`)
  return queries.findStateOf(tx, { componentId: found.id, place: placeText(place), stackRef: found.stack_ref })
}

async function lockState(tx: OrgTx, place: ComponentPlace): Promise<queries.StateRow> {
  const { component_id } = await getState(tx, place)
  const state = await queries.lockStateOf(tx, { componentId: component_id ?? 0, place: '', stackRef: null })
  if (!state) throw notFound(`Terraform state of the component ${place.component}`)
  return state
}

export async function getVersion(tx: OrgTx, place: ComponentPlace, id: number): Promise<queries.VersionRow> {
  const { id: stateId } = await getState(tx, place)
  const version = await queries.findVersion(tx, stateId, id)
  if (!version) throw notFound(`version ${id} of the Terraform state`)
  return version
}

/** The document as it is now, with a serial above all others. */
export async function restoreVersion(
  { platform, request, organization, read, write, actor }: OrganizationContext,
  place: ComponentPlace,
  id: number,
): Promise<queries.VersionRow> {
  const { state, version, serial } = await read(async (tx) => {
    const state = await getState(tx, place)
    return { state, version: await getVersion(tx, place, id), serial: (await queries.versionFigures(tx, state.id)).serial + 1 }
  })
  if (state.lock) throw lockedBy(state.lock)
  const { master } = platform
  return turns.take({ organizationId: organization.id, bytes: version.size, signal: request.closed() }, async () => {
    const { serialAt } = await headOf(documentOf(read, master, version))
    const document = await receiveState(replaced(documentOf(read, master, version), serialAt, String(serial)), { most: Infinity })
    return write(
      async (tx) => {
        const now = await lockState(tx, place)
        if (now.lock) throw lockedBy(now.lock)
        if (now.id !== state.id || now.version_id !== state.version_id)
          throw conflict('The state was written meanwhile: look at its versions again')
        const made = await storeVersion(tx, master, now, document, {
          author: nameOf(actor),
          user_id: accountOf(actor),
          restored_from: version.id,
        })
        return getVersion(tx, place, made ?? version.id)
      },
      () => ({ name: place.component, message: `${nameOf(actor)} restored version ${id} of the Terraform state of ${placeText(place)}` }),
    )
  })
}

async function headOf(document: AsyncIterable<Buffer>) {
  const reader = new StateReader()
  for await (const chunk of document) reader.push(chunk)
  return reader.end()
}

/** The document with other bytes from `start` to `end`. */
export async function* replaced(
  document: AsyncIterable<Buffer>,
  { start, end }: { start: number; end: number },
  text: string,
): AsyncIterable<Buffer> {
  let at = 0
  for await (const chunk of document) {
    const after = at + chunk.length
    if (at < start) yield chunk.subarray(0, Math.min(chunk.length, start - at))
    if (at <= start && start < after) yield Buffer.from(text)
    if (after > end) yield chunk.subarray(Math.max(0, end - at))
    at = after
  }
}

/** Of a component that is about to go elsewhere, or to go: whoever works with the state would lose it. @throws Conflict */
export async function assertStateUnlocked(
  tx: OrgTx,
  component: { id: number; canonical: string },
  what: 'moved' | 'deleted',
): Promise<void> {
  const state = await queries.lockStateOf(tx, { componentId: component.id, place: '', stackRef: null })
  if (state?.lock)
    throw conflict(
      `The component ${component.canonical} cannot be ${what}: its Terraform state is locked by ${state.lock['Who'] || 'somebody'} since ${state.locked_at?.toISOString() ?? ''}: wait, or break the lock`,
    )
}

export async function breakLock({ write, actor }: OrganizationContext, place: ComponentPlace): Promise<void> {
  await write(
    async (tx) => {
      const state = await lockState(tx, place)
      if (!state.lock) throw notFound(`lock of the Terraform state of ${place.component}`)
      await queries.setLock(tx, state.id, null)
      return state.lock
    },
    (lock) => ({
      name: place.component,
      message: `${nameOf(actor)} broke the lock of ${lock['Who'] || 'somebody'} on the Terraform state of ${placeText(place)}`,
    }),
  )
}

/** Keys ask again and again; of people it is kept who has seen it. */
export async function getToken({ read, write, platform, actor }: OrganizationContext, place: ComponentPlace): Promise<string> {
  const find = async (tx: OrgTx) => {
    if (!(await queries.findComponentAt(tx, place))) throw notFound(`component ${place.component}`)
    const token = await inventoryJwtOf(tx, platform, place)
    if (token === '') throw notFound(`external backend that keeps the Terraform state of the component ${place.component}`)
    return { token }
  }
  const message = `${nameOf(actor)} looked at the token of the Terraform state of ${placeText(place)}`
  const { token } = actor.kind === 'api_key' ? await read(find) : await write(find, () => ({ name: place.component, message }))
  return token
}

export async function rotateToken({ write, platform, actor }: OrganizationContext, place: ComponentPlace): Promise<string> {
  const { token } = await write(
    async (tx) => {
      if (!(await queries.findComponentAt(tx, place))) throw notFound(`component ${place.component}`)
      await queries.raiseGeneration(tx, placeText(place))
      return { token: await componentToken(tx, platform, place) }
    },
    () => ({ name: place.component, message: `${nameOf(actor)} made a new token for the Terraform state of ${placeText(place)}` }),
  )
  return token
}

/** Of what is drawn or looked through as a whole. */
const largestRead = 16 * 2 ** 20

/**
 * The newest document of a component, for who looks into it as a whole: undefined when Terraform never stored one. It holds
 * secrets.
 * @throws NotFound without the component, Invalid for a state that is too large for that
 */
export async function readNewestState({ platform, read }: Context, place: ComponentPlace, most = largestRead): Promise<unknown> {
  const version = await read(async (tx) => {
    const state = await findState(tx, place)
    return state && state.version_id !== null ? queries.findVersion(tx, state.id, state.version_id) : undefined
  })
  if (!version) return undefined
  const document = await readWhole(read, platform.master, version, most)
  try {
    return JSON.parse(document.toString()) as unknown
  } catch (error) {
    // Large parts that nobody needed were not looked into when it came.
    throw invalid('The Terraform state is not valid JSON: it is kept as it was written, but cannot be drawn', [], error)
  }
}

async function readWhole(
  read: Read,
  master: OrganizationContext['platform']['master'],
  version: queries.VersionRow,
  most: number,
): Promise<Buffer> {
  if (version.size > most)
    throw invalid(
      `The Terraform state has ${Math.ceil(version.size / 2 ** 20)} MB, which is too much to be drawn: states of up to ${most / 2 ** 20} MB are`,
    )
  const chunks: Buffer[] = []
  for await (const chunk of documentOf(read, master, version)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
