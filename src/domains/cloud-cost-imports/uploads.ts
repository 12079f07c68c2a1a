/** A bill on its way in: measured, hashed, and stored in pieces while it comes. */
import { createHash } from 'node:crypto'
import { accountOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, conflict, invalid, unavailable } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { openTurnstile } from '../../turnstile.ts'
import { bodyOf } from '../terraform-state/documents.ts'
import { steady } from '../terraform-state/uploads.ts'
import { assertEnabled, assertTakesFiles, getAccount, getImport } from './imports.ts'
import * as queries from './queries.ts'

const pieceBytes = 2 ** 20

/** Of this process: each holds two pieces in memory, and a connection to the database every now and then. */
const turns = openTurnstile({
  together: 6,
  each: 3,
  patience: {
    seconds: 60,
    waiting: 100,
    waitingEach: 10,
    refused: () => unavailable('Many bills are being uploaded at the moment: try again', { retryAfter: 10 }),
  },
})

/** @throws TooLarge, UnsupportedMediaType, Invalid; nothing of it is kept then */
export async function uploadBill(
  context: OrganizationContext,
  canonical: string,
  fileName: string | undefined,
): Promise<queries.ImportRow> {
  const { request, platform } = context
  const most = platform.config.costs.uploadBytes
  assertAcceptable(context, most)
  const account = await context.read((tx) => getAccount(tx, canonical))
  assertTakesFiles(account, 'path.cloud_cost_management_account_canonical')
  assertEnabled(account)
  // 0: nobody knows.
  const announced = Number(request.header('content-length') ?? 0)
  let begun = false
  return turns(
    context.organization.id,
    async () => {
      begun = true
      const name = nameOf(fileName)
      const { id } = await context.prepare(async (tx) => {
        await assertRoom(tx, account, announced, most)
        return queries.insertImport(tx, {
          cost_account_id: account.id,
          source: 'upload',
          source_name: name,
          bytes_total: announced,
          user_id: accountOf(context.actor),
          // Who dies now leaves something that is found.
          alive_at: new Date(),
          started_at: null,
          ended_at: null,
        })
      })
      try {
        const { digest, size } = await receive(context, id, most)
        return await context.write(
          async (tx) => {
            if ((await queries.lockImport(tx, id))?.status !== 'waiting')
              throw conflict('Nothing of the file came for minutes, and its import was given up: upload it again')
            await queries.updateImport(tx, id, { digest, files_total: 1, bytes_total: size, alive_at: null })
            await enqueue(tx, 'costs.import', { organizationId: context.organization.id, importId: id })
            return getImport(tx, account.id, id)
          },
          () => ({ name: canonical, message: `A bill was uploaded to ${account.name}: ${name}` }),
        )
      } catch (error) {
        // What still comes is thrown away: the connection would wait for somebody to read it.
        request.bodyStream().resume()
        await context.prepare((tx) => queries.deleteImport(tx, id))
        if (isCutOff(error)) throw invalid('The body did not arrive as it was announced', [], error)
        throw error
      }
    },
    request.closed(),
  ).catch((error: unknown) => {
    if (begun || error instanceof ApiError) throw error
    throw unavailable('Nobody waits for the answer any more, or the platform is about to stop: try again', { cause: error })
  })
}

function assertAcceptable({ request }: OrganizationContext, most: number): void {
  const type = (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== '' && type !== 'application/octet-stream')
    throw new ApiError('UnsupportedMediaType', `The file must be sent as application/octet-stream, not as ${type}`)
  const encoding = request.header('content-encoding') ?? 'identity'
  if (encoding !== 'identity')
    throw new ApiError('UnsupportedMediaType', 'The file must be sent as it is, without a content encoding; it may itself be compressed')
  const length = Number(request.header('content-length') ?? 0)
  if (length > most) throw tooLarge(most)
}

/** What may wait to be read. */
const mostOfAccount = 3
const mostOfOrganization = 10
/** Of the largest files, together. */
const mostLargest = 4

/** @throws Conflict */
async function assertRoom(tx: OrgTx, account: queries.AccountRow, announced: number, most: number): Promise<void> {
  await queries.lockUploads(tx)
  const { of_account, of_organization, bytes } = await queries.measureUploads(tx, account.id, most)
  if (of_account >= mostOfAccount)
    throw conflict(`${mostOfAccount} files of ${account.canonical} wait to be read: let one of them be read first`)
  if (of_organization >= mostOfOrganization)
    throw conflict(`${mostOfOrganization} files of this organization wait to be read: let one of them be read first`)
  if (bytes + (announced || most) > mostLargest * most)
    throw conflict(`More than ${(mostLargest * most) / 2 ** 20} MB would wait to be read in this organization: let a file be read first`)
}

const tooLarge = (most: number) =>
  new ApiError(
    'TooLarge',
    `The file is larger than ${most / 2 ** 20} MB, which is the most that can be uploaded: split it by months, or compress it`,
  )

async function receive(
  { request, prepare }: OrganizationContext,
  importId: number,
  most: number,
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  let position = 0
  let parts: Buffer[] = []
  let held = 0
  let toldAt = Date.now()
  const store = async (piece: Buffer) => {
    const isTime = Date.now() - toldAt > 10_000
    await prepare(async (tx) => {
      await queries.insertChunk(tx, importId, position, piece)
      if (isTime) await queries.updateImport(tx, importId, { alive_at: new Date() })
    })
    if (isTime) toldAt = Date.now()
    position++
  }
  for await (const bytes of steady(bodyOf(request.bodyStream()))) {
    size += bytes.length
    if (size > most) throw tooLarge(most)
    hash.update(bytes)
    parts.push(bytes)
    held += bytes.length
    if (held < pieceBytes) continue
    const whole = Buffer.concat(parts)
    let from = 0
    for (; whole.length - from >= pieceBytes; from += pieceBytes) await store(whole.subarray(from, from + pieceBytes))
    parts = [Buffer.from(whole.subarray(from))]
    held = whole.length - from
  }
  if (size === 0) throw invalid('The file is empty', ['body: must be a file of a bill'])
  if (held > 0) await store(Buffer.concat(parts))
  return { digest: hash.digest('hex'), size }
}

/** To be shown: without what Postgres or a terminal would stumble over. */
function nameOf(fileName: string | undefined): string {
  const plain = (fileName ?? '').replace(/[\p{Cc}\p{Cs}\p{Cf}]/gu, '').trim()
  return plain === '' ? 'an uploaded file' : plain.slice(0, 200)
}

const isCutOff = (error: unknown) =>
  ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNABORTED'].includes(String((error as { code?: unknown }).code))
