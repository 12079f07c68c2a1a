/** The contract of ../shared/contract and our document, flattened into facts that can be compared one by one. */
import { existsSync, readFileSync } from 'node:fs'
import document from '../../src/contract/openapi.json' with { type: 'json' }

const contract = new URL('../../../shared/contract/', import.meta.url)
export const contractIsHere = existsSync(new URL('operations.json', contract))

type Json = Record<string, unknown>
export type Schema = Json
type Facts = Map<string, string>

interface ContractOperation {
  operationId: string
  method: string
  path: string
  consumes: string[]
  produces: string[]
  authenticated: boolean
  deprecated?: boolean
  params: { name: string; in: string; required: boolean; schema: Schema }[]
  body?: Schema
  responses: Record<string, Json>
}

export function readContract(): { operations: ContractOperation[]; schemas: Record<string, Schema> } {
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, contract), 'utf8'))
  return { operations: read('operations.json'), schemas: read('schemas.json') }
}

/** Both names of JSON are taken everywhere; no client sends JSON operations as forms, though the contract lists it. */
const mediaTypes: Record<string, string> = {
  'application/vnd.cycloid.io.v1+json,application/x-www-form-urlencoded': 'application/json,application/vnd.cycloid.io.v1+json',
  'application/json': 'application/json',
  'application/x-www-form-urlencoded': 'application/x-www-form-urlencoded',
}

function factsOfContract(): Facts {
  const facts: Facts = new Map()
  const { operations, schemas } = readContract()
  for (const [name, schema] of Object.entries(schemas)) addSchema(facts, `schema ${name}`, schema)
  for (const { operationId: id, method, path, consumes, authenticated, deprecated, params, body, responses } of operations) {
    facts.set(`${id} at`, `${method} ${path}`)
    facts.set(`${id} authenticated`, String(authenticated))
    facts.set(`${id} deprecated`, String(deprecated === true))
    for (const { name, in: place, required, schema } of params) {
      if (place === 'form') continue
      facts.set(`${id} ${place} ${name} required`, String(required))
      addSchema(facts, `${id} ${place} ${name}`, schema)
    }
    if (body) {
      facts.set(`${id} body required`, 'true')
      facts.set(`${id} body as`, mediaTypes[consumes.join(',')] ?? consumes.join(','))
      addSchema(facts, `${id} body`, body)
    }
    for (const [status, answer] of Object.entries(responses)) {
      facts.set(`${id} answer ${status}`, 'promised')
      const schema = (answer['schema'] ?? answer) as Schema
      if (Array.isArray(answer['headers']))
        for (const header of answer['headers'] as string[])
          if (header !== 'Content-Type') facts.set(`${id} answer ${status} header ${header}`, 'promised')
      if (!('headers' in answer) || 'schema' in answer) addSchema(facts, `${id} answer ${status} body`, schema)
    }
  }
  return facts
}

interface DocumentOperation extends Json {
  operationId: string
  parameters?: Json[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, Json>
}

export const eachOperation = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as unknown as Record<string, DocumentOperation>).map(([method, operation]) => ({ path, method, operation })),
  )

function factsOfDocument(): Facts {
  const facts: Facts = new Map()
  for (const [name, schema] of Object.entries(document.components.schemas)) addSchema(facts, `schema ${name}`, schema as Schema)
  for (const { path, method, operation } of eachOperation()) {
    const { operationId: id, requestBody, responses, parameters = [] } = operation
    facts.set(`${id} at`, `${method.toUpperCase()} ${path}`)
    facts.set(`${id} authenticated`, String(!['public', 'token'].includes(String(operation['x-permission']))))
    facts.set(`${id} deprecated`, String(operation['deprecated'] === true))
    for (const reference of parameters) {
      const { name, in: place, required, schema, 'x-trochoid': ours } = resolve(reference) as Json
      if (ours === true) continue
      facts.set(`${id} ${place} ${name} required`, String(required === true))
      addSchema(facts, `${id} ${place} ${name}`, schema as Schema)
    }
    if (requestBody) {
      const { content, required } = requestBody
      facts.set(`${id} body required`, String(required === true))
      facts.set(`${id} body as`, Object.keys(content).sort().join(','))
      const [first] = Object.values(content)
      addSchema(facts, `${id} body`, inlined(first?.schema ?? {}))
    }
    for (const [status, reference] of Object.entries(responses)) {
      const { headers, content } = resolve(reference) as { headers?: Json; content?: Record<string, { schema?: Schema }> }
      facts.set(`${id} answer ${status}`, 'promised')
      for (const header of Object.keys(headers ?? {})) facts.set(`${id} answer ${status} header ${header}`, 'promised')
      const schema = content?.['application/json']?.schema
      if (schema) addSchema(facts, `${id} answer ${status} body`, schema)
    }
  }
  return facts
}

/** The two bodies that have no name in the contract are compared by what is in them. */
const inlined = (schema: Schema): Schema =>
  ['CostEstimationForm', 'FormsInterpolation'].some((name) => String(schema['$ref']).endsWith(`/${name}`))
    ? (resolve(schema) as Schema)
    : schema

const limits = [
  'type',
  'format',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'uniqueItems',
  'default',
] as const

function addSchema(facts: Facts, name: string, schema: Schema): void {
  const { allOf, $ref } = schema as { allOf?: Schema[]; $ref?: string }
  if (allOf?.length === 1) {
    addSchema(facts, name, allOf[0] as Schema)
    return
  }
  if ($ref) {
    facts.set(`${name} is`, $ref.slice($ref.lastIndexOf('/') + 1))
    return
  }
  for (const limit of limits) {
    const value = limit === 'pattern' ? (schema['x-contract-pattern'] ?? schema['pattern']) : schema[limit]
    if (value !== undefined) facts.set(`${name} ${limit}`, JSON.stringify(value))
  }
  for (const set of ['enum', 'required'] as const)
    if (Array.isArray(schema[set])) facts.set(`${name} ${set}`, [...(schema[set] as string[])].sort().join(', '))
  const { discriminator, items, properties, additionalProperties } = schema as {
    discriminator?: { propertyName: string; mapping: Json }
    items?: Schema
    properties?: Record<string, Schema>
    additionalProperties?: unknown
  }
  if (discriminator)
    facts.set(`${name} chosen by`, `${discriminator.propertyName}: ${Object.keys(discriminator.mapping).sort().join(', ')}`)
  if (items) addSchema(facts, `${name}[]`, items)
  for (const [property, inner] of Object.entries(properties ?? {})) {
    if (inner['x-trochoid'] === true) continue
    facts.set(`${name}.${property}`, 'there')
    addSchema(facts, `${name}.${property}`, inner)
  }
  if (typeof additionalProperties === 'object') addSchema(facts, `${name}.*`, additionalProperties as Schema)
  else if (additionalProperties !== undefined) facts.set(`${name} additionalProperties`, String(additionalProperties))
}

/** Beside the contract's answers every operation has `default`, and those that ask who is calling have 401. */
const always = /^\w+ answer (401|403|404|422|409|429|default)\b/

/** Every fact that one side has and the other has not, or differently. */
export function differences(): string[] {
  const [contract, mine] = [factsOfContract(), factsOfDocument()]
  const { operations, schemas } = readContract()
  const theirs = new Set([...operations.map(({ operationId }) => operationId), ...Object.keys(schemas).map((name) => `schema ${name}`)])
  const known = (fact: string) => theirs.has(fact.match(/^(schema \w+|\w+)/)?.[0] ?? '')
  const lost = [...contract]
    .filter(([fact, value]) => mine.get(fact) !== value)
    .map(([fact, value]) => `${fact} = ${mine.get(fact) ?? 'nothing'} instead of ${value}`)
  const added = [...mine]
    .filter(([fact]) => !contract.has(fact) && known(fact) && !always.test(fact))
    .map(([fact, value]) => `${fact} = ${value} instead of nothing`)
  return [...lost, ...added].sort()
}

export function resolve(value: Json): Json | undefined {
  const { $ref } = value as { $ref?: string }
  if (!$ref) return value
  const [, kind = '', name = ''] = $ref.match(/^#\/components\/(\w+)\/(.+)$/) ?? []
  return (document.components as unknown as Record<string, Record<string, Json>>)[kind]?.[name]
}

export function walk(value: unknown, visit: (value: Json) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as Json)
  for (const inner of Object.values(value)) walk(inner, visit)
}
