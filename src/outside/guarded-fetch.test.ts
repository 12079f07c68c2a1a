import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAddressGuard } from './address-guard.ts'
import { FetchRefused, fetchJson, fetchText, postJson } from './guarded-fetch.ts'

const json = (response: ServerResponse, value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
const seen: { url: string | undefined; headers: Record<string, unknown> }[] = []
let server: Server
let port = 0

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ url: request.url, headers: request.headers })
    const url = new URL(request.url ?? '/', 'http://x')
    const to = url.searchParams.get('to')
    if (to) return void response.writeHead(302, { location: to, 'set-cookie': 'a=b' }).end()
    if (url.pathname === '/list') return void json(response, ['a', 1])
    if (url.pathname === '/map') return void json(response, { a: 1 })
    if (url.pathname === '/text') return void json(response, 'text')
    if (url.pathname === '/html') return void response.end('<html>')
    if (url.pathname === '/latin1') return void response.end(Buffer.from([0x63, 0xe9]))
    if (url.pathname === '/large') return void json(response, ['x'.repeat(2_000_000)])
    if (url.pathname === '/endless') return void endless(response)
    if (url.pathname === '/slow') return void response.write('[')
    if (url.pathname === '/silent') return
    if (url.pathname === '/gzip') return void response.setHeader('content-encoding', 'gzip').end('x')
    if (url.pathname === '/loop') return void response.writeHead(302, { location: '/loop' }).end()
    if (url.pathname === '/echo')
      return void text(request).then((body) => response.end(`${request.method} ${request.headers['content-type']} ${body}`))
    if (url.pathname === '/broken') return void request.socket.destroy()
    response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function endless(response: ServerResponse): void {
  response.writeHead(200)
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(10_000)));
    response.once('drain', more)
  }
  more()
}

const here = (path: string) => `http://values.example:${port}${path}`
/** Allowed, though it is this machine. */
const open = openAddressGuard({ allowed: ['values.example'], lookup: async () => ['127.0.0.1'] })
const reasonOf = (url: string, guard = open, limits = {}) =>
  fetchJson(guard, url, { limits }).then(
    () => 'fetched',
    (error: unknown) => (error instanceof FetchRefused ? error.reason : error),
  )

describe('what is fetched', () => {
  test('lists and objects', async () => {
    expect(await fetchJson(open, here('/list'))).toEqual(['a', 1])
    expect(await fetchJson(open, here('/map'))).toEqual({ a: 1 })
  })

  test('text, whatever it is said to be; asked for as the caller wants it', async () => {
    expect(await fetchText(open, here('/html'), { accept: 'application/xml' })).toBe('<html>')
    expect(seen.at(-1)?.headers).toMatchObject({ accept: 'application/xml' })
    expect(await fetchText(open, here(`/?to=${encodeURIComponent('/list')}`))).toBe('["a",1]')
  })

  test('over redirects, up to three, without cookies', async () => {
    const twice = `/?to=${encodeURIComponent(`/?to=${encodeURIComponent('/list')}`)}`
    expect(await fetchJson(open, here(twice))).toEqual(['a', 1])
    expect(seen.at(-1)?.headers).not.toHaveProperty('cookie')
    expect(await reasonOf(here('/loop'))).toBe('address')
  })

  test('from the address that was checked: the name is asked once per request', async () => {
    const answers = [['127.0.0.1'], ['192.0.2.1']]
    const rebinding = openAddressGuard({ allowed: ['values.example'], lookup: async () => answers.shift() ?? [] })
    expect(await fetchJson(rebinding, here('/list'))).toEqual(['a', 1])
    expect(answers).toHaveLength(1)
  })
})

describe('what is refused', () => {
  test.each([
    ['/text', 'not_json'],
    ['/html', 'not_json'],
    ['/gzip', 'not_json'],
    ['/large', 'too_large'],
    ['/endless', 'too_large'],
    ['/missing', 'status'],
    ['/broken', 'unreachable'],
  ])('%s: %s', async (path, reason) => {
    expect(await reasonOf(here(path))).toBe(reason)
  })

  test.each([
    ['/latin1', 'not_text'],
    ['/large', 'too_large'],
    ['/missing', 'status'],
    [`/?to=${encodeURIComponent('http://10.0.0.1/')}`, 'address'],
  ])('as text %s: %s', async (path, reason) => {
    await expect(fetchText(open, here(path))).rejects.toMatchObject({ reason })
  })

  test.each(['/slow', '/silent'])('%s: its time is over', async (path) => {
    expect(await reasonOf(here(path), open, { seconds: 0.2 })).toBe('timeout')
  })

  test('a name server that never answers', async () => {
    const never = openAddressGuard({ allowed: [], lookup: () => new Promise(() => {}) })
    expect(await reasonOf('http://slow.example/', never, { seconds: 0.2 })).toBe('timeout')
  })

  test.each([
    'ftp://a.example/',
    'file:///etc/passwd',
    'data:application/json,[]',
    'http://me:secret@a.example/',
    'http://me@a.example/',
    'no',
    '',
  ])('the address %s', async (url) => {
    expect(await reasonOf(url)).toBe('address')
  })

  test.each([
    'http://127.0.0.1:1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://localhost/',
  ])('the private address %s', async (url) => {
    expect(await reasonOf(url, openAddressGuard({ allowed: [] }))).toBe('address')
  })

  test('a redirect to a private address, before it is connected to', async () => {
    const before = seen.length
    expect(await reasonOf(here(`/?to=${encodeURIComponent(`http://127.0.0.1:${port}/list`)}`))).toBe('address')
    expect(seen.length).toBe(before + 1)
  })

  test('closed ports and broken answers in the same words', async () => {
    const words = (url: string) => fetchJson(open, url).catch((error: Error) => error.message.replace(/:\d+/, ''))
    expect(await words('http://values.example:1/')).toBe(await words(here('/broken')))
  })
})

describe('what is sent', () => {
  const sent = (path: string, options: Parameters<typeof postJson>[3] = {}, guard = open) =>
    postJson(guard, here(path), { text: 'ä' }, options)

  test('arrives as JSON, and the answer is text', async () => {
    expect(await sent('/echo')).toBe('POST application/json {"text":"ä"}')
  })

  test('goes nowhere else: a redirect is refused', async () => {
    const before = seen.length
    await expect(sent(`/?to=${encodeURIComponent('/echo')}`)).rejects.toMatchObject({ reason: 'address' })
    expect(seen.length).toBe(before + 1)
  })

  test.each([
    ['/missing', 'status'],
    ['/broken', 'unreachable'],
    ['/large', 'too_large'],
  ])('%s: %s', async (path, reason) => {
    await expect(sent(path)).rejects.toMatchObject({ reason })
  })

  test('to a private address does not leave', async () => {
    await expect(sent('/echo', {}, openAddressGuard({ allowed: [] }))).rejects.toMatchObject({ reason: 'address' })
  })

  test('ends with its time, or with whoever asked', async () => {
    await expect(sent('/silent', { limits: { seconds: 0.1 } })).rejects.toMatchObject({ reason: 'timeout' })
    const reason = new Error('enough')
    await expect(sent('/silent', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
