/** Whether a configuration in Terraform's JSON syntax makes sense, as far as that can be known without running it. */
import { FormatError } from '../../format-error.ts'
import { isJsonMap, type Json, type JsonMap, jsonOfUnknown } from '../../json-value.ts'
import { hclOf } from '../json-to-hcl.ts'
import type { SchemaBlock, SchemaKind, SchemaLookup } from '../provider-schema.ts'
import { checkBody, metaArguments } from './body.ts'
import { bodiesOf, checkReferences, declaredIn, entriesOf } from './references.ts'
import { openReport, quoted, type Report } from './report.ts'

/** Everything that is known of the providers in use. */
export interface KnownProviders {
  /** By the name that the configuration gives it; undefined when its schema was not imported. */
  provider(localName: string): { configuration: SchemaBlock } | undefined
  blockOf(localName: string, kind: 'resource' | 'data', type: string): SchemaBlock | undefined
  typesOf(localName: string, kind: 'resource' | 'data'): readonly string[]
}

export interface Use {
  kind: SchemaKind
  type: string
  /** The provider, by its name in this configuration. */
  provider: string
}

/** @returns sentences with the path of each mistake, and what could not be checked */
export function validateTerraform(config: unknown, providers: KnownProviders): { errors: string[]; notices: string[] } {
  const report = openReport()
  try {
    const json = jsonOfUnknown(config, 'config')
    if (!isJsonMap(json)) throw new FormatError('the configuration must be an object with keys such as resource and variable')
    hclOf(json, { schemaOf: schemasOf(providers, json) })
    checkKinds(report, providers, json)
    checkReferences(report, declaredIn(json), json, '')
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { errors: [error.message, ...report.errors], notices: report.notices }
  }
  return { errors: report.errors.map((text) => text.replace(/^\./, '')), notices: report.notices }
}

function schemasOf(providers: KnownProviders, config: JsonMap): SchemaLookup['schemaOf'] {
  // Of several of one type, the first says whose it is.
  const providerNames = new Map<string, string>()
  for (const { kind, type, provider } of usesOf(config)) {
    const key = `${kind} ${type}`
    if (!providerNames.has(key)) providerNames.set(key, provider)
  }
  return (kind, type) =>
    kind === 'provider'
      ? providers.provider(type)?.configuration
      : providers.blockOf(providerNames.get(`${kind} ${type}`) ?? '', kind, type)
}

/** What it uses of providers. Never throws: what is no configuration uses nothing. */
export function usesOf(config: unknown): Use[] {
  let json: Json
  try {
    json = jsonOfUnknown(config, 'config')
  } catch {
    return []
  }
  if (!isJsonMap(json)) return []
  const uses: Use[] = entriesOf(json['provider']).map(([type]) => ({ kind: 'provider', type, provider: type }))
  const checks = entriesOf(json['check']).flatMap(([, body]) => bodiesOf(body).map((one) => one['data'] ?? null))
  for (const [kind, all] of [
    ['resource', json['resource'] ?? null],
    ['data', json['data'] ?? null],
    ...checks.map((one) => ['data', one]),
  ] as ['resource' | 'data', Json][])
    for (const [type, names] of entriesOf(all))
      for (const [, bodies] of entriesOf(names))
        for (const body of bodiesOf(bodies)) uses.push({ kind, type, provider: providerOf(type, body) })
  return uses
}

/** `provider` of the resource, without its alias; otherwise what stands before the first underscore. */
function providerOf(type: string, body: JsonMap | undefined): string {
  const named = body?.['provider']
  if (typeof named === 'string') return named.replace(/^\$\{\s*|\s*\}$/g, '').split('.')[0] ?? ''
  return type.split('_')[0] ?? ''
}

/** Sources by the names that `required_providers` gives them. */
export function requiredProviders(config: unknown): Map<string, string> {
  const found = new Map<string, string>()
  if (typeof config !== 'object' || config === null) return found
  const terraform = bodiesOf((config as JsonMap)['terraform'] ?? null)
  for (const [name, value] of terraform.flatMap((body) => entriesOf(body['required_providers'])))
    if (isJsonMap(value) && typeof value['source'] === 'string') found.set(name, value['source'])
  return found
}

function checkKinds(report: Report, providers: KnownProviders, config: JsonMap): void {
  for (const [name, bodies] of entriesOf(config['provider'])) {
    const schema = providers.provider(name)?.configuration
    if (!schema) notImported(report, name)
    // What a provider needs may come from its environment.
    else for (const body of bodiesOf(bodies)) checkBody(report, optional(schema), body, `provider.${name}`, metaArguments.provider)
  }
  for (const kind of ['resource', 'data'] as const)
    for (const [type, names] of entriesOf(config[kind]))
      for (const [name, bodies] of entriesOf(names))
        for (const body of bodiesOf(bodies)) {
          if (report.full()) return
          checkOne(report, providers, kind, type, body, `${kind}.${type}.${name}`)
        }
}

const optional = (schema: SchemaBlock): SchemaBlock => ({
  ...schema,
  attributes: Object.fromEntries(
    Object.entries(schema.attributes ?? {}).map(([name, attribute]) => [name, { ...attribute, required: false, optional: true }]),
  ),
})

function checkOne(report: Report, providers: KnownProviders, kind: 'resource' | 'data', type: string, body: JsonMap, path: string): void {
  const provider = providerOf(type, body)
  const schema = providers.blockOf(provider, kind, type)
  if (schema) checkBody(report, schema, body, path, metaArguments[kind])
  else if (!providers.provider(provider)) notImported(report, provider)
  else {
    const other = kind === 'resource' ? 'data' : 'resource'
    const isOther = providers.typesOf(provider, other).includes(type)
    const hint = isOther
      ? `; it is a ${other === 'data' ? 'data source' : 'resource'}`
      : report.near(type, providers.typesOf(provider, kind))
    report.error(path, `the provider ${provider} has no ${kind === 'data' ? 'data source' : 'resource'} ${quoted(type)}${hint}`)
  }
}

const notImported = (report: Report, provider: string) =>
  report.notice(`What belongs to the provider ${quoted(provider)} was not checked, because its schema was not imported here`)
