/** Jobs that mail the report of a month. */
import type { CostStore } from '../../costs/types.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { ApiError } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { eachOf } from '../cost-budgets/each.ts'
import { mailMember } from '../cost-budgets/letters.ts'
import { listOrganizations } from '../cost-budgets/queries.ts'
import { thoseInCharge } from '../cost-budgets/recipients.ts'
import { dayOf, monthAfter, monthInWords } from '../cost-budgets/spans.ts'
import { orderReport } from './queries.ts'
import { reportText } from './report.ts'

/** All that is in it. */
const seesAll = ['read', 'budget:list', 'anomaly:list']

/** A job, once a month: for each organization that wants the report by mail. What fails is tried again, for those that are left. */
export async function mailAllReports({ database }: Platform): Promise<void> {
  const begin = monthAfter(dayOf(new Date()), -1)
  const month = begin.slice(0, 7)
  const ids = await AccountTx.read(database, { kind: 'platform' }, listOrganizations)
  await eachOf(ids, (organizationId) =>
    OrgTx.write(database, insideOf(organizationId), async (tx) => {
      if (!(await orderReport(tx, begin))) return
      for (const userId of await thoseInCharge(tx, seesAll)) await enqueue(tx, 'costMails.report', { organizationId, userId, month })
    }),
  )
}

export async function mailReport(
  platform: Platform,
  { organizationId, userId, month }: { organizationId: number; userId: number; month: string },
): Promise<void> {
  await mailMember(platform, { organizationId, userId }, async (tx, organization) => {
    if (!(await thoseInCharge(tx, seesAll)).includes(userId)) return undefined
    return {
      subject: `Cloud costs of ${organization.name}, ${monthInWords(month)}`,
      text: `${await reportOrWhyNot(tx, platform.costs, month)}
${platform.config.consoleUrl}/organizations/${organization.canonical}/cloud-cost-management

You get this since you may change the budgets of the organization. The settings of its cloud costs can end these mails.
`,
    }
  })
}

/** A report that nobody can make would otherwise be tried again and again, and nobody would know. */
async function reportOrWhyNot(tx: OrgTx, costs: CostStore, month: string): Promise<string> {
  try {
    return await reportText(tx, costs, { month })
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'Invalid') throw error
    return `The report of ${monthInWords(month)} cannot be made.\n\n${error.message}\n`
  }
}
