/** Documents on their way in and out: counted, checked and compressed as they arrive, sealed and kept in parts. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { pipeline, Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, invalid } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { type StateHead, StateReader } from '../../formats/terraform/state.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { openUnsealer } from '../credentials/sealing.ts'
import * as queries from './queries.ts'
import { openPauses } from './uploads.ts'

/** A document that arrived, compressed. */
export interface Document {
  /** Bytes before compression, and their MD5 in hexadecimal. */
  size: number
  md5: string
  parts: readonly Buffer[]
}

export interface StateDocument extends Document {
  head: StateHead
  /** Number of resource instances. */
  count: number
}

export interface Limits {
  /** Bytes. */
  most: number
  /** As the sender says, in base64. */
  md5?: string | undefined
}

/** What a row of sealed parts holds, before sealing; small enough to be read and opened without being felt. */
const partBytes = 256 * 1024
/** What is looked at before others have their turn. */
const pieceBytes = 64 * 1024

/** @throws ApiError TooLarge, Invalid */
export async function receiveState(source: AsyncIterable<Buffer>, limits: Limits): Promise<StateDocument> {
  const reader = new StateReader()
  try {
    const document = await receive(source, limits, (chunk) => reader.push(chunk))
    return { ...document, head: reader.end(), count: reader.count }
  } catch (error) {
    if (error instanceof FormatError) throw invalid('The body is not a Terraform state', [`body: ${error.message}`])
    throw error
  }
}

/** @throws ApiError TooLarge, Invalid; and what `look` throws */
export async function receive(
  source: AsyncIterable<Buffer>,
  { most, md5: expected }: Limits,
  look: (chunk: Buffer) => void = () => {},
): Promise<Document> {
  const hash = createHash('md5')
  let size = 0
  const pause = openPauses()
  async function* counted() {
    for await (const chunk of inPieces(source)) {
      size += chunk.length
      if (size > most)
        throw new ApiError('TooLarge', `The document is larger than ${most / 2 ** 20} MB, which is the most that is kept here`)
      hash.update(chunk)
      look(chunk)
      yield chunk
      await pause()
    }
  }
  const parts = await compressed(counted())
  const md5 = hash.digest()
  if (expected !== undefined && expected !== md5.toString('base64'))
    throw invalid('The body did not arrive as it was sent: send it again', ['header.Content-MD5: is not the MD5 of the body'])
  return { size, md5: md5.toString('hex'), parts }
}

async function* inPieces(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  for await (const chunk of source) for (let at = 0; at < chunk.length; at += pieceBytes) yield chunk.subarray(at, at + pieceBytes)
}

/** The body of a request, which stays answerable when we stop reading in the middle. */
export const bodyOf = (stream: Readable): AsyncIterable<Buffer> => stream.iterator({ destroyOnReturn: false })

async function compressed(source: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const gzip = createGzip({ level: 6 })
  const parts: Buffer[] = []
  let waiting: Buffer[] = []
  let bytes = 0
  gzip.on('data', (chunk: Buffer) => {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < partBytes) return
    parts.push(Buffer.concat(waiting))
    waiting = []
    bytes = 0
  })
  try {
    for await (const chunk of source) if (!gzip.write(chunk)) await once(gzip, 'drain')
    gzip.end()
    await once(gzip, 'end')
  } finally {
    gzip.destroy()
  }
  return [...parts, Buffer.concat(waiting)]
}

export async function* inflated(parts: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip()
  // Its error is the one that the loop throws.
  pipeline(Readable.from(parts), gunzip, () => {})
  for await (const chunk of gunzip) yield chunk as Buffer
}

export type Read = <T>(run: (tx: OrgTx) => Promise<T>) => Promise<T>

/** A version as it was sent. It fails in the middle, rather than being cut short, when the version goes meanwhile. */
export async function* documentOf(
  read: Read,
  master: MasterKeys,
  version: Pick<queries.VersionRow, 'id' | 'data_key_id'>,
): AsyncIterable<Buffer> {
  const unseal = await read((tx) => openUnsealer(tx, master, version.data_key_id))
  yield* inflated(
    parts(async (position) => {
      const row = await read((tx) => queries.findChunk(tx, version.id, position))
      return row && unseal(chunkContext(version.id, position), row.sealed)
    }),
  )
}

export const chunkContext = (versionId: number, position: number) => `terraform_state:${versionId}:${position}`

/** The last plan, as it was sent. */
export async function* planOf(
  read: Read,
  master: MasterKeys,
  stateId: number,
  { upload, data_key_id }: { upload: string; data_key_id: number },
): AsyncIterable<Buffer> {
  const unseal = await read((tx) => openUnsealer(tx, master, data_key_id))
  yield* inflated(
    parts(async (position) => {
      const row = await read((tx) => queries.findPlanPart(tx, stateId, upload, position))
      return row && unseal(planContext(stateId, upload, position), row.sealed)
    }),
  )
}

export const planContext = (stateId: number, upload: string, position: number) => `terraform_plan:${stateId}:${upload}:${position}`

async function* parts(find: (position: number) => Promise<Buffer | undefined>): AsyncIterable<Buffer> {
  for (let position = 0; ; position++) {
    const part = await find(position)
    if (!part) return
    yield part
  }
}
