/** The calls of Terraform's `http` backend. */
import { ApiError, forbidden, invalid, notFound } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import { bodyOf, type Document, documentOf, type Limits, planOf, receive, receiveState } from './documents.ts'
import { assertMayWrite, findState, keeperOf, lockState, openDoor } from './door.ts'
import { assertHolds, lockedBy, readLock, readLockId } from './locks.ts'
import * as queries from './queries.ts'
import { steady, turns } from './uploads.ts'
import { storePlan, storeVersion } from './versions.ts'

interface Stream {
  body: AsyncIterable<Uint8Array>
  length?: number
  md5?: string
}

export async function readState(context: PublicContext, token: string): Promise<Stream> {
  const door = await openDoor(context, token)
  const state = await findState(door)
  const newest = state?.version_id ?? null
  const version = state && newest !== null ? await door.read((tx) => queries.findVersion(tx, state.id, newest)) : undefined
  if (!version) throw notFound('Terraform state')
  return { body: documentOf(door.read, context.platform.master, version), length: version.size, md5: version.md5 }
}

/** @param lockId whose lock the writer holds, as Terraform says */
export async function writeState(context: PublicContext, token: string, lockId: string | undefined): Promise<void> {
  const door = await openDoor(context, token)
  assertMayWrite(door)
  // Before the body is read, which may be long; and again when it is there.
  const present = await findState(door)
  if (present) assertHolds(present, lockId)
  const { master } = context.platform
  await upload(context, door.subject.organizationId, receiveState, (document) =>
    door.write(async (tx) => {
      const state = await lockState(tx, await keeperOf(tx, door.subject))
      assertHolds(state, lockId)
      await storeVersion(tx, master, state, document, { author: state.lock?.['Who'] ?? 'somebody without a lock' })
    }),
  )
}

export async function readPlanOf(context: PublicContext, token: string): Promise<Stream> {
  const door = await openDoor(context, token)
  const state = await findState(door)
  const plan = state && (await door.read((tx) => queries.findPlan(tx, state.id)))
  if (!plan) throw notFound('Terraform plan')
  return { body: planOf(door.read, context.platform.master, state.id, plan) }
}

export async function writePlan(context: PublicContext, token: string): Promise<void> {
  const door = await openDoor(context, token)
  assertMayWrite(door)
  await door.read((tx) => keeperOf(tx, door.subject))
  await upload(context, door.subject.organizationId, receive, (document) =>
    door.write(async (tx) => {
      const { id } = await lockState(tx, await keeperOf(tx, door.subject))
      await storePlan(tx, context.platform.master, id, document)
    }),
  )
}

/** @throws Locked with who holds it */
export async function takeLock(context: PublicContext, token: string, body: unknown): Promise<queries.LockInfo> {
  const lock = readLock(body)
  const door = await openDoor(context, token)
  assertMayWrite(door)
  return door.write(async (tx) => {
    const state = await lockState(tx, await keeperOf(tx, door.subject))
    // Asked twice, since the first answer was lost.
    if (state.lock && state.lock['ID'] !== lock['ID']) throw lockedBy(state.lock)
    if (!state.lock) await queries.setLock(tx, state.id, lock)
    return state.lock ?? lock
  })
}

/** Without a lock in the body it goes whoever holds it. @throws Locked with who holds it */
export async function giveLockBack(context: PublicContext, token: string, body: unknown): Promise<void> {
  const id = readLockId(body)
  const door = await openDoor(context, token)
  await door.write(async (tx) => {
    const state = await queries.lockStateOf(tx, await keeperOf(tx, door.subject))
    if (!state?.lock) return
    if (id !== undefined && state.lock['ID'] !== id) throw lockedBy(state.lock, 'The lock was not given back: the state is locked')
    await queries.setLock(tx, state.id, null)
  })
}

async function upload<D extends Document>(
  { platform, request }: PublicContext,
  organizationId: number,
  take: (source: AsyncIterable<Buffer>, limits: Limits) => Promise<D>,
  store: (document: D) => Promise<void>,
): Promise<void> {
  const most = platform.config.terraform.stateBytes
  const encoding = request.header('content-encoding') ?? 'identity'
  if (encoding !== 'identity') throw new ApiError('UnsupportedMediaType', 'The document must be sent as it is, without a content encoding')
  const length = request.header('content-length')
  const bytes = length === undefined ? undefined : Number(length)
  if (bytes !== undefined && bytes > most)
    throw new ApiError('TooLarge', `The document is larger than ${most / 2 ** 20} MB, which is the most that is kept here`)
  await turns.take({ organizationId, bytes, signal: request.closed() }, async () => {
    let document: D
    try {
      document = await take(steady(bodyOf(request.bodyStream())), { most, md5: request.header('content-md5') })
    } catch (error) {
      // What still comes is thrown away: the connection would wait for somebody to read it.
      request.bodyStream().resume()
      if (isCutOff(error)) throw invalid('The body did not arrive as it was announced', [], error)
      throw error
    }
    await store(document)
  })
}

const isCutOff = (error: unknown) => ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String((error as { code?: unknown }).code))

/** A query parameter that may be given once. */
export function lockIdOf(query: Readonly<Record<string, unknown>>): string | undefined {
  const { ID } = query
  if (ID === undefined || ID === '') return undefined
  if (typeof ID !== 'string') throw forbidden('The identifier of the lock may be given once')
  return ID
}
