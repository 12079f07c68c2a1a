import type { DomainHandlers } from '../../contract/operation.ts'
import { componentCosts } from './component-costs.ts'
import { allProviders, costs, dashboard, oneProvider, oneProviderWithFilters, projectsDashboard } from './dashboards.ts'
import { readMonth, readRange } from './dates.ts'
import { readRates, removeRate, viewRate } from './exchange-rates.ts'
import { accountNamed, exportLines } from './export.ts'
import { allFilterValues, dashboardFilterValues } from './filter-values.ts'
import { getKeeping, listExchangeRates, saveExchangeRates, saveKeeping } from './queries.ts'
import { type CostType, type FilterQuery, readFilters } from './questions.ts'
import { reportText } from './report.ts'
import { readSettings } from './settings.ts'
import { getMapping, readMapping, saveMapping, viewMapping } from './tag-mapping.ts'
import { previewMapping } from './tag-mapping-preview.ts'

/** What every question about sums names. */
interface SumQuery extends FilterQuery {
  begin: string
  end: string
  currency: string
  granularity: 'day' | 'week' | 'month'
  cost_type?: CostType
}

const questionOf = (query: SumQuery, provider?: string) => ({
  ...readRange(query),
  granularity: query.granularity,
  currency: query.currency,
  costType: query.cost_type,
  filters: readFilters(query, provider),
})

export const cloudCosts: DomainHandlers<'cloud-costs'> = {
  async getCloudCostManagementDashboard({ platform, read }, { query }) {
    const question = questionOf(query)
    return { data: await read((tx) => dashboard(platform.costs, tx, question)) }
  },

  async getCloudCostManagementProvider({ platform, read }, { path, query }) {
    const asked = { ...questionOf(query, path.provider_canonical), groupBy: query.group_by ?? [] }
    return { data: await read((tx) => oneProviderWithFilters(platform.costs, tx, path.provider_canonical, asked)) }
  },

  async getCloudCostManagementFilterVaules({ platform, read }, { query }) {
    const question = { ...readRange(query), filters: readFilters(query) }
    const values = query.dashboard ? dashboardFilterValues : allFilterValues
    return { data: await read((tx) => values(platform.costs, tx, question)) }
  },

  async getCloudCostManagementProjectsDashboard({ platform, read }, { query }) {
    const question = questionOf(query)
    return { data: await read((tx) => projectsDashboard(platform.costs, tx, question)) }
  },

  async getCloudCostManagementProviders({ platform, read }, { query }) {
    const question = questionOf(query)
    return { data: await read((tx) => allProviders(platform.costs, tx, question)) }
  },

  async getCloudCostManagementProviderDetails({ platform, read }, { path, query }) {
    const asked = { ...questionOf(query, path.provider_canonical), groupBy: query.group_by ?? [] }
    return { data: await read((tx) => oneProvider(platform.costs, tx, path.provider_canonical, asked)) }
  },

  async getCloudCosts({ platform, read }, { query }) {
    const asked = { ...questionOf(query), groupBy: query.group_by ?? [] }
    return { data: await read((tx) => costs(platform.costs, tx, asked)) }
  },

  async listCloudCostResources({ platform, read }, { query }) {
    const question = { ...readRange(query), filters: readFilters(query) }
    const rows = await read((tx) => platform.costs.resourceCosts(tx, question, query.limit ?? 200))
    return { data: rows.map((row) => ({ ...row, cost: Number(row.cost) })) }
  },

  async previewCloudCostTagMapping({ platform, read }, { body }) {
    const mapping = readMapping(body)
    return { data: await read((tx) => previewMapping(platform.costs, tx, mapping)) }
  },

  async getCloudCostManagementTagMapping({ platform, read }) {
    return { data: await read(async (tx) => viewMapping(platform.costs, tx, await getMapping(tx))) }
  },

  async putCloudCostManagementTagMapping({ platform, write }, { body }) {
    const mapping = readMapping(body)
    return { data: await write(async (tx) => viewMapping(platform.costs, tx, await saveMapping(tx, mapping))) }
  },

  async getCloudCostManagementTags({ platform, read }) {
    return { data: await read((tx) => platform.costs.tagKeys(tx)) }
  },

  async exportCloudCostLines({ platform, organization, read }, { query }) {
    const period = readMonth(query.month)
    const { account: canonical } = query
    const account = canonical === undefined ? undefined : await read((tx) => accountNamed(tx, canonical))
    const scope = { database: platform.database, organizationId: organization.id }
    return exportLines(platform.costs, scope, { month: period.slice(0, 7), account })
  },

  async getCloudCostReport({ platform, read, visible, access }, { query }) {
    const listBudgets = 'organization:cloud_cost_management:budget:list'
    const listAnomalies = 'organization:cloud_cost_management:anomaly:list'
    const mayNot = (action: string) => access.rules.granting(action).length === 0
    const sight = {
      budgets: visible(listBudgets),
      anomalies: visible(listAnomalies),
      noBudgets: mayNot(listBudgets),
      noAnomalies: mayNot(listAnomalies),
    }
    return { type: 'text/plain; charset=utf-8', body: await read((tx) => reportText(tx, platform.costs, query, sight)) }
  },

  async getCloudCostSettings({ read }) {
    return { data: await read(getKeeping) }
  },

  async updateCloudCostSettings({ write }, { body }) {
    const settings = readSettings(body)
    await write((tx) => saveKeeping(tx, settings))
    return { data: settings }
  },

  async listCloudCostExchangeRates({ read }, { query }) {
    const { rows, pagination } = await read((tx) => listExchangeRates(tx, query))
    return { data: rows.map(viewRate), pagination }
  },

  async setCloudCostExchangeRates({ write }, { body }) {
    const rates = readRates(body.rates)
    await write((tx) => saveExchangeRates(tx, rates))
    return undefined
  },

  async deleteCloudCostExchangeRate({ write }, { path }) {
    await write((tx) => removeRate(tx, path.exchange_rate_id))
    return undefined
  },

  async getComponentCosts(context, { path, query }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical, component: path.component_canonical }
    return { data: await componentCosts(context, place, query.currency) }
  },
}
