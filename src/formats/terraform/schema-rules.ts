/** Rules for bodies whose schema is known: there, it decides what is a block and what an attribute. */
import { type BlockRule, type BodyRule, nested, topLevel } from './block-rules.ts'
import type { SchemaBlock, SchemaKind, SchemaLookup } from './provider-schema.ts'

export type { SchemaLookup } from './provider-schema.ts'

export function topLevelWith(schemas: SchemaLookup): ReadonlyMap<string, BlockRule> {
  const rules = new Map(topLevel)
  for (const kind of ['resource', 'data', 'provider'] as const) setWithSchema(rules, kind, schemas)
  const check = topLevel.get('check')
  if (check) {
    const blocks = new Map(check.body.blocks)
    setWithSchema(blocks, 'data', schemas)
    rules.set('check', { ...check, body: { ...check.body, blocks } })
  }
  return rules
}

function setWithSchema(rules: Map<string, BlockRule>, kind: SchemaKind, { schemaOf }: SchemaLookup): void {
  const rule = rules.get(kind)
  if (!rule) return
  rules.set(kind, {
    ...rule,
    bodyOf([type = '']) {
      const schema = schemaOf(kind, type)
      return schema && outermost(rule.body, schema, kind)
    },
  })
}

/** Terraform's own blocks of a resource cannot be a provider's; of those that we only guess, the schema knows better. */
function outermost(base: BodyRule, schema: SchemaBlock, kind: SchemaKind): BodyRule {
  const own = kind === 'provider' ? [] : [...base.blocks].filter(([name]) => name !== 'timeouts' && name !== 'dynamic')
  const reserved = new Set([...own.map(([name]) => name), ...base.references])
  const rule = ruleOf(schema)
  const attributes = new Set([...(rule.attributes ?? [])].filter((name) => !reserved.has(name)))
  return { ...base, attributes, blocks: new Map([...rule.blocks, ...own]) }
}

const known = new WeakMap<SchemaBlock, BodyRule>()

function ruleOf(schema: SchemaBlock): BodyRule {
  const found = known.get(schema)
  if (found) return found
  const blocks = new Map<string, BlockRule>()
  for (const [name, { nesting_mode, block = {} }] of Object.entries(schema.block_types ?? {}))
    blocks.set(name, { labels: nesting_mode === 'map' ? 1 : 0, body: nested, bodyOf: () => ruleOf(block) })
  if (!blocks.has('dynamic')) blocks.set('dynamic', dynamicOf(schema))
  const rule: BodyRule = { ...nested, blocks, attributes: new Set(Object.keys(schema.attributes ?? {})) }
  known.set(schema, rule)
  return rule
}

/** The content of a dynamic block is a block of the name that it is labelled with. */
function dynamicOf(schema: SchemaBlock): BlockRule {
  const body = nested.blocks.get('dynamic')?.body ?? nested
  return {
    labels: 1,
    body,
    bodyOf([name = '']) {
      const content = Object.hasOwn(schema.block_types ?? {}, name) ? schema.block_types?.[name]?.block : undefined
      return content && { ...body, blocks: new Map([['content', { labels: 0, body: ruleOf(content) }]]) }
    },
  }
}
