/** The managed resources of a Terraform state, format 3 or 4: whatever somebody's tool wrote, without what is none. */
import { clean } from '../../../formats/terraform/state-text.ts'

export type Attributes = Readonly<Record<string, unknown>>

export interface StateResource {
  /** `module.web.aws_instance.front[0]` */
  address: string
  /** The address without any key: what `dependencies` speak of. */
  base: string
  /** With its keys; empty at the root. */
  module: string
  provider: string
  type: string
  name: string
  key: string | number | null
  attributes: Attributes
  /** Paths of attributes that the provider calls sensitive. */
  marked: unknown
  /** Without keys, sorted. */
  dependencies: readonly string[]
}

/** Real types are such; the contract says so of what it shows. */
const typePattern = /^[a-z0-9][a-z0-9_-]{0,198}[a-z0-9]$/
const longestName = 500
const mostDependencies = 1000

/** In the order of their addresses, each once: the same for every order in which a state has them. */
export function resourcesOf(document: unknown): StateResource[] {
  const state = mapOf(document)
  const found = state['version'] === 3 ? listOf(state['modules']).flatMap(ofModule3) : listOf(state['resources']).flatMap(ofResource4)
  found.sort((one, other) => compare(one.address, other.address) || compare(jsonOf(one.attributes), jsonOf(other.attributes)))
  return found.filter(({ address }, at) => at === 0 || found[at - 1]?.address !== address)
}

function ofResource4(value: unknown): StateResource[] {
  const { mode, type, name, module, provider, instances } = mapOf(value)
  if (mode !== 'managed' || !isType(type) || !isName(name)) return []
  const place = isName(module) ? clean(module) : ''
  return listOf(instances).flatMap((item) => {
    const instance = mapOf(item)
    // It waits to be destroyed; what replaced it is there too.
    if (instance['deposed'] !== undefined) return []
    const key = keyOf(instance['index_key'])
    const flat = instance['attributes_flat']
    return [
      made({
        type,
        name: clean(name),
        module: place,
        key,
        provider: providerOf(provider, type),
        attributes: flat === undefined ? mapOf(instance['attributes']) : unflattened(mapOf(flat)),
        marked: instance['sensitive_attributes'],
        dependencies: [...listOf(instance['dependencies']), ...listOf(instance['depends_on'])],
      }),
    ]
  })
}

/** Names stand in the keys there: `aws_instance.web.0`; attributes are flat: `tags.Name`, `security_groups.#`. */
function ofModule3(value: unknown): StateResource[] {
  const { path, resources } = mapOf(value)
  const module = listOf(path)
    .slice(1)
    .flatMap((name) => (isName(name) ? [`module.${clean(name)}`] : []))
    .join('.')
  return Object.entries(mapOf(resources)).flatMap(([where, item]) => {
    const [type, name, index] = where.split('.')
    if (!isType(type) || type === 'data' || !isName(name)) return []
    const { primary, depends_on, provider } = mapOf(item)
    const key = index !== undefined && /^\d{1,9}$/.test(index) ? Number(index) : null
    return [
      made({
        type,
        name: clean(name),
        module,
        key,
        provider: providerOf(provider, type),
        attributes: unflattened(mapOf(mapOf(primary)['attributes'])),
        marked: undefined,
        // They speak of neighbours in the module.
        dependencies: listOf(depends_on).map((text) => (typeof text === 'string' && module !== '' ? `${module}.${text}` : text)),
      }),
    ]
  })
}

function made({
  dependencies,
  ...resource
}: Omit<StateResource, 'address' | 'base' | 'dependencies'> & { dependencies: readonly unknown[] }): StateResource {
  const { module, type, name, key } = resource
  const place = `${module === '' ? '' : `${module}.`}${type}.${name}`
  const keyText = key === null ? '' : typeof key === 'number' ? `[${key}]` : `["${key}"]`
  const bases = dependencies.slice(0, mostDependencies).flatMap((text) => (isName(text) ? [withoutKeys(clean(text))] : []))
  return { ...resource, address: place + keyText, base: withoutKeys(place), dependencies: [...new Set(bases)].sort() }
}

/** `aws_instance.a[0]`, `aws_instance.a["x"]` and, as older states have it, `aws_instance.a.0` are of `aws_instance.a`. */
export const withoutKeys = (address: string): string => address.replace(/\[(?:\d+|"[^"]*")\]/g, '').replace(/\.(?:\d+|\*)$/, '')

/** `a.#: 2, a.11: x, a.42: y` is `a: [x, y]`. A resource has as much of it as its document has room for. */
function unflattened(flat: Attributes): Attributes {
  const root: Record<string, unknown> = Object.create(null)
  for (const [path, value] of Object.entries(flat)) {
    const steps = path.split('.')
    const last = steps.pop()
    if (last === undefined || last === '#' || last === '%' || steps.length > 12) continue
    let at = root
    for (const step of steps) {
      const inner = at[step]
      const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : Object.create(null)
      at[step] = next
      at = next
    }
    if (typeof at[last] !== 'object') at[last] = value
  }
  return mapOf(listed(root))
}

function listed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, listed(inner)])
  return entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key)) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

/** `provider["registry.example.com/hashicorp/aws"].west`, `module.x.provider.aws` */
function providerOf(text: unknown, type: string): string {
  const [, named] =
    typeof text === 'string'
      ? (/([a-z0-9-]{1,100})"\]/.exec(text.slice(0, 1000)) ?? /provider\.([a-z0-9-]{1,100})/.exec(text.slice(0, 1000)) ?? [])
      : []
  return named ?? type.split('_')[0] ?? type
}

const keyOf = (value: unknown): string | number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : typeof value === 'string' ? clean(value.slice(0, longestName)) : null
const isType = (value: unknown): value is string => typeof value === 'string' && typePattern.test(value)
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= longestName

/** Empty for what is nested so deeply that nothing could write it down. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

export const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const mapOf = (value: unknown): Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Attributes) : {}
/** Only own keys: `constructor` is a name like any other. */
export const memberOf = (map: Attributes, name: string): unknown => (Object.hasOwn(map, name) ? map[name] : undefined)
export const textsOf = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : listOf(value).filter((item) => typeof item === 'string')

export function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) push(groups, keyOf(item), item)
  return groups
}

export function push<T, K>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key)
  if (group) group.push(item)
  else groups.set(key, [item])
}
