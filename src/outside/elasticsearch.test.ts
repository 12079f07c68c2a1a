/** What needs no organization: certificates, answers that are none, and where requests go. */
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openAddressGuard } from './address-guard.ts'
import { searchElasticsearch } from './elasticsearch.ts'
import { LogsRefused } from './log-entry.ts'

const guard = openAddressGuard({ allowed: ['127.0.0.1'] })
const source = { index: 'logs', mapping: { host: 'host', message: 'message', timestamp: 'at' } }
const always = { range: undefined, query: 'x' }
const answerOf = (hits: unknown[]) => JSON.stringify({ timed_out: false, _shards: { failed: 0 }, hits: { hits } })
const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? '' : ' (skipped: openssl is missing, which makes the certificate)'

const problemOf = (search: Promise<unknown>) =>
  search.then(
    () => 'none',
    (error: unknown) => (error instanceof LogsRefused ? error.problem : String(error)),
  )

async function listening(answer: RequestListener, tls?: { key: Buffer; cert: Buffer }) {
  const server = tls ? createServer(tls, answer) : createPlainServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test.skipIf(noOpenssl)(
  `a certificate of one’s own authority is believed when the credential holds it, and no other${noOpenssl}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trochoid-tls-'))
    const make = (name: string) => {
      const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.cert`)]
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
      const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2']
      execFileSync('openssl', ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' })
      return { key: readFileSync(key), cert: readFileSync(cert) }
    }
    const [right, wrong] = [make('right'), make('wrong')]
    rmSync(folder, { recursive: true })
    const heard: (string | undefined)[] = []
    using server = await listening((request, response) => {
      heard.push(request.headers.authorization)
      response.end(answerOf([{ _source: { host: 'a', message: 'm' }, sort: [7] }]))
    }, right)
    const search = (ca: string) =>
      searchElasticsearch(guard, { urls: [server.url], credential: { username: 'u', password: 'p', ca } }, source, always)
    expect(await search(right.cert.toString())).toEqual([{ host: 'a', message: 'm', time: 7 }])
    expect(heard).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`])
    for (const ca of ['', wrong.cert.toString(), 'no certificate']) expect(await problemOf(search(ca))).toBe('unavailable')
    expect(heard).toHaveLength(1)
  },
)

test('a redirect is not followed: what was sent is for nobody else', async () => {
  let stolen = 0
  using thief = await listening((_, response) => {
    stolen++
    response.end(answerOf([]))
  })
  using server = await listening((_, response) => {
    response.writeHead(307, { location: `${thief.url}/logs/_search` })
    response.end()
  })
  const access = { urls: [server.url], credential: { username: 'u', password: 'p', ca: '' } }
  expect(await problemOf(searchElasticsearch(guard, access, source, always))).toBe('configuration')
  expect(stolen).toBe(0)
})

test('an index stays one part of the path, below the path of the address', async () => {
  const paths: (string | undefined)[] = []
  using server = await listening((request, response) => {
    paths.push(request.url?.split('?')[0])
    response.end(answerOf([]))
  })
  for (const index of ['a,b*', 'x/../y', '<logs>'])
    await searchElasticsearch(guard, { urls: [`${server.url}/es/?q=1#f`], credential: null }, { ...source, index }, always)
  expect(paths).toEqual(['/es/a%2Cb*/_search', '/es/x%2F..%2Fy/_search', '/es/%3Clogs%3E/_search'])
})

test.each([
  ['nothing', ''],
  ['a list', '[]'],
  ['no hits', '{"hits": 7}'],
  ['odd hits', '{"hits": {"hits": [null, 7, "x", {"_source": null}, {"_source": {"message": "m"}, "sort": [{}]}]}}'],
  ['a proto', '{"hits": {"hits": [{"_source": {"__proto__": {"message": "m"}}, "sort": ["1"]}]}}'],
])('an answer that holds %s gives no entries', async (_, text) => {
  using server = await listening((_request, response) => void response.end(text))
  const found = await searchElasticsearch(guard, { urls: [server.url], credential: null }, source, always).catch(() => [])
  expect(found).toEqual([])
})

test('times are read as Elasticsearch gives them, as it sorts by them, or as they were written', async () => {
  const hits = [
    { _source: { message: 'fields' }, fields: { at: ['3000'] }, sort: [1] },
    { _source: { message: 'sort' }, sort: [2000] },
    { _source: { message: 'written', at: '1970-01-01T00:00:01.000Z' } },
    { _source: { message: 'number', at: 500 } },
    { _source: { message: 'never', at: 'yesterday' } },
  ]
  using server = await listening((_, response) => void response.end(answerOf(hits)))
  const found = await searchElasticsearch(guard, { urls: [server.url], credential: null }, source, always)
  expect(found.map(({ message, time }) => [message, time])).toEqual([
    ['number', 500],
    ['written', 1000],
    ['sort', 2000],
    ['fields', 3000],
  ])
})
