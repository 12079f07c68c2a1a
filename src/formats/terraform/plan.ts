/** What `terraform show -json` prints of a plan, as estimates, policies and drawings read it. */
import { FormatError } from '../format-error.ts'
import { deepestValue, emptyMap, isJsonMap, type Json, type JsonMap, shown } from '../json-value.ts'
import { placeOf, readAddress } from './plan-address.ts'
import { checkSize } from './plan-size.ts'
import { at, listAt, mapAt, textAt, textsAt } from './plan-values.ts'

export interface PlanResource {
  /** `module.web.aws_instance.front["a"]` */
  address: string
  /** `module.web`, with the keys of its instances; empty at the root. */
  module: string
  /** `aws`, `azurerm`, `google`: the last part of the provider's address. */
  provider: string
  type: string
  name: string
  index: string | number | null
  values: JsonMap
  /** Of `values`: what is known only after apply, as Terraform says it: `true` in the place of a value. */
  unknown: JsonMap
}

export interface TerraformPlan {
  terraformVersion: string
  /** Managed resources as they will be, and as they are. Data sources are left out. */
  planned: readonly PlanResource[]
  prior: readonly PlanResource[]
  /** As it was read. */
  document: JsonMap
}

export const longestPlan = 32 * 1024 * 1024
export const mostResources = 20_000
/** Modules inside each other. */
const deepestModule = 50

/**
 * Accepts `format_version` 0.1 to 1.x; keys that older versions lack may be missing.
 * @throws FormatError that says what is wrong and where: no JSON, no plan, a newer format, more than 20,000 resources or 1.5 million
 * values, planned values that contradict the changes or lack what these create
 */
export function readPlan(text: string): TerraformPlan {
  const document = documentOf(text)
  checkFormat(document)
  checkValues(document, text)
  const changes = changesByAddress(document)
  const planned = isGiven(at(document, 'planned_values'))
    ? resourcesOf(at(document, 'planned_values', 'root_module'), 'planned_values', changes)
    : resourcesAfter(document, changes)
  for (const resource of planned) checkAgreement(resource, changes.get(resource.address))
  checkCreated(document, planned, changes)
  const prior = resourcesOf(at(document, 'prior_state', 'values', 'root_module'), 'prior_state', new Map())
  return { terraformVersion: textAt(document, 'terraform_version') ?? '', planned, prior, document }
}

function documentOf(text: string): JsonMap {
  if (text.length > longestPlan || Buffer.byteLength(text) > longestPlan) throw new FormatError('the plan is larger than 32 MiB')
  if (text.startsWith('PK')) throw new FormatError(`this is Terraform's own plan file: send what ${howToPrint} prints of it`)
  checkSize(text)
  let document: Json
  try {
    document = JSON.parse(text)
  } catch (error) {
    const place = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
    const line = place === undefined ? undefined : text.slice(0, Number(place)).split('\n').length
    throw new FormatError(`the plan is no JSON: send what ${howToPrint} prints`, line)
  }
  if (!isJsonMap(document)) throw new FormatError(`the plan is no JSON object: send what ${howToPrint} prints`)
  return document
}

const howToPrint = '`terraform show -json <plan file>`'

function checkFormat(document: JsonMap): void {
  const version = at(document, 'format_version')
  if (version === undefined)
    throw new FormatError(`this is no Terraform plan, for it has no format_version: send what ${howToPrint} prints`)
  if (typeof version !== 'string' || !/^\d{1,5}\.\d{1,5}$/.test(version)) {
    throw new FormatError('format_version has to be a text such as "1.2"')
  }
  if (!/^[01]\./.test(version)) throw new FormatError(`plans of format ${version} are newer than what is understood here (0.1 to 1.x)`)
  const values = at(document, 'planned_values')
  if (isGiven(values) && !isJsonMap(values)) throw new FormatError('planned_values is no object')
  if (!isGiven(values) && !Array.isArray(at(document, 'resource_changes'))) {
    const state = mapAt(document, 'values') !== undefined
    throw new FormatError(
      state
        ? `this is a state, and no plan: send what ${howToPrint} prints`
        : `this is no Terraform plan, for it has no planned_values: send what ${howToPrint} prints`,
    )
  }
}

/** Nothing deeper than whoever reads it later can follow, and only texts that can be written down again. */
function checkValues(document: JsonMap, text: string): void {
  const mayBeBroken = /\\u[dD][89a-fA-F]|\p{Cs}/u.test(text)
  const checkText = (part: string, where: string) => {
    if (/\p{Cs}/u.test(part)) throw new FormatError(`"${shown(where)}" has a text that is no valid Unicode`)
  }
  const walk = (value: Json, where: string, depth: number): void => {
    if (typeof value === 'string' && mayBeBroken) checkText(value, where)
    if (typeof value !== 'object' || value === null) return
    if (depth > deepestValue) throw new FormatError(`"${shown(where)}" is nested more than ${deepestValue} levels deep`)
    if (Array.isArray(value)) for (const item of value) walk(item, where, depth + 1)
    else {
      // No list of all entries is made: a plan has a million of them.
      for (const key in value) {
        if (mayBeBroken) checkText(key, where)
        walk(value[key] ?? null, where, depth + 1)
      }
    }
  }
  for (const [key, value] of Object.entries(document)) walk(value, key, 0)
}

function changesByAddress(document: JsonMap): Map<string, JsonMap> {
  const changes = new Map<string, JsonMap>()
  for (const change of listAt(document, 'resource_changes')) {
    const address = textAt(change, 'address')
    const what = mapAt(change, 'change')
    if (address !== undefined && what && at(change, 'deposed') === undefined) changes.set(address, what)
  }
  return changes
}

type Section = 'planned_values' | 'prior_state' | 'resource_changes'

/** What is null is not there. */
const isGiven = (value: Json | undefined): value is Json => value !== undefined && value !== null

function resourcesOf(root: Json | undefined, section: Section, changes: ReadonlyMap<string, JsonMap>): PlanResource[] {
  const resources = new Map<string, PlanResource>()
  const modules: { module: Json; depth: number }[] = isGiven(root) ? [{ module: root, depth: 0 }] : []
  for (let next = modules.pop(); next; next = modules.pop()) {
    if (next.depth > deepestModule) throw new FormatError(`${section} has modules more than ${deepestModule} levels deep`)
    if (!isJsonMap(next.module)) throw new FormatError(`${section} has a module that is no object`)
    for (const item of listIn(next.module, 'resources', section)) {
      const resource = resourceOf(item, section, changes)
      if (!resource) continue
      if (resources.has(resource.address)) throw new FormatError(`${section} has ${shown(resource.address)} twice`)
      resources.set(resource.address, resource)
      if (resources.size > mostResources) throw new FormatError(`${section} has more than ${mostResources} resources`)
    }
    const depth = next.depth + 1
    for (const module of [...listIn(next.module, 'child_modules', section)].reverse()) modules.push({ module, depth })
  }
  return [...resources.values()]
}

/** Nothing may be overlooked in silence: an estimate would say 0. */
function listIn(module: JsonMap, name: string, section: Section): readonly Json[] {
  const list = at(module, name)
  if (isGiven(list) && !Array.isArray(list)) throw new FormatError(`${section}: ${name} of a module is no list`)
  return listAt(module, name)
}

/** Of plans that say only what changes, and thereby what there will be. */
function resourcesAfter(document: JsonMap, changes: ReadonlyMap<string, JsonMap>): PlanResource[] {
  const resources = listAt(document, 'resource_changes').flatMap((item) => {
    if (!isJsonMap(item)) throw new FormatError('resource_changes has a resource that is no object')
    const after = mapAt(item, 'change', 'after')
    return after && at(item, 'deposed') === undefined ? [Object.assign(emptyMap(), item, { values: after })] : []
  })
  return resourcesOf({ resources }, 'resource_changes', changes)
}

/** An address may be written with a key here and without there, but every resource that is created has to be planned. */
function checkCreated(document: JsonMap, planned: readonly PlanResource[], changes: ReadonlyMap<string, JsonMap>): void {
  const known = new Set(planned.map(({ address }) => address))
  const others = new Map<string, number>()
  for (const { address } of planned) {
    const place = changes.has(address) ? undefined : placeOf(address)
    if (place !== undefined) others.set(place, (others.get(place) ?? 0) + 1)
  }
  for (const item of listAt(document, 'resource_changes')) {
    const address = textAt(item, 'address')
    if (address === undefined || known.has(address) || at(item, 'deposed') !== undefined) continue
    if (!textsAt(item, 'change', 'actions').includes('create')) continue
    const place = placeOf(address)
    // Data sources are read, and where a mode is not said, their address is none of a resource.
    if (!isGiven(at(item, 'mode')) ? place === undefined : !isOfManaged(at(item, 'mode'), 'resource_changes')) continue
    const left = others.get(place ?? '') ?? 0
    if (left === 0) throw new FormatError(`resource_changes creates ${shown(address)}, which planned_values does not have`)
    others.set(place ?? '', left - 1)
  }
}

function isOfManaged(mode: Json | undefined, section: Section): boolean {
  if (!isGiven(mode) || mode === 'managed') return true
  if (mode === 'data' || mode === 'ephemeral') return false
  throw new FormatError(
    `${section} has a resource of the mode ${shown(JSON.stringify(mode))}, which is none of managed, data and ephemeral`,
  )
}

/** Data sources, and old objects that wait for their end, are none. */
function resourceOf(item: Json, section: Section, changes: ReadonlyMap<string, JsonMap>): PlanResource | undefined {
  if (!isJsonMap(item)) throw new FormatError(`${section} has a resource that is no object`)
  if (!isOfManaged(at(item, 'mode'), section) || textAt(item, 'deposed_key') !== undefined) return undefined
  const address = textAt(item, 'address')
  if (address === undefined) throw new FormatError(`${section} has a resource without an address`)
  const parts = address.length <= 4096 && !/\p{Cc}/u.test(address) ? readAddress(address) : undefined
  if (!parts) throw new FormatError(`${section}: "${shown(address)}" is no address of a resource`)
  const type = textAt(item, 'type') ?? parts.type
  if (type !== parts.type) throw new FormatError(`${section}: the type of ${shown(address)} is not that of its address`)
  const index = at(item, 'index')
  return {
    address,
    module: parts.module,
    provider: providerOf(textAt(item, 'provider_name'), type),
    type,
    name: parts.name,
    index: typeof index === 'string' || typeof index === 'number' ? index : keyOf(parts.suffix),
    values: mapAt(item, 'values') ?? emptyMap(),
    unknown: mapAt(changes.get(address), 'after_unknown') ?? emptyMap(),
  }
}

/** `registry.terraform.io/hashicorp/aws` → `aws` */
const providerOf = (name: string | undefined, type: string): string => (name ?? '').split('/').at(-1) || (type.split('_')[0] ?? '')

function keyOf(suffix: string): string | number | null {
  if (suffix === '') return null
  const text = suffix.slice(1, -1)
  if (!text.startsWith('"')) return Number(text)
  try {
    const key: Json = JSON.parse(text)
    return typeof key === 'string' ? key : null
  } catch {
    return text.slice(1, -1)
  }
}

/**
 * A plan says twice what will be. Where that differs in what is built, it was changed by hand, and nobody knows which of the two is
 * meant. Names and keys are another matter: people black them out before they send a plan.
 */
function checkAgreement({ address, values }: PlanResource, change: JsonMap | undefined): void {
  const after = mapAt(change, 'after')
  if (!after) return
  for (const [key, value] of Object.entries(values)) {
    const other = at(after, key)
    if (value === other || typeof value !== typeof other || !isScalar(value)) continue
    if (typeof value === 'string' && !saysWhatIsBuilt.test(key)) continue
    throw new FormatError(`the plan contradicts itself: planned_values and resource_changes differ in ${shown(key)} of ${shown(address)}`)
  }
}

const isScalar = (value: Json): boolean => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
const saysWhatIsBuilt = /(?:^|_)(?:type|class|size|sku|tier|engine)(?:_|$)/
