/** States are read as they arrive: whatever the pieces, what comes out is what JSON.parse would have said. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { JsonSlices, parseJson } from './json-slices.ts'
import { type StateInstance, StateReader } from './state.ts'
import { redacted, withoutSecrets } from './state-secrets.ts'

function read(document: string | Buffer, pieces: readonly number[] = []) {
  const instances: StateInstance[] = []
  const reader = new StateReader((instance) => instances.push(instance))
  let rest = Buffer.from(document)
  for (const size of pieces) {
    reader.push(rest.subarray(0, size))
    rest = rest.subarray(size)
  }
  reader.push(rest)
  return { head: reader.end(), instances, count: reader.count }
}

const state = (resources: unknown[], more: object = {}) =>
  JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 7, lineage: 'abc', outputs: {}, resources, ...more })
const provider = 'provider["registry.terraform.io/hashicorp/aws"]'
const resource = (instances: unknown[], more: object = {}) => {
  const { module, ...others } = more as { module?: string }
  return { ...(module === undefined ? {} : { module }), mode: 'managed', type: 'aws_instance', name: 'web', provider, instances, ...others }
}

describe('a state', () => {
  test('gives its head and every instance, wherever it stands', () => {
    const { head, instances } = read(
      state([
        resource([{ attributes: { id: 'i-1' } }]),
        resource(
          [
            { index_key: 0, attributes: { id: 'i-2' } },
            { index_key: 1, attributes: { id: 'i-3' } },
          ],
          { module: 'module.a[0]' },
        ),
        resource(
          [
            { index_key: 'blue', attributes: {} },
            { index_key: 'blue', deposed: '00ff', attributes: {} },
          ],
          { name: 'each' },
        ),
        resource([{ attributes: {} }], { mode: 'data', type: 'aws_ami' }),
      ]),
    )
    expect(head).toMatchObject({ serial: 7, lineage: 'abc', terraformVersion: '1.11.4' })
    expect(instances.map(({ address }) => address)).toEqual([
      'aws_instance.web',
      'module.a[0].aws_instance.web[0]',
      'module.a[0].aws_instance.web[1]',
      'aws_instance.each["blue"]',
      'aws_instance.each["blue"] (deposed 00ff)',
      'data.aws_ami.web',
    ])
    expect(instances[1]).toMatchObject({
      provider,
      type: 'aws_instance',
      module: 'module.a[0]',
      mode: 'managed',
      attributes: '{"id":"i-2"}',
    })
  })

  test('says where its serial stands, so that another one can be written there', () => {
    const text = '{ "lineage":"é", "serial" : 41 ,"version":4,"resources":[]}'
    const { serialAt } = read(text).head
    expect(Buffer.from(text).subarray(serialAt.start, serialAt.end).toString()).toBe('41')
  })

  test('may name what its instances are of behind them', () => {
    const { instances } = read(state([{ instances: [{ attributes: { id: 1 } }], name: 'n', type: 't', mode: 'managed', provider: 'p' }]))
    expect(instances).toMatchObject([{ address: 't.n', attributes: '{"id":1}' }])
  })

  test.each<[string, string, RegExp]>([
    ['nothing', '', /ends too early/],
    ['half of one', state([resource([{}])]).slice(0, -3), /ends too early/],
    ['two of them', `${state([])}${state([])}`, /not valid JSON/],
    ['a list', '[]', /must be 4|must be an object/],
    ['a number', '4', /must be an object/],
    ['an old format', state([], { version: 3 }), /format 3 cannot be kept/],
    ['no format', '{"serial":1,"lineage":"a"}', /version: must be 4/],
    ['no serial', '{"version":4,"lineage":"a"}', /serial/],
    ['a serial that is no number', state([], { serial: '7' }), /serial/],
    ['a serial below zero', state([], { serial: -1 }), /serial/],
    ['a serial beyond all numbers', '{"version":4,"serial":1e300,"lineage":"a"}', /serial/],
    ['an empty lineage', state([], { lineage: '' }), /lineage/],
    ['a NUL in its lineage', state([], { lineage: 'a\0' }), /lineage/],
    ['resources that are no list', state([], { resources: {} }), /resources: must be a list/],
    ['a resource that is no object', state([7]), /resources\[0\]: must be an object/],
    ['a resource without a type', state([{ ...resource([{}]), type: undefined }]), /resources\[0\]\.type: is missing/],
    ['a type that is half a character', state([resource([{}], { type: '\ud800' })]), /no name has/],
    ['a type that is too long', state([resource([{}], { type: 'x'.repeat(600) })]), /too long/],
    ['instances that are no list', state([resource([], { instances: 'x' })]), /instances: must be a list/],
    ['an instance that is none', state([resource([null])]), /instances\[0\]: must be an object/],
    ['a module behind its instances', state([{ ...resource([{}]), module: 'module.a' }]), /module: must stand before/],
    ['resources twice', `{"version":4,"serial":1,"lineage":"a","resources":[],"resources":[]}`, /twice/],
    ['a serial twice', `{"version":4,"serial":1,"lineage":"a","serial":2}`, /twice/],
    ['a missing comma', '{"version":4 "serial":1}', /not valid JSON/],
    ['a comma too much', '{"version":4,}', /not valid JSON/],
    ['brackets that do not match', '{"version":4,"outputs":{"a":[1}]}}', /not valid JSON/],
    ['a depth bomb', `{"version":4,"outputs":${'['.repeat(100_000)}`, /nested deeper/],
    ['a byte order mark', `\ufeff${state([])}`, /not valid JSON/],
  ])('is none when it is %s', (_, document, message) => {
    expect(() => read(document)).toThrow(FormatError)
    expect(() => read(document)).toThrow(message)
  })

  test('is none when it is not UTF-8', () => {
    const bytes = Buffer.from(state([resource([{ attributes: { a: 'XX' } }])]))
    bytes.fill(0xff, bytes.indexOf('XX'), bytes.indexOf('XX') + 1)
    expect(() => read(bytes)).toThrow(/not in UTF-8/)
  })

  test('keeps what Postgres does not take out of its attributes, and nothing else', () => {
    const { instances } = read(state([resource([{ attributes: { a: 'x\0y', 'b\0': '\ud800z', c: '\\u0000', n: 1 } }])]))
    expect(JSON.parse(instances[0]?.attributes ?? '')).toEqual({ a: 'x\ufffdy', 'b\ufffd': '\ufffdz', c: '\\u0000', n: 1 })
    const huge = read(
      '{"version":4,"serial":1,"lineage":"a","resources":[{"mode":"managed","type":"t","name":"n","provider":"p","instances":[{"attributes":{"n":1e999,"__proto__":{"x":1}}}]}]}',
    )
    expect(huge.instances[0]?.attributes).toBe('{"n":null,"__proto__":{"x":1}}')
  })

  test('gives the same instances however it is cut', () => {
    const document = state([
      resource([{ index_key: 'ü"\\', attributes: { text: 'a "quoted" \\ {[ text é 🚀', list: [1, -2.5e3, true, null, { x: [] }] } }]),
      resource([{ attributes: {} }], { name: 'other' }),
    ])
    const whole = read(document)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }), (pieces) => {
        expect(read(document, pieces)).toEqual(whole)
      }),
      { seed: 6, numRuns: 300 },
    )
  })
})

describe('taking JSON apart', () => {
  /** Puts together again what was handed out. */
  function rebuilt(bytes: Buffer, piece: number): unknown {
    const members: [string | number, unknown][] = []
    let top: unknown
    const slices = new JsonSlices({
      enters: (path) => path.length === 0,
      value: (path, value) => {
        if (path.length === 0) top = parseJson(value)
        else members.push([path[0] ?? '', parseJson(value)])
      },
      leaves: () => {
        top =
          members.every(([key]) => typeof key === 'number') && bytes.toString().trimStart().startsWith('[')
            ? members.map(([, v]) => v)
            : Object.fromEntries(members)
      },
    })
    for (let at = 0; at < bytes.length; at += piece) slices.push(bytes.subarray(at, at + piece))
    slices.end()
    return top
  }

  test('agrees with JSON.parse about every document', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 20 }), fc.nat({ max: 2 }), (text, piece, indent) => {
        const written = JSON.stringify(JSON.parse(text), null, indent)
        expect(JSON.stringify(rebuilt(Buffer.from(written), piece))).toBe(JSON.stringify(JSON.parse(written)))
      }),
      { seed: 6, numRuns: 500 },
    )
  })

  test('agrees with JSON.parse about what is none', () => {
    const characters = fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '1', '-', 't', ' ', 'a'), maxLength: 12 })
    const isFine = (run: () => unknown) => {
      try {
        run()
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(characters, fc.integer({ min: 1, max: 4 }), (text, piece) => {
        expect(isFine(() => rebuilt(Buffer.from(text), piece))).toBe(isFine(() => JSON.parse(text)))
      }),
      { seed: 6, numRuns: 5000 },
    )
  })
})

describe('secrets of attributes', () => {
  const step = (value: unknown) => ({ type: 'get_attr', value })
  test('are hidden where the state marks them', () => {
    const attributes = { id: 'db', connection: [{ host: 'h', pin: 1234 }], tags: { a: 'b' }, none: null }
    const shown = withoutSecrets(attributes, [
      [step('connection'), { type: 'index', value: { value: 0, type: 'number' } }, step('pin')],
      [step('tags'), { type: 'index', value: { value: 'a', type: 'string' } }],
      [step('none')],
      [step('missing'), step('x')],
    ])
    expect(shown).toEqual({ id: 'db', connection: [{ host: 'h', pin: redacted }], tags: { a: redacted }, none: null })
  })

  test('are hidden more rather than less when the mark cannot be followed', () => {
    expect(withoutSecrets({ a: { b: 1 }, c: 2 }, [[step('a'), { type: 'index', value: { value: ['set'], type: 'x' } }]])).toEqual({
      a: redacted,
      c: 2,
    })
    expect(withoutSecrets({ a: 1 }, [[{ type: 'odd' }]])).toEqual({})
    expect(withoutSecrets({ a: 1 }, [null])).toEqual({})
    expect(withoutSecrets({ a: 1 }, 'odd')).toEqual({ a: 1 })
  })

  test.each([
    'password',
    'master_password',
    'secret',
    'client_secret',
    'secret_access_key',
    'private_key_pem',
    'auth_token',
    'token',
    'api_key',
    'apiKey',
    'primary_access_key',
    'primary_connection_string',
    'kube_config_raw',
    'user_data',
    'secret_string',
    'accessToken',
    'db-password',
  ])('are hidden by what they are called: %s', (name) => {
    expect(withoutSecrets({ deep: [{ [name]: 'x' }] }, undefined)).toEqual({ deep: [{ [name]: redacted }] })
  })

  test.each(['secret_id', 'key_name', 'kms_key_id', 'password_length', 'instance_type', 'token_ttl', 'secretary', 'passwords_policy'])(
    'are not what %s holds',
    (name) => {
      expect(withoutSecrets({ [name]: 'x', password: true, token: '' }, undefined)).toEqual({ [name]: 'x', password: true, token: '' })
    },
  )
})
