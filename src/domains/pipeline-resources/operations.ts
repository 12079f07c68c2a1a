import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import type { EngineResource, PipelineAt } from '../../engine/types.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { begun, showBuilds } from '../builds/builds.ts'
import { readPage, viewPage } from '../builds/paging.ts'
import { pipelineOf } from '../pipelines/path.ts'
import { findAt } from '../pipelines/pipelines.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'

export const pipelineResources: DomainHandlers<'pipeline-resources'> = hidingTokens<DomainHandlers<'pipeline-resources'>>({
  async getPipelineResources(context, { path, query }) {
    const at = await findAt(context, pipelineOf(path))
    const { rows, pagination } = pageOf(await context.platform.engine.listResources(at), query)
    return { data: rows.map((resource) => viewResource(at, resource)), pagination }
  },

  async getResource(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    return { data: viewResource(at, await context.platform.engine.getResource(at, path.resource_name)) }
  },

  async checkResource(context, { path, body }) {
    const at = await findAt(context, pipelineOf(path))
    const from = body && Object.keys(body).length > 0 ? body : null
    return { data: await begun(context, at, await context.platform.engine.checkResource(at, path.resource_name, from)) }
  },

  async getResourceVersions(context, { path, query }) {
    const at = await findAt(context, pipelineOf(path))
    const asked = readPage(query)
    const page = await context.platform.engine.listVersions(at, path.resource_name, asked, readFilter(query.filter_version ?? []))
    return { data: page.items, pagination_concourse: viewPage(page, asked) }
  },

  async enableResourceVersion(context, { path }) {
    await onVersion(context, path, (engine, at, version) => engine.setVersionEnabled(at, path.resource_name, version, true))
    return undefined
  },

  async disableResourceVersion(context, { path }) {
    await onVersion(context, path, (engine, at, version) => engine.setVersionEnabled(at, path.resource_name, version, false))
    return undefined
  },

  async pinResourceVersion(context, { path }) {
    await onVersion(context, path, (engine, at, version) => engine.pinVersion(at, path.resource_name, version))
    return undefined
  },

  async unpinResource(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    await context.platform.engine.unpinResource(at, path.resource_name)
    await noted(context, path.resource_name)
    return undefined
  },

  async resourceSetPinComment(context, { path, body }) {
    const at = await findAt(context, pipelineOf(path))
    await context.platform.engine.setPinComment(at, path.resource_name, body.pin_comment)
    await noted(context, path.resource_name)
    return undefined
  },

  async getBuildsWithVersionAsInput(context, { path }) {
    return { data: await withVersion(context, path, 'input') }
  },

  async getBuildsWithVersionAsOutput(context, { path }) {
    return { data: await withVersion(context, path, 'output') }
  },
})

function viewResource(at: PipelineAt, { build, ...resource }: EngineResource): Schema<'Resource'> {
  const where = { pipeline_id: at.pipelineId, pipeline_name: at.name, team_name: at.team }
  return { ...resource, ...where, ...(build ? { build: { ...build, ...where } } : {}) }
}

type VersionPath = Parameters<typeof pipelineOf>[0] & { resource_name: string; resource_version_id: number }

async function onVersion(
  context: OrganizationContext,
  path: VersionPath,
  act: (engine: OrganizationContext['platform']['engine'], at: PipelineAt, version: number) => Promise<void>,
): Promise<void> {
  const at = await findAt(context, pipelineOf(path))
  await act(context.platform.engine, at, versionId(path))
  await noted(context, path.resource_name)
}

async function withVersion(context: OrganizationContext, path: VersionPath, as: 'input' | 'output'): Promise<Schema<'Build'>[]> {
  const at = await findAt(context, pipelineOf(path))
  const found = await context.platform.engine.listBuildsWithVersion(at, path.resource_name, versionId(path), as)
  return showBuilds(context, at, found)
}

/** The change is the engine's; here only its event is kept. */
const noted = (context: OrganizationContext, name: string): Promise<void> =>
  context.write(
    async () => {},
    () => ({ name }),
  )

function versionId({ resource_version_id: id }: { resource_version_id: number }): number {
  if (!Number.isSafeInteger(id)) throw notFound(`version ${id}`)
  return id
}

/** `key:value`; what comes after the first colon is the value. */
function readFilter(pairs: readonly string[]): [string, string][] {
  return pairs.map((pair) => {
    const mark = pair.indexOf(':')
    if (mark < 1)
      throw invalid('A filter for versions is a list of key:value', [`query.filter_version: "${pair}" must be key:value, such as ref:3f0c`])
    return [pair.slice(0, mark), pair.slice(mark + 1)]
  })
}
