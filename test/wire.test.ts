/** What every operation does on the wire, whatever it is about: section 1 of platform-semantics.md, told in sentences. */
import { connect } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { acme, projects, useAcme } from './support/acme.ts'
import { type RawAnswer, send } from './support/raw.ts'
import { fresh } from './support/scenario.ts'
import { useServer } from './support/server.ts'

const server = useServer()
const { at, post, token } = useAcme(server)
const newProject = (name = fresh('p')) => JSON.stringify({ name, canonical: name, config_repository_canonical: 'config' })
const errorOf = ({ json }: RawAnswer) =>
  (json as { errors: { code: string; message: string; details: string[] }[]; request_id: string }).errors[0]

describe('paths', () => {
  test.each([
    `//organizations//${acme}/projects`,
    `/organizations/${acme}///projects`,
    `${projects}/`,
    `//organizations/${acme}/projects//`,
  ])('%s is the list of projects', async (target) => {
    expect(await at(target)).toMatchObject({ status: 200, json: { pagination: { total: 5 } } })
  })

  test('a percent-encoded letter is the letter', async () => {
    expect((await at(`${projects}/%61lpha`)).status).toBe(200)
  })

  test('the colon of a stack reference may be encoded or not', async () => {
    const [raw, encoded] = await Promise.all(
      [`${acme}:web`, `${acme}%3Aweb`, `${acme}%3aweb`].map((ref) => at(`/organizations/${acme}/service_catalogs/${ref}`)),
    )
    expect(raw?.status).not.toBe(422)
    expect(encoded?.status).toBe(raw?.status)
  })

  test('an unknown path is a 404 in the shape of an error, for everybody', async () => {
    for (const target of ['/nothing/here', '/organizations/x/nothing', '/', '/openapi']) {
      const answer = await send(server.url, target)
      expect(answer.status, target).toBe(404)
      expect(errorOf(answer)?.code).toBe('NotFoundEntity')
    }
  })

  test('a method that a path does not take is a 405 that names those it takes', async () => {
    const answer = await at(projects, { method: 'DELETE' })
    expect(answer.status).toBe(405)
    expect(errorOf(answer)?.code).toBe('MethodNotAllowed')
    expect(String(answer.headers['allow']).split(', ').sort()).toEqual(['GET', 'POST'])
    expect((await at(projects, { method: 'PATCH' })).status).toBe(405)
  })

  test.each(['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'])('%s is no error of ours', async (method) => {
    const answer = await at(projects, { method })
    expect(answer.status).toBeLessThan(500)
    expect((await at('/nothing', { method })).status).toBeLessThan(500)
  })

  test.each([
    '/organizations/%',
    '/organizations/%zz/projects',
    '/organizations/%ff%fe/projects',
    '/%c0%ae',
    `${projects}?page_size=%`,
    `${projects}?%zz=1`,
    `${projects}?project_name[eq]=%e0`,
  ])('%s is not readable, and a client’s mistake', async (target) => {
    const answer = await at(target)
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(errorOf(answer)?.message).toBeTruthy()
  })

  test('a path element that cannot be is a 422 that names it', async () => {
    const answer = await at(`${projects}/${encodeURIComponent('a b')}`)
    expect(answer.status).toBe(422)
    expect(errorOf(answer)?.details[0]).toContain('project_canonical')
  })

  test('dots in a path are names, not steps', async () => {
    expect((await at(`${projects}/..`)).status).toBeGreaterThanOrEqual(400)
    expect((await at(`/organizations/${acme}/projects/%2e%2e/environments`)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('bodies', () => {
  test.each([
    'application/json',
    'application/vnd.cycloid.io.v1+json',
    'application/json; charset=utf-8',
    'application/vnd.cycloid.io.v1+json;charset=UTF-8',
    'Application/JSON',
    undefined,
  ])('%s is JSON', async (type) => {
    expect(await post(projects, newProject(), type)).toMatchObject({ status: 200 })
  })

  test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense'])(
    '%s is a 415',
    async (type) => {
      const answer = await post(projects, newProject(), type)
      expect(answer.status).toBe(415)
      expect(errorOf(answer)?.code).toBe('UnsupportedMediaType')
    },
  )

  test('a content type without a body does not matter, as newer command lines send it with every GET', async () => {
    expect((await at(projects, { headers: { 'content-type': 'application/json' } })).status).toBe(200)
    expect((await at(projects, { headers: { 'content-type': 'application/vnd.cycloid.io.v1+json' } })).status).toBe(200)
  })

  test.each(['{', '{"name":}', '', '{"a":1}{', "{'a':1}", '\u0000', 'null', '1', '"text"', '[]'])('%j is a 422', async (body) => {
    const answer = await post(projects, body)
    expect(answer.status, answer.text).toBe(422)
    expect(errorOf(answer)?.code).toBe('Invalid')
  })

  test('broken UTF-8 is no error of ours', async () => {
    expect((await post(projects, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))).status).toBe(422)
    expect((await post(projects, newProject(), 'application/json; charset=nonsense')).status).toBe(415)
  })

  test('what is not compressed as its header says is a 422 in words, and what is, is taken', async () => {
    const packed = (encoding: string, body: string | Uint8Array) =>
      at(projects, { method: 'POST', body, headers: { 'content-type': 'application/json', 'content-encoding': encoding } })
    const ways = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }
    for (const [encoding, compress] of Object.entries(ways)) {
      expect((await packed(encoding, compress(newProject()))).status).toBe(200)
      for (const body of ['{}', compress(newProject()).subarray(0, -5)]) {
        const answer = await packed(encoding, body)
        expect([encoding, answer.status]).toEqual([encoding, 422])
        expect(errorOf(answer)).toMatchObject({ code: 'Invalid', message: expect.stringContaining(`not whole ${encoding}`) })
      }
    }
    expect((await packed('lzma', '{}')).status).toBe(415)
  })

  test('a body of more than a megabyte is a 413', async () => {
    const answer = await post(projects, JSON.stringify({ name: 'x'.repeat(1_100_000), config_repository_canonical: 'config' }))
    expect(answer.status).toBe(413)
    expect(errorOf(answer)?.code).toBe('TooLarge')
  })

  test('a body without a length is taken as well', async () => {
    const answer = await at(projects, {
      method: 'POST',
      body: newProject(),
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    })
    expect(answer.status).toBe(200)
  })

  test.each(['name', 'description', 'color', 'icon'])('a NUL in %s is a 422', async (field) => {
    const answer = await post(projects, JSON.stringify({ ...JSON.parse(newProject()), [field]: 'abc\u0000def' }))
    expect(answer.status, answer.text).toBe(422)
  })

  test('a NUL in a path, a filter or a parameter is no error of ours', async () => {
    for (const target of [
      `${projects}/a%00b`,
      `${projects}?project_name=a%00b`,
      `${projects}?project_name[eq]=a%00b`,
      `${projects}?order_by=%00`,
    ]) {
      const answer = await at(target)
      expect(answer.status, target).toBe(422)
    }
  })

  test('every field that is wrong is named', async () => {
    const answer = await post(projects, JSON.stringify({ name: 7, config_repository_canonical: 'config' }))
    expect(answer.status).toBe(422)
    expect(errorOf(answer)?.details[0]).toMatch(/^body\.name: /)
    const missing = await post(projects, '{"name":"x"}')
    expect(errorOf(missing)?.details[0]).toContain('config_repository_canonical')
  })

  test('keys nobody asked for are ignored, also those of the language', async () => {
    const body = newProject().replace('{', '{"unknown":1,"__proto__":{"admin":true},"constructor":2,')
    expect((await post(projects, body)).status).toBe(200)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

describe('answers', () => {
  test('carry their length and say that they are JSON', async () => {
    for (const target of [projects, `${projects}/alpha`, `${projects}/nope`, '/version', '/nothing']) {
      const answer = await at(target)
      expect(Number(answer.headers['content-length']), target).toBe(Buffer.byteLength(answer.text))
      expect(answer.headers['content-type'], target).toMatch(/^application\/json/)
    }
  })

  test('wrap what was asked for in data, and lists in pages', async () => {
    expect(Object.keys((await at(`${projects}/alpha`)).json as object)).toEqual(['data'])
    expect((await at(`${projects}?page_size=2`)).json).toMatchObject({ data: [{}, {}], pagination: { index: 1, size: 2 } })
  })

  test('without a body have no type either', async () => {
    const made = fresh('p')
    await post(projects, newProject(made))
    const answer = await at(`${projects}/${made}`, { method: 'DELETE' })
    expect(answer).toMatchObject({ status: 204, text: '' })
    expect(answer.headers['content-type']).toBeUndefined()
  })

  test('that are errors have code, message, details, and the request id of the header', async () => {
    for (const answer of [
      await at(`${projects}/nope`),
      await send(server.url, projects),
      await at('/nothing'),
      await post(projects, '{'),
    ]) {
      expect(Object.keys(answer.json as object).sort()).toEqual(['errors', 'request_id'])
      expect(errorOf(answer)).toEqual({ code: expect.any(String), message: expect.stringMatching(/./), details: expect.any(Array) })
      expect((answer.json as { request_id: string }).request_id).toBe(answer.headers['x-request-id'])
    }
  })

  test('each have a request id of their own, that the log has too', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => at(projects)))
    const ids = answers.map(({ headers }) => String(headers['x-request-id']))
    expect(new Set(ids).size).toBe(20)
    for (const id of ids) expect(server.logs.some((line) => line.includes(id))).toBe(true)
  })

  test('tell nothing about what they are made with', async () => {
    expect((await at(projects)).headers).not.toHaveProperty('x-powered-by')
  })

  test('times are unix seconds', async () => {
    const { data } = (await at(`${projects}/alpha`)).json as { data: { created_at: number; updated_at: number } }
    for (const time of [data.created_at, data.updated_at]) expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(3600)
  })
})

describe('below HTTP', () => {
  /** What a broken client sends, as it is; answers with the status line. */
  const speak = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url)
      const socket = connect(Number(port), hostname, () => socket.write(text))
      socket.setTimeout(5000, () => socket.destroy(new Error('no answer')))
      socket.once('data', (data) => {
        resolve(String(data).split('\r\n')[0] ?? '')
        socket.destroy()
      })
      socket.on('error', reject)
    })

  test('what is not HTTP is refused, and the next request is served', async () => {
    expect(await speak('rubbish\r\n\r\n')).toContain('400')
    expect(await speak(`GET ${'/x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/4\d\d/)
    expect((await at(projects)).status).toBe(200)
  })

  test('a body that breaks off is given up, and the next request is served', async () => {
    const { hostname, port } = new URL(server.url)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST ${projects} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token()}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"name":`,
        )
        setTimeout(() => socket.destroy(), 100)
      })
      socket.on('close', () => resolve())
    })
    expect((await at(projects)).status).toBe(200)
    expect(server.logs.filter((line) => line.includes('unexpected'))).toEqual([])
  })
})
