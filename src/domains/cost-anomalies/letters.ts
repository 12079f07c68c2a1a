/** A job that mails what was unusual, to one person. */
import type { Platform } from '../../platform.ts'
import { mailMember } from '../cost-budgets/letters.ts'
import { listByIds } from './queries.ts'

const mostTold = 20

export async function mailAnomalies(
  platform: Platform,
  { organizationId, userId, anomalyIds }: { organizationId: number; userId: number; anomalyIds: number[] },
): Promise<void> {
  await mailMember(platform, { organizationId, userId }, async (tx, organization) => {
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

You get this since you may change the budgets of the organization. The settings of its cloud costs can end these mails.
`,
    }
  })
}
