import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { policies } from '../../contract/policies.ts'
import { pageOf } from '../../db/page.ts'
import { assertEntered } from '../organizations/entered.ts'
import { ownAccess } from './own-access.ts'
import { listRoles } from './queries.ts'
import { createRole, getRole, removeRole, updateRole } from './roles.ts'
import { viewRole } from './view.ts'

export const roles: DomainHandlers<'roles'> = {
  /** All of them, whatever a rule on `policy` is limited to: they are in the public reference as well. */
  async getPolicies({ read }, { query }) {
    await read(assertEntered)
    const { rows, pagination } = pageOf(policies, query)
    return { data: rows.map((policy) => viewPolicy(policy)), pagination }
  },

  async getAccess(context, { path }) {
    return { data: await ownAccess(context, path.organization_canonical) }
  },

  async getRoles({ read, visible }, { query }) {
    const { rows, pagination } = await read((tx) => listRoles(tx, query, visible('organization:role:list', 'organization:role:read')))
    return { data: rows.map(viewRole), pagination }
  },

  async createRole(context, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    const role = await context.write((tx) => {
      context.assertMayCreate(canonical)
      return createRole(tx, context, canonical, body)
    })
    return { data: viewRole(role) }
  },

  async getRole({ read }, { path }) {
    return { data: viewRole(await read((tx) => getRole(tx, path.role_canonical))) }
  },

  async updateRole(context, { path, body }) {
    return { data: viewRole(await context.write((tx) => updateRole(tx, context, path.role_canonical, body))) }
  },

  async deleteRole({ write }, { path }) {
    await write((tx) => removeRole(tx, path.role_canonical))
    return undefined
  },
}

const ids = new Map(policies.map(({ code }, index) => [code, index + 1]))

const viewPolicy = ({ code, description, entities }: (typeof policies)[number]) => ({
  id: ids.get(code) ?? 0,
  code,
  description,
  entities: [...entities],
})
