/** Jobs that mail what budgets told, each to one person. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { deliver } from '../accounts/outbox.ts'
import { findPrimaryAddress } from '../second-factors/queries.ts'
import { money, oneLine } from './money.ts'
import * as queries from './queries.ts'
import { recipientsOf } from './recipients.ts'
import { addDays, inWords, spanOf } from './spans.ts'
import { sentenceOf } from './watch.ts'

export interface Letter {
  subject: string
  text: string
}

/**
 * Mails a member. Who is none any more, or never proved that the address is theirs, gets nothing.
 * @param write in the organization; undefined: there is nothing to say any more
 */
export async function mailMember(
  platform: Platform,
  { organizationId, userId }: { organizationId: number; userId: number },
  write: (tx: OrgTx, organization: { canonical: string; name: string }) => Promise<Letter | undefined>,
): Promise<void> {
  const letter = await OrgTx.read(platform.database, insideOf(organizationId), async (tx) => {
    const organization = await queries.findOrganization(tx)
    if (!organization || !(await queries.isMember(tx, userId))) return undefined
    return write(tx, { ...organization, name: oneLine(organization.name) })
  })
  if (!letter) return
  const to = await AccountTx.read(platform.database, { kind: 'platform' }, (tx) => findPrimaryAddress(tx, userId))
  if (to !== undefined) await deliver(platform, { to, ...letter })
}

export async function mailBudget(
  platform: Platform,
  { organizationId, userId, alertIds }: { organizationId: number; userId: number; alertIds: number[] },
): Promise<void> {
  await mailMember(platform, { organizationId, userId }, async (tx, organization) => {
    const alerts = await queries.listAlerts(tx, alertIds)
    const [first] = alerts
    if (!first || !(await recipientsOf(tx, first)).includes(userId)) return undefined
    const { end } = spanOf(first.span, first.span_begin)
    const highest = alerts.reduce((most, alert) => (alert.percent >= most.percent ? alert : most), first)
    const reached = highest.of === 'actual' ? 'were spent' : 'are forecast'
    return {
      subject: `Budget ${oneLine(first.name)} of ${organization.name}: ${highest.percent} % ${reached}`,
      text: `Hello,

the budget ${oneLine(first.name)} of the organization ${organization.name} crossed ${alerts.length === 1 ? 'a threshold' : 'thresholds'}:

${alerts.map((alert) => `  - ${sentenceOf(alert)}.`).join('\n')}

Budget:  ${money(first.amount, first.currency)} for each ${first.span}
Period:  ${inWords(first.span_begin)} to ${inWords(addDays(end, -1))}
Counted: ${countedBy(first.filters)}

Look what grew, and end or shrink what is not needed; or, if that much is meant to be spent, raise the budget:
${platform.config.consoleUrl}/organizations/${organization.canonical}/cloud-cost-management/budgets/${first.canonical}

Each threshold is told once in a ${first.span}. You get this as the owner or a recipient of the budget, or since you may change it.
`,
    }
  })
}

/** `projects web, api; tags team;core` */
export function countedBy(filters: queries.BudgetFilters): string {
  const kept = Object.entries(filters).flatMap(([name, values]) =>
    values && values.length > 0
      ? [
          `${name.replaceAll('_', ' ')} ${values
            .slice(0, 10)
            .map((one) => oneLine(one))
            .join(', ')}${values.length > 10 ? ' and others' : ''}`,
        ]
      : [],
  )
  return kept.length === 0 ? 'everything' : kept.join('; ')
}
