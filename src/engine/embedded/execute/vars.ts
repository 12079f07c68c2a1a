/** What `((…))` stands for in one build: looked up when a step starts, and kept out of the log from then on. */
import { isJsonMap } from '../../../formats/json-value.ts'
import type { Json, JsonObject, VarSourceConfig } from '../../../formats/pipeline/types.ts'
import { fillVars, type VarRef, varsIn } from '../../../formats/pipeline/vars.ts'
import { asking, StepError } from './errors.ts'
import type { Secrets } from './redact.ts'

export interface BuildVars {
  /**
   * A copy with all variables filled in. @param given values that go before all others, by name
   * @throws StepError that names every variable for which there is nothing
   */
  fill(value: Json, given?: JsonObject): Promise<Json>
  /** The same for a map. @param what says which one, for people: "params" */
  fillMap(value: JsonObject | undefined, what: string, given?: JsonObject): Promise<JsonObject>
  fillText(value: string, what: string): Promise<string>
  /** `((.:name))` from now on. */
  setLocal(name: string, value: Json, isSecret: boolean): void
}

export interface VarsOptions {
  sources: readonly VarSourceConfig[]
  secrets: Secrets
  credential(path: string): Promise<Json | undefined>
}

export function openVars({ sources, secrets, credential }: VarsOptions): BuildVars {
  const locals = new Map<string, Json>()
  const dummies = new Map(sources.filter(({ type }) => type === 'dummy').map(({ name, config }) => [name, dummyVars(config)]))

  /** Undefined: nothing has that name. */
  const wholeOf = async ({ source, path }: VarRef, given: JsonObject): Promise<{ value: Json; isSecret: boolean } | undefined> => {
    const [name = ''] = path
    if (source === '.') {
      const value = locals.get(name)
      return value === undefined ? undefined : { value, isSecret: false }
    }
    if (source === '' && Object.hasOwn(given, name)) return { value: given[name] ?? null, isSecret: false }
    const value = source === '' ? await asking(`could not read the credential ${name}`, credential(name)) : own(dummies.get(source), name)
    return value === undefined ? undefined : { value, isSecret: true }
  }
  const look = async (refs: readonly VarRef[], given: JsonObject): Promise<Map<string, Json>> => {
    const found = new Map<string, Json>()
    const [missing, lacking] = [new Set<string>(), new Set<string>()]
    for (const ref of refs) {
      if (found.has(keyOf(ref.source, ref.path))) continue
      const whole = await wholeOf(ref, given)
      const value = whole && fieldOf(whole.value, ref.path.slice(1))
      if (whole === undefined) missing.add(ref.text)
      else if (value === undefined) lacking.add(ref.text)
      else {
        if (whole.isSecret) secrets.add(value)
        found.set(keyOf(ref.source, ref.path), value)
      }
    }
    const problems = [
      ...(missing.size > 0 ? [`undefined vars: ${[...missing].join(', ')}`] : []),
      ...(lacking.size > 0 ? [`vars without the field that is asked for: ${[...lacking].join(', ')}`] : []),
    ]
    if (problems.length > 0) throw new StepError(problems.join('; '))
    return found
  }
  const fill = async (value: Json, given: JsonObject = {}): Promise<Json> => {
    const refs = varsIn(value)
    if (refs.length === 0) return value
    const found = await look(refs, given)
    const lookup = (path: readonly string[], source: string): { found: true; value: Json } | { found: false } => {
      const there = found.get(keyOf(source, path))
      return there === undefined ? { found: false } : { found: true, value: there }
    }
    return fillVars(value, lookup, 'refuse')
  }
  return {
    fill,
    async fillMap(value, what, given) {
      const filled = await fill(value ?? {}, given)
      if (isJsonMap(filled)) return filled
      throw new StepError(`${what}: must be a map of names and values when its variables are filled in`)
    },
    async fillText(value, what) {
      const filled = await fill(value)
      if (typeof filled === 'string') return filled
      throw new StepError(`${what}: must be a text when its variables are filled in`)
    },
    setLocal(name, value, isSecret) {
      if (isSecret) secrets.add(value)
      locals.set(name, value)
    },
  }
}

const keyOf = (source: string, path: readonly string[]): string => JSON.stringify([source, ...path])

/** Undefined: a field is not there. */
function fieldOf(value: Json, fields: readonly string[]): Json | undefined {
  let at: Json | undefined = value
  for (const field of fields) at = at === undefined || !isJsonMap(at) ? undefined : own(at, field)
  return at
}

const own = (map: JsonObject | undefined, name: string): Json | undefined => (map && Object.hasOwn(map, name) ? map[name] : undefined)

function dummyVars(config: Json | undefined): JsonObject | undefined {
  const vars = config !== undefined && isJsonMap(config) ? own(config, 'vars') : undefined
  return vars !== undefined && isJsonMap(vars) ? vars : undefined
}
