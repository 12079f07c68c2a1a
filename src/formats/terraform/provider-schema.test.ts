import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { awsSchema, fullBody, hasAwsSchema, seeded } from '../../../test/support/provider-schemas.ts'
import { jsonOf } from './hcl-to-json.ts'
import { hclOf } from './json-to-hcl.ts'
import type { SchemaBlock, SchemaLookup } from './provider-schema.ts'

const disk: SchemaBlock = { attributes: { size: { type: 'number', required: true } } }
const machine: SchemaBlock = {
  attributes: {
    name: { type: 'string' },
    settings: { type: ['list', ['object', { key: 'string' }]] },
    tags: { type: ['map', 'string'] },
    count: { type: 'number' },
    timeouts: { nested_type: { nesting_mode: 'single', attributes: { create: { type: 'string' } } } },
  },
  block_types: {
    disk: { nesting_mode: 'list', block: { ...disk, block_types: { lifecycle: { nesting_mode: 'single', block: disk } } } },
    network: { nesting_mode: 'map', block: disk },
  },
}
const schemas: SchemaLookup = { schemaOf: (_, type) => (type === 'x_machine' || type === 'x' ? machine : undefined) }
const resource = (body: unknown) => hclOf({ resource: { x_machine: { a: body } } }, schemas)
const within = (...lines: string[]) => `resource "x_machine" "a" {\n${lines.map((line) => (line ? `  ${line}` : line)).join('\n')}\n}\n`

describe('a schema decides', () => {
  test.each<[string, unknown, string[]]>([
    ['that one object is a block', { disk: { size: 1 } }, ['disk {', '  size = 1', '}']],
    ['that a list of objects is an attribute', { settings: [{ key: 'a' }] }, ['settings = [', '  {', '    key = "a"', '  },', ']']],
    ['that a map is an attribute', { tags: { a: 'b' } }, ['tags = {', '  a = "b"', '}']],
    ['that a block has a label', { network: { front: { size: 1 } } }, ['network "front" {', '  size = 1', '}']],
    ['what is in nested blocks', { disk: [{ lifecycle: { size: 2 } }] }, ['disk {', '  lifecycle {', '    size = 2', '  }', '}']],
    [
      'what the content of a dynamic block is',
      { dynamic: { disk: { for_each: [1], content: { lifecycle: { size: 2 } } } } },
      ['dynamic "disk" {', '  for_each = [1]', '', '  content {', '    lifecycle {', '      size = 2', '    }', '  }', '}'],
    ],
    ['that timeouts are an attribute', { timeouts: { create: '1m' } }, ['timeouts = {', '  create = "1m"', '}']],
    ['but not on what belongs to Terraform', { lifecycle: { prevent_destroy: true } }, ['lifecycle {', '  prevent_destroy = true', '}']],
    [
      'nor on what it does not know',
      { unknown: [{ a: 1 }], more: { a: 1 } },
      ['more = {', '  a = 1', '}', '', 'unknown {', '  a = 1', '}'],
    ],
    ['null is a block that is not there', { disk: null, name: 'a' }, ['name = "a"']],
  ])('%s', (_, body, lines) => {
    expect(resource(body)).toBe(within(...lines))
  })

  test('in provider blocks, data sources and checks too', () => {
    const body = { disk: { size: 1 } }
    const written = hclOf(
      { provider: { x: body }, data: { x_machine: { a: body } }, check: { c: { data: { x_machine: { b: body } } } } },
      schemas,
    )
    expect(written.match(/disk \{/g)).toHaveLength(3)
    expect(hclOf({ resource: { other: { a: body } } }, schemas)).toContain('disk = {')
  })
})

describe.skipIf(!hasAwsSchema)('every resource and data source of AWS', () => {
  const perText = 60_000

  test('is the same JSON after it was HCL, and laid out as terraform fmt would', { timeout: 120_000 }, async () => {
    const provider = awsSchema()
    const lookup: SchemaLookup = {
      schemaOf: (kind, type) => (kind === 'data' ? provider.data_source_schemas : provider.resource_schemas)[type]?.block,
    }
    const random = seeded(20_260)
    let [types, written] = [0, 0]
    const batch: { config: Record<string, Record<string, unknown>>; hcl: string } = { config: {}, hcl: '' }
    const check = async () => {
      const again = await jsonOf(batch.hcl)
      for (const [kind, byType] of Object.entries(batch.config))
        for (const [type, body] of Object.entries(byType))
          expect((again[kind] as Record<string, unknown>)[type], `${kind} ${type}`).toEqual({ it: [body] })
      Object.assign(batch, { config: {}, hcl: '' })
    }
    const texts: string[] = []
    for (const [kind, all] of [
      ['resource', provider.resource_schemas],
      ['data', provider.data_source_schemas],
    ] as const)
      for (const [type, { block }] of Object.entries(all)) {
        const body = fullBody(block, random)
        const hcl = hclOf({ [kind]: { [type]: { it: [body] } } }, lookup)
        if (batch.hcl.length + hcl.length > perText) await check()
        batch.config[kind] = { ...batch.config[kind], [type]: body }
        batch.hcl += hcl
        texts.push(hcl)
        types++
        written += hcl.length
      }
    await check()
    expect(types).toBe(1526 + 608)
    console.log(`${types} types, ${written} characters of HCL`)
    const all = texts.join('\n')
    expect(await formatted(all)).toBe(all)
  })
})

/** By Terraform where it is, otherwise by its formatter in WebAssembly. */
async function formatted(hcl: string): Promise<string> {
  const terraform = spawnSync('terraform', ['fmt', '-'], { input: hcl, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (!terraform.error) {
    expect(terraform.status, terraform.stderr).toBe(0)
    return terraform.stdout
  }
  console.log('terraform is not on the PATH: laid out by @cdktn/hcl-tools')
  // Its declarations pull in those of browsers, which change what types mean elsewhere.
  const tools = createRequire(import.meta.url)('@cdktn/hcl-tools') as { format(hcl: string): Promise<string> }
  return tools.format(hcl)
}
