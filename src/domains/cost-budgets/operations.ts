import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { getKeeping } from '../cloud-costs/queries.ts'
import { createBudget, getBudget, removeBudget, updateBudget } from './budgets.ts'
import { type BudgetRow, listBudgets } from './queries.ts'
import { dayOf } from './spans.ts'
import { spendingOf } from './spending.ts'
import { viewBudget } from './view.ts'

export const costBudgets: DomainHandlers<'cost-budgets'> = {
  async listCostBudgets(context, { query }) {
    const visible = context.visible('organization:cloud_cost_management:budget:list', 'organization:cloud_cost_management:budget:read')
    return context.read(async (tx) => {
      const { rows, pagination } = await listBudgets(tx, query, visible)
      return { data: await shown(tx, context, rows), pagination }
    })
  },

  async createCostBudget(context, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    context.assertMayCreate(canonical)
    const row = await context.write((tx) => createBudget(tx, context, canonical, body))
    return { data: await shownOne(context, row) }
  },

  async getCostBudget(context, { path }) {
    return { data: await shownOne(context, await context.read((tx) => getBudget(tx, path.budget_canonical))) }
  },

  async updateCostBudget(context, { path, body }) {
    const row = await context.write((tx) => updateBudget(tx, context, path.budget_canonical, body))
    return { data: await shownOne(context, row) }
  },

  async deleteCostBudget({ write }, { path }) {
    await write((tx) => removeBudget(tx, path.budget_canonical))
    return undefined
  },
}

async function shown(tx: OrgTx, { platform }: OrganizationContext, rows: readonly BudgetRow[]) {
  const { cost_type: costType } = await getKeeping(tx)
  const spendings = await spendingOf(tx, rows, { costs: platform.costs, costType, today: dayOf(new Date()) })
  return rows.flatMap((row, index) => {
    const spending = spendings[index]
    return spending ? [viewBudget(row, spending)] : []
  })
}

async function shownOne(context: OrganizationContext, row: BudgetRow) {
  const [one] = await context.read((tx) => shown(tx, context, [row]))
  if (!one) throw new Error('a budget that is there is shown')
  return one
}
