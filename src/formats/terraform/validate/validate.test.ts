// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's templates
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { awsSchema, fullBody, hasAwsSchema, seeded } from '../../../../test/support/provider-schemas.ts'
import type { SchemaBlock } from '../provider-schema.ts'
import { type KnownProviders, usesOf, validateTerraform } from './validate.ts'

const machine: SchemaBlock = {
  attributes: {
    id: { type: 'string', computed: true },
    image: { type: 'string', required: true },
    size: { type: 'number', optional: true },
    public: { type: 'bool', optional: true },
    zones: { type: ['set', 'string'], optional: true },
    tags: { type: ['map', 'string'], optional: true },
    rules: { type: ['list', ['object', { port: 'number' }]], optional: true },
    placement: { optional: true, nested_type: { nesting_mode: 'single', attributes: { host: { type: 'string', required: true } } } },
  },
  block_types: {
    disk: { nesting_mode: 'list', max_items: 2, block: { attributes: { gb: { type: 'number', required: true } } } },
    network: { nesting_mode: 'list', min_items: 1, max_items: 1, block: { attributes: { name: { type: 'string', optional: true } } } },
  },
}
const providers: KnownProviders = {
  provider: (name) => (name === 'cloud' ? { configuration: { attributes: { region: { type: 'string', required: true } } } } : undefined),
  blockOf: (provider, kind, type) => (provider === 'cloud' && kind === 'resource' && type === 'cloud_machine' ? machine : undefined),
  typesOf: (_, kind) => (kind === 'resource' ? ['cloud_machine'] : ['cloud_image']),
}
const ok = { image: 'linux', network: {} }
const check = (body: unknown, more: object = {}) =>
  validateTerraform({ resource: { cloud_machine: { a: body } }, ...more }, providers).errors

test.each<[string, unknown, string[]]>([
  ['nothing to say', ok, []],
  ['an unknown argument', { ...ok, imag: 'x' }, ['resource.cloud_machine.a: there is no argument "imag"; did you mean "image"?']],
  [
    'a prototype key',
    JSON.parse('{"image":"x","network":{},"constructor":1}'),
    ['resource.cloud_machine.a: there is no argument "constructor"'],
  ],
  ['a missing attribute', { network: {} }, ['resource.cloud_machine.a: the attribute "image" is missing']],
  ['null is missing', { image: null, network: {} }, ['resource.cloud_machine.a: the attribute "image" is missing']],
  ['a missing block', { image: 'x' }, ['resource.cloud_machine.a: the block "network" is missing']],
  ['a dynamic block instead', { image: 'x', dynamic: { network: { for_each: [1], content: {} } } }, []],
  [
    'a dynamic block with mistakes',
    { ...ok, dynamic: { disk: { for_each: [1], content: { gbs: 1 } }, dusk: {} } },
    [
      'resource.cloud_machine.a.dynamic.disk: there is no argument "gbs"; did you mean "gb"?',
      'resource.cloud_machine.a.dynamic.disk: the attribute "gb" is missing',
      'resource.cloud_machine.a.dynamic: there is no block "dusk"; did you mean "disk"?',
    ],
  ],
  ['what the provider decides', { ...ok, id: 'x' }, ['resource.cloud_machine.a.id: the provider decides this value, so it cannot be set']],
  ['a text for a number', { ...ok, size: 'big' }, ['resource.cloud_machine.a.size: must be a number, and is the text "big"']],
  ['a number as a text', { ...ok, size: '5', public: 'true' }, []],
  ['a list for a boolean', { ...ok, public: [] }, ['resource.cloud_machine.a.public: must be a bool, and is a list']],
  ['a text for a list', { ...ok, zones: 'a' }, ['resource.cloud_machine.a.zones: must be a list, and is the text "a"']],
  ['a list for a map', { ...ok, tags: ['a'] }, ['resource.cloud_machine.a.tags: must be a map, and is a list']],
  [
    'inside of objects',
    { ...ok, rules: [{ port: 'x' }, { prt: 1 }] },
    [
      'resource.cloud_machine.a.rules[0].port: must be a number, and is the text "x"',
      'resource.cloud_machine.a.rules[1]: there is no attribute "prt"; did you mean "port"?',
    ],
  ],
  ['nested attributes', { ...ok, placement: {} }, ['resource.cloud_machine.a.placement: the attribute "host" is missing']],
  [
    'too many blocks',
    { ...ok, disk: [{ gb: 1 }, { gb: 2 }, { gb: 3 }] },
    ['resource.cloud_machine.a.disk: there may be 2 of these, and there are 3'],
  ],
  ['one block too many', { image: 'x', network: [{}, {}] }, ['resource.cloud_machine.a.network: there may be one, and there are 2']],
  ["Terraform's own arguments", { ...ok, count: 2, depends_on: [], lifecycle: { prevent_destroy: true }, provider: 'cloud.west' }, []],
  [
    'an undeclared variable',
    { ...ok, image: '${var.image}' },
    ['resource.cloud_machine.a.image: the variable "var.image" is not declared'],
  ],
  [
    'references of every kind',
    { image: '${data.cloud_image.x.id}', network: { name: 'a ${local.name} ${module.net.name} ${cloud_machine.b.id}' } },
    [
      'resource.cloud_machine.a.image: the data source "data.cloud_image.x" is not declared',
      'resource.cloud_machine.a.network.name: the local value "local.name" is not declared',
      'resource.cloud_machine.a.network.name: the module "module.net" is not declared',
      'resource.cloud_machine.a.network.name: the resource "cloud_machine.b" is not declared; did you mean "cloud_machine.a"?',
    ],
  ],
  [
    'depends_on',
    { ...ok, depends_on: ['cloud_machine.c'] },
    ['resource.cloud_machine.a.depends_on[0]: the resource "cloud_machine.c" is not declared; did you mean "cloud_machine.a"?'],
  ],
  [
    'what only looks like a reference',
    {
      ...ok,
      zones: '${[for my_zone in ["a"] : my_zone.name if each.value.x_y.z]}',
      tags: { a: '${"x ${cloud_machine.a.id}"}', b: '$${var.none}', c: '${lookup({a_b = 1}, "a_b.c")}' },
    },
    [],
  ],
  ['what is no Terraform', { lifecycle: 'x' }, ['resource.cloud_machine.a.lifecycle must be an object or a list of objects']],
])('%s', (_, body, errors) => {
  expect(check(body)).toEqual(errors)
})

test('what is declared may be referred to', () => {
  const body = { image: '${var.image}', network: { name: '${local.n}-${module.m.x}-${data.cloud_image.i.id}' } }
  const declared = {
    variable: { image: { type: 'string' } },
    locals: [{ n: 1 }, { o: '${local.n}' }],
    module: { m: { source: './m' } },
    check: { c: { data: { cloud_image: { i: {} } }, assert: { condition: true, error_message: 'x' } } },
  }
  expect(check(body, declared)).toEqual([])
})

test('an unknown type says what is near, or that it is of the other kind', () => {
  const { errors, notices } = validateTerraform(
    { resource: { cloud_machin: { a: {} }, cloud_image: { b: {} } }, provider: { cloud: { regin: 'x' } } },
    providers,
  )
  expect(errors).toEqual([
    'provider.cloud: there is no argument "regin"; did you mean "region"?',
    'resource.cloud_machin.a: the provider cloud has no resource "cloud_machin"; did you mean "cloud_machine"?',
    'resource.cloud_image.b: the provider cloud has no resource "cloud_image"; it is a data source',
  ])
  expect(notices).toEqual([])
})

test('what nobody imported is said, and is no mistake', () => {
  expect(validateTerraform({ resource: { other_thing: { a: { x: 1 } } }, provider: { other: {} } }, providers)).toEqual({
    errors: [],
    notices: ['What belongs to the provider "other" was not checked, because its schema was not imported here'],
  })
})

test('thousands of mistakes are not all listed', () => {
  const names = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`machine${at}`, {}]))
  const { errors } = validateTerraform({ resource: { cloud_machine: names } }, providers)
  expect(errors).toHaveLength(201)
  expect(errors.at(-1)).toContain('more than 200 mistakes')
})

test('anything has an answer', () => {
  const json = fc.jsonValue({ maxDepth: 6 })
  fc.assert(
    fc.property(
      fc.oneof(json, fc.dictionary(fc.constantFrom('resource', 'data', 'provider', 'locals', 'check', '__proto__'), json)),
      (config) => {
        usesOf(config)
        expect(Array.isArray(validateTerraform(config, providers).errors)).toBe(true)
      },
    ),
    { numRuns: 500, seed: 6 },
  )
})

test.skipIf(!hasAwsSchema)('every attribute of AWS that a provider does not decide may be set', () => {
  const aws = awsSchema()
  const settable = (block: SchemaBlock): SchemaBlock => ({
    attributes: Object.fromEntries(Object.entries(block.attributes ?? {}).filter(([, one]) => one.required || one.optional)),
    block_types: Object.fromEntries(
      Object.entries(block.block_types ?? {}).map(([name, one]) => [name, { ...one, block: settable(one.block ?? {}) }]),
    ),
  })
  const random = seeded(1)
  const noise = / is not declared|there may be |there must be at least/
  for (const [type, { block }] of Object.entries(aws.resource_schemas).filter((_, at) => at % 31 === 0)) {
    const known: KnownProviders = { provider: () => ({ configuration: {} }), blockOf: () => block, typesOf: () => [] }
    const { errors } = validateTerraform({ resource: { [type]: { a: fullBody(settable(block), random) } } }, known)
    // Second mentions of a block, and blocks without anything, lack what they need.
    expect(
      errors.filter((text) => !noise.test(text) && !/ is missing/.test(text)),
      type,
    ).toEqual([])
  }
})
