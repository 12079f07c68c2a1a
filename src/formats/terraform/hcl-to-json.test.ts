// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { jsonOf } from './hcl-to-json.ts'
import { hclOf } from './json-to-hcl.ts'

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('')

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
