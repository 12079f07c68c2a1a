/** The work of an import: a tool reads the account, and what it found becomes a stack, and a component when asked. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError } from '../../errors.ts'
import { ImportError, type MadeCode } from '../../outside/importer/types.ts'
import type { Platform } from '../../platform.ts'
import { findOrganization } from '../organizations/queries.ts'
import { assertReachable, openAccount, providerOf } from './account.ts'
import { importerOf } from './create.ts'
import { contextOf } from './job-context.ts'
import { assertSame, makeComponent, makeStack } from './make.ts'
import { openProgress, type Progress } from './progress.ts'
import * as queries from './queries.ts'

/** Of the tool; what is made of its code takes as long as git does. */
export async function runImport(
  platform: Platform,
  { organizationId, importId, attempt }: { organizationId: number; importId: number; attempt: number },
): Promise<void> {
  const run = { id: importId, attempt }
  const started = await inside(platform, organizationId, async (tx) =>
    (await queries.startRun(tx, run)) ? { row: await queries.findById(tx, importId), organization: await findOrganization(tx) } : undefined,
  )
  if (!started?.row || !started.organization) return
  const { row, organization } = started
  const progress = openProgress(platform, organizationId, run)
  let error: string | undefined
  try {
    await carryOut(platform, organization, row, progress)
  } catch (cause) {
    error = sentenceOf(cause)
    if (!(cause instanceof ImportError || cause instanceof ApiError))
      platform.log.error({ err: cause, importId }, 'an import failed by a defect')
  }
  await progress.end()
  const isOurs = await inside(platform, organizationId, (tx) =>
    queries.updateRun(tx, run, error === undefined ? { status: 'succeeded', error: '' } : { status: 'failed', error }),
  )
  platform.log.info({ importId, attempt, outcome: isOurs ? (error === undefined ? 'succeeded' : 'failed') : 'given up' }, 'an import ended')
}

async function carryOut(
  platform: Platform,
  organization: { id: number; canonical: string; name: string },
  { request }: queries.ImportRow,
  progress: Progress,
): Promise<void> {
  const { body, by, credentials } = request
  const context = contextOf(platform, organization, by, progress.signal)
  const provider = providerOf(body.configuration)
  const made = await runTool(platform, context, request, progress)
  if (progress.signal.aborted) throw new ImportError(progress.reason())
  await makeStack(context, body, provider, made, progress)
  if (body.component) await makeComponent(context, body, credentials, made, progress)
}

async function runTool(
  platform: Platform,
  { read }: ReturnType<typeof contextOf>,
  { body, credentials }: queries.ImportRow['request'],
  progress: Progress,
): Promise<MadeCode> {
  await assertReachable(platform, body.configuration)
  const { account, credentialId } = await read((tx) => openAccount(tx, platform, body, () => true))
  assertSame(body.credential_canonical, credentialId, credentials.account)
  const { include = [], targets = [], tags = [], module_variables } = body
  progress.say('Reading the account\n')
  const made = await importerOf(platform)
    .run({ account, include, targets, tags, moduleVariables: module_variables }, { onOutput: progress.say, signal: progress.signal })
    .catch((error: unknown) => {
      throw progress.signal.aborted ? new ImportError(progress.reason()) : error
    })
  progress.say(`${made.files.size} files of code were made\n`)
  return made
}

const sentenceOf = (error: unknown): string => {
  if (error instanceof ImportError) return error.message
  if (error instanceof ApiError) return [error.message, ...error.details.slice(0, 5)].join('; ')
  return 'Something went wrong on this platform: retry, and ask whoever runs it if that does not help'
}

/** Runs say something at least every half minute. */
const silenceMs = 3 * 60_000

/** For runs whose process is gone. */
export async function failLost(platform: Platform): Promise<void> {
  const since = new Date(Date.now() - silenceMs)
  const lost = await AccountTx.read(platform.database, { kind: 'platform' }, (tx) => queries.listLost(tx, since))
  for (const { organization_id, id } of lost) {
    await inside(platform, organization_id, (tx) =>
      queries.failSilent(tx, id, since, 'The process that did the work ended before it: retry the import'),
    )
    platform.log.warn({ importId: id }, 'an import was lost with its process')
  }
}

const inside = <T>({ database }: Platform, organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T> =>
  OrgTx.write(database, insideOf(organizationId), run)
