/** What is served below /console, to whom, and under which policy. What the page does is tested in a browser. */
import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Builder } from '../src/http/console/builder.ts'
import { checkout, html, place, removeCheckouts, script, serving, until, write } from './support/console-builds.ts'
import { type RawAnswer, send } from './support/raw.ts'
import { openTestServer, type TestServer } from './support/server.ts'

afterAll(removeCheckouts)

describe('the console', () => {
  let server: TestServer & AsyncDisposable
  const get = (path: string, headers: Record<string, string> = html) => fetch(server.url + path, { headers, redirect: 'manual' })
  /** As it stands there: fetch would resolve dots by itself. */
  const raw = (path: string, headers: Record<string, string> = {}): Promise<RawAnswer> => send(server.url, path, { headers })

  beforeAll(async () => {
    server = await openTestServer({ config: { console: 'serve', consoleFolder: await checkout() } })
    await until(() => get('/console'), 200)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('is where a browser is sent that asks for nothing; programs are told that there is nothing', async () => {
    const answer = await get('/')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console'])
    expect((await get('/', { accept: 'application/json' })).status).toBe(404)
    expect((await get('/', { accept: '*/*' })).status).toBe(404)
  })

  test('is one page under every address', async () => {
    for (const path of ['/console', '/console/', '/console/organizations/acme', '/console/a.b/c:d?e=f', '/console/index.html']) {
      const answer = await get(path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8'])
      expect(await answer.text()).toContain('/console/assets/index-1.js')
    }
  })

  test('runs what comes from here, and styles that carry the nonce of this one answer', async () => {
    const nonces = new Set<string>()
    for (let time = 1; time <= 3; time++) {
      const answer = await get('/console')
      const policy = answer.headers.get('content-security-policy') ?? ''
      const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]{22})'/.exec(policy) ?? []
      const text = await answer.text()
      expect(text.split(`nonce="${nonce}"`)).toHaveLength(3)
      expect(text).not.toContain('__CSP_NONCE__')
      nonces.add(nonce)
      expect(policy.replace(nonce, '…')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
      )
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('publickey-credentials-get=(self), publickey-credentials-create=(self)'),
      })
    }
    expect(nonces.size).toBe(3)
  })

  test('is compressed, with the nonce of its own answer in it', async () => {
    const small = await raw('/console', { 'accept-encoding': 'gzip' })
    expect(small.headers['content-encoding']).toBe('gzip')
    const plain = await raw('/console', { 'accept-encoding': 'identity' })
    expect(plain.headers['content-encoding']).toBeUndefined()
    const answer = await get('/console')
    const [, nonce = ''] = /'nonce-([\w-]{22})'/.exec(answer.headers.get('content-security-policy') ?? '') ?? []
    expect([answer.headers.get('content-encoding'), (await answer.text()).includes(nonce)]).toEqual(['gzip', true])
  })

  test('has files that are kept for ever, as small as the browser takes them', async () => {
    const asked = (encoding: string) => raw('/console/assets/index-1.js', { 'accept-encoding': encoding })
    const sizes: number[] = []
    for (const [encoding, sent] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['identity', undefined],
      ['', undefined],
    ] as const) {
      const { status, headers } = await asked(encoding)
      expect([encoding, status, headers['content-encoding']]).toEqual([encoding, 200, sent])
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript; charset=utf-8',
        'x-content-type-options': 'nosniff',
        vary: expect.stringMatching(/accept-encoding/i),
      })
      sizes.push(Number(headers['content-length']))
    }
    expect(sizes.slice(0, 3).every((size) => size < 200)).toBe(true)
    expect(sizes.slice(3)).toEqual([script.length, script.length])
    const whole = async (encoding: string) =>
      Buffer.from(
        await (await fetch(`${server.url}/console/assets/index-1.js`, { headers: { 'accept-encoding': encoding } })).arrayBuffer(),
      )
    for (const encoding of ['br', 'gzip', 'identity']) expect((await whole(encoding)).toString()).toBe(script)
  })

  test('keeps what has no name of its own for an hour, and an image cannot act', async () => {
    const { headers } = await get('/console/icon.svg')
    expect(headers.get('cache-control')).toBe('public, max-age=3600')
    expect(headers.get('content-security-policy')).toContain(`default-src 'none'`)
  })

  test('has no other files than those of the build, however one asks', async () => {
    for (const path of [
      '/console/assets/../../secret.txt',
      '/console/..%2f..%2fsecret.txt',
      '/console/%2e%2e/%2e%2e/secret.txt',
      '/console/assets/..%5c..%5c..%5csecret.txt',
      '/console//etc/passwd',
      '/console/.build.json',
      '/console/unlisted.txt',
      '/console/index.html',
      '/console/src/main.tsx',
      '/console/__proto__',
      '/console/assets/index-1.js.br',
      '/console/assets/nothing.js',
      '/console/assets/%',
      '/console/%00',
    ]) {
      const { status, text } = await raw(path)
      expect([
        path,
        text.includes('the secret'),
        text.includes('not in the record'),
        text.includes('digest'),
        text.includes('root:'),
      ]).toEqual([path, false, false, false, false])
      expect([200, 404], path).toContain(status)
      if (status === 200) expect(text, path).toContain('csp-nonce')
    }
    expect((await get('/console/assets/nothing.js')).status).toBe(404)
    expect((await fetch(`${server.url}/console`, { method: 'POST' })).status).toBe(405)
  })

  test('answers HEAD without a body, and leaves the API as it is', async () => {
    const answer = await fetch(`${server.url}/console/assets/index-1.js`, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, String(script.length), ''])
    expect(await server.client().getAppVersion()).toHaveStatus(200)
  })

  test('is not there where the configuration says so', async () => {
    await using without = await openTestServer({ beside: server })
    for (const path of ['/', '/console']) expect((await fetch(without.url + path, { headers: html })).status).toBe(404)
  })
})

describe('a build', () => {
  const nobody: Builder = () => Promise.reject(new Error('nothing is to be built'))

  test('is not made anew when nothing has changed, nor for a test', async () => {
    const folder = await checkout()
    await write(join(folder, 'src/main.test.tsx'), 'a test')
    await using server = await serving(folder, 'build', nobody)
    expect((await until(server.get, 200)).status).toBe(200)
  })

  test.each([
    ['is missing', async (folder: string) => rm(join(folder, 'dist'), { recursive: true })],
    ['is older than a source of its own', (folder: string) => write(join(folder, 'src/main.tsx'), 'changed')],
    ['is older than a file that is gone', (folder: string) => rm(join(folder, 'src/main.tsx'))],
    [
      'is older than a file of the platform that went into it',
      (folder: string) => write(join(folder, '../src/access/rules.ts'), 'changed'),
    ],
    ['is older than the packages', (folder: string) => write(join(folder, '../package-lock.json'), '{ "changed": true }')],
  ])('that %s is made beside the running service, which says so meanwhile', async (_, change) => {
    const folder = await checkout()
    await change(folder)
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    await using server = await serving(folder, 'build', async () => {
      await gate
      await place(folder, 'the new one')
      return undefined
    })
    const waiting = await until(async () => {
      const answer = await server.get()
      return (await answer.clone().text()).includes('being built') ? answer : new Response(null, { status: 299 })
    }, 503)
    const text = await waiting.text()
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([503, '2'])
    expect(text).toContain('is being built')
    expect(text).toContain('<meta http-equiv="refresh" content="2">')
    expect(text).not.toContain('<script')
    expect(waiting.headers.get('content-security-policy')).toContain(`default-src 'none'`)
    open()
    expect((await until(server.get, 200)).status).toBe(200)
    expect(await (await fetch(`${server.url}/console/assets/index-1.js`)).text()).toBe('the new one')
  })

  test('that fails is said on the page, and what somebody builds afterwards is shown', async () => {
    const folder = await checkout({ built: false })
    await using server = await serving(folder, 'build', async () => 'Unexpected token <in> main.tsx')
    const answer = await until(async () => {
      const answer = await server.get()
      return (await answer.clone().text()).includes('could not') ? answer : new Response(null, { status: 299 })
    }, 503)
    expect(await answer.text()).toContain('Unexpected token &#60;in&#62; main.tsx')
    await place(folder)
    expect((await until(server.get, 200)).status).toBe(200)
  })

  test('that fails tells its last words, with folders and sources, on the machine itself only', async () => {
    const folder = await checkout({ built: false })
    await using server = await serving(folder, 'build', async () => '/srv/trochoid/console/src/main.tsx: Unexpected token')
    await expect.poll(async () => (await server.get()).text()).toContain('/srv/trochoid')
    for (const headers of [{ host: 'trochoid.example.com' }, { 'x-forwarded-for': '203.0.113.7' }]) {
      const { status, text } = await send(server.url, '/console', { headers: { ...html, ...headers } })
      expect([status, text.includes('could not be built'), text.includes('/srv/trochoid')]).toEqual([503, true, false])
      expect(text).toContain('in the log')
    }
  })

  test('that is missing where no tools are installed names the command', async () => {
    const folder = await checkout({ built: false })
    await using server = await serving(folder, 'build', null)
    await expect.poll(async () => (await server.get()).text()).toContain('Run npm run build')
  })

  test('that is old where no tools are installed is served all the same, and so is one without its sources', async () => {
    const old = await checkout()
    await write(join(old, 'src/main.tsx'), 'changed')
    const packaged = await checkout({ sources: false })
    for (const folder of [old, packaged]) {
      await using server = await serving(folder, 'build', null)
      expect((await until(server.get, 200)).status).toBe(200)
    }
  })

  test('that is newer is noticed without a restart, and open pages still find their files', async () => {
    const folder = await checkout()
    await using server = await serving(folder, 'serve', null)
    await until(server.get, 200)
    await write(join(folder, 'dist/assets/later-2.js'), 'later')
    await write(
      join(folder, 'dist/.build.json'),
      JSON.stringify({ digest: '', inputs: [], files: [{ path: 'assets/later-2.js', encodings: [] }] }),
    )
    await utimes(join(folder, 'dist/.build.json'), new Date(), new Date(Date.now() + 5000))
    expect((await until(() => fetch(`${server.url}/console/assets/later-2.js`), 200)).status).toBe(200)
    expect((await fetch(`${server.url}/console/assets/index-1.js`)).status).toBe(200)
  })

  test('under way ends with the service', async () => {
    const folder = await checkout({ built: false })
    let ended = false
    const server = await serving(folder, 'build', async (_, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
      return 'aborted'
    })
    await expect.poll(async () => (await server.get()).text()).toContain('being built')
    await server[Symbol.asyncDispose]()
    expect(ended).toBe(true)
  })
})
