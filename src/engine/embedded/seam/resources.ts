import type { OrgTx } from '../../../db/organization-tx.ts'
import { conflict, notFound } from '../../../errors.ts'
import type { PipelineConfig, ResourceConfig, Version } from '../../../formats/pipeline/types.ts'
import type { EngineBuild, EnginePage, EnginePageQuery, EngineResource, EngineVersion, PipelineAt } from '../../types.ts'
import type { Context } from '../context.ts'
import { countPendingChecks, findPendingCheck, insertBuild, listBuildsWithVersion as listBuilds } from '../store/builds.ts'
import { lockPipeline, wake } from '../store/pipelines.ts'
import * as store from '../store/resources.ts'
import { cleanText } from '../store/text.ts'
import * as versions from '../store/versions.ts'
import { theBuild } from './builds.ts'
import { assertRuns, theConfig } from './saving.ts'

const mostBuilds = 1000
/** Checks of one pipeline that wait: who asks from ever other versions would fill the table. */
const mostPending = 100

export const listResources = (context: Context, at: PipelineAt): Promise<EngineResource[]> =>
  context.read(at.organizationId, async (tx) => {
    const config = await theConfig(tx, at)
    const rows = new Map((await store.listResources(tx, at.pipelineId)).map((row) => [row.name, row] as const))
    return (config.resources ?? []).flatMap((resource) => {
      const row = rows.get(resource.name)
      return row ? [view(resource, row)] : []
    })
  })

export const getResource = (context: Context, at: PipelineAt, name: string): Promise<EngineResource> =>
  context.read(at.organizationId, async (tx) => {
    const resource = configOf(await theConfig(tx, at), name)
    const [row] = await store.listResources(tx, at.pipelineId, name)
    if (!row) throw notFound('resource')
    return view(resource, row)
  })

function view({ name, type, icon, version }: ResourceConfig, row: store.ResourceRow): EngineResource {
  const pinned = version ?? row.pinned_version
  return {
    name,
    type,
    ...(icon ? { icon } : {}),
    ...(row.last_checked === null ? {} : { last_checked: row.last_checked }),
    ...(pinned ? { pinned_version: pinned } : {}),
    pinned_in_config: version !== undefined,
    ...(pinned && row.pin_comment !== '' ? { pin_comment: row.pin_comment } : {}),
    ...(row.build ? { build: row.build } : {}),
    ...(row.check_error === null ? {} : { check_error: row.check_error }),
  }
}

function configOf(config: PipelineConfig, name: string): ResourceConfig {
  const resource = config.resources?.find((candidate) => candidate.name === name)
  if (!resource) throw notFound('resource')
  return resource
}

async function theResource(tx: OrgTx, at: PipelineAt, name: string): Promise<store.FoundResource> {
  const resource = await store.findResource(tx, at.pipelineId, name)
  if (!resource) throw notFound('resource')
  return resource
}

/** Whoever asks for the same check twice before it begins gets the same one. */
export const checkResource = (context: Context, at: PipelineAt, name: string, from: Version | null): Promise<EngineBuild> =>
  context.write(at.organizationId, async (tx) => {
    const config = (await lockPipeline(tx, at.pipelineId))?.config
    if (!config) throw notFound('pipeline')
    configOf(config, name)
    assertRuns(context, at, config)
    const { id: resourceId } = await theResource(tx, at, name)
    const now = new Date(context.now())
    const pending = await findPendingCheck(tx, resourceId, from)
    if (pending === undefined && (await countPendingChecks(tx, at.pipelineId)) >= mostPending)
      throw conflict(`${mostPending} checks of this pipeline wait already: let them run, then ask again`)
    const id =
      pending ??
      (await insertBuild(tx, {
        pipelineId: at.pipelineId,
        resourceId,
        name: 'check',
        isManual: true,
        checkFrom: from,
        createdAt: now,
        inputsCheckedAt: now,
      }))
    await wake(tx, at.pipelineId)
    return (await theBuild(tx, at, id)).build
  })

export const listVersions = (
  context: Context,
  at: PipelineAt,
  name: string,
  page: EnginePageQuery,
  filter: readonly (readonly [string, string])[],
): Promise<EnginePage<EngineVersion>> =>
  context.read(at.organizationId, async (tx) => versions.listVersions(tx, await theResource(tx, at, name), page, filter))

async function theVersion(tx: OrgTx, resource: store.FoundResource, versionId: number): Promise<{ id: number; version: Version }> {
  const version = await versions.findVersion(tx, resource, versionId)
  if (!version) throw notFound('version')
  return version
}

export const setVersionEnabled = (context: Context, at: PipelineAt, name: string, versionId: number, enabled: boolean): Promise<void> =>
  context.write(at.organizationId, async (tx) => {
    await wake(tx, at.pipelineId)
    const { id } = await theVersion(tx, await theResource(tx, at, name), versionId)
    await versions.setEnabled(tx, id, enabled)
  })

export const listBuildsWithVersion = (
  context: Context,
  at: PipelineAt,
  name: string,
  versionId: number,
  as: 'input' | 'output',
): Promise<EngineBuild[]> =>
  context.read(at.organizationId, async (tx) => {
    const { id } = await theVersion(tx, await theResource(tx, at, name), versionId)
    return listBuilds(tx, id, as, mostBuilds)
  })

/** @param versionId null: pinned to none any more */
export const pinVersion = (context: Context, at: PipelineAt, name: string, versionId: number | null): Promise<void> =>
  changingPin(context, at, name, async (tx, resource, { version: ofConfig }) => {
    const version = versionId === null ? null : (await theVersion(tx, resource, versionId)).version
    if (ofConfig) throw conflict(`The configuration pins the resource ${name}: change its version there`)
    await store.setPin(tx, resource.id, version)
  })

export const setPinComment = (context: Context, at: PipelineAt, name: string, comment: string): Promise<void> =>
  changingPin(context, at, name, async (tx, resource, { version: ofConfig }) => {
    if (!ofConfig && !resource.pinned_version) throw conflict(`The resource ${name} is not pinned: pin a version first`)
    await store.setPinComment(tx, resource.id, cleanText(comment))
  })

const changingPin = (
  context: Context,
  at: PipelineAt,
  name: string,
  change: (tx: OrgTx, resource: store.FoundResource, config: ResourceConfig) => Promise<void>,
): Promise<void> =>
  context.write(at.organizationId, async (tx) => {
    const config = (await lockPipeline(tx, at.pipelineId))?.config
    if (!config) throw notFound('pipeline')
    await change(tx, await theResource(tx, at, name), configOf(config, name))
    await wake(tx, at.pipelineId)
  })
