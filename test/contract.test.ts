/**
 * The document promises exactly what `../shared/contract` says, but for the deviations below, each with its reason. Both
 * sides are flattened into facts (`getTeam query page_size type = integer`) and the facts are compared one by one.
 */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import document from '../src/contract/openapi.json' with { type: 'json' }
import { notImplemented } from '../src/contract/operation.ts'
import type { OperationId } from '../src/contract/operations.ts'
import { operationTable } from '../src/contract/operations.ts'
import { ApiError } from '../src/errors.ts'
import { handlers } from '../src/http/handlers.ts'
import { textFile } from './support/text-file.ts'

const contract = new URL('../../shared/contract/', import.meta.url)
const here = existsSync(new URL('operations.json', contract))

/**
 * Where the document differs from the contract on purpose; openapi/README.md tells the same to people. Every line must
 * still be needed: one that matches no difference fails the test.
 */
const deviations: [fact: RegExp, reason: string][] = [
  [/^\w+ answer \d{3} body is = ErrorPayload instead of nothing/, 'errors always have the shape of ErrorPayload'],
  [/^schema UserLogin(\.\*)? (minProperties|maxProperties|additionalProperties|type)/, 'the prose has 2 to 3 keys and no others'],
  [
    /^schema (NewExternalBackend|UpdateExternalBackend|NewInfraImport|InfraImportResourceBody|InfraImportResourcesBody) required/,
    'the prose requires configuration',
  ],
  [
    /^schema (NewKPI\.config|TerraformJSONConfig\.config|NewInventoryResource\.custom_attributes|FormsValidation\.form_file|UserGuide)( |$)/,
    'an object in the prose',
  ],
  [/^(createOrUpdateState|setInventoryPlan) body (type|additionalProperties)/, 'an object in the prose'],
  [/^schema (NewTeam|UpdateTeam)\.roles_canonical\[\]/, 'canonicals in the prose'],
  [/^\w+ query tag(\[\])? (minLength|maxLength|pattern|uniqueItems)/, 'unique key|value pairs in the prose'],
  [/^\w+ query (resource|credential_types|group_by|statuses) uniqueItems/, 'unique in the prose'],
  [/^\w+ query filter_version minItems/, 'at least one in the prose'],
  [/^getRepoBranches query git_url/, 'the pattern of git URLs in the prose'],
  [/^getServiceCatalogConfig query use_case/, 'a canonical of 3 to 100 characters in the prose'],
  [/^getOrgMembers query user_canonical/, 'any string in the prose'],
  [/^getOrgMembers query invitation_state/, 'repeatable, as clients send it'],
  [
    /^\w+ query (cache_path|concourse_page_since|concourse_page_until|dashboard|service_catalog_template|default) default/,
    'defaults of the prose',
  ],
  [
    /^(getComponent|updateComponent|migrateComponent|updateCloudCostManagementLinkedAccount) answer 200/,
    'the real server wraps it in data',
  ],
  [/^createRole answer 200/, 'the real server answers the whole role'],
  [/^\w+ query (begin|end) (type|format)/, 'dates and timestamps are both sent'],
  [/^unlockState body required/, 'terraform force-unlock sends none'],
  [/^(updateUserGuide|checkResource|setInventoryPlan) body required/, 'may be left out in the prose'],
  [/^(resendMemberInvitation|getLicence|updateUserGuide|refreshToken) authenticated/, 'clients send their token, and it is needed'],
  [/^(samlAssertionConsumerService|handleAWSMarketplaceUserEntitlement) /, 'the contract leaves the forms out'],
  [/^schema (AuthConfigOAuth|CloudProviderConfiguration|ExternalBackendConfiguration)( |$)/, 'variants are spelled out'],
  [/^listCredentials query credential_types?(\[\])? enum/, 'credentials of the type vmware can be found too'],
  [/^schema \w+\.(type|engine) enum/, 'each variant of a discriminator pins its own name'],
]

describe.skipIf(!here)('the wire contract (../shared/contract; skipped where that folder is missing)', () => {
  test('every operation and model of the contract is promised, with the same names, limits and answers', () => {
    const differences = here ? compare(factsOfContract(), factsOfDocument()) : []
    const unexplained = differences.filter((difference) => !deviations.some(([fact]) => fact.test(difference)))
    const unneeded = deviations.filter(([fact]) => !differences.some((difference) => fact.test(difference)))
    expect(unexplained).toEqual([])
    expect(unneeded.map(([fact, reason]) => `${fact}: ${reason}`)).toEqual([])
  })

  test('what goes beyond the contract is marked as ours', () => {
    const { operations, schemas } = readContract()
    const theirs = new Set(operations.map(({ operationId }) => operationId))
    const mine = eachOperation().filter(({ operation }) => !theirs.has(operation.operationId))
    expect(mine.filter(({ operation }) => operation['x-trochoid'] !== true).map(({ operation }) => operation.operationId)).toEqual([])
    const nameless = ['CostEstimationForm', 'FormsInterpolation'] // bodies without a name in the contract
    const models = Object.entries(document.components.schemas as Record<string, Schema>).filter(
      ([name]) => !(name in schemas) && !nameless.includes(name),
    )
    expect(models.filter(([, schema]) => schema['x-trochoid'] !== true).map(([name]) => name)).toEqual([])
  })
})

describe('the document', () => {
  test('every pattern compiles the way the validator compiles it', () => {
    const broken: string[] = []
    walk(document, (value) => {
      for (const key of ['pattern', 'x-contract-pattern'] as const) {
        const pattern = value[key]
        if (typeof pattern !== 'string') continue
        try {
          new RegExp(pattern, 'u')
        } catch {
          broken.push(pattern)
        }
      }
    })
    expect(broken).toEqual([])
  })

  test('every operation says who may call it, and openings say why', () => {
    const openings = ['public', 'authenticated', 'token']
    const silent = eachOperation().filter(({ operation }) => {
      const permission = operation['x-permission']
      const reason = operation['x-permission-reason']
      return typeof permission !== 'string' || openings.includes(permission) !== (typeof reason === 'string' && reason.length > 10)
    })
    expect(silent.map(({ operation }) => operation.operationId)).toEqual([])
  })

  test('the operation table has every operation, once', () => {
    const ids = eachOperation().map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...ids].sort()).toEqual(Object.keys(operationTable).sort())
  })

  test('every reference leads somewhere', () => {
    const lost: string[] = []
    walk(document, ({ $ref }) => {
      if (typeof $ref === 'string' && resolve({ $ref }) === undefined) lost.push($ref)
    })
    expect(lost).toEqual([])
  })
})

describe('what is not built yet', () => {
  const missing = (Object.keys(operationTable) as OperationId[]).filter((id) => (handlers[id] as unknown) === notImplemented).sort()
  const list = textFile(
    'test/not-implemented.txt',
    'Operations that answer 501. This list may only shrink. Written by: UPDATE=1 npx vitest run test/contract.test.ts',
  )

  test('test/not-implemented.txt is the list of operations that answer 501, and has not grown', () => {
    const before = list.read()
    expect(missing.filter((id) => before !== undefined && !before.includes(id))).toEqual([])
    list.expectOrUpdate(missing)
  })

  test('an operation that is not built says so', async () => {
    await expect(notImplemented()).rejects.toThrow(ApiError)
    await expect(notImplemented()).rejects.toMatchObject({ code: 'NotImplemented' })
  })
})

// ---- facts ----

type Json = Record<string, unknown>
type Schema = Json
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

function readContract(): { operations: ContractOperation[]; schemas: Record<string, Schema> } {
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

const eachOperation = () =>
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
  if (allOf?.length === 1) return addSchema(facts, name, allOf[0] as Schema)
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

function compare(contract: Facts, mine: Facts): string[] {
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

function resolve(value: Json): Json | undefined {
  const { $ref } = value as { $ref?: string }
  if (!$ref) return value
  const [, kind = '', name = ''] = $ref.match(/^#\/components\/(\w+)\/(.+)$/) ?? []
  return (document.components as unknown as Record<string, Record<string, Json>>)[kind]?.[name]
}

function walk(value: unknown, visit: (value: Json) => void): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as Json)
  for (const inner of Object.values(value)) walk(inner, visit)
}
