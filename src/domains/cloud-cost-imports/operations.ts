import { accountOf } from '../../access/actor.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { acceptMonth } from './accept.ts'
import { askForImport, assertEnabled, getAccount, getImport, periodOf } from './imports.ts'
import * as queries from './queries.ts'
import { uploadBill } from './uploads.ts'
import { viewImport, viewMonth } from './view.ts'

export const cloudCostImports: DomainHandlers<'cloud-cost-imports'> = {
  listCloudCostImports: ({ read }, { path, query }) =>
    read(async (tx) => {
      const account = await getAccount(tx, path.cloud_cost_management_account_canonical)
      const { rows, pagination } = await queries.listImports(tx, account.id, query)
      const months = await queries.listMonthsOfImports(
        tx,
        rows.map(({ id }) => id),
      )
      return { data: rows.map((row) => viewImport(row, months)), pagination }
    }),

  async startCloudCostImport(context, { path, body }) {
    const { month, force } = body ?? {}
    const period = month === undefined ? undefined : periodOf(month, 'body.month')
    const { row } = await context.write(
      async (tx) => {
        const account = await getAccount(tx, path.cloud_cost_management_account_canonical)
        if (account.external_backend_id === null && account.parent_account_id === null)
          throw invalid('The bills of this account come as files: upload one', [
            'path.cloud_cost_management_account_canonical: has no export',
          ])
        assertEnabled(account)
        return askForImport(tx, { account, period, forced: force, user_id: accountOf(context.actor) })
      },
      ({ isNew }) =>
        isNew ? { name: path.cloud_cost_management_account_canonical, message: 'An import of cloud costs was started' } : null,
    )
    return { data: viewImport(row, []) }
  },

  async uploadCloudCostBill(context, { path, query }) {
    const row = await uploadBill(context, path.cloud_cost_management_account_canonical, query.file_name)
    return { data: viewImport(row, []) }
  },

  getCloudCostImport: ({ read }, { path }) =>
    read(async (tx) => {
      const account = await getAccount(tx, path.cloud_cost_management_account_canonical)
      const row = await getImport(tx, account.id, path.import_id)
      return { data: viewImport(row, await queries.listMonthsOfImports(tx, [row.id])) }
    }),

  listCloudCostMonths: ({ read }, { path, query }) =>
    read(async (tx) => {
      const account = await getAccount(tx, path.cloud_cost_management_account_canonical)
      const { rows, pagination } = await queries.listMonths(tx, account.id, query)
      return { data: rows.map(viewMonth), pagination }
    }),

  acceptCloudCostMonth: async (context, { path }) => ({
    data: viewMonth(await acceptMonth(context, path.cloud_cost_management_account_canonical, path.month)),
  }),
}
