/** A job, after imports and once a day: what was unusual, and who should know. */
import { Decimal } from 'decimal.js'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { isOutdated } from '../cloud-cost-imports/queries.ts'
import { getKeeping, type KeepingRow } from '../cloud-costs/queries.ts'
import { addDays, dayOf, daysBetween, inWords } from '../cost-budgets/spans.ts'
import { watchBudgets } from '../cost-budgets/watch.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { againFactor } from './detect.ts'
import { findAnomalies, type Judged, judgedDays } from './find.ts'
import { thoseToTell } from './letters.ts'
import * as queries from './queries.ts'

/** What is older is kept in the list, and nobody is told: whoever imports the bills of a year need not hear of last winter. */
const toldDays = 31
/** For so long a jump that people expected is not told again. */
const expectedDays = 30

/** Both, although one of them may fail. */
export async function watchCosts(platform: Platform, { organizationId }: { organizationId: number }): Promise<void> {
  const ends = await Promise.allSettled([watchBudgets(platform, organizationId), watchAnomalies(platform, organizationId)])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** While past costs follow a new tag mapping, half of them look new: it waits, and is called when they are through. */
export async function watchAnomalies({ database, costs }: Platform, organizationId: number, now = new Date()): Promise<void> {
  const scope = insideOf(organizationId)
  const today = dayOf(now)
  const seen = await OrgTx.read(database, scope, async (tx) => {
    if (await isOutdated(tx)) return undefined
    const keeping = await getKeeping(tx)
    return { keeping, judged: await findAnomalies(tx, { costs, costType: keeping.cost_type, today }) }
  })
  const judged = seen?.judged
  if (!judged) return
  await OrgTx.write(database, scope, async (tx) => {
    // The mapping may have changed in between.
    if (!(await isOutdated(tx))) await settle(tx, judged, seen.keeping, today)
  })
}

const nameOf = ({ day, provider, service, project, currency }: queries.What & { day: string }) =>
  JSON.stringify([day, provider, service, project, currency])

/** Brings what is stored to what was found. What is new is told, in one mail to each who should know. */
async function settle(tx: OrgTx, judged: Judged, { anomaly_mails }: KeepingRow, today: string): Promise<void> {
  const present = new Map((await queries.listBetween(tx, judged)).map((row) => [nameOf(row), row]))
  const expected = await queries.listExpected(tx, addDays(judged.begin, -expectedDays - judgedDays))
  const told: number[] = []
  for (const found of judged.found) {
    const row = present.get(nameOf(found))
    present.delete(nameOf(found))
    if (row && (row.reason !== found.reason || !new Decimal(row.cost).eq(found.cost))) await queries.refreshAnomaly(tx, row.id, found)
    if (row && !row.gone) continue
    if (expected.some((judgement) => isExpected(found, judgement))) continue
    const made = row ? await queries.reopenAnomaly(tx, row.id) : await queries.insertAnomaly(tx, found)
    if (!made || daysBetween(found.day, today) > toldDays) continue
    told.push(made.id)
    const { provider, service, project, day, reason } = found
    const tags = { name: String(made.id), provider, service, day, ...(project === '' ? {} : { project_canonical: project }) }
    const title = `An unusual cost on ${inWords(day)}`
    await insertEvent(tx, auditEvent({ entity: 'anomaly', action: 'found', title, message: reason, tags, severity: 'warn' }))
  }
  const over = [...present.values()].filter(({ status }) => status === 'open').map(({ id }) => id)
  if (over.length > 0) await queries.closeAnomalies(tx, over)
  if (told.length === 0 || !anomaly_mails) return
  for (const userId of await thoseToTell(tx))
    await enqueue(tx, 'costMails.anomalies', { organizationId: tx.organizationId, anomalyIds: told, userId })
}

type Judgement = Awaited<ReturnType<typeof queries.listExpected>>[number]

/** The same jump, or a smaller one, not long after people said that it is meant. */
function isExpected(found: queries.Found, judgement: Judgement): boolean {
  const isSame = (['provider', 'service', 'project', 'currency'] as const).every((key) => found[key] === judgement[key])
  return (
    isSame &&
    found.day >= judgement.day &&
    daysBetween(judgement.judged_on, found.day) <= expectedDays &&
    new Decimal(found.cost).lte(new Decimal(judgement.cost).times(againFactor))
  )
}
