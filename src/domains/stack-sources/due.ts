/** Jobs: catalog repositories are looked at again when the last look is older than the configuration wants. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError, notFound } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import * as queries from './queries.ts'
import { isChange, type Refreshed, refreshSource, sayChanges } from './refresh.ts'
import { shortened } from './settle.ts'

/** Of one run; the next one takes those that waited longest. */
const most = 500

export async function refreshDue({ database, config }: Platform): Promise<void> {
  const minutes = config.catalogRefreshMinutes
  if (minutes === 0) return
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    for (const { organization_id, id } of await queries.listDue(tx, minutes, most))
      await enqueue(tx, 'stackSources.refresh', { organizationId: organization_id, sourceId: id })
  })
}

/**
 * What fails is written down beside the repository and tried again when it is due again, not by the queue. A repository that
 * was looked at meanwhile is left alone, so that jobs may pile up without doing any work twice.
 */
export async function refreshIfDue(
  platform: Platform,
  { organizationId, sourceId }: { organizationId: number; sourceId: number },
): Promise<void> {
  const { database, config } = platform
  const scope = insideOf(organizationId)
  const write = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(database, scope, run)
  const minutes = config.catalogRefreshMinutes
  if (minutes === 0 || !(await write((tx) => queries.claimDue(tx, sourceId, minutes)))) return
  const doors = {
    read: <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.read(database, scope, run),
    settle: (run: (tx: OrgTx) => Promise<Refreshed>) =>
      write(async (tx) => {
        const refreshed = await run(tx)
        if (isChange(refreshed)) await tell(tx, refreshed)
        return refreshed
      }),
  }
  try {
    await refreshSource(platform, doors, (tx) => byId(tx, sourceId), { trustCommit: true })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.code !== 'NotFoundEntity') await write((tx) => noteFailure(tx, sourceId, error.message))
  }
}

async function byId(tx: OrgTx, id: number): Promise<queries.SourceRow> {
  const source = await queries.findSourceById(tx, id)
  if (!source) throw notFound('catalog repository')
  return source
}

/** In place of an earlier failure; what the last scan found stays true. */
async function noteFailure(tx: OrgTx, id: number, error: string): Promise<void> {
  if (!(await queries.lockSource(tx, id))) return
  const problems = (await queries.findSourceById(tx, id))?.problems ?? []
  const failure = { directory: null, error, passing: true } as const
  await queries.updateSource(tx, id, { problems: shortened([failure, ...problems.filter(({ directory }) => directory !== null)]) })
}

const by = 'The platform'

async function tell(tx: OrgTx, refreshed: Refreshed): Promise<void> {
  const { canonical } = refreshed
  const event = auditEvent({
    entity: 'service_catalog_source',
    action: 'refresh',
    title: 'A service catalog source has been refreshed',
    message: `${by} refreshed the service catalog source ${canonical}: ${sayChanges(refreshed)}`,
    tags: { name: canonical, user: by },
  })
  await insertEvent(tx, event)
}
