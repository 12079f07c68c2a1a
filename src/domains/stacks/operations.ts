import { canonicalOf } from '../../canonical.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { getStackConfigs } from '../components/current.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'
import { readDiagram, readImage, readTerraform, saveDiagram, saveImage, writeTerraform } from './craft.ts'
import { createBareStack, createStackFromBlueprint } from './create.ts'
import { listStacks } from './queries.ts'
import { checkDependencies, getStack, removeStack, updateStack } from './stacks.ts'
import { viewStack, viewStackInFull } from './view.ts'

export const stacks: DomainHandlers<'stacks'> = hidingTokens<DomainHandlers<'stacks'>>({
  async listServiceCatalogs({ read, visible }, { query, filters }) {
    const { rows, pagination } = await read((tx) =>
      listStacks(tx, query, filters, visible('organization:service_catalog:list', 'organization:service_catalog:read')),
    )
    return { data: rows.map(viewStack), pagination }
  },

  async createServiceCatalog(context, { body }) {
    const canonical = body.canonical ?? canonicalOf(body.name)
    context.assertMayCreate(canonical)
    return { data: viewStackInFull(await createBareStack(context, canonical, body)) }
  },

  async deleteServiceCatalog({ write }, { path }) {
    await write((tx) => removeStack(tx, path.service_catalog_ref))
    return undefined
  },

  async getServiceCatalog({ read }, { path }) {
    return { data: viewStackInFull(await read((tx) => getStack(tx, path.service_catalog_ref))) }
  },

  async updateServiceCatalog({ write }, { path, body }) {
    return { data: viewStackInFull(await write((tx) => updateStack(tx, path.service_catalog_ref, body))) }
  },

  async getServiceCatalogTerraform(context, { path }) {
    return { data: { config: await readTerraform(context, path.service_catalog_ref, path.use_case_canonical) } }
  },

  async updateServiceCatalogTerraform(context, { path, body }) {
    await writeTerraform(context, path.service_catalog_ref, path.use_case_canonical, body.config)
    return undefined
  },

  async getServiceCatalogConfig(context, { path, query }) {
    const place = {
      project: query.project_canonical,
      environment: query.environment_canonical,
      component: query.component_canonical,
      componentName: query.component_name,
    }
    return { data: await getStackConfigs(context, path.service_catalog_ref, place, query.use_case) }
  },

  async validateServiceCatalogDependencies({ read, organization }, { path }) {
    return { data: await read((tx) => checkDependencies(tx, path.service_catalog_ref, organization.canonical)) }
  },

  async createServiceCatalogFromTemplate(context, { path, body }) {
    context.assertMayCreate(body.canonical)
    return { data: viewStackInFull(await createStackFromBlueprint(context, path.service_catalog_ref, body)) }
  },

  async getServiceCatalogTerraformDiagram({ read }, { path }) {
    const { diagram, created, updated } = await read((tx) => readDiagram(tx, path.service_catalog_ref))
    return { data: JSON.parse(diagram), created_at: seconds(created), updated_at: seconds(updated) }
  },

  async updateServiceCatalogTerraformDiagram({ write }, { path, body }) {
    await write((tx) => saveDiagram(tx, path.service_catalog_ref, body))
    return undefined
  },

  async getServiceCatalogTerraformImage({ read }, { path }) {
    return { data: { image: await read((tx) => readImage(tx, path.service_catalog_ref)) } }
  },

  async updateServiceCatalogTerraformImage({ write }, { path, body }) {
    await write((tx) => saveImage(tx, path.service_catalog_ref, body.image))
    return undefined
  },
})
