/** Who is told of costs. */
import { decide } from '../../access/decide.ts'
import { ruleSet } from '../../access/rules.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import * as queries from './queries.ts'

/** The owner and the recipients, as far as they are members (still); where nobody is, those who may list and change budgets. */
export async function recipientsOf(tx: OrgTx, budget: Pick<queries.BudgetRow, 'owner_id' | 'recipients'>): Promise<number[]> {
  const named = budget.recipients.length > 0 ? await queries.listMembersAt(tx, budget.recipients) : []
  const owner = budget.owner_id !== null && (await queries.isMember(tx, budget.owner_id)) ? [budget.owner_id] : []
  const all = [...new Set([...owner, ...named.map(({ user_id }) => user_id)])]
  return all.length > 0 ? all : thoseInCharge(tx, ['budget:list'])
}

const mostInCharge = 50

/**
 * Members whose rules let them change budgets, and do what else is named. They are asked for when a mail is ordered and once more when it is
 * sent: a right that was taken in between is gone.
 * @param also what they must be able to read of what the mail tells, such as `anomaly:list`
 */
export async function thoseInCharge(tx: OrgTx, also: readonly string[]): Promise<number[]> {
  const organization = await queries.findOrganization(tx)
  if (!organization) return []
  const members = await queries.listMemberRules(tx)
  const resource = `organization:${organization.canonical}`
  return members
    .filter(({ rules }) => {
      const held = ruleSet(
        rules.map((rule, id) => ({ ...rule, id, organization_id: tx.organizationId })),
        tx.organizationId,
      )
      return ['budget:update', ...also].every(
        (action) => decide(held, `organization:cloud_cost_management:${action}`, resource) !== undefined,
      )
    })
    .map(({ user_id }) => user_id)
    .slice(0, mostInCharge)
}
