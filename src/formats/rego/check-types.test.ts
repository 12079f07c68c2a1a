import { describe, expect, test } from 'vitest'
import { builtins } from './builtins/builtins.ts'
import { RegoError } from './errors.ts'
import { parseModule } from './parser.ts'
import { open } from './rego.ts'
import { fromJson } from './values.ts'

const run = (rules: string): unknown =>
  open({ modules: [parseModule(`package test\n${rules}`)], builtins, input: fromJson({ a: ['x'], n: 1 }) }).json(['data', 'test', 'p'])

describe('what certainly mixes up types is refused, with its line', () => {
  test.each([
    [
      'a set where a text must be',
      'bad := {"x"}\np { startswith(input.a[_], bad) }',
      'startswith: argument 2 must be string, and is set of string',
    ],
    ['a list where a text must be', 'p { lower(["A"]) == "a" }', 'lower: argument 1 must be string, and is array of string'],
    ['a text that is no list of arguments', 'p = x { x := sprintf("bad", "x") }', 'sprintf: argument 2 must be array'],
    ['a number among texts', 'p = x { x := concat(",", ["a", 5]) }', 'concat: argument 2'],
    ['a text to calculate with', 'most := "3"\np { count(input.a) - most > 0 }', 'minus: argument 2 must be number or set, and is string'],
    ['a list to take a set from', 'needed := ["a"]\np { count(needed - {k | input.a[k]}) > 0 }', 'minus: argument 1'],
    ['different kinds that should be equal', 'p { 5 == "a" }', 'number and string are never equal'],
    ['a set that should be a list', 'all = {"a"}\np { all == ["a"] }', 'never equal'],
    ['lists of different lengths', 'p { [1, 2] == [input.n] }', 'never equal'],
    ['a key that an object lacks', 'o := {"a": true}\np { o.b }', 'has nothing at "b"'],
    ['a text as the place in a list', 'l := ["a"]\np { l["a"] }', 'has nothing at "a"'],
    ['a key of a number', 'p { n := count(input.a); n.x }', 'number has nothing at "x"'],
    ['what a function of the policy gives', 'f(x) = "a" { x }\np { f(1) == 5 }', 'never equal'],
    ['what else gives', 'q = 1 { input.n == 2 } else = "a" { true }\np { q == null }', 'never equal'],
    ['inside a comprehension', 'p { count([x | x := input.n; x; upper(5) == "a"]) == 0 }', 'upper: argument 1'],
    ['a path of cidrs', 'p { net.cidr_contains(["10.0.0.0/8"], "10.1.1.1") }', 'net.cidr_contains: argument 1'],
    ['members of another kind', 's[x] { x := input.a[_]; startswith(x, "x") }\np { trim({x | s[x]}, " ") }', 'trim: argument 1'],
  ])('%s', (_, rules, why) => {
    expect(() => run(rules)).toThrow(RegoError)
    expect(() => run(rules)).toThrow(why)
    expect(() => run(rules)).toThrow(`line ${rules.split('\n').findIndex((line) => line.startsWith('p')) + 2}`)
  })
})

describe('what may be meant is not', () => {
  test.each([
    ['input may be anything', 'p { x := input.n; y := input.a; not x == "a"; not y == 5 }'],
    ['different kinds have an order', 'p { 5 < "a"; 5 != "a" }'],
    ['a negated line', 'p { not 5 == "a"; not startswith("a", "b") }'],
    ['one of several values', 'q = 1 { input.n == 2 }\nq = "x" { input.n == 1 }\np { q == "x"; startswith(q, "x") }'],
    ['what is replaced', 'o = {"a": 1} { true }\np { o.b with data.test.o as {"b": true} }'],
    ['an object of unknown keys', 'o = {k: 1 | input.a[_] = k}\np { o.x == 1 }'],
    ['the empty list', 'p { sum([]) == 0; count([]) == 0; concat(",", []) == "" }'],
    ['sets and numbers are subtracted', 'p { {1, 2} - {1} == {2}; 3 - 1 == 2 }'],
    ['a set of several kinds', 'p { s := {1, "a"}; s["a"]; s[1] }'],
    ['a pair in a set', 's = {["a", 1]} { true }\np { s[["a", x]]; x == 1 }'],
    ['an object by a variable', 'p { o := {"a": 1, "b": "c"}; o[k] == "c"; k == "b" }'],
  ])('%s', (_, rules) => expect(run(rules)).toBe(true))
})
