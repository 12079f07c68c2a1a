/**
 * A pipeline in the form in which two of them can be compared: the one that somebody wrote, and the one that Concourse gives
 * back, which has lost or rewritten what says nothing. So in the canonical form
 * - fields of pipelines, jobs and steps that are null, false, 0 or empty are left out (a put's empty list of inputs means none, and
 *   stays); what is inside of source, params, vars and the like is the user's, and stays;
 * - parameters of tasks are texts, for they become environment variables;
 * - `in_parallel: {steps: …}` without a limit or fail_fast is the list, `check_every: 60m` is `1h`, a limit of memory is in bytes.
 */
import { isJsonMap } from '../json-value.ts'
import { seconds } from './durations.ts'
import type { Json, JsonObject, PipelineConfig } from './types.ts'

export function canonicalPipeline(config: PipelineConfig): JsonObject {
  // A configuration is plain JSON; only its type does not say so.
  const { var_sources, user_data, jobs, ...rest } = config as unknown as JsonObject
  const result: JsonObject = { ...tidyMap(rest), jobs: Array.isArray(jobs) ? jobs.map(tidy) : [] }
  if (Array.isArray(var_sources) && var_sources.length > 0) result['var_sources'] = var_sources
  if (user_data !== undefined && user_data !== null) result['user_data'] = user_data
  return result
}

/** The user's own: what is inside has no default. */
const opaque = new Set([
  'source',
  'params',
  'get_params',
  'vars',
  'instance_vars',
  'defaults',
  'values',
  'version',
  'input_mapping',
  'output_mapping',
])
/** Say something also when they are empty. */
const kept = new Set(['plan', 'do', 'values', 'name'])

const tidy = (value: Json): Json => (Array.isArray(value) ? value.map(tidy) : isJsonMap(value) ? tidyMap(value) : value)

function tidyMap(map: JsonObject): JsonObject {
  const result: JsonObject = {}
  const isPut = 'put' in map
  for (const [key, value] of Object.entries(map)) {
    const item = opaque.has(key) ? value : rewritten(key, tidy(value))
    if (!isNothing(item) || kept.has(key) || (isPut && key === 'inputs' && Array.isArray(item))) result[key] = item
  }
  if ('task' in map || 'platform' in map) textParams(result)
  return result
}

const isNothing = (value: Json): boolean =>
  value === null ||
  value === false ||
  value === '' ||
  value === 0 ||
  (typeof value === 'object' && (Array.isArray(value) ? value : Object.keys(value)).length === 0)

function rewritten(key: string, value: Json): Json {
  if (key === 'plan') return value ?? []
  if (key === 'in_parallel' && isJsonMap(value) && Object.keys(value).join() === 'steps') return value['steps'] ?? []
  if (key === 'check_every' && typeof value === 'string') return shortDuration(value)
  if (key === 'container_limits' && isJsonMap(value) && typeof value['memory'] === 'string')
    return { ...value, memory: bytesOf(value['memory']) }
  return value
}

function shortDuration(text: string): string {
  const all = seconds(text)
  if (all === undefined) return text
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60)]
  const rest = Number((all - hours * 3600 - minutes * 60).toFixed(9))
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${rest}s` : ''}` || '0s'
}

function bytesOf(text: string): number {
  const [, amount = '0', unit = ''] = /^([0-9]+)([kmg]?)b?$/i.exec(text) ?? []
  return Number(amount) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase())
}

function textParams(step: JsonObject): void {
  const { params } = step
  if (params === undefined || !isJsonMap(params)) return
  const texts: JsonObject = Object.create(null)
  for (const [key, value] of Object.entries(params))
    texts[key] = value === null ? '' : typeof value === 'string' ? value : sortedJson(value)
  step['params'] = texts
}

/** As Go writes it: keys by their letters. */
const sortedJson = (value: Json): string =>
  JSON.stringify(value, (_key, part: Json) =>
    isJsonMap(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part,
  )
