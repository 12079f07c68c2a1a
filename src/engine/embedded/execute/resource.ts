/** What get and put have in common: the resource with its variables filled in, and what its type answers. */
import type { JsonObject, ResourceConfig, Version } from '../../../formats/pipeline/types.ts'
import { StepError } from './errors.ts'
import type { Leaf } from './leaf.ts'
import { storable } from './redact.ts'
import type { Running } from './running.ts'
import type { BuildToRun, ExecutorPorts, Metadata, ResourceContext, ResourceType } from './types.ts'

export interface ReadyResource {
  type: ResourceType
  source: JsonObject
  context: ResourceContext
}

/** @throws StepError when there is no such type, or a variable has no value */
export async function readyResource(resource: ResourceConfig, { build, ports, vars }: Running, leaf: Leaf): Promise<ReadyResource> {
  const type = ports.resourceTypes(resource.type)
  if (!type) throw new StepError(`The embedded engine has no resource type ${resource.type}`)
  const defaults = build.config.resource_types?.find(({ name }) => name === resource.type)?.defaults
  const source = await vars.fillMap({ ...defaults, ...resource.source }, `source of ${resource.name}`)
  const context: ResourceContext = {
    log: (text) => leaf.log.write('stderr', text),
    signal: leaf.signal,
    metadata: metadataOf(build, ports, resource),
    organizationId: build.organizationId,
    organization: build.organization,
  }
  return { type, source, context }
}

/** A program of somebody else's made it, and it is kept. @throws StepError */
export function checkAnswer({ version, metadata }: { version: Version; metadata: readonly Metadata[] }, type: string): void {
  const refuse = (why: string): never => {
    throw new StepError(`The resource type ${type} answered with ${why}`)
  }
  const isText = (text: unknown): boolean => typeof text === 'string' && text.length <= longestText && !/\0|\p{Surrogate}/u.test(text)
  const entries = typeof version === 'object' && version !== null ? Object.entries(version) : refuse('no version')
  if (entries.length === 0 || entries.length > mostFields) refuse(`a version of ${entries.length} fields: there must be 1 to ${mostFields}`)
  if (!entries.flat().every(isText)) refuse(`a version whose fields are not all texts of at most ${longestText} characters`)
  if (!Array.isArray(metadata) || metadata.length > mostFields) refuse(`metadata that is no list of at most ${mostFields} names and values`)
}

/** Metadata is for people to see: whatever it is, it becomes something that can be shown and kept. */
export function shownMetadata(metadata: readonly Metadata[], { secrets }: Running): Metadata[] {
  const shown = (text: unknown) => storable(secrets.text(String(text ?? '')).slice(0, longestText))
  return metadata.map(({ name, value }) => ({ name: shown(name), value: shown(value) }))
}

const mostFields = 100
const longestText = 4096

function metadataOf(build: BuildToRun, { apiUrl }: ExecutorPorts, resource: ResourceConfig): Record<string, string> {
  const { id, name, team, pipeline, job, createdBy, apiPath } = build
  return {
    BUILD_ID: String(id),
    BUILD_NAME: name,
    BUILD_JOB_NAME: job.name,
    BUILD_PIPELINE_NAME: pipeline,
    BUILD_TEAM_NAME: team,
    ...(resource.expose_build_created_by && createdBy !== undefined ? { BUILD_CREATED_BY: createdBy } : {}),
    ATC_EXTERNAL_URL: apiUrl,
    BUILD_URL: `${apiUrl}${apiPath}/jobs/${encodeURIComponent(job.name)}/builds/${id}`,
  }
}
