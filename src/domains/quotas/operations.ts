import { nameOf } from '../../access/actor.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { listConsumers, listQuotas, type QuotaRow } from './queries.ts'
import { createQuota, getQuota, removeQuota, updateQuota } from './quotas.ts'
import { viewConsumption, viewQuota } from './view.ts'

export const quotas: DomainHandlers<'quotas'> = {
  async listQuotas({ read, visible }, { query }) {
    const { rows, pagination } = await read((tx) => listQuotas(tx, query, visible('organization:quota:list', 'organization:quota:read')))
    return { data: rows.map(viewQuota), pagination }
  },

  async createQuota(context, { body }) {
    const row = await context.write(
      async (tx) => {
        const made = await createQuota(tx, body)
        context.assertMayCreate(String(made.id))
        return made
      },
      told(context, 'gave the team', 'a quota'),
    )
    return { data: viewQuota(row) }
  },

  async getQuota({ read }, { path }) {
    return { data: viewQuota(await read((tx) => getQuota(tx, path.quota_id))) }
  },

  async updateQuota(context, { path, body }) {
    const row = await context.write((tx) => updateQuota(tx, path.quota_id, body), told(context, 'gave the team', 'another quota'))
    return { data: viewQuota(row) }
  },

  async deleteQuota(context, { path }) {
    await context.write((tx) => removeQuota(tx, path.quota_id), told(context, 'took from the team', 'its quota'))
    return undefined
  },

  /** The contract has one object where several environments may use a quota: the largest user. `consumptions` has them all. */
  async listQuotaConsumptions({ read, visible }, { path }) {
    const rows = await read(async (tx) => {
      await getQuota(tx, path.quota_id)
      return listConsumers(tx, path.quota_id, visible('organization:environment:list', 'organization:environment:read'))
    })
    const consumptions = rows.map(viewConsumption)
    const [data] = consumptions
    if (!data) throw notFound(`consumption of the quota ${path.quota_id}, of which nothing is used,`)
    return { data, consumptions }
  },
}

const told =
  ({ actor }: OrganizationContext, did: string, what: string) =>
  ({ id, team, pool, cpu, memory, storage }: QuotaRow) => ({
    name: String(id),
    message: `${nameOf(actor)} ${did} ${team?.canonical ?? ''} ${what} in the resource pool ${pool.canonical}: ${cpu} CPU units, ${memory} MB of memory, ${storage} MB of storage`,
  })
