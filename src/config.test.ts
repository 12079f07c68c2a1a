import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

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
    })
    for (const name of ['PORT', 'LOG_LEVEL', 'WORKER', 'API_URL', 'SESSION_HOURS', 'MASTER_KEYS']) expect(said).toContain(name)
  })

  test('never repeats a value that may hold a password', () => {
    const said = complaint({ DATABASE_URL: 'mysql://root:hunter2@db/x', SMTP_URL: 'http://user:hunter2@mail' })
    expect(said).toContain('DATABASE_URL')
    expect(said).toContain('SMTP_URL')
    expect(said).not.toContain('hunter2')
  })

  test('an empty variable counts as none', () => {
    expect(readConfig({ DATABASE_URL: '', PORT: ' ' })).toMatchObject({ databaseUrl: undefined, port: 3001 })
  })

  test('cannot be changed once it is read', () => {
    expect(() => Object.assign(readConfig({}), { port: 1 })).toThrow()
  })
})
