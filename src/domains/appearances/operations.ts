import type { DomainHandlers } from '../../contract/operation.ts'
import { appearanceCanonical, createAppearance, getAppearance, removeAppearance, updateAppearance } from './appearances.ts'
import { findActiveAppearance, listAppearances } from './queries.ts'
import { defaultAppearance, viewAppearance } from './view.ts'

export const appearances: DomainHandlers<'appearances'> = {
  async getDefaultAppearance({ platform }) {
    return { data: defaultAppearance(platform.config.apiUrl) }
  },

  /** The default for organizations that do not exist too: nobody learns here which do. */
  async getActiveAppearance({ read, platform }, { path }) {
    const row = await read((tx) => findActiveAppearance(tx, path.organization_canonical))
    return { data: row ? viewAppearance(row) : defaultAppearance(platform.config.apiUrl) }
  },

  async listAppearances({ read, visible }, { query }) {
    const { rows, pagination } = await read((tx) =>
      listAppearances(tx, query, visible('organization:appearance:list', 'organization:appearance:read')),
    )
    return { data: rows.map(viewAppearance), pagination }
  },

  async createAppearance({ write, assertMayCreate }, { body }) {
    const canonical = appearanceCanonical(body.name)
    const row = await write((tx) => {
      assertMayCreate(canonical)
      return createAppearance(tx, canonical, body)
    })
    return { data: viewAppearance(row) }
  },

  async getAppearance({ read }, { path }) {
    return { data: viewAppearance(await read((tx) => getAppearance(tx, path.appearance_canonical))) }
  },

  async updateAppearance({ write }, { path, body }) {
    return { data: viewAppearance(await write((tx) => updateAppearance(tx, path.appearance_canonical, body))) }
  },

  async deleteAppearance({ write }, { path }) {
    await write((tx) => removeAppearance(tx, path.appearance_canonical))
    return undefined
  },
}
