/** A job that mails what was unusual, to one person. */
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Platform } from '../../platform.ts'
import { mailMember } from '../cost-budgets/letters.ts'
import { thoseInCharge } from '../cost-budgets/recipients.ts'
import { listByIds } from './queries.ts'

const mostTold = 20

/** Who is told of anomalies: whoever may change what they cost, and see them. */
export const thoseToTell = (tx: OrgTx) => thoseInCharge(tx, ['anomaly:list'])

export async function mailAnomalies(
  platform: Platform,
  { organizationId, userId, anomalyIds }: { organizationId: number; userId: number; anomalyIds: number[] },
): Promise<void> {
  await mailMember(platform, { organizationId, userId }, async (tx, organization) => {
    if (!(await thoseToTell(tx)).includes(userId)) return undefined
    // Judged or taken back meanwhile: no news any more.
    const rows = (await listByIds(tx, anomalyIds)).filter(({ status }) => status === 'open')
    if (rows.length === 0) return undefined
    const more = rows.length - mostTold
    return {
      subject: `${rows.length} unusual ${rows.length === 1 ? 'cost' : 'costs'} of ${organization.name}`,
      text: `Hello,

the bills of the organization ${organization.name} show what is unusual:

${rows
  .slice(0, mostTold)
  .map(({ reason }) => `  - ${reason}`)
  .join('\n')}
${more > 0 ? `  - and ${more} more.\n` : ''}
Look whether that is meant, and say so: what you mark as expected is not told again for a month.
${platform.config.consoleUrl}/organizations/${organization.canonical}/cloud-cost-management/anomalies

You get this since you may change the budgets of the organization and list its anomalies. The settings of its cloud costs can end these mails.
`,
    }
  })
}
