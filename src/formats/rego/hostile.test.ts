import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomPolicy } from '../../../test/support/rego-generator.ts'
import { builtins } from './builtins/builtins.ts'
import { RegoError, RegoSyntaxError } from './errors.ts'
import { parseModule } from './parser.ts'
import { open } from './rego.ts'
import { fromJson } from './values.ts'

/** The document data.test, or the message. */
function run(text: string, input: unknown = {}): unknown {
  try {
    return open({ modules: [parseModule(text)], builtins, input: fromJson(input), limits: { deadline: Date.now() + 250 } }).json([
      'data',
      'test',
    ])
  } catch (problem) {
    if (problem instanceof RegoError || problem instanceof RegoSyntaxError) return problem
    throw problem
  }
}

function timed(text: string): { answer: unknown; ms: number } {
  const start = performance.now()
  const answer = run(`package test\n${text}\n`)
  return { answer, ms: performance.now() - start }
}

describe('what a hostile policy tries', () => {
  test.each([
    ['brackets', '['],
    ['braces', '{'],
    ['parentheses', '('],
    ['calls', 'f('],
    ['comprehensions', '[x | x = '],
    ['set comprehensions', '{1 | '],
    ['objects', '{"a": '],
    ['ambiguous unions', '[x | [y | '],
    ['keys', 'a['],
    ['bodies', 'every x in [1] { '],
    ['negative numbers', '-'],
    ['sums', '1 + ('],
  ])('100,000 nested %s are refused quickly', { retry: 2 }, (_, opening) => {
    const { answer, ms } = timed(`import rego.v1\np := ${opening.repeat(100_000)}`)
    expect(answer).toBeInstanceOf(RegoSyntaxError)
    expect(ms).toBeLessThan(2_000)
  })

  test.each([
    ['a product of ranges', 'p = count([1 | a[_]; a[_]; a[_]; a[_]])\na = numbers.range(1, 1000)'],
    ['an exponential comprehension', 'p = [[x, y, z, w] | a[x]; a[y]; a[z]; a[w]]\na = numbers.range(1, 300)'],
    ['doubled lists', `${doubled((last) => `[${last}, ${last}]`)}\np { x60 == y60 }`],
    ['doubled sets', `${doubled((last) => `{{${last}}, ${last}}`)}\np { x60 == y60 }`],
    ['doubled lists that are told', doubled((last) => `[${last}, ${last}]`)],
    ['doubled text', doubled((last) => `concat(",", [sprintf("%v", [${last}]), sprintf("%v", [${last}])])`)],
    ['squared numbers', `${doubled((last) => `${last} * ${last}`)}`],
    ['functions that call functions twice', functions()],
    ['walking a large product', 'p = [x | walk(a, x); walk(a, y); x == y]\na = [numbers.range(1, 2000)]'],
    [
      'a body that is ordered backwards',
      `p { ${Array.from({ length: 3_000 }, (_, index) => `x${index} = x${index + 1}`).join('; ')}; x3000 = 1 }`,
    ],
  ])('%s: stopped by the budget', { retry: 2 }, (_, text) => {
    const { answer, ms } = timed(text)
    expect(answer).toBeInstanceOf(RegoError)
    expect((answer as RegoError).code).toBe('limit')
    expect(ms).toBeLessThan(600)
  })

  test('a step budget stops what no clock stops', () => {
    const module = parseModule('package test\np = count([1 | a[_]; a[_]; a[_]])\na = numbers.range(1, 1000)')
    expect(() => open({ modules: [module], builtins, limits: { steps: 100_000 } }).value(['data', 'test'])).toThrow(
      /more work than one may take/,
    )
  })

  test('a long chain of rules does not overflow the stack', () => {
    const rules = Array.from({ length: 20_000 }, (_, index) => `r${index} = r${index + 1}`).join('\n')
    const { answer } = timed(`${rules}\nr20000 = 1`)
    if (answer instanceof Error) expect(answer).toBeInstanceOf(RegoError)
    else expect(answer).toHaveProperty('r0', 1)
  })

  test('names of JavaScript are only names', () => {
    expect(
      run(
        'package test\np = input.__proto__\nq = input.constructor\nr = object.union({"__proto__": {"x": 1}}, {}).x\ns = {"__proto__": 1}',
      ),
    ).toEqual(JSON.parse('{"s": {"__proto__": 1}}'))
    expect(run('package test\np = input.__proto__.x', JSON.parse('{"__proto__": {"x": 1}}'))).toEqual({ p: 1 })
  })

  test('a large input is looked at only where the policy looks', { retry: 2 }, () => {
    const resources = Array.from({ length: 50_000 }, (_, index) => ({
      type: index % 2 ? 'a' : 'b',
      values: { name: `n${index}`, tags: { x: 1 } },
    }))
    const { answer, ms } = timedWith('deny[name] { r := input.resources[_]; r.type == "a"; name := r.values.name; endswith(name, "99") }', {
      resources,
    })
    expect((answer as { deny: string[] }).deny).toHaveLength(500)
    expect(ms).toBeLessThan(1_500)
  })

  test('any text is a policy or has a problem with a line and a column', () => {
    const token = fc.constantFrom(
      ...'[ ] { } ( ) . , ; : = := == | & + - * / % < > if else contains in every some not with as default import package input data x y _ "a" `b` 1 2.5 null true \n'.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(' ')),
        ),
        (rest) => {
          const answer = run(`package test\n${rest}`)
          if (!(answer instanceof RegoSyntaxError)) return
          expect(answer.line).toBeGreaterThan(0)
          expect(answer.column).toBeGreaterThan(0)
        },
      ),
      { seed: 6, numRuns: 2_000 },
    )
  })

  test('a policy that was cut or changed anywhere is still only right or wrong', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(2_000), fc.constantFrom('', '}', '{', '[', '"', '=', 'not ', '\n', '_'), (seed, at, inserted) => {
        const { text, input } = randomPolicy(seed)
        const place = at % text.length
        run(text.slice(0, place) + inserted + text.slice(place + 1), input)
      }),
      { seed: 6, numRuns: 1_000 },
    )
  })
})

function timedWith(text: string, input: unknown): { answer: unknown; ms: number } {
  const start = performance.now()
  const modules = [parseModule(`package test\n${text}\n`)]
  const answer = open({ modules, builtins, input: fromJson(input) }).json(['data', 'test'])
  return { answer, ms: performance.now() - start }
}

/** Two chains of sixty rules, each made of the one before twice. */
function doubled(next: (last: string) => string): string {
  const chain = (name: string) => [
    `${name}0 = 12345`,
    ...Array.from({ length: 60 }, (_, index) => `${name}${index + 1} = ${next(`${name}${index}`)}`),
  ]
  return [...chain('x'), ...chain('y')].join('\n')
}

function functions(): string {
  const rules = Array.from({ length: 40 }, (_, index) => `f${index + 1}(x) = y { y = f${index}(x) + f${index}(x) }`)
  return ['f0(x) = 1', ...rules, 'p = f40(1)'].join('\n')
}
