import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { readAttributePath } from './attribute-path.ts'
import { momentsOf } from './history.ts'
import { enterResource, getResource, readPageQuery, removeResource, updateResource } from './inventory.ts'
import { listCounts, listCountsAt, listLabels, listResources, listTypes, listValues, type Seen } from './queries.ts'
import { viewResource } from './view.ts'

export const inventory: DomainHandlers<'inventory'> = {
  async listInventoryResources(context, { query, filters }) {
    const { read, platform } = context
    const visible = seenBy(context)
    const asked = { ...readPageQuery({ ...query }), filters, pathOf: readAttributePath }
    const { found, values } = await read(async (tx) => ({
      found: await listResources(tx, asked, visible),
      values: await listValues(tx, visible),
    }))
    const { rows, pagination } = found
    return { data: rows.map((row) => viewResource(row, platform.config.apiUrl)), filters: values, pagination }
  },

  async listResourceLabels(context) {
    const rows = await context.read((tx) => listLabels(tx, seenBy(context)))
    return {
      data: rows.map(({ name, cpu, memory, storage }) => ({ name, cpu: Number(cpu), memory: Number(memory), storage: Number(storage) })),
    }
  },

  async listResourceTypes(context, { query }) {
    const rows = await context.read((tx) => listTypes(tx, query.resources_provider, seenBy(context)))
    return { data: rows.map(({ type }) => type) }
  },

  async createInventoryResource({ write }, { body }) {
    await write(
      (tx) => enterResource(tx, body),
      ({ name }) => ({ name }),
    )
    return undefined
  },

  async getInventoryResource(context, { path }) {
    const row = await context.read((tx) => getResource(tx, path.inventory_resource_id, seenBy(context)))
    return { data: viewResource(row, context.platform.config.apiUrl) }
  },

  async updateInventoryResource(context, { path, body }) {
    const row = await context.write(
      (tx) => updateResource(tx, path.inventory_resource_id, body, seenBy(context)),
      ({ name }) => ({ name }),
    )
    return { data: viewResource(row, context.platform.config.apiUrl) }
  },

  async deleteInventoryResource(context, { path }) {
    await context.write(
      (tx) => removeResource(tx, path.inventory_resource_id, seenBy(context)),
      ({ name }) => ({ name }),
    )
    return undefined
  },

  async getInventoryHistory(context, { query }) {
    const { begin = 0, end = latest, ...place } = query
    const range = { begin: momentOf(begin), end: new Date(momentOf(end).getTime() + 999), most: 1000 }
    const visible = seenBy(context)
    const data = await context.read(async (tx) =>
      momentsOf(
        (await listCountsAt(tx, place, range.end, visible)).map(({ counts }) => counts),
        await listCounts(tx, place, range, visible),
      ),
    )
    return { data }
  },
}

/** Resources of the components and projects that the caller may read. */
const seenBy = ({ visible }: OrganizationContext): Seen => ({
  components: visible('organization:component:read'),
  projects: visible('organization:project:read', 'organization:project:list'),
})

/** The year 9999: beyond it Postgres and JavaScript write moments otherwise. */
const latest = 253_402_300_799
const momentOf = (seconds: number): Date => new Date(Math.min(seconds, latest) * 1000)
