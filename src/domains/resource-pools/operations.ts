import type { DomainHandlers } from '../../contract/operation.ts'
import { listPools } from './queries.ts'
import { canonicalFor, createPool, getPool, removePool, updatePool } from './resource-pools.ts'
import { viewResourcePool } from './view.ts'

export const resourcePools: DomainHandlers<'resource-pools'> = {
  async listResourcePools({ read, visible }, { query }) {
    const { rows, pagination } = await read((tx) =>
      listPools(tx, query, visible('organization:resource_pool:list', 'organization:resource_pool:read')),
    )
    return { data: rows.map(viewResourcePool), pagination }
  },

  async createResourcePool({ write, assertMayCreate }, { body }) {
    const canonical = canonicalFor(body.name)
    assertMayCreate(canonical)
    return { data: viewResourcePool(await write((tx) => createPool(tx, canonical, body))) }
  },

  async getResourcePool({ read }, { path }) {
    return { data: viewResourcePool(await read((tx) => getPool(tx, path.resource_pool_canonical))) }
  },

  async updateResourcePool({ write }, { path, body }) {
    return { data: viewResourcePool(await write((tx) => updatePool(tx, path.resource_pool_canonical, body))) }
  },

  async deleteResourcePool({ write }, { path }) {
    await write((tx) => removePool(tx, path.resource_pool_canonical))
    return undefined
  },
}
