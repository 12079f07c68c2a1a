// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { jsonOf } from './hcl-to-json.ts'
import { hclOf } from './json-to-hcl.ts'

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('')
const local = (value: unknown): string => hclOf({ locals: { a: value } })
const inLocals = (...value: string[]): string => lines('locals {', ...value, '}')

describe("Terraform's JSON syntax becomes HCL", () => {
  const cases: { what: string; config: unknown; hcl: string }[] = [
    { what: 'nothing', config: {}, hcl: '' },
    {
      what: 'attributes, signs in one column',
      config: { variable: { x: { default: 1, description: 'd' } } },
      hcl: lines('variable "x" {', '  default     = 1', '  description = "d"', '}'),
    },
    { what: 'an empty block', config: { provider: { aws: {} } }, hcl: lines('provider "aws" {}') },
    {
      what: 'a type as an expression',
      config: { variable: { x: { type: 'list(string)' }, y: { type: '${string}' } } },
      hcl: lines('variable "x" {', '  type = list(string)', '}', '', 'variable "y" {', '  type = string', '}'),
    },
    {
      what: 'blocks as objects, lists and lists of lists',
      config: { resource: [{ a: { b: [{ n: 1 }] } }, { a: [{ c: { n: 2 } }] }] },
      hcl: lines('resource "a" "b" {', '  n = 1', '}', '', 'resource "a" "c" {', '  n = 2', '}'),
    },
    {
      what: 'an object as a map, a list of objects as blocks',
      config: { resource: { a: { b: { tags: { Name: 'x', 'k k': 1 }, ingress: [{ port: 1 }, { port: 2 }] } } } },
      hcl: lines(
        'resource "a" "b" {',
        '  tags = {',
        '    Name  = "x"',
        '    "k k" = 1',
        '  }',
        '',
        '  ingress {',
        '    port = 1',
        '  }',
        '',
        '  ingress {',
        '    port = 2',
        '  }',
        '}',
      ),
    },
    {
      what: 'a list of objects in a module as a list',
      config: { module: { m: { source: './m', l: [{ a: 1 }], providers: { 'aws.x': 'aws.y' } } } },
      hcl: lines(
        'module "m" {',
        '  source = "./m"',
        '  l = [',
        '    {',
        '      a = 1',
        '    },',
        '  ]',
        '  providers = {',
        '    aws.x = aws.y',
        '  }',
        '}',
      ),
    },
    {
      what: "Terraform's own blocks from plain objects",
      config: {
        resource: {
          a: {
            b: {
              depends_on: ['x.y'],
              provider: 'aws.z',
              lifecycle: { ignore_changes: 'all', precondition: { condition: '${true}', error_message: 'm' } },
              provisioner: { 'local-exec': { when: 'destroy', command: 'c' } },
              timeouts: { create: '1h' },
              dynamic: { i: { for_each: '${var.l}', iterator: 'it', content: { p: '${it.value}' } } },
            },
          },
        },
      },
      hcl: lines(
        'resource "a" "b" {',
        '  depends_on = [x.y]',
        '  provider   = aws.z',
        '',
        '  lifecycle {',
        '    ignore_changes = all',
        '',
        '    precondition {',
        '      condition     = true',
        '      error_message = "m"',
        '    }',
        '  }',
        '',
        '  provisioner "local-exec" {',
        '    when    = destroy',
        '    command = "c"',
        '  }',
        '',
        '  timeouts {',
        '    create = "1h"',
        '  }',
        '',
        '  dynamic "i" {',
        '    for_each = var.l',
        '    iterator = it',
        '',
        '    content {',
        '      p = it.value',
        '    }',
        '  }',
        '}',
      ),
    },
    {
      what: 'settings of Terraform',
      config: {
        terraform: {
          required_version: '>= 1',
          backend: { s3: { bucket: 'b' } },
          required_providers: { aws: { source: 's', configuration_aliases: ['aws.a'] } },
        },
        provider: { azurerm: { features: {} } },
        moved: { from: 'a.b', to: 'a.c' },
      },
      hcl: lines(
        'terraform {',
        '  required_version = ">= 1"',
        '',
        '  backend "s3" {',
        '    bucket = "b"',
        '  }',
        '',
        '  required_providers {',
        '    aws = {',
        '      source                = "s"',
        '      configuration_aliases = [aws.a]',
        '    }',
        '  }',
        '}',
        '',
        'provider "azurerm" {',
        '  features {}',
        '}',
        '',
        'moved {',
        '  from = a.b',
        '  to   = a.c',
        '}',
      ),
    },
    {
      what: 'comments',
      config: { '//': 'one\ntwo', locals: { '//': 'three', a: 1 } },
      hcl: lines('# one', '# two', '', 'locals {', '  # three', '  a = 1', '}'),
    },
  ]
  test.each(cases)('$what', ({ config, hcl }) => {
    expect(hclOf(config)).toBe(hcl)
  })

  test.each<[string, unknown, string[]]>([
    ['an expression alone', '${var.x}', ['  a = var.x']],
    ['an expression among text', 'x-${var.x}', ['  a = "x-${var.x}"']],
    ['two expressions', '${a}${b}', ['  a = "${a}${b}"']],
    ['an expression with braces and texts', '${f({ a = "}" })}', ['  a = f({ a = "}" })']],
    ['what is escaped', '$${x} %%{y}', ['  a = "$${x} %%{y}"']],
    ['quotes and backslashes outside templates', 'a"\\${f("\\n")}', ['  a = "a\\"\\\\${f("\\n")}"']],
    ['whole lines', '#!/bin/sh\n\techo ${x} "\\"\n', ['  a = <<EOT', '#!/bin/sh', '\techo ${x} "\\"', 'EOT']],
    ['whole lines with the marker among them', 'EOT\n EOT1\n', ['  a = <<EOT2', 'EOT', ' EOT1', 'EOT2']],
    ['a line', 'x\n', ['  a = "x\\n"']],
    ['an expression over lines', '${x\n+ y}', ['  a = (', 'x', '+ y', ')']],
    ['an expression with a comment', '${x # c\n}', ['  a = (', 'x # c', ')']],
    [
      'keys that are expressions',
      { '${var.k}': 1, '${(x)}': 2, 'a${b}': 3, for: 4 },
      ['  a = {', '    (var.k) = 1', '    (x)     = 2', '    "a${b}" = 3', '    "for"   = 4', '  }'],
    ],
    ['lists', [1, 'x', null, [], {}], ['  a = [1, "x", null, [], {}]']],
    ['a large number', 1e21, ['  a = 1e+21']],
  ])('%s', (_, value, written) => {
    expect(local(value)).toBe(inLocals(...written))
  })
})

describe('what cannot be Terraform names its path', () => {
  test.each<[string, unknown, RegExp]>([
    ['no object', 'x', /must be an object/],
    ['an unknown block', { resources: {} }, /"resources" is no block that Terraform knows/],
    ['prototype keys', JSON.parse('{"__proto__": {}}'), /"__proto__" is no block/],
    ['a block without labels', { resource: { aws_instance: 1 } }, /resource\.aws_instance must be an object/],
    ['a block that is a text', { resource: { a: { b: [{ lifecycle: 'x' }] } } }, /resource\.a\.b\[0\]\.lifecycle must be an object/],
    ['a label that breaks out', { resource: { 'a" "b" {}\n': { c: {} } } }, /is no name for Terraform/],
    ['an attribute that breaks out', { locals: { 'a = 1\nb': 1 } }, /locals: "a = 1\nb" is no name of an attribute/],
    [
      'an expression that breaks out',
      { variable: { x: { type: 'string\n}\nresource "a" "b" {' } } },
      /variable\.x\.type: [\s\S]* is no Terraform expression/,
    ],
    [
      'an expression with a second attribute',
      { resource: { a: { b: { provider: 'x\ny = 1' } } } },
      /provider: [\s\S]* is no Terraform expression/,
    ],
    ['a template that is not closed', { locals: { a: '${x' } }, /locals\.a: .*is not closed/],
    ['an empty expression', { locals: { a: ['${}'] } }, /locals\.a: "" is no Terraform expression/],
    ['a value that is no JSON', { locals: { a: undefined } }, /cannot be written/],
  ])('%s', (_, config, message) => {
    expect(() => hclOf(config)).toThrow(FormatError)
    expect(() => hclOf(config)).toThrow(message)
  })
})

describe('HCL becomes JSON', () => {
  test('with types, blocks as lists and expressions in ${}', async () => {
    const hcl = lines('module "m" {', '  n = 14', '  f = 2.2', '  b = true', '  s = "a"', '  v = var.x', '}')
    expect(await jsonOf(hcl)).toEqual({ module: { m: [{ n: 14, f: 2.2, b: true, s: 'a', v: '${var.x}' }] } })
  })

  test('or says where it is wrong', async () => {
    await expect(jsonOf('a = 1\nb = \n')).rejects.toThrow(/^line 2: .*[Ee]xpression/)
    await expect(jsonOf('a = 1\nb = \n')).rejects.toBeInstanceOf(FormatError)
  })

  test('a text that the parser dies of is refused, and the next one read', async () => {
    const answers = [jsonOf(`a = ${'('.repeat(20_000)}`), jsonOf('a = 1'), jsonOf(`a = ${'!'.repeat(100_000)}x`), jsonOf('b = 2')]
    expect(await Promise.allSettled(answers)).toMatchObject([
      { reason: { name: 'FormatError' } },
      { value: { a: 1 } },
      { reason: { name: 'FormatError' } },
      { value: { b: 2 } },
    ])
  })

  test('a text that is too long is refused', async () => {
    await expect(jsonOf('#'.repeat(1_000_001))).rejects.toBeInstanceOf(FormatError)
  })
})

const sample = `
terraform {
  required_version = ">= 1.0"
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.a, aws.b]
    }
  }
  backend "s3" {}
}
variable "x" {
  type    = map(list(string))
  default = { a = ["$\${b}"] }
  validation {
    condition     = length(var.x) > 0
    error_message = "no"
  }
}
locals { a = 1 }
locals { b = [for x in var.x : x if x != ""] }
provider "azurerm" {
  features {}
}
resource "aws_instance" "web" {
  ami       = "x-\${var.y}-\\"q\\"\\\\"
  user_data = <<-EOT
    #!/bin/sh
      echo "\${var.z}" $\${HOME}
  EOT
  tags = merge({
    Name = "x"
  }, var.tags)
  names = { (var.k) = 2, "a b" = 3 }
  depends_on = [aws_vpc.a]
  provider   = aws.a
  ebs_block_device { a = 1 }
  ebs_block_device { a = 2 }
  lifecycle { ignore_changes = [tags, ami] }
  provisioner "local-exec" {
    when    = destroy
    command = "x"
  }
  dynamic "ingress" {
    for_each = var.i
    content { port = ingress.value }
  }
}
module "m" {
  source    = "./m"
  l         = [{ a = 1 }, { b = 2 }]
  providers = { aws.x = aws.a }
}
output "o" { value = module.m.x }
moved {
  from = a.b
  to   = a.c
}
check "c" {
  data "http" "h" { url = "u" }
  assert {
    condition     = true
    error_message = "m"
  }
}
`

/** A visual editor's output with any values. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('${var.x}', 'a ${var.x} "', '$${', '\\', 'a\nb\n', 'a\r\n', 'EOT\n\n', '%{if true}x%{endif}', '\u0000'),
)
const key = fc.oneof(fc.string({ maxLength: 6, unit: 'grapheme' }), fc.constantFrom('for', 'a', '__proto__', '${var.k}', 'a b'))
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(fc.boolean(), fc.integer(), text),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const name = fc.stringMatching(/^[a-d][a-d_-]{0,3}$/)
const config = fc.record({
  locals: fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }),
  resource: fc.dictionary(
    name,
    fc.dictionary(name, fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true }), { maxKeys: 2, noNullPrototype: true }),
    { maxKeys: 2, noNullPrototype: true },
  ),
})

const accepted = (config: unknown): string | undefined => {
  try {
    return hclOf(config)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** Terraform's texts are in Unicode's composed form; an expression as a key is in parentheses. */
const asRead = (value: unknown): unknown => JSON.parse(JSON.stringify(value).normalize('NFC').replaceAll('"${var.k}":', '"${(var.k)}":'))

describe('there and back', () => {
  test('HCL to JSON to HCL says the same', async () => {
    const json = await jsonOf(sample)
    expect(await jsonOf(hclOf(json))).toEqual(json)
  })

  test('whatever the values, the HCL is read and nothing breaks out of its place', async () => {
    const configs = fc.sample(config, { seed: 1, numRuns: 300 })
    let read = 0
    for (const config of configs) {
      const hcl = accepted(config)
      if (hcl === undefined) continue
      const json = await jsonOf(hcl)
      expect(Object.keys(json).filter((key) => key !== 'locals' && key !== 'resource')).toEqual([])
      expect(json['locals']).toEqual([asRead(config.locals)])
      read++
    }
    expect(read).toBeGreaterThan(100)
  })

  test('Terraform itself finds nothing to format', async ({ skip }) => {
    const terraform = (input: string) =>
      spawnSync('terraform', ['fmt', '-check', '-diff', '-'], { input, encoding: 'utf8', timeout: 30_000 })
    if (terraform('').status !== 0) return skip('terraform is not installed')
    const nested = hclOf({ locals: { a: [1, { b: [{ c: 'x\ny\n', dd: 1 }] }], bbb: 'x', long: Array.from({ length: 60 }, (_, at) => at) } })
    const withoutCalls = sample.replace(/tags = merge[\s\S]*?var\.tags\)\n/, '')
    const { status, stdout } = terraform(`${nested}\n${hclOf(await jsonOf(withoutCalls))}`)
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  test('Terraform itself reads whatever was written', ({ skip }) => {
    const terraform = (input: string) => spawnSync('terraform', ['fmt', '-'], { input, encoding: 'utf8', timeout: 30_000 })
    if (terraform('').status !== 0) return skip('terraform is not installed')
    const { status, stderr } = terraform(
      fc
        .sample(config, { seed: 3, numRuns: 200 })
        .flatMap((config) => accepted(config) ?? [])
        .join('\n'),
    )
    expect(stderr.split('\n').filter((line) => line.includes('Error'))).toEqual([])
    expect(status).toBe(0)
  })
})
