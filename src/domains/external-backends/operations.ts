import { accountOf, nameOf } from '../../access/actor.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { addAccount, followBackend } from '../cloud-cost-accounts/backends.ts'
import { readingCredentials } from '../git.ts'
import { jwtOfBackend } from '../terraform-state/tokens.ts'
import { type Caller, createBackend, getBackend, removeBackend, updateBackend } from './external-backends.ts'
import { type BackendRow, listBackends } from './queries.ts'
import { viewExternalBackend } from './view.ts'

export const externalBackends: DomainHandlers<'external-backends'> = {
  async getExternalBackends(context, { query }) {
    const { visible } = context
    return context.read(async (tx) => {
      const { rows, pagination } = await listBackends(
        tx,
        query,
        visible('organization:external_backend:list', 'organization:external_backend:read'),
      )
      const data: Schema<'ExternalBackend'>[] = []
      for (const row of rows) data.push(await shown(tx, context, row))
      return { data, pagination }
    })
  },

  async createExternalBackend(context, { query, body }) {
    const whole = withQuery(body, query)
    const made = await context.write(
      async (tx) => {
        const row = await createBackend(tx, whole, callerOf(context))
        if (row.purpose === 'cost_explorer') await addAccount(tx, row, {}, ofCosts(context))
        context.assertMayCreate(String(row.id))
        return { row, data: await shown(tx, context, row) }
      },
      ({ row }) => told(context, 'created', row),
    )
    return { data: made.data }
  },

  async getExternalBackend(context, { path }) {
    return { data: await context.read(async (tx) => shown(tx, context, await getBackend(tx, path.external_backend_id))) }
  },

  async updateExternalBackend(context, { path, body }) {
    const changed = await context.write(
      async (tx) => {
        const before = await getBackend(tx, path.external_backend_id)
        const row = await updateBackend(tx, path.external_backend_id, body, callerOf(context))
        await followBackend(tx, before, row, ofCosts(context))
        return { row, data: await shown(tx, context, row) }
      },
      ({ row }) => told(context, 'updated', row),
    )
    return { data: changed.data }
  },

  async deleteExternalBackend(context, { path }) {
    await context.write(
      (tx) => removeBackend(tx, path.external_backend_id),
      (row) => told(context, 'deleted', row),
    )
    return undefined
  },
}

const callerOf = (context: OrganizationContext): Caller => ({ mayRead: readingCredentials(context), may: context.may })

const ofCosts = ({ actor }: OrganizationContext) => ({ userId: accountOf(actor), field: 'body.configuration' })

const shown = async (tx: OrgTx, context: OrganizationContext, row: BackendRow) =>
  viewExternalBackend(row, mayOpen(context, row) ? await jwtOfBackend(tx, context.platform, row) : '')

/** Whoever has the token reads the state, with all secrets that are in it, and writes it. */
function mayOpen({ may }: OrganizationContext, { id, project_canonical, environment_canonical, component_canonical }: BackendRow): boolean {
  if (component_canonical === null) return may('organization:external_backend:update', `external_backend:${id}`)
  const component = `project:${project_canonical}:environment:${environment_canonical}:component:${component_canonical}`
  return may('organization:terraform_state:download', component) || may('organization:component:update', component)
}

function told({ actor }: OrganizationContext, done: string, row: BackendRow) {
  const place = [row.project_canonical, row.environment_canonical, row.component_canonical].filter((name) => name !== null).join('/')
  const where = place === '' ? (row.is_default ? 'as default' : 'of the organization') : `of ${place}`
  return { name: String(row.id), message: `${nameOf(actor)} ${done} the external backend ${row.engine} for ${row.purpose} ${where}` }
}

interface InQuery {
  project_canonical?: string
  environment_canonical?: string
  component_canonical?: string
  external_backend_default?: boolean
}

/** The contract lets the place stand in the query too. @throws Invalid when the two name different ones */
function withQuery(body: Schema<'NewExternalBackend'>, query: InQuery): Schema<'NewExternalBackend'> {
  const { external_backend_default, ...places } = query
  const asked = { ...places, ...(external_backend_default === undefined ? {} : { default: external_backend_default }) }
  const given = new Map(Object.entries(body))
  const differing = Object.entries(asked).filter(([name, value]) => given.has(name) && given.get(name) !== value)
  if (differing.length > 0)
    throw invalid(
      'The place of the external backend is given twice, and differently',
      differing.map(([name]) => `body.${name}: differs from the query`),
    )
  return { ...asked, ...body }
}
