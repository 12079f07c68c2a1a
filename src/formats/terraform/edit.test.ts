// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { editTerraform, readTerraform } from './edit.ts'

const edit = (text: string, values: Record<string, unknown>): string => editTerraform(text, new Map(Object.entries(values)))
const read = (text: string, ...keys: string[]): Record<string, unknown> => Object.fromEntries(readTerraform(text, keys))
const inModule = (...lines: string[]): string => `module "m" {\n${lines.map((line) => `${line}\n`).join('')}}\n`

interface Case {
  what: string
  text: string
  values: Record<string, unknown>
  result: string
}

describe('an edit of a Terraform file changes only the right-hand side', () => {
  const sample = 'module "myapp" {\n  source        = "./x"\n  instance_type = "Filled by stackforms" # size\n}\n'
  const cases: Case[] = [
    {
      what: 'of an attribute of a named module',
      text: sample,
      values: { 'module.myapp.instance_type': 'large' },
      result: sample.replace('"Filled by stackforms"', '"large"'),
    },
    { what: 'of a plain key in the only module', text: sample, values: { source: './y' }, result: sample.replace('./x', './y') },
    {
      what: 'of the module that is named, with a hyphen',
      text: 'module "a" {\n  n = 1\n}\nmodule "aws-vm" {\n  n = 1\n}\n',
      values: { 'module.aws-vm.n': 2 },
      result: 'module "a" {\n  n = 1\n}\nmodule "aws-vm" {\n  n = 2\n}\n',
    },
    {
      what: 'but not of an equal value',
      text: inModule('  a = "x\\u0041" // c', '  l = [1,', '  2,]'),
      values: { a: 'xA', l: [1, 2] },
      result: inModule('  a = "x\\u0041" // c', '  l = [1,', '  2,]'),
    },
    { what: 'of a number that was a text', text: inModule('  a = "14"'), values: { a: 14 }, result: inModule('  a = 14') },
    {
      what: 'with every kind of comment kept',
      text: inModule('  /* 1 */ a /* 2 */ = /* 3 */ 1 /* 4 */ // 5', '# a = 2'),
      values: { a: true },
      result: inModule('  /* 1 */ a /* 2 */ = /* 3 */ true /* 4 */ // 5', '# a = 2'),
    },
    {
      what: 'of an expression',
      text: inModule('  a = var.x ? f(1, [', '    2]) : "y" # c'),
      values: { a: 'z' },
      result: inModule('  a = "z" # c'),
    },
    {
      what: 'of a heredoc',
      text: inModule('  a = <<-EOT', '    } "', '    ${"EOT"}', '    EOT', '  b = 1'),
      values: { a: 'z' },
      result: inModule('  a = "z"', '  b = 1'),
    },
    {
      what: 'of a heredoc in a call',
      text: inModule('  a = f(<<E', 'a = 2', 'E', '  )', '  b = 1'),
      values: { a: 1, b: 2 },
      result: inModule('  a = 1', '  b = 2'),
    },
    {
      what: 'of a text with templates and brackets',
      text: inModule('  a = "x ${f("}")} %{ if true }{%{ endif } \\" $${" # c'),
      values: { a: 1 },
      result: inModule('  a = 1 # c'),
    },
    {
      what: 'not of the same name in nested blocks and maps',
      text: inModule('  b {', '    a = 1', '  }', '  m = {', '    a = 1', '  }', '  a = 1'),
      values: { a: 2 },
      result: inModule('  b {', '    a = 1', '  }', '  m = {', '    a = 1', '  }', '  a = 2'),
    },
    {
      what: 'not outside the module',
      text: `a "b" {\n  a = 1\n}\n${inModule('  a = 1')}`,
      values: { a: 2 },
      result: `a "b" {\n  a = 1\n}\n${inModule('  a = 2')}`,
    },
    {
      what: 'with a map in the indentation of its line',
      text: inModule('\ta = 1'),
      values: { a: { x: 1, 'long key': [true, { y: null }] } },
      result: inModule(
        '\ta = {',
        '\t  x = 1',
        '\t  "long key" = [',
        '\t    true,',
        '\t    {',
        '\t      y = null',
        '\t    },',
        '\t  ]',
        '\t}',
      ),
    },
    {
      what: 'with Windows line ends kept',
      text: 'module "m" {\r\n  a = 1 # c\r\n}\r\n',
      values: { a: { b: 1 }, c: 2 },
      result: 'module "m" {\r\n  a = {\r\n    b = 1\r\n  } # c\r\n  c = 2\r\n}\r\n',
    },
    {
      what: 'of a block on one line',
      text: 'module "m" { a = "x" } # c\n',
      values: { a: { b: 1 } },
      result: 'module "m" { a = { b = 1 } } # c\n',
    },
    { what: 'of a file without a last line end', text: 'module m {\n  a = 1\n}', values: { a: 2 }, result: 'module m {\n  a = 2\n}' },
  ]
  test.each(cases)('$what', ({ text, values, result }) => {
    expect(edit(text, values)).toBe(result)
  })
})

describe('a missing attribute is appended at the end of its block', () => {
  const cases: Case[] = [
    {
      what: 'in the order given',
      text: inModule('  a = 1'),
      values: { front_count: 1, env: 'dev', rds_multiaz: true },
      result: inModule('  a = 1', '  front_count = 1', '  env = "dev"', '  rds_multiaz = true'),
    },
    {
      what: 'in the indentation of the block',
      text: '  module "m" {\n      a = 1\n  }\n',
      values: { b: [1, 'x'] },
      result: '  module "m" {\n      a = 1\n      b = [1, "x"]\n  }\n',
    },
    {
      what: 'behind comments and blank lines',
      text: inModule('  a = 1', '', '  # c'),
      values: { b: {} },
      result: inModule('  a = 1', '', '  # c', '  b = {}'),
    },
    { what: 'of an empty block', text: 'module "m" {}\n', values: { a: 1 }, result: 'module "m" {\n  a = 1\n}\n' },
    { what: 'of an empty block over two lines', text: 'module "m" {\n}\n', values: { a: 1 }, result: 'module "m" {\n  a = 1\n}\n' },
    {
      what: 'of a block on one line, which HCL allows one attribute only',
      text: 'module "m" { a = 1 }\n',
      values: { b: 2 },
      result: 'module "m" {\n  a = 1\n  b = 2\n}\n',
    },
  ]
  test.each(cases)('$what', ({ text, values, result }) => {
    expect(edit(text, values)).toBe(result)
  })
})

describe('an attribute whose value is undefined goes', () => {
  const cases: Case[] = [
    {
      what: 'with its line and its comment',
      text: inModule('  a = 1 # why', '  b = 2'),
      values: { a: undefined },
      result: inModule('  b = 2'),
    },
    {
      what: 'with all lines of its value',
      text: inModule('  a = {', '    k = 1', '  }', '  b = 2'),
      values: { 'module.m.a': undefined },
      result: inModule('  b = 2'),
    },
    {
      what: 'while others change and come',
      text: inModule('  a = 1', '  b = 2'),
      values: { a: undefined, b: 3, c: 4 },
      result: inModule('  b = 3', '  c = 4'),
    },
    { what: 'from a block on one line', text: 'module "m" { a = 1 }\n', values: { a: undefined }, result: 'module "m" {  }\n' },
    {
      what: 'where it is not there',
      text: inModule('  b = 2'),
      values: { a: undefined, 'module.other.b': undefined },
      result: inModule('  b = 2'),
    },
    {
      what: 'but not under another name of one that stays',
      text: inModule('  a = 1'),
      values: { a: undefined, 'module.m.a': 2 },
      result: inModule('  a = 2'),
    },
  ]

  test.each(cases)('$what', ({ text, values, result }) => {
    expect(edit(text, values)).toBe(result)
  })
})

describe('texts of people are text', () => {
  test.each([
    ['a template', '${file("/etc/passwd")}', '"$${file(\\"/etc/passwd\\")}"'],
    ['a directive', '%{ for x in y }', '"%%{ for x in y }"'],
    ['an escaped template', '$${x}', '"$$${x}"'],
    ['quotes and backslashes', '"\\', '"\\"\\\\"'],
    ['lines', 'a\r\n\tb', '"a\\r\\n\\tb"'],
    ['what is not printable', '\u0000\u007f\u2028', '"\\u0000\\u007f\\u2028"'],
    ['dollars and percents', '$5 100% {}', '"$5 100% {}"'],
  ])('%s', (_, value, written) => {
    const text = edit(inModule(), { a: value })
    expect(text).toBe(inModule(`  a = ${written}`))
    expect(read(text, 'a')).toEqual({ a: value })
  })
})

describe('reading gives literal values', () => {
  test('with their types', () => {
    const text = inModule(
      '  a = 14',
      '  b = -2.5',
      '  c = "14"',
      '  d = [true, null, "x",]',
      '  e = { a : 1, "b c" = [], # c',
      '  1 = {} }',
    )
    expect(read(text, 'a', 'module.m.b', 'c', 'd', 'e')).toEqual({
      a: 14,
      'module.m.b': -2.5,
      c: '14',
      d: [true, null, 'x'],
      e: { a: 1, 'b c': [], 1: {} },
    })
  })

  test('and of heredocs', () => {
    expect(read(inModule('  a = <<EOT', '  x\\n', '', '    EOT', '  b = <<-E', '      x', '    y', '  E'), 'a', 'b')).toEqual({
      a: '  x\\n\n\n',
      b: '  x\ny\n',
    })
  })

  test('but not of expressions, nor what is absent', () => {
    const text = inModule(
      '  a = var.x',
      '  b = "${var.x}"',
      '  c = f(1)',
      '  d = [1, var.x]',
      '  e = 1 + 1',
      '  f = (1)',
      '  g = { (x) = 1 }',
      '  h = <<E',
      '${x}',
      'E',
      '  i = [for x in y : x]',
    )
    expect(read(text, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'module.n.a', 'x.y')).toEqual({})
  })
})

describe('what cannot be edited says why', () => {
  const two = 'module "a" {}\nmodule "b" {}\n'
  const cases: [string, string, Record<string, unknown>, RegExp][] = [
    ['a plain key and two modules', two, { x: 1 }, /must have one module block, it has "a", "b"; write module\.NAME\.x/],
    ['a plain key and no module', 'locals {}\n', { x: 1 }, /must have one module block, it has none/],
    ['an unknown module', two, { 'module.c.x': 1 }, /no block module "c"; it has "a", "b"/],
    ['a module that stands twice', 'module "a" {}\nmodule "a" {}\n', { 'module.a.x': 1 }, /stands twice/],
    ['a key that is a path', two, { 'a.x': 1 }, /write an attribute, or module\.NAME\.ATTRIBUTE/],
    ['a key that is no name', two, { 'module.a.x y': 1 }, /no key for Terraform/],
    ['a nested block', 'module "a" {\n  b {}\n}\n', { b: 1 }, /names a block/],
    ['an attribute that stands twice', 'module "a" {\n  b = 1\n  b = 2\n}\n', { b: 1 }, /stands twice in its block/],
    ['one attribute with two values', 'module "a" {}\n', { b: 1, 'module.a.b': 2 }, /the same attribute with two values/],
    ['a value that is no JSON', 'module "a" {}\n', { b: Number.NaN }, /cannot be written/],
    ['a text that is not closed', 'a = "x\n', {}, /line 1: a text in quotes must end on its line/],
    ['a heredoc that is not closed', 'a = <<E\nx\n', {}, /line 1: the text up to E is not closed/],
    ['a template that is not closed', 'a = "${\n', {}, /is not closed/],
    ['a comment that is not closed', '\n/* x', {}, /line 2: this comment is not closed/],
    ['a block that is not closed', 'a {\n', {}, /line 2: a name was expected, not the end of the file/],
    ['brackets that do not match', 'a = [1)\n', {}, /line 1: "\)" closes nothing here/],
    ['no value', 'a =\n', {}, /line 1: a value was expected/],
    ['two attributes on a line', 'a { b = 1, c = 2 }\n', {}, /the end of the value was expected/],
    ['brackets without end', `a = ${'['.repeat(50_000)}`, {}, /more than 100 levels deep/],
    ['blocks without end', 'a {\n'.repeat(50_000), {}, /more than 100 levels deep/],
    ['templates without end', `a = ${'"${'.repeat(50_000)}`, {}, /more than 100 levels deep/],
    ['a file that is too long', ' '.repeat(1_000_001), {}, /more than 1000000 characters/],
  ]
  test.each(cases)('%s', (_, text, values, message) => {
    expect(() => edit(text, values)).toThrow(FormatError)
    expect(() => edit(text, values)).toThrow(message)
  })
})
