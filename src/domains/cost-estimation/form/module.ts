/** The resources that a Terraform configuration would make, as far as its texts say so. */
import { posix } from 'node:path'
import type { SketchedResource } from '../../../estimate/types.ts'
import { FormatError } from '../../../formats/format-error.ts'
import { isJsonMap, type Json, type JsonMap, jsonOfUnknown } from '../../../formats/json-value.ts'
import { jsonOf } from '../../../formats/terraform/hcl-to-json.ts'
import { readBody } from './body.ts'
import { type Budget, mostResources, openBudget } from './budget.ts'
import { evaluateText, type Scope } from './expression.ts'
import { type Known, unknown } from './value.ts'

export interface Sketch {
  resources: SketchedResource[]
  /** What could not be known, in sentences. */
  notes: string[]
}

/** Texts of a folder, by name. */
type Folder = ReadonlyMap<string, string>

interface Walk {
  folderOf(path: string): Folder
  parsed: Map<string, Promise<Blocks>>
  resources: SketchedResource[]
  notes: Set<string>
  budget: Budget
  modules: number
}

interface Call {
  path: string
  inputs: (name: string) => Known | undefined
  /** `module.web["a"].`, empty at the root. */
  prefix: string
  regions: ReadonlyMap<string, Known>
  depth: number
}

const mostModules = 500
const deepest = 20

/**
 * @param path of the root module among the folders
 * @param budget of the whole form, of which this may be a part
 * @throws FormatError for what is no HCL, and for what is too much
 */
export async function sketchModule(path: string, folderOf: (path: string) => Folder, budget: Budget = openBudget()): Promise<Sketch> {
  const walk: Walk = { folderOf, parsed: new Map(), resources: [], notes: new Set(), budget, modules: 0 }
  const values = await variablesIn(folderOf(path))
  await visit(walk, { path, inputs: (name) => own(values, name), prefix: '', regions: new Map(), depth: 0 })
  return { resources: walk.resources, notes: [...walk.notes] }
}

/** Of files that Terraform reads by itself. */
async function variablesIn(folder: Folder): Promise<JsonMap> {
  const values: JsonMap = {}
  for (const [name, text] of folder)
    if (name.endsWith('.tfvars')) for (const [key, value] of Object.entries(await parse(name, text))) values[key] = value
  return values
}

const own = (map: JsonMap | undefined, name: string): Json | undefined => (map && Object.hasOwn(map, name) ? map[name] : undefined)

async function parse(name: string, text: string): Promise<JsonMap> {
  try {
    const json = jsonOfUnknown(await jsonOf(text), name)
    return isJsonMap(json) ? json : {}
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`${name}: ${error.message}`)
    throw error
  }
}

interface Blocks {
  variables: Map<string, JsonMap>
  locals: Map<string, Json>
  providers: [name: string, body: JsonMap][]
  resources: Map<string, JsonMap>
  modules: Map<string, JsonMap>
}

async function blocksOf(walk: Walk, path: string): Promise<Blocks> {
  const known = walk.parsed.get(path) ?? readFolder(walk.folderOf(path), path)
  walk.parsed.set(path, known)
  return known
}

async function readFolder(folder: Folder, path: string): Promise<Blocks> {
  const blocks: Blocks = { variables: new Map(), locals: new Map(), providers: [], resources: new Map(), modules: new Map() }
  for (const [name, text] of folder) {
    if (!name.endsWith('.tf')) continue
    const json = await parse(posix.join(path, name), text)
    for (const [key, body] of named(json.variable)) blocks.variables.set(key, body)
    for (const body of bodies(json.locals)) for (const [key, value] of Object.entries(body)) blocks.locals.set(key, value)
    blocks.providers.push(...named(json.provider))
    for (const [key, body] of named(json.module)) blocks.modules.set(key, body)
    for (const [type, made] of Object.entries(isJsonMap(json.resource ?? null) ? (json.resource as JsonMap) : {}))
      for (const [key, body] of named(made)) blocks.resources.set(`${type}.${key}`, body)
  }
  return blocks
}

const bodies = (json: Json | undefined): JsonMap[] => (Array.isArray(json) ? json.filter(isJsonMap) : [])
const named = (json: Json | undefined): [string, JsonMap][] =>
  json !== undefined && isJsonMap(json)
    ? Object.entries(json).flatMap(([key, list]) => bodies(list).map((body): [string, JsonMap] => [key, body]))
    : []

async function visit(walk: Walk, call: Call): Promise<void> {
  if (++walk.modules > mostModules || call.depth > deepest) throw new FormatError('its modules are too many, or too deep within each other')
  const blocks = await blocksOf(walk, call.path)
  const scope = scopeOf(walk, call, blocks)
  const regions = new Map(call.regions)
  for (const [name, body] of blocks.providers) {
    await walk.budget.pause()
    const key = typeof body.alias === 'string' ? `${name}.${body.alias}` : name
    const region = body.region ?? body.location
    if (region !== undefined) regions.set(key, typeof region === 'string' ? evaluateText(region, scope) : unknown)
  }
  for (const [key, body] of blocks.resources) await addResource(walk, { ...call, regions }, key, body, scope)
  for (const [name, body] of blocks.modules) {
    await walk.budget.pause()
    const source = typeof body.source === 'string' ? body.source : ''
    const path = posix.join(call.path, source)
    const address = `${call.prefix}module.${name}`
    if (!/^\.\.?\//.test(source) || path.startsWith('..') || walk.folderOf(path).size === 0) {
      walk.notes.add(`The module ${address} is not in the stack (${source.slice(0, 200)}): what it makes is not counted.`)
      continue
    }
    for (const [suffix, inner] of instancesOf(walk, address, body, scope)) {
      await walk.budget.pause()
      const { values, unknown: missing } = readBody(body, inner, true)
      const inputs = (asked: string) => (own(missing, asked) !== undefined ? unknown : own(values, asked))
      await visit(walk, { path, inputs, prefix: `${address}${suffix}.`, regions, depth: call.depth + 1 })
    }
  }
}

function scopeOf(walk: Walk, call: Call, { variables, locals, resources }: Blocks): Scope {
  const known = new Map<string, Known>()
  const once = (key: string, find: () => Known): Known => {
    const before = known.get(key)
    if (before !== undefined) return before
    // Whoever asks for itself on the way does not learn anything.
    known.set(key, unknown)
    const found = find()
    known.set(key, found)
    return found
  }
  const value = (json: Json): Known => {
    const { values, unknown: missing } = readBody({ it: json }, scope)
    return own(missing, 'it') === undefined ? (values.it ?? null) : unknown
  }
  const scope: Scope = {
    budget: walk.budget,
    get(root, name) {
      if (root === 'var') return once(`var.${name}`, () => call.inputs(name) ?? own(variables.get(name), 'default') ?? unknown)
      if (root === 'local') return once(`local.${name}`, () => (locals.has(name) ? value(locals.get(name) ?? null) : unknown))
      return unknown
    },
    attribute: (type, name, attribute) =>
      once(`${type}.${name}.${attribute}`, () => {
        const body = resources.get(`${type}.${name}`)
        const json = body && !Object.hasOwn(body, 'count') && !Object.hasOwn(body, 'for_each') ? own(body, attribute) : undefined
        return json === undefined ? unknown : value(json)
      }),
  }
  return scope
}

async function addResource(walk: Walk, call: Call, key: string, body: JsonMap, scope: Scope): Promise<void> {
  await walk.budget.pause()
  const [type = ''] = key.split('.')
  const provider = typeof body.provider === 'string' ? body.provider.replace(/[${}\s]/g, '') : (type.split('_')[0] ?? '')
  const region = call.regions.get(provider)
  for (const [suffix, inner] of instancesOf(walk, `${call.prefix}${key}`, body, scope)) {
    await walk.budget.pause()
    walk.budget.resource()
    const { values, unknown: missing } = readBody(body, inner)
    // Where a provider is configured to be; in a plan that stands in its configuration.
    if (typeof region === 'string' && !Object.hasOwn(values, 'region')) values.region = region
    const [name = ''] = provider.split('.')
    walk.resources.push({ address: `${call.prefix}${key}${suffix}`, provider: name, type, values, unknown: missing })
  }
}

const withNames = (scope: Scope, root: string, names: Readonly<Record<string, Known>>): Scope => ({
  ...scope,
  get: (asked, name) => (asked === root ? (Object.hasOwn(names, name) ? (names[name] ?? null) : unknown) : scope.get(asked, name)),
})

/** By `count` and `for_each`; where they are not known, one stands for all. */
function instancesOf(walk: Walk, address: string, body: JsonMap, scope: Scope): [suffix: string, Scope][] {
  const evaluated = (json: Json | undefined): Known | undefined => {
    if (json === undefined || typeof json === 'number') return json
    const { values, unknown: missing } = readBody({ it: json }, scope)
    return own(missing, 'it') === undefined ? (values.it ?? null) : unknown
  }
  const [count, each] = [evaluated(own(body, 'count')), evaluated(own(body, 'for_each'))]
  if (count === undefined && each === undefined) return [['', scope]]
  if (count !== undefined) {
    const number = typeof count === 'string' && count.trim() !== '' ? Number(count) : count
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) return [one('count', 'index')]
    if (number > mostResources) throw new FormatError(`${address} has a count of more than ${mostResources}`)
    return Array.from({ length: number }, (_, index) => [`[${index}]`, withNames(scope, 'count', { index })])
  }
  if (each === unknown || each === undefined || each === null || typeof each !== 'object') return [one('for_each', 'key')]
  const entries: [string, Json][] = Array.isArray(each) ? each.map((item) => [String(item), item]) : Object.entries(each)
  return entries.map(([key, value]) => [`[${JSON.stringify(key)}]`, withNames(scope, 'each', { key, value })])

  function one(what: string, name: string): [string, Scope] {
    walk.notes.add(`The ${what} of ${address} is known only after apply: one is counted.`)
    return ['', withNames(scope, what === 'count' ? 'count' : 'each', { [name]: unknown })]
  }
}
