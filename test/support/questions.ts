/**
 * Questions made from the document: what each operation takes, in good and in bad forms. Everything is drawn from a seed, so
 * that a run can be repeated. fast-check makes the strings that match a pattern; made for single values, it takes minutes
 * for tens of thousands of whole questions, so the rest is drawn here.
 */
import fc from 'fast-check'
import document from '../../src/contract/openapi.json' with { type: 'json' }
import type { OperationId } from '../../src/contract/operations.ts'
import { deep, hostileValue } from './hostile.ts'
import { anything, Random, seedOf, words } from './random.ts'

export interface AnyQuestion {
  path: Record<string, unknown>
  query: Record<string, unknown>
  /** Undefined: no body is sent. */
  body: unknown
}

/** Values that exist, by the name of a parameter or property: `project_canonical`, `owner`, `member_id`. */
export type Known = Readonly<Record<string, readonly unknown[]>>

interface Schema {
  $ref?: string
  type?: string
  format?: string
  pattern?: string
  enum?: unknown[]
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  allOf?: Schema[]
  oneOf?: Schema[]
}
interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: boolean
  schema: Schema
}
export interface Described {
  parameters: Parameter[]
  body: Schema | undefined
  bodyRequired: boolean
}

type Reference<T> = T | { $ref: string }
interface OperationObject {
  operationId: string
  parameters?: Reference<Parameter>[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
}

const described = new Map<string, Described>()
for (const item of Object.values(document.paths))
  for (const { operationId, parameters = [], requestBody } of Object.values(item as unknown as Record<string, OperationObject>))
    described.set(operationId, {
      parameters: parameters.map((parameter) => resolve(parameter)),
      body: Object.values(requestBody?.content ?? {})[0]?.schema,
      bodyRequired: requestBody?.required === true,
    })

export function describeOperation(id: OperationId): Described {
  const found = described.get(id)
  if (!found) throw new Error(`the document does not know ${id}`)
  return found
}

function resolve<T>(value: Reference<T>): T {
  const { $ref } = value as { $ref?: string }
  if ($ref === undefined) return value as T
  const [, kind = '', name = ''] = $ref.match(/^#\/components\/(\w+)\/(.+)$/) ?? []
  return (document.components as unknown as Record<string, Record<string, T>>)[kind]?.[name] as T
}

/** A question that matches the document; with `known`, most names in it are of things that exist. */
export function validQuestion(random: Random, id: OperationId, known: Known = {}): AnyQuestion {
  const { parameters, body, bodyRequired } = describeOperation(id)
  const question: AnyQuestion = { path: {}, query: {}, body: undefined }
  for (const { name, in: place, required, schema } of parameters)
    if (required || random.chance(0.4)) question[place][name] = named(random, name, schema, known)
  if (body && (bodyRequired || random.chance(0.7))) question.body = drawn(random, body, known, 0)
  return question
}

/** Only what must be there, and the same on every call: what a test varies, it varies itself. */
export function plainQuestion(id: OperationId, known: Known = {}): AnyQuestion {
  const question = validQuestion(new Random(seedOf(id, 1), { madeUp: 0 }), id, known)
  const required = describeOperation(id)
    .parameters.filter((parameter) => parameter.required)
    .map(({ name }) => name)
  return { ...question, query: Object.fromEntries(Object.entries(question.query).filter(([name]) => required.includes(name))) }
}

/** A valid question with one thing in it spoiled. */
export function spoiledQuestion(random: Random, id: OperationId, known: Known = {}): AnyQuestion {
  const question = validQuestion(random, id, known)
  const places = placesIn(question)
  if (places.length === 0) return question
  const { holder, key } = random.pick(places)
  const isPart = Array.isArray(holder) || holder === question || holder === question.path
  const value = hostileValue(random)
  const set = (name: string) => Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
  const how = random.integer(1, 4)
  if (how === 1 && !isPart) delete (holder as Record<string, unknown>)[key]
  else if (how === 2 && !isPart) set(random.pick(['__proto__', 'constructor', 'something_else']))
  else set(key)
  return question
}

/** For each place of a valid question's body, one in which something nested thousands of levels deep stands there. */
export function deepQuestions(id: OperationId, known: Known, most = 40): AnyQuestion[] {
  const make = () => validQuestion(new Random(seedOf(id, 1), { madeUp: 0 }), id, known)
  const inBody = (question: AnyQuestion) => placesIn({ ...question, path: {}, query: {} }).filter(({ key }) => key !== 'body')
  const count = Math.min(most, inBody(make()).length)
  const inside = Array.from({ length: count }, (_, index) => {
    const question = make()
    const place = inBody(question)[index]
    if (place) (place.holder as Record<string, unknown>)[place.key] = deep
    return question
  })
  return describeOperation(id).body ? [...inside, { ...make(), body: deep }] : []
}

function placesIn(question: AnyQuestion): { holder: object; key: string }[] {
  const places: { holder: object; key: string }[] = []
  const walk = (holder: object, depth: number): void => {
    for (const [key, value] of Object.entries(holder)) {
      places.push({ holder, key })
      if (typeof value === 'object' && value !== null && depth > 0) walk(value, depth - 1)
    }
  }
  walk(question.path, 0)
  walk(question.query, 0)
  if (question.body !== undefined) places.push({ holder: question, key: 'body' })
  if (typeof question.body === 'object' && question.body !== null) walk(question.body, 6)
  return places
}

/** As in `role_canonical`, `roles_canonical[]` or `owner`: mostly something that is there. */
function named(random: Random, name: string, schema: Schema, known: Known): unknown {
  const values = Object.hasOwn(known, name) ? (known[name] ?? []) : []
  if (values.length === 0 || random.chance(random.madeUp)) return drawn(random, schema, known, 1)
  const { type } = resolve(schema)
  if (type === 'object') return drawn(random, schema, known, 1)
  return type === 'array' ? [random.pick(values)] : random.pick(values)
}

function drawn(random: Random, schema: Schema, known: Known, depth: number): unknown {
  if (schema.$ref) return drawn(random, resolve(schema), known, depth)
  if (schema.allOf?.length === 1) return drawn(random, schema.allOf[0] as Schema, known, depth)
  if (schema.oneOf) return drawn(random, random.pick(schema.oneOf), known, depth)
  if (schema.enum) return random.pick(schema.enum)
  switch (schema.type) {
    case 'string':
      return textOf(random, schema)
    case 'integer':
      return integerOf(random, schema)
    case 'number':
      return random.pick([0, 1, 0.5, 12.34, -7.25, 1e9])
    case 'boolean':
      return random.chance(0.5)
    case 'array':
      return listOf(random, schema, known, depth)
    case 'object':
      return objectOf(random, schema, known, depth)
    default:
      return anything(random, 0)
  }
}

function listOf(random: Random, { items = {}, minItems = 0, maxItems, uniqueItems }: Schema, known: Known, depth: number): unknown[] {
  const length = random.integer(minItems, maxItems ?? Math.max(minItems, depth > 3 ? 1 : 3))
  const list = Array.from({ length }, () => drawn(random, items, known, depth + 1))
  return uniqueItems ? [...new Map(list.map((item) => [JSON.stringify(item), item])).values()] : list
}

function objectOf(
  random: Random,
  { properties = {}, required = [], additionalProperties, minProperties = 0, maxProperties = Number.POSITIVE_INFINITY }: Schema,
  known: Known,
  depth: number,
): unknown {
  const made: Record<string, unknown> = {}
  // Models may hold themselves: deep down only what must be there is.
  for (const [name, schema] of Object.entries(properties)) {
    const needed = required.includes(name) || Object.keys(made).length < minProperties
    if (needed || (depth < 4 && random.chance(0.5) && Object.keys(made).length < maxProperties))
      made[name] = depth > 8 ? {} : named(random, name, schema, known)
  }
  if (Object.keys(properties).length > 0 || additionalProperties === false) return made
  const inner = typeof additionalProperties === 'object' ? additionalProperties : {}
  for (let left = random.integer(0, 3); left > 0; left--) made[words(random, 1, 12)] = drawn(random, inner, known, depth + 1)
  return made
}

function integerOf(random: Random, { format, minimum, maximum }: Schema): number {
  const [low, high] = format === 'uint32' ? [0, 2 ** 32 - 1] : format === 'uint64' ? [0, Number.MAX_SAFE_INTEGER] : [-1000, 2 ** 31 - 1]
  const min = Math.max(low, minimum ?? low)
  const max = Math.min(high, maximum ?? high)
  return random.pick([
    min,
    max,
    random.integer(min, Math.min(max, min + 5)),
    random.integer(min, Math.min(max, min + 5)),
    random.integer(min, max),
  ])
}

const pools = new Map<string, string[]>()
/** Strings that match a pattern and keep its limits, made once. */
function poolOf(pattern: string, fits: (text: string) => boolean, limits: string): string[] {
  const known = pools.get(pattern + limits)
  if (known) return known
  const expression = new RegExp(pattern, 'u')
  const drawn = fc.sample(fc.stringMatching(expression), { seed: 20261121, numRuns: 60 })
  const longest = ['a'.repeat(100), 'a'.repeat(383), 'abc', 'a', 'Aa-b_c.9', '0-0'].filter((text) => expression.test(text))
  const pool = [...new Set([...drawn, ...longest])].filter(fits)
  if (pool.length === 0) throw new Error(`nothing matches ${pattern} within its limits`)
  pools.set(pattern + limits, pool)
  return pool
}

function textOf(random: Random, { format, pattern, minLength = 0, maxLength = 1000 }: Schema): string {
  const fits = (text: string) => [...text].length >= minLength && [...text].length <= maxLength
  if (pattern) return random.pick(poolOf(pattern, fits, `${minLength}-${maxLength}`))
  if (format === 'email')
    return `${random.pick(['ada', 'bob', 'eve+x', "o'hara", 'ADA'])}${random.integer(1, 9)}@${random.pick(['example.com', 'mail.example.org'])}`
  if (format === 'uri') return random.pick(['https://example.com/a', 'http://example.com:8080/x?y=z', 'https://example.com'])
  if (format === 'date-time') return new Date(random.integer(0, 4e12)).toISOString()
  if (format === 'byte') return Buffer.from(words(random, 0, 20)).toString('base64')
  if (random.chance(0.1)) return 'x'.repeat(random.pick([minLength, Math.min(maxLength, 1000)]))
  const length = Math.min(maxLength, Math.max(minLength, random.integer(1, 20)))
  return random.chance(0.6)
    ? `name${random.integer(1, 99_999)}`.padEnd(minLength, 'x').slice(0, maxLength)
    : words(random, Math.max(length, minLength), length)
}
