import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { assertEmpty } from '../components/empty.ts'
import { listComponents, listComponentsWithin } from '../components/queries.ts'
import { withStacks } from '../components/stacks.ts'
import { getProject, lockProject } from '../projects/projects.ts'
import {
  deleteEnvironment,
  type EnvironmentRow,
  findEnvironment,
  insertEnvironment,
  listEnvironments,
  updateEnvironment,
} from './queries.ts'
import { viewEnvironment } from './view.ts'

export const environments: DomainHandlers<'environments'> = {
  async getOrganizationEnvironments({ read, visible }, { query }) {
    return read(async (tx) => {
      const { rows, pagination } = await listEnvironments(tx, undefined, query, visible(...listing))
      return { data: await withComponents(tx, rows, visible), pagination }
    })
  },

  async getProjectEnvironments({ read, visible }, { path }) {
    return read(async (tx) => {
      await getProject(tx, path.project_canonical, null)
      const { rows, pagination } = await listEnvironments(tx, path.project_canonical, {}, visible(...listing))
      return { data: await withComponents(tx, rows, visible), pagination }
    })
  },

  async createEnvironment({ write, assertMayCreate }, { path, body }) {
    const canonical = body.canonical ?? canonicalOf(body.name, 2)
    assertMayCreate(canonical)
    const row = await write(async (tx) => {
      // The project's own updated_at stays: it is the version of the project's fields, not of what is inside.
      const project = await lockProject(tx, path.project_canonical)
      return insertEnvironment(tx, { project_id: project.id, canonical, name: body.name, color: body.color ?? 'default' })
    })
    return { data: viewEnvironment(row, []) }
  },

  async getEnvironment({ read, visible }, { path }) {
    const [data] = await read(async (tx) => withComponents(tx, [await getEnvironment(tx, path)], visible))
    return { data: data as Schema<'Environment'> }
  },

  async updateEnvironment({ write, visible }, { path, body }) {
    const data = await write(async (tx) => {
      const { id } = await getEnvironment(tx, path)
      const changed = await updateEnvironment(tx, id, { name: body.name, color: body.color ?? 'default', updated_at: new Date() })
      if (!changed) throw notFound(`environment ${path.environment_canonical}`)
      const [shown] = await withComponents(tx, [changed], visible)
      return shown as Schema<'Environment'>
    })
    return { data }
  },

  async deleteEnvironment({ write }, { path }) {
    await write(async (tx) => {
      const { id, canonical } = await getEnvironment(tx, path)
      assertEmpty(`environment ${canonical}`, await listComponentsWithin(tx, { environmentId: id }))
      await deleteEnvironment(tx, id)
    })
    return undefined
  },
}

/** With the components that the caller may see. */
async function withComponents(
  tx: OrgTx,
  rows: EnvironmentRow[],
  visible: OrganizationContext['visible'],
): Promise<Schema<'Environment'>[]> {
  if (rows.length === 0) return []
  const environmentIds = rows.map(({ id }) => id)
  const components = await listComponents(tx, { environmentIds }, visible('organization:component:list', 'organization:component:read'))
  const views = await withStacks(tx, components)
  return rows.map((row) =>
    viewEnvironment(
      row,
      views.filter(({ environment }) => environment.id === row.id),
    ),
  )
}

const listing = ['organization:environment:list', 'organization:environment:read'] as const

async function getEnvironment(tx: OrgTx, path: { project_canonical: string; environment_canonical: string }) {
  const environment = await findEnvironment(tx, path.project_canonical, path.environment_canonical)
  if (!environment) throw notFound(`environment ${path.environment_canonical} of the project ${path.project_canonical}`)
  return environment
}
