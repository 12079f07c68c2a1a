// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
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
