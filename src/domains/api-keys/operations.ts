import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { createApiKey, getApiKey, removeApiKey, updateApiKey } from './api-keys.ts'
import { listApiKeys } from './queries.ts'
import { viewApiKey } from './view.ts'

export const apiKeys: DomainHandlers<'api-keys'> = {
  async getAPIKeys({ read, visible }, { query }) {
    const { rows, pagination } = await read((tx) =>
      listApiKeys(tx, query, visible('organization:api_key:list', 'organization:api_key:read')),
    )
    return { data: rows.map(viewApiKey), pagination }
  },

  async createAPIKey(context, { body }) {
    const { platform, organization } = context
    const canonical = body.canonical ?? canonicalOf(body.name)
    // Signing may read the keys again through a connection of its own, so it happens before the transaction takes one.
    const token = await platform.tokens.mintKey(organization.canonical)
    const key = await context.write((tx) => {
      context.assertMayCreate(canonical)
      return createApiKey(tx, context, canonical, body, token)
    })
    return { data: { ...viewApiKey(key), token } }
  },

  async getAPIKey({ read }, { path }) {
    return { data: viewApiKey(await read((tx) => getApiKey(tx, path.api_key_canonical))) }
  },

  async updateAPIkey(context, { path, body }) {
    return { data: viewApiKey(await context.write((tx) => updateApiKey(tx, context, path.api_key_canonical, body))) }
  },

  async deleteAPIKey({ write }, { path }) {
    await write((tx) => removeApiKey(tx, path.api_key_canonical))
    return undefined
  },
}
