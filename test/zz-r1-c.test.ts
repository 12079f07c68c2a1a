import { appendFileSync } from 'node:fs'
import { test } from 'vitest'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { openStateWorld, stateOf } from './support/state-world.ts'
import { gitIn, must } from './support/workshop.ts'

const say = (...what: unknown[]) => appendFileSync('/tmp/r1/c.out', what.map((w) => (typeof w === 'string' ? w : JSON.stringify(w))).join(' ') + '\n')
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = async () => {
  const world = await openStateWorld(server, repositories)
  return { ...world, org: { organization_canonical: world.workshop.org } }
}
test('hostile words are no 500', async () => {
  const { backend, ada, org, path, token } = await open()
  const odd: any[] = []
  const push = async (name: string, doc: unknown) => { const a = await backend.push(doc); if (a.status >= 500) odd.push(name); say('STATE', name, String(a.status), (await a.text()).slice(0, 160)) }
  let serial = 0
  const one = (resource: object, instance: object = {}) => stateOf(++serial, [{ mode: 'managed', type: 't', name: 'n', provider: 'p', instances: [{ attributes: {}, ...instance }], ...resource }])
  await push('type __proto__', one({ type: '__proto__' }))
  await push('type constructor', one({ type: 'constructor' }))
  await push('type long', one({ type: 'é'.repeat(250), provider: 'é'.repeat(250) }))
  const rnd = (n: number) => Array.from({ length: n }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20000))).join('')
  await push('type long random', one({ type: rnd(166), provider: rnd(166), module: rnd(1300) }))
  await push('address long random', one({ type: rnd(100) }, { index_key: rnd(390) }))
  await push('attributes null', one({}, { attributes: null }))
  await push('attributes list', one({}, { attributes: [1, 'a'] }))
  await push('attributes text', one({}, { attributes: 'x' }))
  await push('attributes proto', JSON.stringify(one({}, {})).replace('"attributes":{}', '"attributes":{"__proto__":{"a":1},"constructor":1}'))
  await push('attributes 1e400', JSON.stringify(one({}, {})).replace('"attributes":{}', '"attributes":{"a":1e400,"b":-1e400,"c":123456789012345678901234567890, "d": 1e308, "e": 5e-324}'))
  await push('lone in attribute', JSON.stringify(one({}, {})).replace('"attributes":{}', '"attributes":{"a\\ud800":"\\udfff\\u0000"}'))
  await push('sensitive odd', one({}, { sensitive_attributes: [[{ type: 'get_attr', value: '__proto__' }, { type: 'get_attr', value: 'x' }], [], null, 5, 'x'], attributes: { a: 1 } }))
  await push('sensitive on text', one({}, { sensitive_attributes: [[{ value: 'a' }, { value: 'b' }]], attributes: { a: 'text' } }))
  await push('sensitive top', one({}, { sensitive_attributes: [[{ value: 0 }]], attributes: ['secret'] }))
  await push('deep attr 199', JSON.stringify(one({}, {})).replace('"attributes":{}', '"attributes":{"a":' + '['.repeat(190) + ']'.repeat(190) + '}'))
  await push('index object', one({}, { index_key: { a: 1 } }))
  await push('index big', one({}, { index_key: 1e308 }))
  await push('index lone', one({}, { index_key: '\ud800' }))
  await push('deposed', one({}, { deposed: '\ud800x' }))
  await push('flat', JSON.stringify(one({}, {})).replace('"attributes":{}', '"attributes_flat":{"password":"p","a":"b"}'))
  await push('tf version number', stateOf(++serial, [], { terraform_version: 5 }))
  await push('key 1 MB', one({}, { attributes: { ['k'.repeat(1_000_000)]: 1 } }))
  say('LIST', String((await ada.listInventoryResources({ path: org })).status))
  say('HISTORY', String((await ada.getInventoryHistory({ path: org })).status))
  const list = async (search: string) => { const a = await ada.listInventoryResources({ path: org, search }); say('FILTER', search.slice(0, 70), String(a.status), JSON.stringify(a.body).slice(0, 120)) }
  for (const s of ['?a%00b[eq]=1', '?tags.env[eq]=%00', '?a[rlike]=(', '?a[rlike]=(((((a{1,255}){1,255}){1,255}){1,255}))', '?__proto__[eq]=1', '?constructor[eq]=1', '?a[0][0][0][gt]=1', '?a[999999][lt]=' + '9'.repeat(30), '?a[gt]=1e5', '?page_size=0', '?page_size=99999999999', '?page_index=4294967295&page_size=4294967295', '?order_by=__proto__', '?order_by=resources_name:asc&order_by=x', '?' + 'a.'.repeat(25) + 'a[eq]=1', '?resources_name[constructor]=1', '?\u{1F680}[eq]=1', '?page_size=1&page_size=2'])
    await list(s)
  for (const q of ['%00', '"]', "'", '(', '__proto__']) {
    const r = await fetch(`${server.url}/organizations/${org.organization_canonical}/inventory/resources/types?resources_provider=${q}`, { headers: {} })
    say('TYPES', q, String(r.status))
  }
  const lock = async (name: string, body: unknown, method = 'POST', p = '/inventory/lock') => { const a = await backend.ask(method, p, { body: typeof body === 'string' ? body : JSON.stringify(body) }); say('LOCK', name, method, String(a.status), (await a.text()).slice(0, 140)) }
  await lock('null', 'null'); await lock('list', '[]'); await lock('text', '"x"'); await lock('number id', { ID: 5 }); await lock('proto', '{"__proto__":{"ID":"x"}}'); await lock('nul', { ID: '\u0000\ud800' }); await lock('both cases', '{"ID":"a","id":"b"}'); await lock('unlock list', '[]', 'DELETE'); await lock('unlock number', '5', 'DELETE'); await lock('unlock', { ID: 'b' }, 'UNLOCK', '/inventory'); await lock('huge', { ID: 'x'.repeat(900_000) })
  await lock('LOCK method', { ID: 'y' }, 'LOCK', '/inventory')
  const g = await fetch(`${server.url}/inventory?jwt=${token}&jwt=${token}`); say('JWT twice', String(g.status))
  const g2 = await fetch(`${server.url}/inventory`); say('JWT none', String(g2.status), (await g2.text()).slice(0, 200))
  const g3 = await fetch(`${server.url}/inventory?jwt=${'x'.repeat(2000)}`); say('JWT long', String(g3.status))
  const g4 = await fetch(`${server.url}/inventory?jwt=${token}&ID=a&ID=b`, { method: 'POST', body: JSON.stringify(stateOf(900)) }); say('ID twice', String(g4.status))
  const g5 = await fetch(`${server.url}/inventory?jwt=${token}`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' }); say('gzip', String(g5.status))
  const g6 = await fetch(`${server.url}/inventory?jwt=${token}`, { method: 'POST', headers: { 'content-md5': 'not' }, body: JSON.stringify(stateOf(901)) }); say('md5', String(g6.status))
  for (const body of [{ custom_attributes: { 'a': '\u0000' } }, { custom_attributes: { 'a\ud800': 1 } }, { name: 'a\u0000' }, { label: '\udfff' }, { cpu: 2 ** 53 }, { cpu: 9007199254740991 }, { custom_attributes: JSON.parse('{"__proto__":{"x":1}}') }, { cpu: -1 }, { cpu: 0.5 }, { name: rnd(255), provider: rnd(255), type: rnd(255), label: rnd(255) }]) {
    const a = await ada.createInventoryResource({ path: org, body: { name: 'n', provider: 'p', type: 't', label: 'l', ...body } as any })
    say('ENTER', JSON.stringify(body).slice(0, 60), String(a.status), JSON.stringify(a.body ?? '').slice(0, 150))
  }
  say('LABELS', String((await ada.listResourceLabels({ path: org })).status), (await ada.listResourceLabels({ path: org })).body)
  for (const q of [{ begin: 2 ** 60 }, { begin: 5, end: 1 }, { project_canonical: '\u0000' }]) { const a = await ada.getInventoryHistory({ path: org, query: q as any }); say('HISTORY', q, String(a.status)) }
  const v = await ada.getStateVersion({ path: { ...path, state_version_id: 4294967295 } }); say('VERSION', String(v.status))
  const b = (configuration: object, more: object = {}) => ada.createExternalBackend({ path: org, body: { purpose: 'logs', project_canonical: 'shop', configuration, ...more } as any })
  const es = (more: object) => ({ engine: 'ElasticsearchLogs', version: '8', urls: ['https://example.com'], sources: { prod: { s: { index: 'a', mapping: { host: 'h', message: 'm', timestamp: 't' } } } }, ...more })
  for (const c of [es({ urls: ['https://u:p@h/'] }), es({ sources: JSON.parse('{"__proto__":{"s":{}}}') }), es({ sources: { prod: { '\u0000': {} } } }), es({ sources: { prod: { s: { index: '..', mapping: { host: 'h', message: 'm', timestamp: 't' } } } } }), es({ sources: { prod: { s: { index: 'a', prefilters: JSON.parse('['.repeat(1000) + ']'.repeat(1000)), mapping: { host: 'h', message: 'm', timestamp: 't' } } } } }), { engine: '__proto__' }, { engine: 'constructor' }, es({ sources: { prod: { s: { index: 'a\ud800', mapping: { host: 'h', message: 'm', timestamp: 't' } } } } })]) {
    const a = await b(c); say('BACKEND', JSON.stringify(c).slice(0, 90), String(a.status), JSON.stringify(a.body).slice(0, 130))
  }
  say('ODD', odd)
}, 100_000)
