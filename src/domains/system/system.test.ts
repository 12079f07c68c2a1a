import { describe, expect, test } from 'vitest'
import { fresh, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { summarize } from './checks.ts'

const server = useServer({ runner: true })

describe('system', () => {
  test('everybody may read how to sign in', async () => {
    expect((await server.client().getConfig()).body).toEqual({
      data: { authentication: { local: { enabled: true, first_account: true }, oauth: [], saml2: [] }, sentry_enabled: false },
    })
  })

  test('whoever comes first is told that nobody has an account yet', async () => {
    await using empty = await openTestServer()
    const first = async () => (await empty.client().getConfig()).body.data.authentication.local
    expect(await first()).toEqual({ enabled: true, first_account: true })
    await scenario(empty, person(fresh('ada')))
    expect(await first()).toEqual({ enabled: true, first_account: false })
  })

  test('countries have codes and English names, in the order of the names', async () => {
    const { data } = (await server.client().getCountries()).body
    expect(data).toContainEqual({ code: 'FR', name: 'France' })
    expect(data.length).toBeGreaterThan(240)
    const names = data.map(({ name }) => name)
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')))
  })

  test('the version is one that command lines can compare', async () => {
    const { data } = (await server.client().getAppVersion()).body
    expect(data).toMatchObject({ version: 'v6.0.98', revision: expect.stringMatching(/^[0-9a-f]{8,40}$/) })
  })

  test('the status names each part', async () => {
    const { data } = (await server.client().getStatus()).body
    expect(data.status).toBe('Success')
    expect(Object.fromEntries(data.checks.map(({ canonical, status }) => [canonical, status]))).toMatchObject({
      database: 'Success',
      jobs: 'Success',
      secret: 'Success',
      pipeline: 'Success',
    })
  })

  test('one part may be asked alone; an unknown one is not found', async () => {
    expect((await server.client().getServiceStatus({ path: { service_status_canonical: 'database' } })).body.data).toMatchObject({
      canonical: 'database',
      status: 'Success',
    })
    expect(await server.client().getServiceStatus({ path: { service_status_canonical: 'pipeline' } })).toHaveStatus(200)
    expect(await server.client().getServiceStatus({ path: { service_status_canonical: 'coffee' } })).toBeError(
      'NotFoundEntity',
      'check coffee',
    )
  })

  test('jobs that nobody does make the check fail with 500, and the overall status an error with 200', async () => {
    await using idle = await openTestServer({ runner: true })
    await idle.database.query(`select graphile_worker.add_job('platform.tidy', '{}', run_at => now() - interval '10 minutes')`)
    const answer = await idle.client().getServiceStatus({ path: { service_status_canonical: 'jobs' } })
    expect(answer).toHaveStatus(500)
    expect(answer).toBeError('Unexpected', 'is a worker running?')
    expect((await idle.client().getStatus()).body.data).toMatchObject({ status: 'Error', message: 'Not working: jobs' })
  })

  test('when the database is gone the check says so, and nothing of why', async () => {
    await using lonely = await openTestServer()
    // A database that cannot be reached, as far as this process can tell.
    Object.defineProperty(lonely.platform.database.pool, 'connect', {
      value: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1:5432')),
    })
    try {
      const answer = await lonely.client().getServiceStatus({ path: { service_status_canonical: 'database' } })
      expect(answer).toHaveStatus(500)
      expect(answer).toBeError('Unexpected', 'The database check failed')
      expect(JSON.stringify(answer.body)).not.toContain('10.0.0.1')
      expect((await fetch(`${lonely.url}/health_check`)).status).toBe(503)
    } finally {
      Reflect.deleteProperty(lonely.platform.database.pool, 'connect')
    }
  })

  test('a part that cannot be found out about makes nothing sick', () => {
    const check = (status: 'Success' | 'Error' | 'Unknown') => ({ canonical: status.toLowerCase(), category: 'x', message: 'x', status })
    expect(summarize([check('Success'), check('Unknown')]).status).toBe('Success')
    expect(summarize([check('Success'), check('Unknown'), check('Error')]).status).toBe('Error')
    expect(summarize([check('Unknown')]).status).toBe('Unknown')
  })
})
