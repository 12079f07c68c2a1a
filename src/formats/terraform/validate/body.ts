/** A body against the schema of its provider. */
import { isJsonMap, type Json, type JsonMap } from '../../json-value.ts'
import { type CtyType, ownOf, type SchemaAttribute, type SchemaBlock, type SchemaNestedBlock } from '../provider-schema.ts'
import { quoted, type Report } from './report.ts'

/** What Terraform itself has in a resource or data source; nothing for nested blocks. */
export const metaArguments: Record<'resource' | 'data' | 'provider' | 'nested', ReadonlySet<string>> = {
  resource: new Set(['count', 'for_each', 'depends_on', 'provider', 'lifecycle', 'connection', 'provisioner', 'dynamic', '//']),
  data: new Set(['count', 'for_each', 'depends_on', 'provider', 'lifecycle', 'dynamic', '//']),
  provider: new Set(['alias', 'version', 'dynamic', '//']),
  nested: new Set(['dynamic', '//']),
}

export function checkBody(report: Report, schema: SchemaBlock, body: JsonMap, path: string, meta: ReadonlySet<string>): void {
  if (report.full()) return
  const dynamic = dynamicBlocks(body['dynamic'])
  const { attributes = {}, block_types = {} } = schema
  for (const [name, value] of Object.entries(body)) {
    if (report.full()) return
    if (meta.has(name) && !(meta === metaArguments.nested && ownOf(attributes, name))) continue
    const attribute = ownOf(attributes, name)
    const block = ownOf(block_types, name)
    if (attribute) checkAttribute(report, attribute, value, `${path}.${name}`)
    else if (block) checkBlocks(report, block, value, `${path}.${name}`)
    else report.error(path, unknownName(report, name, schema))
  }
  for (const [name, bodies] of dynamic) {
    const block = ownOf(block_types, name)
    if (!block) report.error(`${path}.dynamic`, `there is no block ${quoted(name)}${report.near(name, Object.keys(block_types))}`)
    else for (const content of bodies) checkBody(report, block.block ?? {}, content, `${path}.dynamic.${name}`, metaArguments.nested)
  }
  for (const [name, attribute] of Object.entries(attributes))
    if (attribute.required && isAbsent(body, name)) report.error(path, `the attribute ${quoted(name)} is missing`)
  for (const [name, { min_items = 0 }] of Object.entries(block_types))
    if (min_items > 0 && isAbsent(body, name) && !dynamic.has(name)) report.error(path, `the block ${quoted(name)} is missing`)
}

const isAbsent = (body: JsonMap, name: string): boolean => !Object.hasOwn(body, name) || body[name] === null

function unknownName(report: Report, name: string, { attributes = {}, block_types = {} }: SchemaBlock): string {
  return `there is no argument ${quoted(name)}${report.near(name, [...Object.keys(attributes), ...Object.keys(block_types)])}`
}

function checkAttribute(report: Report, attribute: SchemaAttribute, value: Json, path: string): void {
  if (value === null) return
  if (attribute.computed && !attribute.optional && !attribute.required) {
    report.error(path, 'the provider decides this value, so it cannot be set')
    return
  }
  if (attribute.type !== undefined) checkType(report, attribute.type, value, path)
  else if (attribute.nested_type) checkNested(report, attribute.nested_type, value, path)
}

function checkNested(report: Report, nested: NonNullable<SchemaAttribute['nested_type']>, value: Json, path: string): void {
  if (isTemplate(value)) return
  const { attributes = {}, nesting_mode } = nested
  const one = (item: Json, here: string) => {
    if (isTemplate(item)) return
    if (isJsonMap(item)) checkBody(report, { attributes }, item, here, metaArguments.nested)
    else report.error(here, 'must be an object')
  }
  if (nesting_mode === 'single') one(value, path)
  else if (nesting_mode === 'map') {
    if (isJsonMap(value)) for (const [key, item] of Object.entries(value)) one(item, `${path}.${key}`)
    else report.error(path, 'must be a map of objects')
  } else if (Array.isArray(value)) for (const [at, item] of value.entries()) one(item, `${path}[${at}]`)
  else report.error(path, 'must be a list of objects')
}

function checkBlocks(
  report: Report,
  { block = {}, nesting_mode, min_items = 0, max_items = 0 }: SchemaNestedBlock,
  value: Json,
  path: string,
) {
  if (value === null) return
  const bodies = nesting_mode === 'map' && isJsonMap(value) ? Object.values(value).flatMap(listOf) : listOf(value)
  for (const [at, body] of bodies.entries()) {
    const here = bodies.length > 1 ? `${path}[${at}]` : path
    if (isJsonMap(body)) checkBody(report, block, body, here, metaArguments.nested)
    else if (body !== null) report.error(here, 'is a block, so it must be an object or a list of objects')
  }
  const most = nesting_mode === 'single' || nesting_mode === 'group' ? 1 : max_items
  if (most > 0 && bodies.length > most)
    report.error(path, `there may be ${most === 1 ? 'one' : `${most} of these`}, and there are ${bodies.length}`)
  if (bodies.length < min_items)
    report.error(path, `there must be at least ${min_items === 1 ? 'one' : min_items}, and there are ${bodies.length}`)
}

const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value])

/** Bodies of the contents, by the names of their blocks. */
function dynamicBlocks(dynamic: Json | undefined): Map<string, JsonMap[]> {
  const found = new Map<string, JsonMap[]>()
  for (const byName of listOf(dynamic ?? null)) {
    if (!isJsonMap(byName)) continue
    for (const [name, blocks] of Object.entries(byName)) {
      const contents = listOf(blocks).flatMap((block) => (isJsonMap(block) ? listOf(block['content'] ?? null) : []))
      const known = found.get(name) ?? []
      for (const content of contents) if (isJsonMap(content)) known.push(content)
      found.set(name, known)
    }
  }
  return found
}

/** What it becomes is known only when Terraform runs. */
const isTemplate = (value: Json): boolean => typeof value === 'string' && /(?<![$%])(?:\$\$|%%)*[$%]\{/.test(value)

function checkType(report: Report, type: CtyType, value: Json, path: string): void {
  if (value === null || isTemplate(value) || type === 'dynamic') return
  if (typeof type === 'string') {
    if (!isPrimitive(type, value)) report.error(path, `must be a ${type}, and is ${nameOf(value)}`)
    return
  }
  const [kind, inner] = type as [string, CtyType]
  if (kind === 'list' || kind === 'set') {
    if (!Array.isArray(value)) report.error(path, `must be a list, and is ${nameOf(value)}`)
    else for (const [at, item] of value.entries()) checkType(report, inner, item, `${path}[${at}]`)
  } else if (kind === 'map' || kind === 'object') checkMap(report, kind, inner, value, path)
}

function checkMap(report: Report, kind: 'map' | 'object', inner: unknown, value: Json, path: string): void {
  if (!isJsonMap(value)) {
    report.error(path, `must be ${kind === 'map' ? 'a map' : 'an object'}, and is ${nameOf(value)}`)
    return
  }
  for (const [key, item] of Object.entries(value)) {
    const here = `${path}.${key}`
    if (kind === 'map') checkType(report, inner as CtyType, item, here)
    else {
      const known = inner as Record<string, CtyType>
      const of = ownOf(known, key)
      if (of !== undefined) checkType(report, of, item, here)
      else if (!isTemplate(key)) report.error(path, `there is no attribute ${quoted(key)}${report.near(key, Object.keys(known))}`)
    }
  }
}

/** Terraform converts texts, numbers and booleans into each other where that is possible. */
function isPrimitive(type: string, value: Json): boolean {
  if (typeof value === 'object') return false
  if (type === 'number') return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value))
  if (type === 'bool') return typeof value === 'boolean' || value === 'true' || value === 'false'
  return true
}

const nameOf = (value: Json): string =>
  Array.isArray(value) ? 'a list' : isJsonMap(value) ? 'an object' : typeof value === 'string' ? `the text ${quoted(value)}` : `${value}`
