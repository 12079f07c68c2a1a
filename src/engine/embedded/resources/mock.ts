/** `mock`: versions and files out of nothing, to try pipelines with. */
import { setTimeout as sleep } from 'node:timers/promises'
import { seconds } from '../../../formats/pipeline/durations.ts'
import type { Json, JsonObject } from '../../../formats/pipeline/types.ts'
import { type Metadata, type ResourceContext, type ResourceType, StepFailed } from '../execute/types.ts'
import {
  anyText,
  assertFits,
  type Check,
  duration,
  type Fields,
  flag,
  flagOf,
  isMap,
  map,
  mapOf,
  problemsOf,
  refused,
  text,
  textOf,
} from './fields.ts'
import { readText, writeText } from './files.ts'

export const mockResource: ResourceType = {
  validate: (source) => problemsOf(sourceFields, source),
  async check(context, { source, version }) {
    begin(context, source)
    const delay = textOf(source, 'check_delay')
    if (delay !== undefined) await sleep(Math.min((seconds(delay) ?? 0) * 1000, 3_600_000), undefined, { signal: context.signal })
    const failure = textOf(source, 'check_failure')
    if (failure !== undefined) throw new StepFailed(failure)
    const forced = textOf(source, 'force_version')
    if (forced !== undefined) return [{ version: forced }]
    if (version) return [version]
    return flagOf(source, 'no_initial_version') ? [] : [{ version: textOf(source, 'initial_version') ?? 'mock' }]
  },
  async in(context, folder, { source, version, params }) {
    begin(context, source)
    assertFits(inFields, params, 'params')
    await writeText(folder, 'version', `${version['version'] ?? ''}\n`)
    await writeText(folder, 'privileged', 'false\n')
    const files = new Map([...Object.entries(mapOf(source, 'create_files')), ...Object.entries(mapOf(params, 'create_files_via_params'))])
    for (const [path, content] of files) await writeText(folder, path, typeof content === 'string' ? content : JSON.stringify(content))
    context.log(`fetching version: ${version['version'] ?? ''}\n`)
    return { version, metadata: metadataOf(source) }
  },
  async out(context, folder, { source, params }) {
    begin(context, source)
    assertFits(outFields, params, 'params')
    if (flagOf(params, 'print_env')) for (const [name, value] of Object.entries(context.metadata).sort()) context.log(`${name}=${value}\n`)
    const file = textOf(params, 'file')
    const version = file === undefined ? textOf(params, 'version') : (await readText(folder, file, 'file')).trim()
    const made = version ?? textOf(source, 'initial_version') ?? 'mock'
    context.log(`pushing version: ${made}\n`)
    return { version: { version: made }, metadata: metadataOf(source) }
  },
}

const pairs: Check = (value) =>
  Array.isArray(value) && value.every((one) => isMap(one) && typeof one['name'] === 'string')
    ? undefined
    : 'must be a list of maps with name and value'
const noImage = refused('the embedded engine cannot run images')
const sourceFields: Fields = {
  initial_version: anyText,
  no_initial_version: flag,
  force_version: anyText,
  create_files: map,
  check_delay: duration,
  check_failure: text,
  metadata: pairs,
  log: text,
  mirror_self: noImage,
}
const inFields: Fields = { create_files_via_params: map, mirror_self_via_params: noImage }
const outFields: Fields = { version: anyText, file: text, print_env: flag }

function begin({ log, signal }: ResourceContext, source: JsonObject): void {
  signal.throwIfAborted()
  assertFits(sourceFields, source, 'source')
  const line = textOf(source, 'log')
  if (line !== undefined) log(`${line}\n`)
}

function metadataOf(source: JsonObject): Metadata[] {
  const given: Json | undefined = Object.hasOwn(source, 'metadata') ? source['metadata'] : undefined
  if (!Array.isArray(given)) return []
  return given.filter(isMap).map((one) => ({ name: textOf(one, 'name') ?? '', value: textOf(one, 'value') ?? '' }))
}
