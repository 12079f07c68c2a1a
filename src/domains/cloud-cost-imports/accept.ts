/** A month that looked wrong and is right: readers see it from then on. */
import { nameOf } from '../../access/actor.ts'
import { stillRefused } from '../../costs/import/judge.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict } from '../../errors.ts'
import { clean } from '../../formats/billing/intern.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { getAccount, periodOf } from './imports.ts'
import * as queries from './queries.ts'
import { beginChildren, follow } from './run.ts'

/** @throws Conflict when there is nothing to accept */
export async function acceptMonth(context: OrganizationContext, canonical: string, month: string): Promise<queries.MonthRow> {
  const { platform, organization } = context
  const period = periodOf(month, 'path.month')
  const { account, refused } = await context.read(async (tx) => {
    const account = await getAccount(tx, canonical)
    return { account, refused: await queries.findRefused(tx, account.id, period) }
  })
  if (!refused) throw conflict(`There is no version of ${month} that waits to be accepted`)
  if (refused.currency === '' && refused.lines > 0)
    throw conflict(`${month} cannot be accepted, since nothing could be added up: ${refused.message}`)
  const scope = { database: platform.database, organizationId: organization.id }
  try {
    await platform.costs.activate(scope, { id: refused.id, costAccountId: account.id, period }, { finalized: refused.finalized })
  } catch (error) {
    const now = await context.read((tx) => queries.findMonth(tx, refused.id))
    if (now?.state === 'refused') throw error
    throw conflict(`What waited to be accepted of ${month} was put aside in the meantime: look again`)
  }
  const accepted = await context.write(
    async (tx) => {
      await forgive(
        tx,
        account.id,
        [refused.message, stillRefused(period, refused.message)],
        `${month} was accepted by ${nameOf(context.actor)}`,
      )
      await follow(tx)
      return queries.findMonth(tx, refused.id)
    },
    () => ({ name: canonical, message: `${nameOf(context.actor)} accepted the bill of ${account.name} for ${month}: ${refused.message}` }),
  )
  if (accepted?.state !== 'active') throw conflict(`Another version of ${month} came in the meantime: look again`)
  await beginChildren(platform, organization.id, account)
  return accepted
}

/** The account is in order again when nothing else was wrong: for the run that refused the month, and those that said so again. */
async function forgive(tx: OrgTx, costAccountId: number, reasons: readonly string[], message: string): Promise<void> {
  // Long sentences are cut off where they are kept.
  const beginnings = reasons.map((reason) => clean(reason, 1000).slice(0, 900))
  for (const row of await queries.lockFailed(tx, costAccountId)) {
    const problems = row.problems.filter((problem) => !beginnings.some((beginning) => problem.startsWith(beginning)))
    if (problems.length === row.problems.length) continue
    await queries.updateImport(tx, row.id, {
      problems: JSON.stringify(problems),
      ...(problems.length === 0 ? { status: 'succeeded' } : {}),
      message: [message, ...problems.slice(0, 1)].join('. '),
    })
  }
}
