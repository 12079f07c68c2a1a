/** Reads `openapi/*.yaml` into one document. The files share one namespace: every `$ref` is local. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export interface OperationObject {
  operationId: string
  tags: string[]
  summary?: string
  deprecated?: boolean
  parameters?: ParameterObject[]
  requestBody?: { required?: boolean; content: Record<string, unknown> }
  responses: Record<string, { content?: Record<string, unknown> }>
  'x-permission'?: string
  'x-permission-reason'?: string
  'x-audit'?: boolean
  'x-api-keys'?: boolean
  'x-confined'?: boolean
  'x-body-limit-mb'?: number
  'x-body-stream'?: boolean
  'x-raw'?: boolean
}
export type ParameterObject = { $ref: string } | { name: string; in: string }

export interface ApiDocument {
  openapi: string
  info: JsonObject
  tags: { name: string; description?: string }[]
  paths: Record<string, Record<string, OperationObject>>
  components: Record<string, JsonObject>
}

export interface Permission {
  code: string
  description: string
  entities: string[]
  reserved?: string
}

const folder = new URL('../openapi/', import.meta.url)
const methods = new Set(['get', 'put', 'post', 'delete', 'patch'])

const readYaml = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, never>

/** The merged document; throws when two files define the same path method, tag or component. */
export function readDocument(): ApiDocument {
  const root = readYaml('openapi.yaml') as unknown as ApiDocument
  const document: ApiDocument = { ...root, tags: [...(root.tags ?? [])], paths: {}, components: {} }
  const parts = readdirSync(folder).filter((file) => file.endsWith('.yaml') && !['redocly.yaml', 'permissions.yaml'].includes(file))
  for (const file of parts.sort()) {
    const part = readYaml(file) as unknown as Partial<ApiDocument>
    if (file !== 'openapi.yaml') document.tags.push(...(part.tags ?? []))
    for (const [path, item] of Object.entries(part.paths ?? {}))
      document.paths[path] = mergeDistinct(document.paths[path] ?? {}, item, `${file}: ${path}`)
    for (const [kind, entries] of Object.entries(part.components ?? {}))
      document.components[kind] = mergeDistinct(document.components[kind] ?? {}, entries, `${file}: ${kind}`)
  }
  return document
}

export function readPermissions(): Permission[] {
  return (readYaml('permissions.yaml') as unknown as { permissions: Permission[] }).permissions
}

/** Every operation with its path and method, in the order of the files. */
export function* operationsOf(document: ApiDocument): Generator<{ path: string; method: string; operation: OperationObject }> {
  for (const [path, item] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(item)) if (methods.has(method)) yield { path, method, operation }
}

function mergeDistinct<T extends object>(into: T, from: T, where: string): T {
  for (const key of Object.keys(from)) if (key in into) throw new Error(`openapi/${where}: "${key}" is defined twice`)
  return { ...into, ...from }
}
