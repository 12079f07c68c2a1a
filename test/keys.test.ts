/** `npm run keys`, as it is run: another process, on the database and the keys of a service that goes on. */
import { execFile } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { ConfigError } from '../src/config-reader.ts'
import { keyFile, newKeyText } from '../src/outside/master-key.ts'
import { fresh, member, organization, scenario, sessionToken } from './support/scenario.ts'
import { openTestServer, type TestServer } from './support/server.ts'

interface Run {
  code: number
  out: string
}

function keys(command: string, env: Record<string, string>): Promise<Run> {
  const { DATABASE_URL: _, MASTER_KEYS: __, TROCHOID_HOME: ___, ...rest } = process.env
  const script = fileURLToPath(new URL('../scripts/keys.ts', import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', script, command], { env: { ...rest, ...env } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out: stdout + stderr }),
    )
  })
}

const password = 'kept-through-rotation'

/** Two organizations with a credential each, and how to read the first one. */
async function withSecrets(server: TestServer) {
  const names = [fresh('acme'), fresh('acme')]
  const { ada } = await scenario(server, ...names.map((name) => organization(name, member('ada'))))
  for (const organization_canonical of names)
    await ada.createCredential({
      path: { organization_canonical },
      body: { name: 'key', path: 'key', type: 'basic_auth', raw: { username: 'u', password } },
    })
  const [organization_canonical = ''] = names
  const read = async (on: TestServer, token = ada.token) => {
    const answer = await on.client(token).getCredential({ path: { organization_canonical, credential_canonical: 'key' } })
    return answer.status === 200 ? answer.body.data.raw.password : answer.status
  }
  return { read, ada }
}

const masterIds = async ({ database }: TestServer) => {
  const rows = await database.query<{ id: string }>(
    `select distinct split_part(wrapped, '.', 1) as id from data_keys union select split_part(sealed, '.', 1) from signing_keys`,
  )
  return rows.map(({ id }) => id)
}

describe('npm run keys', () => {
  test('new prints a key that the configuration takes', async () => {
    const { code, out } = await keys('new', {})
    expect(code).toBe(0)
    expect(() => readConfig({ MASTER_KEYS: out.split('\n')[0] })).not.toThrow(ConfigError)
  })

  test('something else prints how it is used', async () => {
    expect(await keys('destroy', {})).toMatchObject({ code: 2, out: expect.stringContaining('rotate-signing') })
  })

  test('rewrap: what the old key wrapped opens with the new one alone, and again after a repetition', async () => {
    const [old, young] = [`old:${newKeyText().split(':')[1]}`, `young:${newKeyText().split(':')[1]}`]
    await using server = await openTestServer({ config: { masterKeys: old } })
    const { read } = await withSecrets(server)
    const DATABASE_URL = server.database.url

    const missing = await keys('rewrap', { DATABASE_URL, MASTER_KEYS: young })
    expect(missing).toMatchObject({ code: 1, out: expect.stringContaining('needs the master key old too: nothing was changed') })

    const done = await keys('rewrap', { DATABASE_URL, MASTER_KEYS: `${young},${old}` })
    expect(done.out).toContain('organization 1 (1 of 2): 1 data key wrapped anew')
    expect(done.out).toContain('wrapped anew by young: 2 data keys, 1 signing key, 1 key of the installation.')
    expect(done.out).toContain('You may drop from MASTER_KEYS: old')
    expect(done.code).toBe(0)
    expect(await masterIds(server)).toEqual(['young'])
    for (const secret of [old, young]) expect(done.out).not.toContain(secret.split(':')[1])

    await using after = await openTestServer({ beside: server, config: { masterKeys: young } })
    expect(await read(after)).toBe(password)
    const again = await keys('rewrap', { DATABASE_URL, MASTER_KEYS: `${young},${old}` })
    expect(again.out).toContain('organization 1 (1 of 2): nothing to do')
    expect(await read(after)).toBe(password)
    // The process that was never given the new key: our fault, said with a number and nothing else.
    expect(await read(server)).toBe(500)
    expect(server.logs.join('\n')).toContain('the master key \\"young\\" is needed')
  })

  test('rotate-master: the running service reads the new key file by itself, and the new key alone is enough', async () => {
    await using server = await openTestServer()
    const { read } = await withSecrets(server)
    const { home } = server.platform.config
    const environment = { DATABASE_URL: server.database.url, TROCHOID_HOME: home }
    const before = readFileSync(keyFile(home), 'utf8')
    const { code, out } = await keys('rotate-master', environment)
    expect(out).toContain('You may drop from')
    expect(code).toBe(0)
    expect(await read(server)).toBe(password)
    const [added = '', ...kept] = readFileSync(keyFile(home), 'utf8').trim().split('\n')
    expect(kept).toEqual([before.trim()])
    expect(statSync(keyFile(home)).mode & 0o777).toBe(0o600)
    expect(await masterIds(server)).toEqual([added.split(':')[0]])
    writeFileSync(keyFile(home), `${added}\n`)
    await using after = await openTestServer({ beside: server })
    expect(await read(after)).toBe(password)
    expect(out).not.toContain(added.split(':')[1])
  })

  test('a second rotation of the key file at the same moment is refused, and no key is lost', async () => {
    await using server = await openTestServer()
    const { home } = server.platform.config
    writeFileSync(`${keyFile(home)}.new`, '')
    const before = readFileSync(keyFile(home), 'utf8')
    expect(await keys('rotate-master', { DATABASE_URL: server.database.url, TROCHOID_HOME: home })).toMatchObject({
      code: 1,
      out: expect.stringContaining('another rotation is under way'),
    })
    expect(readFileSync(keyFile(home), 'utf8')).toBe(before)
  })

  test('in the wrong folder nothing is made, not even a key', async () => {
    await using server = await openTestServer()
    const TROCHOID_HOME = `${server.platform.config.home}/nowhere`
    for (const command of ['rewrap', 'rotate-master', 'rotate-signing'])
      expect(await keys(command, { DATABASE_URL: server.database.url, TROCHOID_HOME })).toMatchObject({
        code: 1,
        out: expect.stringContaining('set TROCHOID_HOME'),
      })
    expect(() => statSync(TROCHOID_HOME)).toThrow()
  })

  test('rotate-signing: sessions go on, new ones are signed by the new key, and keys retired long ago are forgotten', async () => {
    await using server = await openTestServer()
    const { read, ada } = await withSecrets(server)
    const environment = { DATABASE_URL: server.database.url, TROCHOID_HOME: server.platform.config.home }
    const [user = { id: 0, username: '' }] = await server.database.query<{ id: number; username: string }>(
      `select id::int, username from users where username = 'ada'`,
    )
    const kidOf = (token = '') => decodeProtectedHeader(token).kid

    const first = await keys('rotate-signing', environment)
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('No key was retired more than 30 days ago') })
    await using after = await openTestServer({ beside: server })
    expect(await read(after, ada.token)).toBe(password)
    const token = await sessionToken(after, user)
    expect(kidOf(token)).not.toBe(kidOf(ada.token))
    // The process that was running before meets the new key in a token, and looks it up.
    await new Promise((wake) => setTimeout(wake, 1100))
    expect(await read(server, token)).toBe(password)

    await server.database.query(`update signing_keys set retired_at = now() - interval '31 days' where retired_at is not null`)
    const second = await keys('rotate-signing', environment)
    expect(second.out).toContain(`Dropped, because nothing they signed is valid any more: ${kidOf(ada.token)}`)
    await using later = await openTestServer({ beside: server })
    expect(await read(later, ada.token)).toBe(401)
    expect(await read(later, token)).toBe(password)
  })
})
