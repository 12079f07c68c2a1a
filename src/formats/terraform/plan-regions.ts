/** Where a resource will be: what it says itself, otherwise its provider's configuration. */
import type { Json, JsonMap } from '../json-value.ts'
import type { PlanResource, TerraformPlan } from './plan.ts'
import { readModule } from './plan-address.ts'
import type { ModuleOf } from './plan-references.ts'
import { at, listAt, mapAt, textAt, textsAt } from './plan-values.ts'

export type RegionOf = (resource: PlanResource) => string | undefined

export function regionsOf(plan: TerraformPlan, moduleOf: ModuleOf): RegionOf {
  const providers = mapAt(plan.document, 'configuration', 'provider_config')
  const byKey = new Map<string, string | undefined>()
  const ofProvider = (key: string, provider: string): string | undefined => {
    if (!byKey.has(key)) byKey.set(key, providerRegion(key, provider))
    return byKey.get(key)
  }
  const providerRegion = (key: string, provider: string): string | undefined => {
    const config = providerFor(providers, key)
    const where = textAt(config, 'module_address') ?? ''
    for (const name of provider === 'google' ? ['region', 'zone'] : ['region', 'location']) {
      const found = regionIn(provider, evaluate(at(config, 'expressions', name), where))
      if (found !== undefined) return found
    }
    return undefined
  }
  /** A constant, or a variable with the value that it had, in the module where the expression stands. */
  const evaluate = (expression: Json | undefined, module: string, steps = 0): string | undefined => {
    const constant = at(expression, 'constant_value')
    if (constant !== undefined) return typeof constant === 'string' ? constant : undefined
    const [reference = ''] = textsAt(expression, 'references')
    const [, name, rest = ''] = /^var\.([\p{L}_][\p{L}\p{N}_-]*)(.*)$/su.exec(reference) ?? []
    if (name === undefined || reference.length > longestKey || steps > 50) return undefined
    const path = [...rest.matchAll(/\.([\p{L}_][\p{L}\p{N}_-]*)|\["([^"\\]*)"\]|\[(\d+)\]/gu)].map(([, key, quoted, place]) =>
      key !== undefined ? key : quoted !== undefined ? quoted : Number(place),
    )
    const text = (value: Json | undefined) => textAt(value, ...path)
    const own = readModule(module)
    if (!own) return text(at(plan.document, 'variables', name, 'value')) ?? text(at(moduleOf('')?.variables, name, 'default'))
    const input = at(moduleOf(own.parent)?.calls, own.name, 'expressions', name)
    if (input === undefined) return text(at(moduleOf(module)?.variables, name, 'default'))
    const inner = at(input, 'constant_value', ...path)
    return typeof inner === 'string' ? inner : path.length === 0 ? evaluate(input, own.parent, steps + 1) : undefined
  }

  let hinted: { region: string | undefined } | undefined
  return (resource) => {
    const own = ownRegion(resource)
    if (own !== undefined) return own
    const json = moduleOf(resource.module)?.resources.get(`${resource.type}.${resource.name}`)
    const key = textAt(json, 'provider_config_key') ?? resource.provider
    const configured = key.length <= longestKey ? ofProvider(key, resource.provider) : undefined
    if (configured !== undefined || resource.provider !== 'aws') return configured
    hinted ??= { region: onlyRegion(plan) }
    return hinted.region
  }
}

/** Of a provider's configuration, and of a reference to a variable. */
const longestKey = 1000

/** `module.a.b:aws.west` was written by older versions: what a module does not configure it has from the one around it. */
function providerFor(providers: JsonMap | undefined, key: string): JsonMap | undefined {
  const exact = mapAt(providers, key)
  const colon = key.lastIndexOf(':')
  if (exact || colon < 0) return exact ?? mapAt(providers, key.split('.')[0] ?? '')
  const name = key.slice(colon + 1)
  const path = key.slice(0, colon).split('.')
  for (let length = path.length - 1; length > 0; length--) {
    const inherited = mapAt(providers, `${path.slice(0, length).join('.')}:${name}`)
    if (inherited) return inherited
  }
  return mapAt(providers, name) ?? mapAt(providers, name.split('.')[0] ?? '')
}

function ownRegion({ provider, values }: PlanResource): string | undefined {
  if (provider === 'azurerm') return regionIn(provider, textAt(values, 'location'))
  const zones = ['availability_zone', 'zone', 'location'].map((name) => textAt(values, name))
  const lists = [textAt(values, 'availability_zones', 0), textAt(values, 'node_locations', 0)]
  const candidates = provider === 'aws' ? [arnRegion(textAt(values, 'arn')), textAt(values, 'region')] : [textAt(values, 'region')]
  for (const text of [...candidates, ...zones, ...lists]) {
    const region = regionIn(provider, text)
    if (region !== undefined) return region
  }
  return undefined
}

const arnRegion = (arn: string | undefined): string | undefined => arn?.split(':')[3] || undefined

/** A region out of the name of a region or zone; nothing else is one. */
export function regionIn(provider: string, text: string | undefined): string | undefined {
  if (text === undefined || text.length > 100) return undefined
  if (provider === 'aws') return /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}/.exec(text)?.[0]
  if (provider === 'azurerm') return text.toLowerCase().replace(/[^a-z0-9]/g, '') || undefined
  const [, region] = /^(?:https:\/\/.*\/|projects\/.*\/)?([a-z]+-[a-z]+\d{1,2})(?:-[a-z])?$/.exec(text) ?? []
  if (region !== undefined) return region
  return provider === 'google' && /^(?:us|eu|asia|nam\d|eur\d|asia\d)$/i.test(text) ? text.toLowerCase() : undefined
}

/** Where everything is that is there already, when that is one place: the region may be known only to who runs Terraform. */
function onlyRegion({ document, prior, planned }: TerraformPlan): string | undefined {
  const regions = new Set<string>()
  const note = (values: Json | undefined) => {
    const region = regionIn('aws', arnRegion(textAt(values, 'arn')))
    if (region !== undefined) regions.add(region)
  }
  for (const { values } of [...prior, ...planned]) note(values)
  const modules: (Json | undefined)[] = [at(document, 'prior_state', 'values', 'root_module')]
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    for (const resource of listAt(module, 'resources')) note(at(resource, 'values'))
    modules.push(...listAt(module, 'child_modules'))
  }
  const [only, second] = regions
  return second === undefined ? only : undefined
}
