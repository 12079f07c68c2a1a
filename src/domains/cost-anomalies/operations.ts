import { accountOf, nameOf } from '../../access/actor.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import { inWords } from '../cost-budgets/spans.ts'
import * as queries from './queries.ts'
import { viewAnomaly } from './view.ts'

export const costAnomalies: DomainHandlers<'cost-anomalies'> = {
  async listCostAnomalies({ read, visible }, { query }) {
    for (const name of ['begin', 'end'] as const) assertDay(`query.${name}`, query[name])
    if (query.begin !== undefined && query.end !== undefined && query.begin > query.end)
      throw invalid('The period ends before it begins', ['query.begin: must not be later than end'])
    const visibility = visible('organization:cloud_cost_management:anomaly:list', 'organization:cloud_cost_management:anomaly:read')
    const { rows, pagination } = await read((tx) => queries.listAnomalies(tx, query, visibility))
    return { data: rows.map(viewAnomaly), pagination }
  },

  async getCostAnomaly({ read }, { path }) {
    return { data: viewAnomaly(await read((tx) => getAnomaly(tx, path.anomaly_id))) }
  },

  async updateCostAnomaly({ write, actor }, { path, body }) {
    const row = await write(
      async (tx) => {
        await judge(tx, path.anomaly_id, body.status, accountOf(actor))
        return getAnomaly(tx, path.anomaly_id)
      },
      ({ id, service, day }) => ({
        name: String(id),
        message: `${nameOf(actor)} says that the anomaly of ${service} on ${inWords(day)} is ${body.status}`,
      }),
    )
    return { data: viewAnomaly(row) }
  },
}

async function getAnomaly(tx: OrgTx, id: number): Promise<queries.AnomalyRow> {
  const row = await queries.findAnomaly(tx, id)
  if (!row) throw notFound(`anomaly ${id}`)
  return row
}

async function judge(tx: OrgTx, id: number, status: queries.Status, userId: number | null): Promise<void> {
  if (!(await queries.lockAnomaly(tx, id))) throw notFound(`anomaly ${id}`)
  await queries.setStatus(tx, id, status, userId)
}

/** February 30th is no day. */
function assertDay(name: string, day: string | undefined): void {
  if (day === undefined) return
  const date = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== day || day < '1000')
    throw invalid('There is no such day', [`${name}: must be a day such as 2026-07-31`])
}
