/** Schemas of providers, as `terraform providers schema -json` prints them. */

export type SchemaKind = 'resource' | 'data' | 'provider'

/** A type as cty writes it: `"string"`, `["list", "string"]`, `["object", {"name": "string"}, ["name"]]`. */
export type CtyType = string | readonly unknown[]

export interface SchemaBlock {
  attributes?: { readonly [name: string]: SchemaAttribute }
  block_types?: { readonly [name: string]: SchemaNestedBlock }
  description?: string
}

export interface SchemaAttribute {
  /** Absent when it is nested. */
  type?: CtyType
  nested_type?: { attributes?: { readonly [name: string]: SchemaAttribute }; nesting_mode?: string }
  description?: string
  required?: boolean
  optional?: boolean
  computed?: boolean
}

export interface SchemaNestedBlock {
  nesting_mode?: string
  block?: SchemaBlock
  min_items?: number
  max_items?: number
}

/** What is known of the providers that a configuration uses. */
export interface SchemaLookup {
  schemaOf(kind: SchemaKind, type: string): SchemaBlock | undefined
}

/** Names come from files that anybody may have written: `constructor` is none of the object's own. */
export const ownOf = <T>(map: { readonly [name: string]: T } | undefined, name: string): T | undefined =>
  map && Object.hasOwn(map, name) ? map[name] : undefined
