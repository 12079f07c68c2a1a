/** The resource types that the double has, in the shape of Concourse's check, in and out. */
import { setTimeout as sleep } from 'node:timers/promises'
import { seconds } from '../../../src/formats/pipeline/durations.ts'
import type { Json, JsonObject, ResourceConfig, Version } from '../../../src/formats/pipeline/types.ts'

export type Files = Map<string, string>
export class ScriptFailed extends Error {}

interface Got {
  version: Version
  metadata: { name: string; value: string }[]
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
const map = (value: Json | undefined): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {})
const metadataOf = ({ source }: ResourceConfig): Got['metadata'] => {
  const list = source?.['metadata']
  return Array.isArray(list) ? list.map((item) => ({ name: text(map(item)['name']) ?? '', value: text(map(item)['value']) ?? '' })) : []
}

/** @throws ScriptFailed with what it wrote */
export async function check({ type, source = {} }: ResourceConfig, from: Version | undefined, signal: AbortSignal): Promise<Version[]> {
  if (type === 'time') return [from ?? { time: new Date().toISOString() }, { time: new Date().toISOString() }]
  if (type !== 'mock') throw new ScriptFailed(`the double of Concourse has no resource type ${type}`)
  const delay = text(source['check_delay'])
  if (delay) await sleep((seconds(delay) ?? 0) * 1000, undefined, { signal })
  const failure = text(source['check_failure'])
  if (failure) throw new ScriptFailed(`intentionally failing to check: ${failure}`)
  const forced = text(source['force_version'])
  if (forced) return [{ version: forced }]
  if (from) return [from]
  return source['no_initial_version'] === true ? [] : [{ version: text(source['initial_version']) ?? 'mock' }]
}

export function get(config: ResourceConfig, version: Version, params: JsonObject): Got & { files: Files } {
  const files: Files = new Map([['version', `${version['version'] ?? version['time'] ?? ''}\n`]])
  const more = { ...map(config.source?.['create_files']), ...map(params['create_files_via_params']) }
  for (const [name, content] of Object.entries(more)) files.set(name, text(content) ?? '')
  return { version, metadata: metadataOf(config), files }
}

/** @throws ScriptFailed when it would make no version */
export function put(config: ResourceConfig, params: JsonObject, artifacts: ReadonlyMap<string, Files>): Got {
  if (config.type === 'time') return { version: { time: new Date().toISOString() }, metadata: [] }
  const file = text(params['file'])
  const [artifact = '', ...path] = file?.split('/') ?? []
  const version = file ? artifacts.get(artifact)?.get(path.join('/'))?.trim() : text(params['version'])
  if (version === undefined) throw new ScriptFailed('no version to push')
  return { version: { version }, metadata: metadataOf(config) }
}
