import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { notFound } from '../../errors.ts'
import { getProject, lockProject } from '../projects/projects.ts'
import { deleteEnvironment, findEnvironment, insertEnvironment, listEnvironments, updateEnvironment } from './queries.ts'
import { viewEnvironment } from './view.ts'

export const environments: DomainHandlers<'environments'> = {
  async getOrganizationEnvironments({ read, visible }, { query }) {
    const { rows, pagination } = await read((tx) => listEnvironments(tx, undefined, query, visible(...listing)))
    return { data: rows.map(viewEnvironment), pagination }
  },

  async getProjectEnvironments({ read, visible }, { path }) {
    const { rows, pagination } = await read(async (tx) => {
      await getProject(tx, path.project_canonical, null)
      return listEnvironments(tx, path.project_canonical, {}, visible(...listing))
    })
    return { data: rows.map(viewEnvironment), pagination }
  },

  async createEnvironment({ write, assertMayCreate }, { path, body }) {
    const canonical = body.canonical ?? canonicalOf(body.name, 2)
    assertMayCreate(canonical)
    const row = await write(async (tx) => {
      // The project's own updated_at stays: it is the version of the project's fields, not of what is inside.
      const project = await lockProject(tx, path.project_canonical)
      return insertEnvironment(tx, { project_id: project.id, canonical, name: body.name, color: body.color ?? 'default' })
    })
    return { data: viewEnvironment(row) }
  },

  async getEnvironment({ read }, { path }) {
    return { data: viewEnvironment(await read((tx) => getEnvironment(tx, path))) }
  },

  async updateEnvironment({ write }, { path, body }) {
    const row = await write(async (tx) => {
      const { id } = await getEnvironment(tx, path)
      const changed = await updateEnvironment(tx, id, { name: body.name, color: body.color ?? 'default', updated_at: new Date() })
      if (!changed) throw notFound(`environment ${path.environment_canonical}`)
      return changed
    })
    return { data: viewEnvironment(row) }
  },

  async deleteEnvironment({ write }, { path }) {
    await write(async (tx) => deleteEnvironment(tx, (await getEnvironment(tx, path)).id))
    return undefined
  },
}

const listing = ['organization:environment:list', 'organization:environment:read'] as const

async function getEnvironment(tx: OrgTx, path: { project_canonical: string; environment_canonical: string }) {
  const environment = await findEnvironment(tx, path.project_canonical, path.environment_canonical)
  if (!environment) throw notFound(`environment ${path.environment_canonical} of the project ${path.project_canonical}`)
  return environment
}
