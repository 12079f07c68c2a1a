/** What one caller can do to everybody else, and what must not be readable from elsewhere. */
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { send } from './support/raw.ts'
import { fresh, member, organization, project, role, scenario, team } from './support/scenario.ts'
import { openTestServer, type TestServer, useServer } from './support/server.ts'

const server = useServer()

describe('one tenant cannot take the service from the others', () => {
  test('an answer that would fill the memory is refused, and a smaller one is given', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(server, organization(acme, member('ada')))
    await server.database.query(
      `insert into events (organization_id, type, severity, title, message, icon, color, tags)
       select id, 'Custom', 'info', 'large', repeat('m', 1000000), 'fa-x', 'red', '[]' from organizations, generate_series(1, 20) where canonical = $1`,
      [acme],
    )
    const path = { organization_canonical: acme }
    const now = Date.now()
    expect(await ada.getEvents({ path, query: { begin: now - 60_000, end: now + 60_000 } })).toBeError('Invalid', 'too large')
    expect(await ada.getEvents({ path, query: { begin: now + 60_000, end: now + 90_000 } })).toHaveStatus(200)
  })

  test('hostile rules against a hostile name are answered at once', { retry: 2 }, async () => {
    const acme = fresh('acme')
    const globs = Array.from({ length: 2000 }, (_, index) => `organization:${acme}:project:${'*a'.repeat(9)}b${index}`)
    const { ada } = await scenario(
      server,
      organization(acme, role('hostile', ['organization:project:*', ...globs]), member('ada', 'hostile'), project('web')),
    )
    const started = performance.now()
    expect(await ada.getProject({ path: { organization_canonical: acme, project_canonical: 'a'.repeat(900) } })).toHaveStatus(403)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  test('a list for a role with hundreds of resources does not take seconds', { retry: 2 }, async () => {
    const acme = fresh('acme')
    const globs = Array.from({ length: 1500 }, (_, index) => `organization:${acme}:project:team${index}-*`)
    const { ada } = await scenario(
      server,
      organization(acme, role('wide', ['organization:project:*', ...globs]), member('ada', 'wide'), project('web')),
    )
    await server.database.query(
      `insert into projects (organization_id, canonical, name, color, icon, config_repository_id)
       select organization_id, case n when 1 then 'team1400-web' else 'web-of-team' || n end, 'web', 'blue', 'planet', config_repository_id
       from projects p, generate_series(1, 200) n where p.organization_id = (select id from organizations where canonical = $1)`,
      [acme],
    )
    const started = performance.now()
    const { body } = await ada.getProjects({ path: { organization_canonical: acme } })
    expect(body.pagination?.total).toBe(1)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  test('who holds more rules than a process could keep has only an administrator’s', async () => {
    const acme = fresh('acme')
    const { ada, bob } = await scenario(
      server,
      organization(
        acme,
        role('huge', ['organization:project:*']),
        member('ada'),
        member('bob', 'organization-member'),
        team('all', { roles: ['huge'], members: ['ada', 'bob'] }),
      ),
    )
    const path = { organization_canonical: acme }
    expect(await bob.getTeams({ path })).toHaveStatus(200)
    await server.database.query(
      `insert into rules (organization_id, role_id, action, resources)
       select r.organization_id, r.id, 'organization:project:read', array_fill(repeat('x', 480), array[100]) from roles r, generate_series(1, 200)
       where r.canonical = 'huge' and r.organization_id = (select id from organizations where canonical = $1)`,
      [acme],
    )
    expect(await ada.getProjects({ path })).toHaveStatus(200)
    expect(await bob.getProjects({ path })).toHaveStatus(403)
  })

  test('expressions that search back and forth, and heaps of filters, are refused', async () => {
    const acme = fresh('acme')
    const { ada } = await scenario(server, organization(acme, member('ada'), project('web')))
    const path = { organization_canonical: acme }
    const matching = (expression: string) => ada.getProjects({ path, search: `project_name[rlike]=${encodeURIComponent(expression)}` })
    for (const costly of ['^(.+)(.+)(.+)(.+)\\4\\4$', '(?=.*x)a', '(?<!a)b'])
      expect(await matching(costly)).toBeError('Invalid', 'too costly')
    expect((await matching('^(?:web|api)[0-9]*$')).body.pagination?.total).toBe(1)
    const many = Array.from({ length: 21 }, () => 'project_name[eq]=web').join('&')
    expect(await ada.getProjects({ path, search: many })).toBeError('Invalid', 'too many filters')
  })

  test('a database connection that breaks under a request breaks that request only', async () => {
    const acme = fresh('acme')
    await using through = await openThrough(server)
    const { ada } = await scenario(server, organization(acme, member('ada')))
    const there = through.server.client(ada.token)
    const path = { organization_canonical: acme }
    expect(await there.getRoles({ path })).toHaveStatus(200)
    const [reading, writing] = await through.cutDuring(() =>
      Promise.all([there.getRoles({ path }), there.createRole({ path, body: { name: 'cut', rules: [] } })]),
    )
    expect(reading).toBeError('RetryOperation', 'connection to the database broke')
    expect(writing).toBeError('RetryOperation', 'look whether the change was made')
    expect(await there.getRoles({ path })).toHaveStatus(200)
  })
})

describe('what is not for everybody', () => {
  test('answers stay out of caches, and are what they say they are', async () => {
    const { headers } = await server.client().getAppVersion()
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('the outbox is not shown under another name or through a proxy', async () => {
    expect((await send(server.url, '/dev/outbox', { headers: { host: 'localhost:3001' } })).status).toBe(200)
    for (const headers of [{ host: 'rebound.example.com' }, { host: 'localhost', 'x-forwarded-for': '192.0.2.1' }] as Record<
      string,
      string
    >[])
      expect((await send(server.url, '/dev/outbox', { headers })).status).toBe(403)
  })

  test('of the reference page’s package only what the page needs is served', async () => {
    for (const file of ['index.html', 'oauth2-redirect.html', 'package.json'])
      expect((await fetch(`${server.url}/docs/${file}`)).status).toBe(404)
  })
})

/** A second process whose connections to the database can be cut, as a network does. */
async function openThrough(beside: TestServer) {
  const target = new URL(beside.database.url)
  const sockets = new Set<Socket>()
  const proxy = createServer((from) => {
    const to = connect(Number(target.port || 5432), target.hostname)
    const end = () => [from, to].forEach((socket) => void socket.destroy())
    sockets.add(from)
    for (const socket of [from, to]) socket.on('error', end).on('close', end)
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((proxy.address() as { port: number }).port)
  const { platform, database, logs } = beside
  const second = await openTestServer({
    beside: { url: beside.url, platform, logs, client: beside.client, database: { ...database, url: url.href } },
  })
  return {
    server: second,
    /** Holds both requests up at the table of roles, cuts their connections, and lets go. */
    async cutDuring<T>(run: () => Promise<T>): Promise<T> {
      const holder = new pg.Client({ connectionString: beside.database.url })
      await holder.connect()
      await holder.query('begin; lock table roles in access exclusive mode')
      const running = run()
      await new Promise((wake) => setTimeout(wake, 500))
      for (const socket of sockets) socket.resetAndDestroy()
      const result = await running
      await holder.end()
      return result
    },
    async [Symbol.asyncDispose]() {
      await second[Symbol.asyncDispose]()
      proxy.close()
    },
  }
}
