/** `((variables))` of the organization: their values when something runs, and whether they have any when something is saved. */

import type { ConfigProblem, Json, JsonObject, PipelineConfig } from '../../formats/pipeline/types.ts'
import { fillVars, varsIn } from '../../formats/pipeline/vars.ts'
import type { PlatformPorts } from './ports.ts'

interface Doors {
  ports: PlatformPorts
}

const mostProblems = 50

/** Of all variables that are not the pipeline's own to find (`var_sources`, `load_var`). */
export async function missingCredentials({ ports }: Doors, organizationId: number, config: PipelineConfig): Promise<ConfigProblem[]> {
  const known = new Map<string, Json | undefined>()
  const find = async (name: string) => {
    if (!known.has(name)) known.set(name, await ports.findCredential(organizationId, name))
    return known.get(name)
  }
  const problems: ConfigProblem[] = []
  for (const { path, text } of textsIn(config as unknown as Json, ''))
    for (const { source, path: names, text: written } of varsIn(text)) {
      if (source !== '' || problems.length >= mostProblems) continue
      const [name = '', ...fields] = names
      const value = await find(name)
      if (value === undefined) problems.push({ path, message: `asks for ((${written})), and there is no credential with the path ${name}` })
      else if (fieldOf(value, fields) === undefined)
        problems.push({ path, message: `asks for ((${written})), which the credential does not have` })
    }
  return problems
}

/**
 * With the values of the organization, and of the pipeline's own `var_sources` of type dummy.
 * @returns what was filled in too, for keeping it out of logs
 * @throws Error naming the variables that have no value
 */
export async function fillCredentials(
  { ports }: Doors,
  organizationId: number,
  config: PipelineConfig,
  value: JsonObject,
): Promise<{ filled: JsonObject; secrets: Json[] }> {
  const found = new Map<string, Json | undefined>()
  for (const { source, path } of varsIn(value)) {
    const [name = ''] = path
    const key = keyOf(source, name)
    if (!found.has(key)) found.set(key, source === '' ? await ports.findCredential(organizationId, name) : ofSource(config, source, name))
  }
  const secrets: Json[] = []
  const filled = fillVars(
    value,
    ([name = '', ...fields], source) => {
      const whole = found.get(keyOf(source, name))
      const part = whole === undefined ? undefined : fieldOf(whole, fields)
      if (part === undefined) return { found: false }
      secrets.push(part)
      return { found: true, value: part }
    },
    'refuse',
  )
  return { filled: filled as JsonObject, secrets }
}

const keyOf = (source: string, name: string): string => JSON.stringify([source, name])

function ofSource(config: PipelineConfig, source: string, name: string): Json | undefined {
  const found = config.var_sources?.find((candidate) => candidate.name === source && candidate.type === 'dummy')
  return fieldOf(found?.config ?? null, ['vars', name])
}

function fieldOf(value: Json, fields: readonly string[]): Json | undefined {
  let part: Json | undefined = value
  for (const field of fields) {
    if (typeof part !== 'object' || part === null || Array.isArray(part) || !Object.hasOwn(part, field)) return undefined
    part = part[field]
  }
  return part
}

function* textsIn(value: Json, path: string): Generator<{ path: string; text: string }> {
  if (typeof value === 'string') yield { path, text: value }
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsIn(item, `${path}[${index}]`)
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`
      yield { path: at, text: key }
      yield* textsIn(item, at)
    }
}
