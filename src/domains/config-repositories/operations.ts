import { canonicalOf } from '../../canonical.ts'
import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'
import type { OrganizationContext } from '../../http/context.ts'
import {
  createConfigRepository,
  getConfigRepository,
  type MayRead,
  removeConfigRepository,
  updateConfigRepository,
} from './config-repositories.ts'
import { listConfigRepositories } from './queries.ts'
import { viewConfigRepository } from './view.ts'

export const configRepositories: DomainHandlers<'config-repositories'> = {
  getRepoBranches: notImplemented,

  async listConfigRepositories({ read, visible }, { query }) {
    const { rows } = await read((tx) =>
      listConfigRepositories(tx, query, visible('organization:config_repository:list', 'organization:config_repository:read')),
    )
    return { data: rows.map(viewConfigRepository) }
  },

  async createConfigRepository(context, { body }) {
    const { write, assertMayCreate } = context
    const canonical = body.canonical ?? canonicalOf(body.name)
    assertMayCreate(canonical)
    const row = await write(async (tx) => {
      await createConfigRepository(tx, canonical, body, readingCredentials(context))
      return getConfigRepository(tx, canonical)
    })
    return { data: viewConfigRepository(row) }
  },

  async getConfigRepository({ read }, { path }) {
    return { data: viewConfigRepository(await read((tx) => getConfigRepository(tx, path.config_repository_canonical))) }
  },

  async updateConfigRepository(context, { path, body }) {
    const row = await context.write(async (tx) => {
      await updateConfigRepository(tx, path.config_repository_canonical, body, readingCredentials(context))
      return getConfigRepository(tx, path.config_repository_canonical)
    })
    return { data: viewConfigRepository(row) }
  },

  async deleteConfigRepository({ write }, { path }) {
    await write((tx) => removeConfigRepository(tx, path.config_repository_canonical))
    return undefined
  },

  createConfigRepositoryConfig: notImplemented,
}

const readingCredentials =
  ({ actor, may }: OrganizationContext): MayRead =>
  ({ canonical, owner_id }) =>
    may('organization:credential:read', `credential:${canonical}`) || (actor.kind === 'user' && actor.id === owner_id)
