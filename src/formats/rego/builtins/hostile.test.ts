import { describe, expect, test } from 'vitest'
import { call, OutOfSteps, set } from '../../../../test/support/rego-call.ts'
import { compare } from '../values.ts'
import { builtins, whyAbsent } from './builtins.ts'
import { BuiltinError } from './types.ts'

describe('functions of Rego that cannot do what they are asked', () => {
  test.each<[string, unknown[]]>([
    ['count', [1]],
    ['sum', [['x']]],
    ['to_number', ['12x']],
    ['json.unmarshal', ['{']],
    ['regex.match', ['(', 'x']],
    ['regex.match', ['(?:(?:a{1000}){1000}){1000}', 'x']],
    ['glob.match', ['[a', [], 'x']],
    ['substring', ['a', -1, 1]],
    ['time.clock', [[0, 'Mars/Olympus']]],
    ['time.clock', [[0, '+02:00']]],
    ['time.parse_ns', ['2006-01-02', '2023-02-29']],
    ['base64.decode', ['*']],
    ['semver.compare', ['1', '1.0.0']],
    ['net.cidr_contains', ['10.0.0.0', '10.0.0.1']],
    ['units.parse', ['1 m']],
    ['numbers.range_step', [1, 2, 0]],
    ['bits.lsh', [1, 1e9]],
    ['io.jwt.decode', ['a.b']],
    ['json.unmarshal', ['['.repeat(50_000)]],
    ['yaml.unmarshal', ['['.repeat(50_000)]],
    ['yaml.unmarshal', ['- '.repeat(20_000)]],
  ])('%s, case %#, is refused', (name, args) => {
    expect(() => call(name, args)).toThrow(BuiltinError)
  })

  test.each<[string, unknown[]]>([
    ['numbers.range', [1, 1e12]],
    ['numbers.range_step', [1, 1e12, 2]],
    ['net.cidr_expand', ['::/0']],
    ['sprintf', ['%999999d%999999d%999999d', [1, 1, 1]]],
    ['replace', ['a'.repeat(10_000), 'a', 'b'.repeat(10_000)]],
    ['regex.replace', ['a'.repeat(10_000), 'a', 'b'.repeat(10_000)]],
    ['json.marshal_with_options', [[[[1]]], { indent: ' '.repeat(10_000_000) }]],
    ['product', [Array.from({ length: 10_000 }, () => 10n ** 300n)]],
    ['regex.match', ['(a|b|c|d)*{100}x'.replace('*{', '{'), 'abcd'.repeat(20_000)]],
  ])('%s stops when it takes too much', { retry: 2 }, (name, args) => {
    const start = performance.now()
    expect(() => call(name, args, 20_000)).toThrow(OutOfSteps)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('a layout that can be read in very many ways is read in no time', { retry: 2 }, () => {
    const start = performance.now()
    expect(() => call('time.parse_ns', ['1'.repeat(900), `${'1'.repeat(950)}x`], 1e9)).toThrow(BuiltinError)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('whatever is given, the answer is a value, undefined, or a refusal that says why', () => {
    const values: unknown[] = [
      null,
      true,
      -1,
      0,
      1.5,
      2n ** 80n,
      '',
      'a',
      '\ud800',
      '10.0.0.0/8',
      [],
      ['a', 1],
      {},
      { a: 1 },
      set(),
      set('a'),
      [[1]],
    ]
    for (const [name, { arity }] of builtins)
      for (const first of values)
        for (const second of values) {
          const args = [first, second, second, first].slice(0, arity)
          try {
            const answer = call(name, args)
            if (answer !== undefined) expect(compare(answer, answer)).toBe(0)
          } catch (error) {
            if (!(error instanceof BuiltinError) && !(error instanceof OutOfSteps))
              throw new Error(`${name}(${String(args)}): ${error}`, { cause: error })
          }
        }
  })

  test('what cannot be offered says why', () => {
    for (const name of ['http.send', 'opa.runtime', 'net.lookup_ip_addr', 'rand.intn', 'rego.parse_module', 'io.jwt.decode_verify']) {
      expect(builtins.has(name)).toBe(false)
      expect(whyAbsent(name)).toContain(name)
    }
    expect(whyAbsent('no.such')).toBeUndefined()
  })
})
