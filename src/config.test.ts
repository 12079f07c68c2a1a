import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { ConfigError } from './config-reader.ts'

const complaint = (env: Record<string, string>): string => {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'nothing was wrong'
}

describe('the configuration', () => {
  test('needs nothing at all', () => {
    expect(readConfig({})).toMatchObject({ port: 3001, databaseUrl: undefined, smtpUrl: undefined, worker: true })
  })

  test('is reported whole when it is wrong, not one mistake after the other', () => {
    const said = complaint({
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      WORKER: 'maybe',
      API_URL: 'example.com',
      SESSION_HOURS: '0',
      MASTER_KEYS: 'k1',
      GIT_SSH_HOST_KEYS: 'maybe',
      GIT_MAX_FILE_MB: '17',
      CATALOG_REFRESH_MINUTES: '-1',
    })
    for (const name of ['PORT', 'LOG_LEVEL', 'WORKER', 'API_URL', 'SESSION_HOURS', 'MASTER_KEYS']) expect(said).toContain(name)
    for (const name of ['GIT_SSH_HOST_KEYS', 'GIT_MAX_FILE_MB', 'CATALOG_REFRESH_MINUTES']) expect(said).toContain(name)
  })

  test('never repeats a value that may hold a password', () => {
    const said = complaint({ DATABASE_URL: 'mysql://root:hunter2@db/x', SMTP_URL: 'http://user:hunter2@mail' })
    expect(said).toContain('DATABASE_URL')
    expect(said).toContain('SMTP_URL')
    expect(said).not.toContain('hunter2')
  })

  test('has the console where the API is, unless told otherwise', () => {
    const consoleUrl = (env: Record<string, string>) => readConfig(env).consoleUrl
    expect(consoleUrl({})).toBe('http://localhost:3001/console')
    expect(consoleUrl({ PORT: '80' })).toBe('http://localhost:80/console')
    expect(consoleUrl({ API_URL: 'https://platform.example.com/' })).toBe('https://platform.example.com/console')
    expect(consoleUrl({ API_URL: 'https://api.example.com', CONSOLE_URL: 'https://example.com/' })).toBe('https://example.com')
    expect(complaint({ CONSOLE: 'maybe' })).toContain('CONSOLE')
  })

  test('an empty variable counts as none', () => {
    expect(readConfig({ DATABASE_URL: '', PORT: ' ' })).toMatchObject({ databaseUrl: undefined, port: 3001 })
  })

  test('cannot be changed once it is read', () => {
    expect(() => Object.assign(readConfig({}), { port: 1 })).toThrow()
  })

  describe('of git', () => {
    const git = (env: Record<string, string>) => readConfig({ TROCHOID_HOME: '/data', ...env }).git

    test.each([
      ['with the database that comes along, those in the home', {}, ['/data/repositories']],
      ['with a database of its own, none', { DATABASE_URL: 'postgres://db/x' }, []],
      ['those that are named', { DATABASE_URL: 'postgres://db/x', GIT_LOCAL_PATHS: '/a, /b/c/' }, ['/a', '/b/c']],
      ['none when told so', { GIT_LOCAL_PATHS: 'none' }, []],
    ])('repositories on this machine that tenants may use: %s', (_, env, expected) => {
      expect(git(env).localPaths).toEqual(expected)
    })

    test('is careful unless told otherwise: no plain http, no private address, and keys of hosts are kept', () => {
      expect(git({})).toMatchObject({ plainHttp: false, hostKeys: 'accept-new', knownHostsFile: undefined })
      expect(readConfig({}).privateAddresses).toEqual([])
      expect(readConfig({ PRIVATE_ADDRESSES_ALLOWED: ' git.internal, 10.1.0.0/16,' }).privateAddresses).toEqual([
        'git.internal',
        '10.1.0.0/16',
      ])
    })

    test('is bounded', () => {
      expect(git({}).limits).toEqual({ repositoryBytes: 200 * 2 ** 20, fileBytes: 2 ** 20, files: 20_000, seconds: 60 })
      const more = { GIT_MAX_REPOSITORY_MB: '1', GIT_MAX_FILE_MB: '2', GIT_MAX_FILES: '3', GIT_TIMEOUT_SECONDS: '4' }
      expect(git(more).limits).toEqual({ repositoryBytes: 2 ** 20, fileBytes: 2 * 2 ** 20, files: 3, seconds: 4 })
    })

    test('a relative file of known hosts is one of the folder that the platform was started in, not of that of git', () => {
      expect(git({ GIT_SSH_KNOWN_HOSTS: 'known_hosts' }).knownHostsFile).toBe(`${process.cwd()}/known_hosts`)
    })

    test('catalog repositories are looked at every quarter of an hour, or as often as wanted', () => {
      expect(readConfig({}).catalogRefreshMinutes).toBe(15)
      expect(readConfig({ CATALOG_REFRESH_MINUTES: '0' }).catalogRefreshMinutes).toBe(0)
    })
  })
})
