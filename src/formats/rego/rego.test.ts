import { describe, expect, test } from 'vitest'
import { builtins } from './builtins/builtins.ts'
import { RegoError, RegoSyntaxError } from './errors.ts'
import { parseModule, type Version } from './parser.ts'
import { type Evaluation, evaluate, open } from './rego.ts'
import { fromJson, toJson } from './values.ts'

const evaluated = (rules: string, input: unknown = {}, more: Partial<Evaluation> = {}): unknown =>
  open({ modules: [parseModule(`package test\n\n${rules}\n`)], builtins, input: fromJson(input), ...more }).json(['data', 'test'])

function syntaxOf(text: string, version?: Version): RegoSyntaxError | undefined {
  try {
    parseModule(text, { version })
    return undefined
  } catch (problem) {
    if (problem instanceof RegoSyntaxError) return problem
    throw problem
  }
}

function problemOf(rules: string, input: unknown = {}): RegoError {
  try {
    evaluated(rules, input)
  } catch (problem) {
    if (problem instanceof RegoError) return problem
    throw problem
  }
  throw new Error('it was evaluated')
}

const plan = {
  tfplan: {
    resource_changes: [
      {
        address: 'aws_instance.web',
        type: 'aws_instance',
        change: { actions: ['create'], after: { instance_type: 't3.large', tags: { team: 'a' } } },
      },
      {
        address: 'aws_instance.db',
        type: 'aws_instance',
        change: { actions: ['create'], after: { instance_type: 'm5.8xlarge', tags: {} } },
      },
      { address: 'aws_s3_bucket.x', type: 'aws_s3_bucket', change: { actions: ['delete'], after: null } },
    ],
  },
}

describe('a policy about a plan', () => {
  test('in version 0, as the platform documents it', () => {
    const rules = `
import input.tfplan as tfplan

allowed_types = {"t3.large", "t3.small"}
required = {"team"}

tags_ok(resource) { count(required - {tag | resource.change.after.tags[tag]}) == 0 }

deny[reason] {
  resource := tfplan.resource_changes[_]
  resource.type == "aws_instance"
  not allowed_types[resource.change.after.instance_type]
  reason := sprintf("%s: %s is not allowed", [resource.address, resource.change.after.instance_type])
}

deny[reason] {
  resource := tfplan.resource_changes[_]
  resource.change.actions[_] == "create"
  not tags_ok(resource)
  reason := concat(" ", [resource.address, "has no team"])
}

default allow = false
allow { count(deny) == 0 }`
    const answer = evaluated(rules, plan)
    expect(answer).toMatchObject({ allow: false, deny: ['aws_instance.db has no team', 'aws_instance.db: m5.8xlarge is not allowed'] })
    expect(evaluated(rules, { tfplan: { resource_changes: [] } })).toMatchObject({ allow: true, deny: [] })
  })

  test('in version 1', () => {
    const rules = `
deny contains reason if {
  some resource in input.tfplan.resource_changes
  "delete" in resource.change.actions
  reason := sprintf("%s is deleted", [resource.address])
}`
    expect(evaluated(rules, plan)).toEqual({ deny: ['aws_s3_bucket.x is deleted'] })
  })

  test('one session answers several questions and evaluates rules once', () => {
    const session = open({ modules: [parseModule('package a.b\ndeny["x"] { true }')], builtins })
    expect(session.json(['data', 'a', 'b', 'deny'])).toEqual(['x'])
    expect(session.value(['data', 'a', 'b', 'allow'])).toBeUndefined()
    expect(session.answers('x = data.a.b.deny[_]').map(({ bindings }) => bindings.get('x'))).toEqual(['x'])
  })
})

describe('reading', () => {
  test.each<[text: string, line: number, column: number, message: RegExp]>([
    ['', 1, 1, /must begin with `package`/],
    ['deny[x] { x = 1 }', 1, 1, /`package`/],
    ['package test\n\ndeny[x] {\n  x = \n}', 5, 1, /unexpected `}`, expecting a term/],
    ['package test\ndeny[x] { x = "abc }', 2, 15, /unterminated string/],
    ['package test\np { a ! b }', 2, 7, /use "not"/],
    ['package test\np { x := 1 y := 2 }', 2, 12, /a new line, `;` or `}`/],
    ['package test\np { }', 2, 5, /empty body/],
    ['package test\nimport foo', 2, 8, /import path must begin with/],
    ['package test\ndefault allow = input.x', 2, 17, /must be a constant/],
    ['package test\np = 01', 2, 6, /cannot continue/],
    ['package test\np = "\\x"', 2, 6, /unknown escape/],
    ['package test\np', 2, 1, /rule must have a body/],
  ])('%j: line %i, column %i', (text, line, column, message) => {
    expect(syntaxOf(text)).toMatchObject({ line, column, message: expect.stringMatching(message) })
  })

  test('version 1 wants its keywords, version 0 does not know them', () => {
    expect(syntaxOf('package test\np { true }', 'v1')?.message).toContain('`if` keyword is required')
    expect(syntaxOf('package test\np["x"] { true }', 'v1')?.message).toContain('`if` keyword is required')
    expect(syntaxOf('package test\np if { true }', 'v0')).toBeDefined()
    for (const text of ['package test\np { true }', 'package test\np if { true }', 'package test\nimport rego.v1\np contains 1 if true']) {
      expect(syntaxOf(text)).toBeUndefined()
    }
  })

  test.each([
    ['an unknown function', 'p { no_such_function(1) }', 'unknown_function'],
    ['an unsafe variable', 'deny[x] { y = 1 }', 'unsafe'],
    ['a variable that only a negation has', 'p { not input.x[y] }', 'unsafe'],
    ['rules that depend on themselves', 'p { q }\nq { not p }', 'recursion'],
    ['rules of two kinds with one name', 'p = 1\np[x] { x = 1 }', 'compile'],
    ['too many arguments', 'f(x) = x { true }\np { f(1, 2, 3) }', 'compile'],
    ['a variable assigned twice', 'p { x := 1; x := 2 }', 'compile'],
    ['two values of one rule', 'p = 1 { true }\np = 2 { true }', 'conflict'],
    ['two values of one key', 'p[x] = y { x = "a"; y = [1, 2][_] }', 'conflict'],
  ])('%s is stored, and told when it is evaluated', (_, rules, code) => {
    expect(syntaxOf(`package test\n${rules}`)).toBeUndefined()
    expect(problemOf(rules).code).toBe(code)
  })

  test('what is wrong says where', () => {
    expect(problemOf('deny[reason] {\n  input.x == message\n}')).toMatchObject({
      line: 4,
      column: 14,
      message: expect.stringContaining('var message is unsafe'),
    })
  })
})

describe('evaluating', () => {
  test.each<[what: string, rules: string, value: unknown]>([
    ['a rule that does not hold is undefined', 'p { 1 == 2 }', {}],
    ['false is a value, and does not hold', 'p = false\nq { p }\nr { not p }', { p: false, r: true }],
    ['lines may stand in any order', 'p = x { x = y + 1; y = input.one }', { p: 2 }],
    [
      'a variable in brackets is every key',
      'p = [[k, v] | v = {"b": 1, "a": 2}[k]]',
      {
        p: [
          ['a', 2],
          ['b', 1],
        ],
      },
    ],
    ['the same variable twice joins', 'p = [x | [1, 2, 3][_] = x; [2, 3, 4][_] = x]', { p: [2, 3] }],
    ['comprehensions see the variables around them', 'p[x] = y { x = "ab"; y = [z | z = concat("", [x, "c"])] }', { p: { ab: ['abc'] } }],
    [
      'what a negated call is about must be there',
      'p { not startswith(input.none, "a") }\nq { not input.none == 1 }\nr { not input.none }',
      { q: true, r: true },
    ],
    [
      'a call with its result as last argument is negated whole',
      'f(x) = y { x == 1; y = 2 }\np { not f(3, 2) }\nq { not f(1, 2) }',
      { p: true },
    ],
    ['calls inside a negation bind outside it', 'p[x] { not count(input.lists[x]) == 1 }', { p: ['b'] }],
    ['else takes turns', 'p = 1 { false } else = 2 { true } else = 3 { true }', { p: 2 }],
    ['a default fills the gap', 'default p = 7\np = 1 { false }', { p: 7 }],
    [
      'functions match their arguments',
      'f([x, 1]) = x { true }\nf([x, 2]) = y { y = x * 10 }\np = [f([5, 1]), f([5, 2])]\nq { f(3) }',
      { p: [5, 50] },
    ],
    ['a result may be the last argument', 'p = x { sum([1, 2], x) }', { p: 3 }],
    ['an error of a function leaves its line undefined', 'p { 1 / 0 }\nq { not to_number("x") }\nr = 1', { q: true, r: 1 }],
    ['some shadows rules', 'x = 9\np = [x | some x; x = [1, 2][_]]', { x: 9, p: [1, 2] }],
    ['sets are sorted and without doubles', 'p = {3, 1, 2, 1}', { p: [1, 2, 3] }],
    [
      'parts of objects nest',
      'import rego.v1\np[a][b] := 1 if { some a in ["x"]; some b in ["y", "z"] }\np.w := 2',
      { p: { x: { y: 1, z: 1 }, w: 2 } },
    ],
    ['sets may be parts', 'import rego.v1\np[k] contains v if { some k, v in {"a": 1} }', { p: { a: [1] } }],
    [
      'every holds for nothing',
      'import rego.v1\np if every x in [] { x > 1 }\nq if every x in [2, 3] { x > 1 }\nr if every i, x in [2] { i == x }',
      { p: true, q: true },
    ],
    ['with lasts for one line', 'a = input.one\np = [x, y] { x = a with input.one as 5; y = a }', { a: 1, p: [5, 1] }],
    [
      'with replaces rules and functions',
      'a = 1\nb = a\nf(x) = 10\np = [x, y] { x = b with data.test.a as 3; y = count([]) with count as f }',
      { a: 1, b: 1, p: [3, 10] },
    ],
    [
      'what stands in for a function sees the function',
      'f(x) = y { y = count(x) + 1 }\np = y { y = count([1]) with count as f }\nq = y { y = f({1}) with f as count }',
      { p: 2, q: 1 },
    ],
    ['a path with a variable is no use of what it cannot mean', 'p = x { k = "other"; x = data[k].z.w }', {}],
    [
      'keywords are names before a dot',
      'default.region = "x" { true }\np = data.test.default.region',
      { default: { region: 'x' }, p: 'x' },
    ],
    ['walk finds what is deep', 'p = {v | walk({"a": [1, {"b": 2}]}, [_, v]); is_number(v)}', { p: [1, 2] }],
    ['whole numbers are exact', 'p = 9007199254740993 + 1\nq { 1 == 1.0 }', { p: 9_007_199_254_740_994, q: true }],
  ])('%s', (_, rules, value) => {
    expect(evaluated(rules, { one: 1, lists: { a: [1], b: [] } })).toEqual(value)
  })

  test('packages see each other, and the documents beside them', () => {
    const modules = ['package a\nx = data.b.y + data.given.n', 'package b\ny = 1'].map((text) => parseModule(text))
    const answer = evaluate({ modules, builtins, data: fromJson({ given: { n: 2 }, b: { z: 5 } }), query: ['data'] })
    expect(answer === undefined ? undefined : toJson(answer)).toEqual({ a: { x: 3 }, b: { y: 1, z: 5 }, given: { n: 2 } })
  })

  test('a query binds variables', () => {
    const answers = evaluate({ modules: [], builtins, query: 'x = [1, 2][i]; x > 1' })
    expect(answers.map(({ bindings }) => Object.fromEntries(bindings))).toEqual([{ x: 2, i: 1 }])
  })

  test('without an input, input is undefined', () => {
    const modules = [parseModule('package test\np { input }\nq { not input.x }')]
    expect(open({ modules, builtins }).json(['data', 'test'])).toEqual({ q: true })
  })
})
