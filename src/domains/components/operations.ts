import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'
import { type ComponentPath, createComponent, deleteComponent, getComponent, migrateComponent, updateComponent } from './components.ts'
import { getCurrentValues } from './current.ts'
import { findComponentById, findEnvironment, listComponents } from './queries.ts'
import { withStacks } from './stacks.ts'

export const components: DomainHandlers<'components'> = hidingTokens<DomainHandlers<'components'>>({
  async getOrganizationComponents({ read, visible }) {
    const data = await read(async (tx) => withStacks(tx, await listComponents(tx, {}, visible(...listing))))
    return { data }
  },

  async getComponents({ read, visible }, { path }) {
    const data = await read(async (tx) => {
      const where = { project: path.project_canonical, environment: path.environment_canonical }
      if (!(await findEnvironment(tx, where.project, where.environment)))
        throw notFound(`environment ${where.environment} of the project ${where.project}`)
      return withStacks(tx, await listComponents(tx, where, visible(...listing)))
    })
    return { data }
  },

  async createComponent(context, { path, body }) {
    const place = { project: path.project_canonical, environment: path.environment_canonical }
    return { data: await shown(context, await createComponent(context, place, body)) }
  },

  async getComponent({ read }, { path }) {
    const [data] = await read(async (tx) => withStacks(tx, [await getComponent(tx, pathOf(path))]))
    return { data: data as Schema<'Component'> }
  },

  async updateComponent(context, { path, body }) {
    return { data: await shown(context, await updateComponent(context, pathOf(path), body)) }
  },

  async migrateComponent(context, { path, body }) {
    return { data: await shown(context, await migrateComponent(context, pathOf(path), body)) }
  },

  async deleteComponent(context, { path }) {
    await deleteComponent(context, pathOf(path))
    return undefined
  },

  async getComponentConfig(context, { path }) {
    return { data: await getCurrentValues(context, pathOf(path)) }
  },
})

const listing = ['organization:component:list', 'organization:component:read'] as const

interface WirePath {
  project_canonical: string
  environment_canonical: string
  component_canonical: string
}

const pathOf = (path: WirePath): ComponentPath => ({
  project: path.project_canonical,
  environment: path.environment_canonical,
  component: path.component_canonical,
})

/** After a change that was settled; somebody may have deleted it since. */
async function shown({ read }: OrganizationContext, id: number): Promise<Schema<'Component'>> {
  const [component] = await read(async (tx) => {
    const row = await findComponentById(tx, id)
    return row ? withStacks(tx, [row]) : []
  })
  if (!component) throw notFound('component, which was deleted meanwhile,')
  return component
}
