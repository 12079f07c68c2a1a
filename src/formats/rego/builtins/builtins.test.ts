import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { compare, fromJson, RegoObject, RegoSet, toJson, type Value } from '../values.ts'
import { type BuiltinContext, BuiltinError, builtins, whyAbsent } from './index.ts'

class OutOfSteps extends Error {}

const limited = (steps: number): BuiltinContext => {
  let left = steps
  return {
    now: 1_700_000_000_123_456_789n,
    step(cost = 1) {
      left -= cost
      if (!(left >= 0)) throw new OutOfSteps()
    },
  }
}

const regoOf = (arg: unknown): Value =>
  arg instanceof RegoSet || arg instanceof RegoObject ? arg : Array.isArray(arg) ? arg.map(regoOf) : fromJson(arg)

const call = (name: string, args: readonly unknown[], steps = 100_000): Value | undefined =>
  builtins.get(name)?.call(args.map(regoOf), limited(steps))
const set = (...values: Value[]) => RegoSet.of(values)
const plain = (value: Value | undefined): unknown =>
  value === undefined ? undefined : value instanceof RegoSet ? { set: toJson(value) } : typeof value === 'bigint' ? value : toJson(value)

const rows: [string, unknown[], unknown][] = [
  ['sum', [[0.5, 2, 3n]], 5.5],
  ['sum', [[9007199254740991, 2]], 9007199254740993n],
  ['product', [[2, 3, 4]], 24],
  ['max', [[]], undefined],
  ['max', [[1, 'a', null]], 'a'],
  ['sort', [set(3, 1, 2)], [1, 2, 3]],
  ['array.slice', [[1, 2, 3], -1, 2], [1, 2]],
  ['array.reverse', [[1, 2]], [2, 1]],
  ['union', [set(set(1), set(2))], { set: [1, 2] }],
  ['intersection', [set(set(1, 2), set(2, 3))], { set: [2] }],
  ['intersection', [set()], { set: [] }],

  ['object.get', [{ a: { b: 1 } }, ['a', 'b'], 0], 1],
  ['object.get', [{ a: false }, 'a', 0], false],
  ['object.get', [{ a: { b: null } }, ['a', 'b'], 0], null],
  ['semver.compare', ['v1.0.0', '1.0.0'], 0],
  ['object.get', [{ a: [5] }, ['a', 0], 0], 5],
  ['object.remove', [{ a: 1, b: 2 }, ['a']], { b: 2 }],
  ['object.remove', [{ a: 1, b: 2 }, { b: 0 }], { a: 1 }],
  ['object.union', [{ a: { b: 1 } }, { a: { c: 2 } }], { a: { b: 1, c: 2 } }],
  ['object.union_n', [[{ a: 1 }, { a: 2 }, { b: 3 }]], { a: 2, b: 3 }],
  ['object.subset', [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }], true],
  [
    'object.subset',
    [
      [1, 2, 3],
      [2, 3],
    ],
    true,
  ],
  [
    'object.subset',
    [
      [1, 2, 3],
      [1, 3],
    ],
    false,
  ],
  ['object.subset', [[1, 2, 3], set(1, 3)], true],
  ['json.remove', [{ a: { b: 1, c: 2 } }, ['a/b']], { a: { c: 2 } }],
  ['json.filter', [{ a: { b: 1, c: 2 }, d: 3 }, ['a/b', '/d']], { a: { b: 1 }, d: 3 }],
  ['json.patch', [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }]], { a: [1, 2] }],
  ['json.patch', [{ a: 1 }, [{ op: 'move', from: '/a', path: 'b' }]], { b: 1 }],
  ['json.patch', [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }]], undefined],
  [
    'json.patch',
    [
      { a: { b: 1 } },
      [
        { op: 'remove', path: 'a/b' },
        { op: 'replace', path: 'a', value: 3 },
      ],
    ],
    { a: 3 },
  ],
  ['json.marshal', [{ b: '<&>', a: [1, null] }], '{"a":[1,null],"b":"\\u003c\\u0026\\u003e"}'],
  ['json.marshal', [set('b', 'a')], '["a","b"]'],
  ['json.marshal_with_options', [{ a: [1] }, { indent: '  ' }], '{\n  "a": [\n    1\n  ]\n}'],
  ['json.unmarshal', ['{"a": [1, "]"]}'], { a: [1, ']'] }],
  ['json.is_valid', ['{'], false],
  ['json.is_valid', [5], false],

  ['sprintf', ['%s is %d, %v', ['a', 5, { b: [1, 'x'] }]], 'a is 5, {"b": [1, "x"]}'],
  ['sprintf', ['%5d|%-5d|%05d|%x|%X|%o|%b', [42, 42, 42, 255, 255, 8, 5]], '   42|42   |00042|ff|FF|10|101'],
  ['sprintf', ['%.2f %6.1f %e %g %v', [3.1366, 2.25, 1234.5, 0.00001234, 1234567.5]], '3.14    2.2 1.234500e+03 1.234e-05 1.2345675e+06'],
  ['sprintf', ['%q %10s|%-4s|%.1s', ['a"b', 'x', 'y', 'zz']], '"a\\"b"          x|y   |z'],
  ['sprintf', ['%d%%', [5]], '5%'],
  ['sprintf', ['%d', ['x']], '%!d(string=x)'],
  ['sprintf', ['%s', [5]], '%!s(int=5)'],
  ['sprintf', ['%d', [1.5]], '%!d(float64=1.5)'],
  ['sprintf', ['%d %d', [1]], '1 %!d(MISSING)'],
  ['sprintf', ['x', [1, 'b']], 'x%!(EXTRA int=1, string=b)'],
  ['sprintf', ['%[2]s %[1]s', ['a', 'b']], 'b a'],
  ['sprintf', ['%*d|%v', [5, 1, true]], '    1|true'],
  ['sprintf', ['100%', []], '100%!(NOVERB)'],
  ['sprintf', ['%v %s', [set(), null]], 'set() null'],
  ['sprintf', ['%d', [123456789012345678901n]], '123456789012345678901'],

  ['split', ['a.b', '.'], ['a', 'b']],
  ['split', ['a😀', ''], ['a', '😀']],
  ['replace', ['aaa', 'a', 'b'], 'bbb'],
  ['replace', ['ab', '', '-'], '-a-b-'],
  ['strings.replace_n', [{ '<': '&lt;', '>': '&gt;' }, '<b>'], '&lt;b&gt;'],
  ['strings.reverse', ['a😀b'], 'b😀a'],
  ['strings.count', ['cheese', 'e'], 3],
  [
    'strings.any_prefix_match',
    [
      ['abc', 'x'],
      ['z', 'ab'],
    ],
    true,
  ],
  ['strings.any_suffix_match', ['abc', 'bc'], true],
  ['indexof_n', ['sad', 'a'], [1]],
  ['indexof', ['😀x', 'x'], 1],
  ['substring', ['abcde', 1, 3], 'bcd'],
  ['substring', ['abcde', 1, -1], 'bcde'],
  ['trim', ['xxaxx', 'x'], 'a'],
  ['trim_left', ['xxaxx', 'x'], 'axx'],
  ['trim_right', ['xxaxx', 'x'], 'xxa'],
  ['trim_prefix', ['abc', 'ab'], 'c'],
  ['trim_suffix', ['abc', ''], 'abc'],
  ['trim_space', ['\t a \n'], 'a'],
  ['upper', ['straße'], 'STRAßE'],
  ['format_int', [255.9, 16], 'ff'],

  ['regex.match', ['^a+$', 'aaa'], true],
  ['regex.is_valid', ['(?=x)'], false],
  ['regex.find_n', ['a.', 'abacad', 2], ['ab', 'ac']],
  ['regex.find_n', ['a.', 'abacad', -1], ['ab', 'ac', 'ad']],
  ['regex.find_all_string_submatch_n', ['a(x*)b(y|z)?c', 'axxxbyc', -1], [['axxxbyc', 'xxx', 'y']]],
  ['regex.split', ['\\s+', 'a  b c'], ['a', 'b', 'c']],
  ['regex.split', ['x*', 'axbxc'], ['a', 'b', 'c']],
  ['regex.split', ['', 'abc'], ['a', 'b', 'c']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a group of the expression
  ['regex.replace', ['foo bar', '(\\w+) (\\w+)', '$2 ${1}!'], 'bar foo!'],
  ['regex.replace', ['abc', 'x*', '-'], '-a-b-c-'],
  ['regex.template_match', ['urn:foo:{.*}', 'urn:foo:bar:baz', '{', '}'], true],
  ['regex.template_match', ['urn.foo:{[a-z]+}', 'urnxfoo:bar', '{', '}'], false],
  ['regex.globs_match', ['a.a.[0-9]+z', 'b.b*'], false],
  ['regex.globs_match', ['[a-z]+', 'a.*z'], true],
  ['glob.match', ['*.example.com', null, 'a.b.example.com'], true],
  ['glob.match', ['*.example.com', [], 'a.b.example.com'], false],
  ['glob.match', ['[!a-c]at', [], 'bat'], false],
  ['glob.match', ['a*b', [':'], 'a:b'], false],
  ['glob.quote_meta', ['*.x'], '\\*.x'],

  ['round', [2.5], 3],
  ['round', [-2.5], -3],
  ['ceil', [-0.5], 0],
  ['numbers.range', [3, 1], [3, 2, 1]],
  ['numbers.range_step', [0, 10, 4], [0, 4, 8]],
  ['bits.xor', [5, 3], 6],
  ['bits.lsh', [1, 70], 1180591620717411303424n],
  ['bits.and', [1.5, 1], undefined],
  ['units.parse', ['10Gi'], 10737418240],
  ['units.parse', ['200m'], 0.2],
  ['units.parse', ['1.5K'], 1500],
  ['units.parse_bytes', ['1.5KiB'], 1536],
  ['units.parse_bytes', ['10'], 10],
  ['semver.compare', ['1.0.0-alpha.1', '1.0.0-alpha.beta'], -1],
  ['semver.compare', ['1.10.0', '1.9.0'], 1],
  ['semver.compare', ['1.0.0+a', '1.0.0'], 0],
  ['semver.is_valid', ['1.0'], false],

  ['time.now_ns', [], 1_700_000_000_123_456_789n],
  ['time.parse_ns', ['2006-01-02', '2024-02-29'], 1709164800000000000n],
  ['time.parse_ns', ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 GMT'], 1136214245000000000n],
  ['time.parse_rfc3339_ns', ['2024-01-01T00:00:00.5+02:00'], 1704060000500000000n],
  ['time.parse_duration_ns', ['1h30m'], 5400000000000],
  ['time.parse_duration_ns', ['-1.5s'], -1500000000],
  ['time.format', [1703444325734390000n], '2023-12-24T18:58:45.73439Z'],
  ['time.format', [[1703444325734390000n, 'America/New_York', 'Mon Jan _2 15:04:05 MST 2006']], 'Sun Dec 24 13:58:45 EST 2023'],
  ['time.format', [[1703444325734390000n, 'Asia/Kolkata', 'RFC822Z']], '25 Dec 23 00:28 +0530'],
  ['time.weekday', [0], 'Thursday'],
  ['time.clock', [[1703444325734390000n, 'Asia/Kolkata']], [0, 28, 45]],
  ['time.add_date', [0, 0, 1, 30], 5270400000000000],
  ['time.diff', [1709164800000000000n, 1704067200000000000n], [0, 1, 28, 0, 0, 0]],

  ['base64.encode', ['a?'], 'YT8='],
  ['base64.decode', ['YT8='], 'a?'],
  ['base64.is_valid', ['YT8'], false],
  ['base64url.encode_no_pad', ['a?>'], 'YT8-'],
  ['base64url.decode', ['YT8-'], 'a?>'],
  ['hex.encode', ['ab'], '6162'],
  ['hex.decode', ['6162'], 'ab'],
  ['urlquery.encode', ["a b&'"], 'a+b%26%27'],
  ['urlquery.decode', ['a+b%26'], 'a b&'],
  ['urlquery.encode_object', [{ a: 'x', b: ['1', '2'] }], 'a=x&b=1&b=2'],
  ['urlquery.decode_object', ['a=1&a=2&b='], { a: ['1', '2'], b: [''] }],
  ['yaml.unmarshal', ['a: [1, x]\n'], { a: [1, 'x'] }],
  ['yaml.marshal', [{ b: 1, a: ['x'] }], 'a:\n  - x\nb: 1\n'],
  ['yaml.is_valid', ['a: ['], false],
  ['crypto.md5', ['a'], '0cc175b9c0f1b6a831c399e269772661'],
  ['crypto.hmac.sha256', ['a', 'k'], '78da91511e675587f5b9df78bedebaf5560da2abb88162ee875dcdf744951d9e'],
  ['uuid.parse', ['not-a-uuid'], undefined],

  ['net.cidr_contains', ['10.0.0.0/8', '10.1.2.3'], true],
  ['net.cidr_contains', ['10.0.0.0/8', '10.0.0.0/7'], false],
  ['net.cidr_contains', ['::/0', '10.0.0.0/7'], false],
  ['net.cidr_intersects', ['10.0.0.0/8', '10.1.0.0/16'], true],
  ['net.cidr_is_valid', ['10.0.0.0/33'], false],
  ['net.cidr_is_valid', ['010.0.0.0/8'], false],
  ['net.cidr_expand', ['10.0.0.7/31'], { set: ['10.0.0.6', '10.0.0.7'] }],
  ['net.cidr_merge', [['10.0.0.0/25', '10.0.0.128/25', '10.0.1.0']], { set: ['10.0.0.0/24', '10.0.1.0/32'] }],
  ['net.cidr_contains_matches', [['10.0.0.0/8'], { a: '10.1.1.1', b: '11.0.0.0' }], { set: [[0, 'a']] }],
  ['graph.reachable', [{ a: ['b'], b: ['a', 'x'] }, ['a']], { set: ['a', 'b'] }],
  [
    'graph.reachable_paths',
    [{ a: ['b', 'c'], b: [], c: ['a'] }, ['a']],
    {
      set: [
        ['a', 'b'],
        ['a', 'c'],
      ],
    },
  ],
  ['to_number', ['1e3'], 1000],
  ['to_number', [null], 0],
  ['type_name', [set()], 'set'],
  ['cast_array', [set(2, 1)], [1, 2]],
]

describe('functions of Rego', () => {
  test.each(rows.map(([name, args, answer]) => ({ name, args, answer, shown: inspect(args).slice(0, 80) })))(
    '$name $shown',
    ({ name, args, answer }) => {
      expect(plain(call(name, args))).toEqual(answer)
    },
  )

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
  ])('%s stops when it takes too much', (name, args) => {
    const start = performance.now()
    expect(() => call(name, args, 20_000)).toThrow(OutOfSteps)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('a layout that can be read in very many ways is read in no time', () => {
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
