/** States are hostile: none holds the process up, and what the inventory keeps of them can always be shown, and holds no secret. */
import { describe, expect, test } from 'vitest'
import { type StateInstance, StateReader } from './state.ts'
import { largestRow, sizeOf, storableAttributes, tooLarge } from './state-attributes.ts'
import { redacted, withoutSecrets } from './state-secrets.ts'

function read(document: string, piece = 65_536) {
  const instances: StateInstance[] = []
  const reader = new StateReader((instance) => instances.push(instance))
  const bytes = Buffer.from(document)
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece))
  return { head: reader.end(), instances }
}
const header = '"mode":"managed","type":"t","name":"n","provider":"p"'
const state = (resource: string, more = '') => `{"version":4,"serial":1,"lineage":"a",${more}"resources":[{${resource}}]}`
const large = `"${'x'.repeat(5 * 2 ** 20)}"`

describe('a state', () => {
  test('has no instance of more than 4 MB, and says which one it was', () => {
    const document = state(`${header},"instances":[{"attributes":{}},{"attributes":{"a":${large}}}]`)
    expect(() => read(document)).toThrow('resources[0].instances[1] is larger than 4 MB')
    expect(() => read(document, 2 ** 30)).toThrow('resources[0].instances[1] is larger than 4 MB')
    expect(() => read(state(`"mode":${large}`))).toThrow('resources[0].mode is larger than 4 MB')
  })

  test('may have large outputs, which nobody looks into', () => {
    const { instances } = read(state(`${header},"each":{"a":${large}},"instances":[{}]`, `"outputs":{"a":{"value":${large}}},`))
    expect(instances).toHaveLength(1)
    expect(() => read(state(header, '"outputs":{"a":tru},'))).toThrow('not valid JSON')
  })

  test('has at most 100,000 instances, also when they are all the same', () => {
    const some = (count: number) => state(`${header},"instances":[${'{},'.repeat(count - 1)}{}]`)
    expect(() => read(some(100_000))).not.toThrow()
    expect(() => read(some(100_001))).toThrow('more than 100000 instances')
  })

  test('has little before what it is of, as that waits in memory', () => {
    const instances = `"instances":[${`{"attributes":{"a":"${'x'.repeat(300_000)}"}},`.repeat(4)}{}]`
    expect(() => read(state(`${instances},${header}`))).toThrow('must stand behind mode, type, name and provider')
    expect(() => read(state(`${header},${instances}`))).not.toThrow()
  })

  test('has addresses of whole characters, however they are cut', () => {
    for (const pad of ['', 'x']) {
      const [instance] = read(state(`${header},"instances":[{"index_key":"${pad}${'\u{1f680}'.repeat(1000)}"}]`)).instances
      expect(instance?.address).toMatch(/^[^\p{Surrogate}]*$/u)
    }
  })
})

describe('attributes that are too large', () => {
  const shown = (attributes: unknown, marked?: unknown) => JSON.parse(storableAttributes('t', attributes, marked)) as unknown
  test('lose the largest members and keep the others', () => {
    const kept = { id: 'i', name: 'n', size: 8, nested: { a: [1] } }
    expect(shown({ policy: 'x'.repeat(20_000), list: Array(9000).fill(1), ...kept })).toEqual({ policy: tooLarge, list: tooLarge, ...kept })
    expect(shown({ policy: 'x'.repeat(9000) })).toEqual({ policy: 'x'.repeat(9000) })
  })

  test('keep what the resource is recognized by when there is too much of everything', () => {
    const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`k${at}`, at]))
    expect(shown({ ...many, id: 'i', tags: { env: 'prod' } })).toEqual({ id: 'i', tags: { env: 'prod' } })
    const some = Object.fromEntries(Array.from({ length: 1900 }, (_, at) => [`name-${at}`, 'x']))
    expect(shown({ ...some, id: 'i' })).toEqual({ id: tooLarge })
  })

  test.each<[string, unknown]>([
    ['numbers with many digits', { a: Array(500).fill(1e300) }],
    ['short secrets', Object.fromEntries(Array.from({ length: 700 }, (_, at) => [`password${at}`, 'x']))],
    ['a list', Array(9000).fill('x')],
    ['a text', 'x'.repeat(90_000)],
    ['long names', { ['k'.repeat(90_000)]: 1, ['\u0001'.repeat(5000)]: 1 }],
    ['large tags', { id: 'x'.repeat(90_000), tags: { a: 'x'.repeat(90_000) } }],
  ])('have room in a row when they are %s', (_, attributes) => {
    expect(sizeOf(shown(attributes))).toBeLessThanOrEqual(largestRow)
  })

  test('hide what is marked all the same', () => {
    expect(shown({ id: 'i', pin: 5, text: 'x'.repeat(20_000) }, [[{ type: 'get_attr', value: 'pin' }]])).toEqual({
      id: 'i',
      pin: redacted,
      text: tooLarge,
    })
  })
})

describe('secrets', () => {
  test.each<[string, object]>([
    ['random_password', { result: 'x', bcrypt_hash: 'x' }],
    ['kubernetes_secret_v1', { data: { a: 'x' }, binary_data: { a: 'x' } }],
    ['aws_ssm_parameter', { value: 'x' }],
    ['vault_generic_secret', { data: { a: 'x' }, data_json: '{}' }],
    ['github_actions_secret', { plaintext_value: 'x', encrypted_value: 'x' }],
    ['aws_iam_access_key', { ses_smtp_password_v4: 'x', secret: 'x' }],
    ['tls_private_key', { private_key_pem: 'x' }],
    ['azurerm_cosmosdb_account', { connection_strings: ['x'], primary_key: 'x', secondary_readonly_key: 'x' }],
    ['azurerm_kubernetes_cluster', { kube_admin_config: [{ a: 'x' }], kube_admin_config_raw: 'x' }],
    ['azurerm_application_insights', { instrumentation_key: 'x', connection_string: 'x' }],
    ['google_container_cluster', { master_auth: [{ client_key: 'x' }] }],
    [
      'thing',
      {
        adminpassword: 'x',
        DBPASSWD: 'x',
        passwords: ['x'],
        clientSecret: 'x',
        secrets: { a: 'x' },
        api_keys: ['x'],
        token_v2: 'x',
        client_key: 'x',
        url: 'postgres://user:hunter2@db/app',
        redis: 'redis://:hunter2@cache:6379',
        pem: '-----BEGIN RSA PRIVATE KEY-----\nabc',
      },
    ],
  ])('of %s are hidden', (type, attributes) => {
    const hidden = Object.fromEntries(Object.keys(attributes).map((name) => [name, redacted]))
    expect(withoutSecrets({ ...attributes, id: 'i' }, [], type)).toEqual({ ...hidden, id: 'i' })
  })

  test('are found in lists, and in variables that are called so', () => {
    const env = [
      { name: 'DB_PASSWORD', value: 'x' },
      { name: 'REGION', value: 'eu' },
    ]
    expect(withoutSecrets({ env, urls: ['https://a:b@c', 'https://c:80/a@b'] }, [])).toEqual({
      env: [{ name: 'DB_PASSWORD', value: redacted }, env[1]],
      urls: [redacted, 'https://c:80/a@b'],
    })
  })
})
