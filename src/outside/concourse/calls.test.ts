import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConcourseDouble, openConcourseDouble } from '../../../test/support/concourse-double/double.ts'
import type { ConcourseAddress } from './calls.ts'
import { type ConcourseClient, openConcourseClient } from './client.ts'
import type { ConcourseProblem } from './errors.ts'

let double: ConcourseDouble
const opened: Disposable[] = []
const client = (more: Partial<ConcourseAddress> = {}): ConcourseClient => {
  const { url, username, password } = double
  const made = openConcourseClient({ url, username, password, concurrency: 8, seconds: 5, ...more })
  opened.push(made)
  return made
}
const refused = (work: Promise<unknown>, problem: ConcourseProblem) =>
  expect(work).rejects.toMatchObject({ name: 'ConcourseError', problem })
const asked = (path: string) => double.requests.filter((request) => request.path.startsWith(path)).length

beforeEach(async () => {
  double = await openConcourseDouble()
})
afterEach(async () => {
  for (const one of opened.splice(0)) one[Symbol.dispose]()
  await double[Symbol.asyncDispose]()
})

describe('the token', () => {
  test('is had by one login, however many ask', async () => {
    const one = client()
    await Promise.all(Array.from({ length: 40 }, () => one.listWorkers()))
    expect(double.logins()).toBe(1)
  })

  test('that Concourse forgot is replaced by one login, and what only reads or may be repeated is sent again', async () => {
    const one = client()
    await one.saveTeam('acme', 'local:x')
    double.expireTokens()
    await Promise.all([...Array.from({ length: 20 }, () => one.listWorkers()), one.saveTeam('acme', 'local:x')])
    expect(double.logins()).toBe(2)
  })

  test('that Concourse forgot ends a POST, which is not sent twice; the next call has another', async () => {
    const one = client()
    await one.listWorkers()
    double.expireTokens()
    await refused(one.createBuild({ team: 't', pipeline: 'p' }, 'j'), { kind: 'unauthorized' })
    expect(asked('/api/v1/teams/t')).toBe(1)
    await one.listWorkers()
  })

  test('is not asked for again and again when no token is taken', async () => {
    double.fail({ path: /workers/, times: 100, does: { kind: 'answer', status: 401, body: 'not authorized' } })
    await refused(client().listWorkers(), { kind: 'unauthorized' })
    expect([asked('/api/v1/workers'), double.logins()]).toEqual([2, 2])
  })

  test('is renewed before its end', async () => {
    await double[Symbol.asyncDispose]()
    double = await openConcourseDouble({ tokenSeconds: 0.4 })
    const one = client()
    for (let time = 0; time < 12; time++) {
      await one.listWorkers()
      await new Promise((wake) => setTimeout(wake, 50))
    }
    expect(double.requests.filter(({ path }) => path === '/sky/issuer/token').length).toBeGreaterThan(1)
    // A refused call would have been sent twice.
    expect(asked('/api/v1/workers')).toBe(12)
  })

  test('and the password are in no error', async () => {
    for (const password of ['a wrong password of mine', double.password]) {
      double.fail({ path: /workers/, times: 2, does: { kind: 'answer', status: 500, body: '' } })
      const error: unknown = await client({ password })
        .listWorkers()
        .catch((reason: unknown) => reason)
      const said = inspect(error, { depth: 20, showHidden: true })
      expect(said).toContain('ConcourseError')
      for (const secret of [password, encodeURIComponent(password), 'Bearer ']) expect(said).not.toContain(secret)
    }
  })
})

describe('what is tried again', () => {
  const faults = [
    { kind: 'answer', status: 502 },
    { kind: 'answer', status: 503, body: '<html>' },
    { kind: 'answer', status: 504 },
    { kind: 'hang up' },
  ] as const

  test.each(faults)('a GET, after %j', async (does) => {
    double.fail({ path: /workers/, times: 2, does })
    expect(await client().listWorkers()).toHaveLength(1)
    expect(asked('/api/v1/workers')).toBe(3)
  })

  test.each(faults)('but not for ever, after %j', async (does) => {
    double.fail({ path: /workers/, times: 100, does })
    await refused(client().listWorkers(), { kind: 'unavailable' })
    expect(asked('/api/v1/workers')).toBe(3)
  })

  test.each(faults)('nothing that changes something, after %j', async (does) => {
    const one = client()
    const path = { team: 't', pipeline: 'p' }
    for (const call of [() => one.createBuild(path, 'j'), () => one.saveTeam('t', 'local:x'), () => one.deletePipeline(path)]) {
      double.fail({ path: /teams/, does })
      const before = asked('/api/v1/teams')
      await refused(call(), { kind: 'unavailable' })
      expect(asked('/api/v1/teams')).toBe(before + 1)
    }
  })

  test.each([400, 403, 404, 409, 500])('not a GET that was answered with %i', async (status) => {
    double.fail({ path: /workers/, times: 3, does: { kind: 'answer', status } })
    await expect(client().listWorkers()).rejects.toThrow()
    expect(asked('/api/v1/workers')).toBe(1)
  })
})

describe('an answer', () => {
  test('that does not come in time is given up', { retry: 2 }, async () => {
    double.fail({ path: /workers/, times: 9, does: { kind: 'delay', ms: 20_000 } })
    const begun = performance.now()
    await refused(client({ seconds: 0.3 }).listWorkers(), { kind: 'unavailable' })
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  test('to the login that does not come in time is given up too', async () => {
    double.fail({ path: /token/, times: 9, does: { kind: 'delay', ms: 20_000 } })
    await refused(client({ seconds: 0.3 }).listWorkers(), { kind: 'unavailable' })
  })

  test('that breaks off is none', async () => {
    double.fail({ method: 'PUT', path: /teams/, does: { kind: 'cut', bytes: 3 } })
    await expect(client().saveTeam('acme', 'local:x')).rejects.toMatchObject({ problem: { kind: 'unavailable' } })
  })

  test.each(['', 'null', '[]', '[{"name":7}]', '{', '"x"'])('%j is no list of pipelines', async (body) => {
    double.fail({ path: /pipelines/, times: 1, does: { kind: 'answer', status: 200, body } })
    const work = client().listPipelines('t')
    if (body === '[]') expect(await work).toEqual([])
    else await refused(work, { kind: 'server', status: 200 })
  })

  test('says which Concourse it is, also when it refuses', async () => {
    const one = client()
    expect(one.version()).toBeUndefined()
    await refused(one.readTeam('nobody'), { kind: 'notFound' })
    expect(one.version()).toBe('7.11.2')
  })

  test('a wrong password is one that the operator has to mend', async () => {
    await refused(client({ password: 'wrong' }).listWorkers(), { kind: 'unauthorized' })
  })
})

describe('against a server that does as it likes', () => {
  const serve = async (listener: RequestListener) => {
    const server = createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const made = client({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/below`, concurrency: 3 })
    opened.push({
      [Symbol.dispose]() {
        server.closeAllConnections()
        server.close()
      },
    })
    return made
  }
  const token = JSON.stringify({ access_token: 'x', expires_in: 100 })

  test('no more calls are under way than may be, over few connections', async () => {
    let [now, most] = [0, 0]
    const ports = new Set<number | undefined>()
    const one = await serve((request, response) => {
      if (request.url === '/below/sky/issuer/token') return response.end(token)
      ports.add(request.socket.remotePort)
      most = Math.max(most, ++now)
      setTimeout(() => {
        now -= 1
        response.end('[]')
      }, 5)
    })
    await Promise.all(Array.from({ length: 40 }, () => one.listWorkers()))
    expect(most).toBe(3)
    expect(ports.size).toBeLessThanOrEqual(4)
  })

  test('an answer without an end is cut off', async () => {
    const one = await serve((request, response) => {
      if (request.url?.endsWith('/token')) return response.end(token)
      const chunk = Buffer.alloc(1024 * 1024, 0x20)
      const write = () => {
        while (response.writable && response.write(chunk));
        response.once('drain', write)
      }
      write()
    })
    await refused(one.listWorkers(), { kind: 'server', status: 200 })
  })

  test('an answer that is a bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    const one = await serve((request, response) => {
      if (request.url?.endsWith('/token')) return response.end(token)
      expect(request.headers['accept-encoding']).toBe('identity')
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    await expect(one.listWorkers()).rejects.toMatchObject({ name: 'ConcourseError' })
  })
})
