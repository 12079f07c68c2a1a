import { conflict } from '../../errors.ts'
import type { Version } from '../../formats/pipeline/types.ts'
import { isProblem } from '../../outside/concourse/errors.ts'
import type { Resource } from '../../outside/concourse/types.ts'
import type { EngineBuild, EnginePage, EnginePageQuery, EngineResource, EngineVersion, PipelineAt } from '../types.ts'
import { ofPipeline } from './builds.ts'
import { type Context, pathOf } from './context.ts'
import { ownVersion } from './ownership.ts'
import { pageInOrder } from './pages.ts'
import { asked } from './refusals.ts'
import { viewBuild, viewResource, viewVersion } from './view.ts'

export async function listResources(context: Context, at: PipelineAt): Promise<EngineResource[]> {
  const resources = await asked({ what: 'pipeline' }, context.client.listResources(pathOf(at)))
  return Promise.all(resources.map(async (resource) => viewResource(resource, await context.checkErrors.of(resource))))
}

export async function getResource(context: Context, at: PipelineAt, name: string): Promise<EngineResource> {
  const resource = await theResource(context, at, name)
  return viewResource(resource, await context.checkErrors.of(resource))
}

const theResource = ({ client }: Context, at: PipelineAt, name: string): Promise<Resource> =>
  asked({ what: 'resource' }, client.readResource(pathOf(at), name))

export const checkResource = async ({ client }: Context, at: PipelineAt, name: string, from: Version | null): Promise<EngineBuild> =>
  viewBuild(await asked({ what: 'resource' }, client.checkResource(pathOf(at), name, from)))

export async function listVersions(
  { client }: Context,
  at: PipelineAt,
  name: string,
  page: EnginePageQuery,
  filter: readonly (readonly [string, string])[],
): Promise<EnginePage<EngineVersion>> {
  const { items, ...marks } = await asked(
    { what: 'resource' },
    pageInOrder((range) => client.listVersions(pathOf(at), name, range, filter), page),
  )
  return { items: items.map(viewVersion), ...marks }
}

export async function setVersionEnabled(
  context: Context,
  at: PipelineAt,
  name: string,
  versionId: number,
  enabled: boolean,
): Promise<void> {
  const isSo = async () => (await ownVersion(context, at, name, versionId)).enabled === enabled
  await unlessSo(isSo, () => context.client.setVersionEnabled(pathOf(at), name, versionId, enabled))
}

export async function pinVersion(context: Context, at: PipelineAt, name: string, versionId: number): Promise<void> {
  const { version } = await ownVersion(context, at, name, versionId)
  const isSo = async () => {
    const { pinned_version: pinned } = await pinnable(context, at, name)
    return Boolean(pinned) && sameVersion(pinned ?? {}, version)
  }
  await unlessSo(isSo, () => context.client.pinVersion(pathOf(at), name, versionId))
}

export async function unpinResource(context: Context, at: PipelineAt, name: string): Promise<void> {
  const isSo = async () => !(await pinnable(context, at, name)).pinned_version
  await unlessSo(isSo, () => context.client.unpinResource(pathOf(at), name))
}

/** Concourse fails at what is done already, also when somebody else did it a moment ago. */
async function unlessSo(isSo: () => Promise<boolean>, act: () => Promise<void>): Promise<void> {
  if (await isSo()) return
  try {
    await act()
  } catch (error) {
    if (isProblem(error, 'server') && (await isSo())) return
    await asked({ what: 'resource' }, Promise.reject(error))
  }
}

async function pinnable(context: Context, at: PipelineAt, name: string): Promise<Resource> {
  const resource = await theResource(context, at, name)
  if (resource.pinned_in_config) throw conflict(`The configuration pins the resource ${name}: change its version there`)
  return resource
}

const sameVersion = (one: Version, other: Version): boolean => {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && one[key] === other[key])
}

export async function setPinComment(context: Context, at: PipelineAt, name: string, comment: string): Promise<void> {
  const { pinned_version: pinned } = await theResource(context, at, name)
  if (!pinned) throw conflict(`The resource ${name} is not pinned: pin a version first`)
  await asked({ what: 'resource' }, context.client.setPinComment(pathOf(at), name, comment))
}

export async function listBuildsWithVersion(
  context: Context,
  at: PipelineAt,
  name: string,
  versionId: number,
  as: 'input' | 'output',
): Promise<EngineBuild[]> {
  await ownVersion(context, at, name, versionId)
  const route = as === 'input' ? 'input_to' : 'output_of'
  return ofPipeline(await asked({ what: 'version' }, context.client.listBuildsWithVersion(pathOf(at), name, versionId, route)), at)
}
