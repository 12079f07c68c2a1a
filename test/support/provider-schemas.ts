/** The schema of a real provider, and configurations that use all of it. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { CtyType, SchemaAttribute, SchemaBlock } from '../../src/formats/terraform/provider-schema.ts'

export const awsSchemaFile = new URL('../../../shared/data/terraform/aws-5.100.0-provider-schema.json.gz', import.meta.url).pathname
export const hasAwsSchema = existsSync(awsSchemaFile)
export const awsSource = 'registry.terraform.io/hashicorp/aws'

export interface PrintedProvider {
  provider: { block: SchemaBlock }
  resource_schemas: Record<string, { block: SchemaBlock }>
  data_source_schemas: Record<string, { block: SchemaBlock }>
}

export const awsSchema = (): PrintedProvider =>
  JSON.parse(gunzipSync(readFileSync(awsSchemaFile)).toString('utf8')).provider_schemas[awsSource]

/** Numbers from 0 to below 1, the same for a seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Every attribute and every nested block, in Terraform's JSON syntax as the parser writes it: blocks are lists.
 * A block that stood somewhere in the same body already has only its attributes the next time.
 */
export function fullBody(schema: SchemaBlock, random: () => number, seen = new Set<string>()): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [name, attribute] of Object.entries(schema.attributes ?? {})) body[name] = attributeValue(attribute, random)
  for (const [name, { nesting_mode, block = {} }] of Object.entries(schema.block_types ?? {})) {
    const mark = JSON.stringify(block)
    const isNew = !seen.has(mark)
    seen.add(mark)
    const make = () => (isNew ? fullBody(block, random, seen) : fullBody({ attributes: block.attributes ?? {} }, random))
    const bodies = isNew && nesting_mode !== 'single' && random() < 0.1 ? [make(), {}] : [make()]
    body[name] = nesting_mode === 'map' ? { one: bodies } : bodies
  }
  return body
}

function attributeValue({ type, nested_type }: SchemaAttribute, random: () => number): unknown {
  if (type !== undefined) return someOf(type, random)
  const one = Object.fromEntries(
    Object.entries(nested_type?.attributes ?? {}).map(([name, inner]) => [name, attributeValue(inner, random)]),
  )
  return nested_type?.nesting_mode === 'single' ? one : nested_type?.nesting_mode === 'map' ? { one } : [one]
}

const texts = [
  'plain',
  '',
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's templates
  '${var.name}',
  'a ${var.name} b',
  '$${literal}',
  '${aws_vpc.main[0].id}',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
  'say "hi" \\ bye',
  'first\nsecond\n',
  'über 日本',
  '{"Version": "2012-10-17"}',
]

/** What is nested deeper, as computed values of a few data sources are, is empty: those alone would be megabytes. */
const deepest = 5

function someOf(type: CtyType, random: () => number, depth = 0): unknown {
  if (typeof type === 'string') {
    if (type === 'bool') return random() < 0.5
    if (type === 'number') return Math.floor(random() * 65536)
    return texts[Math.floor(random() * texts.length)]
  }
  const [kind, inner] = type as [string, CtyType & Record<string, CtyType>]
  const one = (of: unknown) => someOf(of as CtyType, random, depth + 1)
  if (depth > deepest) return kind === 'map' || kind === 'object' ? {} : []
  if (kind === 'map') return { key: one(inner), 'other key': one(inner) }
  if (kind === 'object') return Object.fromEntries(Object.entries(inner).map(([name, of]) => [name, one(of)]))
  return typeof inner === 'string' ? [one(inner), one(inner)] : [one(inner)]
}
