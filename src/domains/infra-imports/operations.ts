import type { DomainHandlers } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { idsIn } from '../../outside/importer/open.ts'
import { ImportError } from '../../outside/importer/types.ts'
import { viewType } from '../code-generation/view.ts'
import { readingCredentials } from '../git.ts'
import { assertEntered } from '../organizations/entered.ts'
import { openAccount } from './account.ts'
import { createImport, importerOf } from './create.ts'
import { getImport, removeImport, retryImport, type Subject } from './imports.ts'
import { presets } from './presets.ts'
import type { Configuration } from './types.ts'
import { viewImport } from './view.ts'

export const infraImports: DomainHandlers<'infra-imports'> = {
  async getInfraImportPresets({ read }, { path }) {
    await read(assertEntered)
    const found = Object.hasOwn(presets, path.provider_canonical) ? presets[path.provider_canonical] : undefined
    if (!found) throw notFound(`provider ${path.provider_canonical} (infrastructure is imported from ${Object.keys(presets).join(', ')})`)
    const { rows, pagination } = pageOf(found, {})
    return { data: rows, pagination }
  },

  async getInfraImportResources(context, { path, body }) {
    const account = await accountOf(context, body, path.provider_canonical)
    const types = await told(() => importerOf(context.platform).resourceTypes(account.provider))
    const { rows, pagination } = pageOf([...types].sort(), { page_size: Math.max(1, types.length) })
    return { data: rows.map((type) => viewType(context.platform.config.apiUrl, type)), pagination }
  },

  async getInfraImportResource(context, { path, body }) {
    const account = await accountOf(context, body, path.provider_canonical)
    const { tags = [] } = body
    if (tags.length > 50 || tags.some((tag) => !/^[^:]{1,128}:[^:]{0,256}$/.test(tag)))
      throw invalid('Tags are written NAME:VALUE', ['body.tags: must be at most 50 texts NAME:VALUE'])
    const { awsEndpoint: endpoint } = context.platform.config.terraform
    const signal = AbortSignal.timeout(45_000)
    const ids = await told(() => idsIn(account, path.resource_canonical, { tags, endpoint, signal }))
    const { rows, pagination } = pageOf(ids, { page_size: Math.max(1, ids.length) })
    return { data: rows.map((id) => ({ id })), pagination }
  },

  async createInfraImport(context, { body }) {
    await createImport(context, body)
    return undefined
  },

  getInfraImport: (context, { path }) => shown(context, { project: path.project_canonical }),
  getServiceCatalogImport: (context, { path }) => shown(context, { stack: path.service_catalog_ref }),
  retryInfraImport: (context, { path }) => retried(context, { project: path.project_canonical }),
  retryServiceCatalogImport: (context, { path }) => retried(context, { stack: path.service_catalog_ref }),
  deleteInfraImport: (context, { path }) => removed(context, { project: path.project_canonical }),
  deleteServiceCatalogImport: (context, { path }) => removed(context, { stack: path.service_catalog_ref }),
}

const shown = async ({ read }: OrganizationContext, subject: Subject) => ({ data: viewImport(await read((tx) => getImport(tx, subject))) })

async function retried(context: OrganizationContext, subject: Subject) {
  await retryImport(context, subject)
  return undefined
}

async function removed({ write }: OrganizationContext, subject: Subject) {
  await write((tx) => removeImport(tx, subject))
  return undefined
}

async function accountOf(
  context: OrganizationContext,
  body: { configuration: Configuration; credential_canonical: string },
  provider: string,
) {
  const { account } = await context.read((tx) => openAccount(tx, context.platform, body, readingCredentials(context), provider))
  return account
}

async function told<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof ImportError ? invalid(error.message, [], error) : error
  }
}
