/** Writing a state: what may follow what, and everything that comes with it, in the transaction that is handed in. */
import { randomUUID } from 'node:crypto'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid } from '../../errors.ts'
import { type StateInstance, StateReader } from '../../formats/terraform/state.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { openSealer } from '../credentials/sealing.ts'
import { chunkContext, type Document, inflated, planContext, type StateDocument } from './documents.ts'
import * as queries from './queries.ts'
import { openPauses } from './uploads.ts'

/** Instances that go to the database at once: so many, or so many characters. */
const batchRows = 500
const batchLength = 2 ** 20

/** Serials beyond it may only go on from the one before: whoever began there could never write again. */
const highestSerial = 2 ** 52
const furthest = 1000

export interface Writer {
  /** `user@host`, or a name of ours. */
  author: string
  user_id?: number | null
  restored_from?: number | null
}

/**
 * Stores the document as the newest version of a state that is locked for us. What Terraform sends twice, because the first answer
 * was lost, is stored once.
 * @returns undefined when it was there already
 * @throws Invalid for another lineage, Conflict for an older serial
 */
export async function storeVersion(
  tx: OrgTx,
  master: MasterKeys,
  state: Pick<queries.StateRow, 'id' | 'version_id'>,
  document: StateDocument,
  writer: Writer,
): Promise<number | undefined> {
  const { head } = document
  const newest = state.version_id === null ? undefined : await queries.findVersion(tx, state.id, state.version_id)
  if (newest) {
    if (newest.lineage !== head.lineage)
      throw invalid(`This is another state: the lineage of the one that is kept here is ${newest.lineage}`, [
        'body.lineage: must be the lineage of the state that is there',
      ])
    if (newest.serial === head.serial && newest.md5 === document.md5) return undefined
    if (newest.serial >= head.serial)
      throw conflict(
        `The state that is kept here has the serial ${newest.serial} already, and this one has ${head.serial}: somebody wrote it meanwhile. To go back, restore an older version`,
      )
  }
  if (head.serial > highestSerial && head.serial - (newest?.serial ?? 0) > furthest)
    throw invalid('The serial of the state is too high for another one to follow', [`body.serial: must be at most ${highestSerial}`])
  const sealer = await openSealer(tx, master)
  const { id } = await queries.insertVersion(tx, {
    state_id: state.id,
    serial: head.serial,
    lineage: head.lineage,
    terraform_version: head.terraformVersion,
    size: document.size,
    md5: document.md5,
    resource_count: document.count,
    author: writer.author,
    user_id: writer.user_id ?? null,
    restored_from: writer.restored_from ?? null,
    data_key_id: sealer.data_key_id,
  })
  for (const [position, part] of document.parts.entries())
    await queries.insertChunk(tx, { version_id: id, position, sealed: sealer.seal(chunkContext(id, position), part) })
  await queries.setVersion(tx, state.id, id)
  await replaceResources(tx, state.id, document)
  return id
}

/** Brings the inventory to what the document says. It is read a second time, so that nothing has to be kept meanwhile. */
async function replaceResources(tx: OrgTx, stateId: number, document: Document): Promise<void> {
  const addresses: string[] = []
  const counts = new Map<string, number>()
  let batch: string[] = []
  let length = 0
  const reader = new StateReader(({ attributes, ...instance }: StateInstance) => {
    addresses.push(instance.address)
    counts.set(instance.type, (counts.get(instance.type) ?? 0) + 1)
    const row = `${JSON.stringify(instance).slice(0, -1)},"attributes":${attributes}}`
    batch.push(row)
    length += row.length
  })
  const send = async () => {
    const rows = `[${batch.join(',')}]`
    batch = []
    length = 0
    await queries.upsertResources(tx, stateId, rows)
  }
  const pause = openPauses()
  for await (const chunk of inflated(document.parts)) {
    reader.push(chunk)
    await pause()
    if (batch.length >= batchRows || length >= batchLength) await send()
  }
  reader.end()
  if (batch.length > 0) await send()
  await queries.deleteOtherResources(tx, stateId, addresses)
  await queries.insertCounts(tx, stateId, JSON.stringify(Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))))
}

/** In place of the one before. */
export async function storePlan(tx: OrgTx, master: MasterKeys, stateId: number, document: Document): Promise<void> {
  const upload = randomUUID()
  const sealer = await openSealer(tx, master)
  await queries.deletePlan(tx, stateId)
  for (const [position, part] of document.parts.entries())
    await queries.insertPlanPart(tx, {
      state_id: stateId,
      upload,
      position,
      sealed: sealer.seal(planContext(stateId, upload, position), part),
      data_key_id: sealer.data_key_id,
    })
}
