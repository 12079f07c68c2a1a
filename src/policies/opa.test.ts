/** The reference evaluator, where it is installed: it works behind the same seam, and ours says the same. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { openLog } from '../log.ts'
import { openEmbeddedPolicies } from './embedded.ts'
import { openOpa } from './opa.ts'
import { openOpaServer } from './opa-server.ts'
import type { PolicyEngine, PolicyOutcome } from './types.ts'

const candidates = [process.env.OPA_BIN ?? '', ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'opa'))]
const binary = candidates.find((path) => path !== '' && existsSync(path)) ?? ''
const isThere = binary !== ''

const log = openLog('silent')
const ours = openEmbeddedPolicies(log)
afterAll(() => ours[Symbol.asyncDispose]())

const input = {
  text: JSON.stringify({
    tfplan: { list: [1, 2, 3], name: 'logs', v: [1, 2.5, 'a', [1, 'b'], { k: 1 }, null, true, false] },
    project_canonical: 'web',
    cost: null,
  }),
}

/** What the words of a reason are is each one's own business where a policy does not evaluate. */
const comparable = ({ reasons, ...rest }: PolicyOutcome) => ({ ...rest, reasons: rest.failed ? [] : reasons })
const outcome = async (engine: PolicyEngine, body: string, organization = 1): Promise<PolicyOutcome | undefined> =>
  (await engine.evaluate([{ name: 'one', body }], input, organization))[0]

const policies: [string, string][] = [
  ['reasons', 'package a.b\ndeny[x] { x := input.project_canonical }\ndeny["a"] { true }'],
  ['nothing', 'package a\ndeny[x] { x := input.missing }'],
  ['objects', 'package a\ndeny[{"msg": "no"}] { true }'],
  ['allow', 'package a\ndefault allow = false'],
  ['allow without a value', 'package a\nallow { input.missing }'],
  ['allow that holds', 'package a\nallow { input.project_canonical == "web" }'],
  ['a package of strange name', 'package a["b-c"]\ndeny["x"] { true }'],
  ['version 1', 'package a\nimport rego.v1\ndeny contains msg if { some n in input.tfplan.list; n > 2; msg := sprintf("%d", [n]) }'],
  [
    'rules beside',
    'package a\nhelper(x) { x > 2 }\nnames = {n | n := input.tfplan.list[_]; helper(n)}\ndeny[x] { names[n]; x := sprintf("%v", [n]) }',
  ],
  ['a broken text', 'package a\ndeny[x] {'],
  ['an unknown symbol', 'package a\ndeny[x] { x := missing }'],
  ['an unknown function', 'package a\ndeny[x] { x := no_such(1) }'],
  ['the network', 'package a\ndeny[x] { http.send({"method": "GET", "url": "http://127.0.0.1"}); x := "x" }'],
  ['the network, in brackets', 'package a\ndeny[x] { http["send"]({"method": "GET", "url": "http://127.0.0.1"}); x := "x" }'],
  ['the environment', 'package a\ndeny[x] { x := opa.runtime().env.HOME }'],
  ['neither rule', 'package a\n# deny\nviolation[x] { deny := 1; x := "allow" }'],
  ['a rule that takes arguments', 'package a\ndeny (r) { r == 1 }'],
  ['a budget', 'package a\ndeny["x"] { 4.35 * 100 >= 435; 100 * 1.1 == 110; sum([0.1, 0.2]) == 0.3; 10 / 3 * 3 == 10; 0.7 / 0.1 == 7 }'],
  ['a mistake of types', 'package a\nbad = {"x"}\ndeny[x] { x := input.tfplan.name; startswith(x, bad) }'],
  ['two values', 'package a\nallow = true { input }\nallow = false { input }'],
  ['a loop', 'package a\ndeny[x] { r := numbers.range(1, 100000); r[a]; r[b]; a + b == -1; x := "x" }'],
]

describe.skipIf(!isThere)('the opa of the operator (needs `opa` on the PATH, or OPA_BIN)', () => {
  const opa = openOpa(binary, log)
  afterAll(() => opa[Symbol.asyncDispose]())

  test.each(policies)('%s: the same as our own evaluator', async (_, body) => {
    const theirs = await outcome(opa, body)
    expect(comparable(theirs as PolicyOutcome)).toEqual(comparable((await outcome(ours, body)) as PolicyOutcome))
    expect(theirs?.reasons.join()).not.toContain('/tmp')
  })

  test('texts in the syntax of version 1 need no word about it', async () => {
    expect(await outcome(opa, 'package a\ndeny contains "x" if { true }')).toMatchObject({ reasons: ['x'] })
  })

  test('a text that cannot be read is told by line and column', async () => {
    expect(await opa.check('package a\ndeny[x] { x := missing }', 1)).toEqual([])
    expect(await opa.check('package a\ndeny contains "x" if { true }', 1)).toEqual([])
    expect(await opa.check('package a\ndeny[x] {', 1)).toMatchObject([{ line: 2 }])
  })

  test('a program that does not work is nobody’s violation', async () => {
    const broken = openOpa('/nonexistent/opa', log)
    await expect(outcome(broken, 'package a')).rejects.toThrow(/ask the operator/)
    await broken[Symbol.asyncDispose]()
  })

  test('random policies are answered alike', async () => {
    // All of it comes from the input: what can never hold would be refused by OPA before it is evaluated.
    const value = fc.constantFrom(
      ...Array.from({ length: 8 }, (_, index) => `input.tfplan.v[${index}]`),
      '{x | x := input.tfplan.list[_]}',
      'input.tfplan.list',
      'input.missing',
    )
    const term = fc.oneof(
      value,
      fc
        .tuple(fc.constantFrom('count', 'type_name', 'to_number', 'is_array', 'sort', 'max', 'json.marshal'), value)
        .map(([name, one]) => `${name}(${one})`),
      fc.tuple(value, fc.constantFrom('+', '-', '*', '/', '%', '&', '|'), value).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.tuple(value, value).map(([a, b]) => `[x | x := ${a}; x != ${b}]`),
      value.map((one) => `{y | y := ${one}[_]}`),
      value.map((one) => `sprintf("%v", [${one}])`),
    )
    const line = fc.oneof(
      fc.tuple(term, fc.constantFrom('==', '!=', '<', '>=', '='), term).map(([a, operator, b]) => `${a} ${operator} ${b}`),
      term.map((one) => `not ${one}`),
      term,
    )
    const body = fc
      .array(fc.tuple(fc.array(line, { maxLength: 2 }), term), { minLength: 1, maxLength: 3 })
      .map(
        (rules) =>
          `package a\n${rules.map(([lines, one], index) => `deny[r] { ${[...lines, `r := [${index}, ${one}]`].join('; ')} }`).join('\n')}`,
      )
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const theirs = await outcome(opa, text)
        // Types are checked before anything is evaluated there: what can never hold is an error of the text.
        if (theirs?.reasons.some((reason) => /match error|invalid argument|must not be|type/.test(reason)) && theirs.failed) return
        expect(comparable((await outcome(ours, text)) as PolicyOutcome)).toEqual(comparable(theirs as PolicyOutcome))
      }),
      { numRuns: 60, seed: 7 },
    )
  }, 120_000)
})

describe.skipIf(!isThere)('a server of OPA (needs `opa` on the PATH, or OPA_BIN)', () => {
  let process: ChildProcess
  let url: string
  let engine: PolicyEngine

  beforeAll(async () => {
    url = `http://127.0.0.1:${await freePort()}`
    process = spawn(binary, ['run', '--server', '--v0-compatible', '--addr', url.slice(7), '--log-level', 'error'], { stdio: 'ignore' })
    for (let attempt = 0; attempt < 100; attempt++) {
      if (
        await fetch(`${url}/health`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    engine = openOpaServer(url, openEmbeddedPolicies(log), log)
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    const gone = once(process, 'exit')
    process.kill()
    await gone
  })

  test.each(policies)('%s: the same as our own evaluator', async (_, body) => {
    expect(comparable((await outcome(engine, body)) as PolicyOutcome)).toEqual(comparable((await outcome(ours, body)) as PolicyOutcome))
  })

  test('policies of many at once do not mix, and nothing of them stays', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, index) => outcome(engine, `package same\ndeny["p${index}"] { true }`, index % 4)),
    )
    expect(all.map((one) => one?.reasons)).toEqual(all.map((_, index) => [`p${index}`]))
    expect(await fetch(`${url}/v1/policies`).then((answer) => answer.json())).toEqual({ result: [] })
  })

  test('what else the server knows is nobody’s business', async () => {
    await fetch(`${url}/v1/data/secret`, { method: 'PUT', body: '"of somebody"' })
    for (const body of [
      'package a\ndeny[x] { x := data.secret }',
      'package a\nimport data.secret\ndeny[x] { x := secret }',
      'package a\ndeny[x] { data[_] = x }',
    ])
      expect(await outcome(engine, body)).toMatchObject({ failed: true, reasons: [expect.stringContaining('names `data`')] })
  })

  test('a server that is away is nobody’s violation', async () => {
    const away = openOpaServer('http://127.0.0.1:9', ours, log)
    await expect(outcome(away, 'package a\ndeny["x"] { true }')).rejects.toThrow(/ask the operator/)
  })
})
