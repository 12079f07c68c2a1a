import { afterAll, describe, expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { openEmbeddedPolicies } from './embedded.ts'
import type { PolicyLimits } from './types.ts'

const engine = openEmbeddedPolicies(openLog('silent'))
afterAll(() => engine[Symbol.asyncDispose]())

const input = {
  text: JSON.stringify({ tfplan: { resource_changes: [{ type: 'aws_s3_bucket', name: 'logs' }] }, cost: { planned_cost: '12.5' } }),
}
const run = async (body: string, limits?: Partial<PolicyLimits>) => {
  const [outcome] = await engine.evaluate([{ name: 'one', body }], input, 1, limits)
  return outcome
}

describe('what a policy says', () => {
  test('each reason is told once, in order', async () => {
    const outcome = await run(
      'package a.b\ndeny[msg] { msg := "z" }\ndeny[msg] { x := input.tfplan.resource_changes[_]; msg := sprintf("%s is bad", [x.name]) }\ndeny["z"] { true }',
    )
    expect(outcome).toEqual({ name: 'one', violated: true, failed: false, reasons: ['logs is bad', 'z'] })
  })

  test('one without reasons holds', async () => {
    expect(await run('package a\ndeny[msg] { input.tfplan.nothing; msg := "x" }')).toMatchObject({
      violated: false,
      failed: false,
      reasons: [],
    })
  })

  test('the syntax of version 1 works too', async () => {
    expect(
      await run('package a\nimport rego.v1\ndeny contains msg if { some r in input.tfplan.resource_changes; msg := r.type }'),
    ).toMatchObject({
      violated: true,
      reasons: ['aws_s3_bucket'],
    })
  })

  test.each([
    ['allow = false', true],
    ['default allow = false', true],
    ['default allow = true', false],
    ['default allow = false\nallow { input.cost.planned_cost == "12.5" }', false],
    ['allow { input.nothing }', true],
  ])('%s', async (rules, violated) => {
    expect(await run(`package a\n${rules}`)).toEqual({ name: 'one', violated, failed: false, reasons: [] })
  })

  test.each([
    ['violation[m] { m := "x" }', 'it has neither a rule deny nor allow'],
    ['dney[m] { m := "x" }\nx { deny := 1; deny == 1 }', 'it has neither a rule deny nor allow'],
    ['deny(r) { r == 1 }', 'the rule deny must not take arguments'],
    ['allow(r) = true { r == 1 }\ndeny["x"] { false }', 'the rule allow must not take arguments'],
  ])('one that could never refuse is violated, and cannot be stored: %s', async (rules, why) => {
    const body = `package a\n${rules}`
    expect(await run(body)).toMatchObject({ violated: true, failed: true, reasons: [`The policy one cannot be evaluated: ${why}`] })
    expect(await engine.check(body, 1)).toEqual([{ line: 1, column: 1, message: why }])
  })

  test('a mistake of types refuses, where it would otherwise never deny', async () => {
    const body = 'package a\nbad := {"aws_s3_bucket"}\ndeny[m] { m := input.tfplan.resource_changes[_].type; startswith(m, bad) }'
    expect(await run(body)).toMatchObject({ violated: true, failed: true, reasons: [expect.stringContaining('line 3')] })
  })

  test('a budget is compared as it is written', async () => {
    expect(await run('package a\ndeny["over"] { 4.35 * 100 >= 435; 100 * 1.1 == 110 }')).toMatchObject({ reasons: ['over'] })
  })

  test('a reason may be an object with a text in it', async () => {
    expect(await run('package a\ndeny[r] { r := {"msg": "no", "severity": 3} }\ndeny[r] { r := {"a": 1} }')).toMatchObject({
      reasons: ['no', '{"a":1}'],
    })
  })

  test('too many and too long reasons are cut off, which is told', async () => {
    const many = await run('package a\ndeny[x] { y := numbers.range(1, 5000)[_]; x := sprintf("%05d", [y]) }')
    expect(many?.reasons).toHaveLength(1000)
    expect(many?.reasons.at(-1)).toBe('… and 4001 more reasons')
    const long = await run('package a\ndeny[x] { x := sprintf("%9000s", ["x"]) }')
    expect(long?.reasons[0]).toHaveLength(4096)
  })
})

describe('a policy that does not evaluate refuses, and says why', () => {
  test.each([
    ['no Rego', 'this is no policy', /line 1/],
    ['a symbol that does not exist', 'package a\ndeny[msg] { count(missing) > 0; msg := "x" }', /missing/],
    ['a function that nobody knows', 'package a\ndeny[msg] { msg := no_such("x") }', /no_such/],
    [
      'the network',
      'package a\ndeny[msg] { http.send({"method": "GET", "url": "http://127.0.0.1"}); msg := "x" }',
      /http\.send is not available/,
    ],
    ['the environment', 'package a\ndeny[msg] { msg := opa.runtime().env.HOME }', /opa\.runtime is not available/],
    ['a rule that needs itself', 'package a\ndeny[msg] { x; msg := "x" }\nx { y }\ny { x }', /recurs/i],
    ['two answers to one question', 'package a\nallow = true { input }\nallow = false { input }', /./],
    ['an answer that is neither yes nor no', 'package a\nallow = "maybe"', /neither true nor false/],
  ])('%s', async (_, body, why) => {
    const outcome = await run(body)
    expect(outcome).toMatchObject({ violated: true, failed: true })
    expect(outcome?.reasons[0]).toMatch(/^The policy one cannot be evaluated: /)
    expect(outcome?.reasons[0]).toMatch(why)
  })
})

const nested = (open: string, close: string, depth: number) =>
  `package a\nx = ${open.repeat(depth)}1${close.repeat(depth)}\ndeny[msg] { x; msg := "x" }`
const hostile: [string, string][] = [
  ['loops inside loops', 'package a\ndeny[msg] { r := numbers.range(1, 100000); r[a]; r[b]; r[c]; a + b + c == -1; msg := "x" }'],
  ['a range without end', 'package a\ndeny[msg] { count(numbers.range(1, 1000000000000)) > 0; msg := "x" }'],
  [
    'a set of everything',
    'package a\nx = {[a, b] | r := numbers.range(1, 3000); a := r[_]; b := r[_]}\ndeny[msg] { count(x) > 1; msg := "x" }',
  ],
  [
    'lists of lists',
    'package a\nx = [y | r := numbers.range(1, 3000); r[_]; y := [z | z := r[_]]]\ndeny[msg] { count(x) > 1; msg := "x" }',
  ],
  [
    'texts that double',
    `package a\nx0 = "0123456789"\n${Array.from({ length: 40 }, (_, i) => `x${i + 1} = concat("", [x${i}, x${i}])`).join('\n')}\ndeny[msg] { count(x40) > 1; msg := "x" }`,
  ],
  [
    'lists that double',
    `package a\nx0 = [1]\n${Array.from({ length: 40 }, (_, i) => `x${i + 1} = array.concat(x${i}, x${i})`).join('\n')}\ndeny[msg] { count(x40) > 1; msg := "x" }`,
  ],
  [
    'lists of the same list',
    `package a\nx0 = [1, 2]\n${Array.from({ length: 40 }, (_, i) => `x${i + 1} = [x${i}, x${i}]`).join('\n')}\ndeny[msg] { msg := json.marshal(x40) }`,
  ],
  [
    'sets of the same list',
    `package a\nx0 = [1, 2]\n${Array.from({ length: 40 }, (_, i) => `x${i + 1} = [x${i}, x${i}]`).join('\n')}\ndeny[msg] { {x40}[x40]; msg := "x" }`,
  ],
  [
    'reasons of the same list',
    `package a\nx0 = [1, 2]\n${Array.from({ length: 40 }, (_, i) => `x${i + 1} = [x${i}, x${i}]`).join('\n')}\ndeny[msg] { msg := {"a": x40} }`,
  ],
  [
    'numbers that square',
    `package a\nx0 = 123456789\n${Array.from({ length: 60 }, (_, i) => `x${i + 1} = x${i} * x${i}`).join('\n')}\ndeny[msg] { x60 > 1; msg := "x" }`,
  ],
  [
    'a padded text',
    'package a\ndeny[msg] { x := sprintf("%999999d", [1]); y := sprintf("%s%s%s%s%s", [x, x, x, x, x]); z := replace(y, " ", y); count(z) > 1; msg := "x" }',
  ],
  [
    'a text that outgrows the memory at once',
    'package a\nx = sprintf("%999999d", [1])\ndeny[m] { y := replace(x, " ", "0123456789012345678901234567890123456789"); count(y) > 1; m := "x" }\nallow = "x"',
  ],
  [
    'paths through a dense graph',
    'package a\ng = {x: numbers.range(1, 30) | x := numbers.range(1, 30)[_]}\ndeny[msg] { count(graph.reachable_paths(g, [1])) > 1; msg := "x" }',
  ],
  ['brackets', nested('[', ']', 30_000)],
  ['braces', nested('{"a":', '}', 10_000)],
  ['parentheses', nested('(', ')', 30_000)],
  ['minus signs', `package a\nx = ${'-'.repeat(60_000)}1\ndeny[msg] { x; msg := "x" }`],
  [
    'a long chain of rules',
    `package a\n${Array.from({ length: 2500 }, (_, i) => `x${i} { x${i + 1} }`).join('\n')}\nx2500 = true\ndeny[msg] { not x0; msg := "x" }\nallow = "x"`,
  ],
  [
    'a deep text of JSON',
    `package a\ndeny[msg] { x := json.unmarshal(sprintf("%s", [replace(sprintf("%50000d", [1]), " ", "[")])); msg := x }\nallow = "x"`,
  ],
]

describe('a hostile policy', () => {
  test.each(hostile)('%s: refused, soon, and the next policy is evaluated', async (_, body) => {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    const start = performance.now()
    const outcomes = await engine.evaluate(
      [
        { name: 'bad', body },
        { name: 'good', body: 'package a\ndeny["seen"] { input.cost }' },
      ],
      input,
      1,
    )
    expect(outcomes[0]).toMatchObject({ name: 'bad', violated: true, failed: true })
    expect(outcomes[1]).toEqual({ name: 'good', violated: true, failed: false, reasons: ['seen'] })
    expect(performance.now() - start).toBeLessThan(8000)
  })

  test('many of them take no more time than all together may', async () => {
    const start = performance.now()
    const outcomes = await engine.evaluate(
      Array.from({ length: 50 }, (_, index) => ({ name: `p${index}`, body: hostile[0]?.[1] ?? '' })),
      input,
      1,
      { totalMs: 1000 },
    )
    expect(outcomes.every(({ failed }) => failed)).toBe(true)
    expect(outcomes.at(-1)?.reasons[0]).toContain('all the time')
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('while it runs, this process goes on, and others are evaluated beside it', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    const slow = engine.evaluate([{ name: 'slow', body: hostile[0]?.[1] ?? '' }], input, 2, { policyMs: 2000, totalMs: 4000 })
    const quick = await run('package a\ndeny["x"] { true }')
    expect(quick?.reasons).toEqual(['x'])
    await slow
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(5)
  })
})

describe('reading a policy', () => {
  test('tells line and column, and nothing about what it names', async () => {
    expect(await engine.check('package a\ndeny[msg] { msg := undefined_thing }', 1)).toEqual([])
    const [problem] = await engine.check('package a\n\ndeny[msg] {\n  msg := "x\n}', 1)
    expect(problem).toMatchObject({ line: 4 })
    expect(problem?.column).toBeGreaterThan(1)
  })

  test.each(hostile)('%s: answered soon', async (_, body) => {
    const start = performance.now()
    await engine.check(body, 1)
    expect(performance.now() - start).toBeLessThan(6000)
  })
})
