import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { assertReadable, createInfraPolicy, getInfraPolicy, removeInfraPolicy, updateInfraPolicy } from './infra-policies.ts'
import { listInfraPolicies } from './queries.ts'
import { tryPolicy, validatePlan } from './validate.ts'
import { viewInfraPolicy } from './view.ts'

export const infraPolicies: DomainHandlers<'infra-policies'> = {
  async getInfraPolicies({ read, visible }, { query, filters }) {
    const { rows, pagination } = await read((tx) =>
      listInfraPolicies(tx, query, filters, visible('organization:infra_policy:list', 'organization:infra_policy:read')),
    )
    return { data: rows.map(viewInfraPolicy), pagination }
  },

  async createInfraPolicy(context, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    context.assertMayCreate(canonical)
    await assertReadable(context, body.body)
    return { data: viewInfraPolicy(await context.write((tx) => createInfraPolicy(tx, context, canonical, body))) }
  },

  async getInfraPolicy({ read }, { path }) {
    return { data: viewInfraPolicy(await read((tx) => getInfraPolicy(tx, path.infra_policy_canonical))) }
  },

  async updateInfraPolicy(context, { path, body }) {
    await assertReadable(context, body.body)
    return { data: viewInfraPolicy(await context.write((tx) => updateInfraPolicy(tx, context, path.infra_policy_canonical, body))) }
  },

  async deleteInfraPolicy({ write }, { path }) {
    await write((tx) => removeInfraPolicy(tx, path.infra_policy_canonical))
    return undefined
  },

  async evaluateInfraPolicy(context, { body }) {
    return { data: await tryPolicy(context, body) }
  },

  async validateProjectInfraPolicies(context, { path, body }) {
    return {
      data: await validatePlan(context, { project: path.project_canonical, environment: path.environment_canonical }, body.tfplan),
    }
  },
}
