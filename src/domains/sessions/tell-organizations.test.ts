/** Sign-ins stand in the log of the organizations that the person belongs to. */
import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { hashPassword } from '../../access/password.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { type AccountEvent, noteAccountEvent } from './account-events.ts'
import { tellFolded, tellOrganizations } from './tell-organizations.ts'
import { tidy } from './tidy.ts'

const server = useServer({ worker: true, config: { rateLimitFactor: 0, trustedProxies: 1 } })
const password = 'a long enough password'

/** Ada, with a password, in the organizations. */
async function resident(...canonicals: string[]): Promise<{ username: string; id: number; ada: Client }> {
  const username = fresh('ada')
  const cast = await scenario(server, ...canonicals.map((canonical) => organization(canonical, member(username))))
  const [row] = await server.database.query<{ id: string }>('update users set password_hash = $2 where username = $1 returning id', [
    username,
    await hashPassword(password),
  ])
  return { username, id: Number(row?.id), ada: cast[username] as Client }
}
const signIn = (username: string, word = password, address = '203.0.113.7') =>
  server.client().login({ body: { username, password: word }, headers: { 'x-forwarded-for': address } })

/** What the log says of members, the oldest first. */
async function told(ada: Client, organization_canonical: string) {
  const { body } = await ada.getEvents({ path: { organization_canonical }, query: { begin: 0, end: Number.MAX_SAFE_INTEGER } })
  return body.data
    .filter(({ tags }) => tags.some(({ key, value }) => key === 'entity' && value === 'member'))
    .map(({ tags, ...event }) => ({ ...event, ...Object.fromEntries(tags.map(({ key, value }) => [key, value])) }))
    .reverse()
}
const note = (event: Partial<AccountEvent> & Pick<AccountEvent, 'userId'>) =>
  AccountTx.write(server.platform.database, { kind: 'platform' }, (tx) =>
    noteAccountEvent(tx, {
      action: 'sign_in',
      message: 'somebody signed in with SAML',
      origin: { address: '203.0.113.7', userAgent: 'test' },
      confinedTo: null,
      ...event,
    }),
  )
const idOf = async (canonical: string) =>
  Number((await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [canonical]))[0]?.id)
const untold = async () =>
  (await server.database.query('select id from account_events where user_id is not null and told_at is null and not folded')).length

describe('a sign-in', () => {
  test('stands in the log of every organization of the person: who, from where, and how', async () => {
    const [acme, globex, foreign] = [fresh('acme'), fresh('globex'), fresh('foreign')]
    const { username, ada } = await resident(acme, globex)
    const { eve } = await scenario(server, organization(foreign, member('eve')))
    expect(await signIn(username)).toHaveStatus(200)
    for (const canonical of [acme, globex])
      await expect
        .poll(() => told(ada, canonical))
        .toMatchObject([
          {
            entity: 'member',
            action: 'sign_in',
            severity: 'info',
            user: username,
            name: username,
            address: '203.0.113.7',
            message: `${username} signed in with a password`,
          },
        ])
    expect(await told(eve, foreign)).toEqual([])
  })

  test('that failed is a warning, and names nobody as the one who did it', async () => {
    const acme = fresh('acme')
    const { username, ada } = await resident(acme)
    expect(await signIn(username, 'not the password', '2001:db8::1')).toHaveStatus(401)
    await expect
      .poll(() => told(ada, acme))
      .toMatchObject([{ action: 'sign_in_failed', severity: 'warn', user: username, address: '2001:db8::1' }])
    expect((await told(ada, acme))[0]?.message).toContain(username)
    const [row] = await server.database.query<{ user_id: string | null }>(
      `select user_id from events where operation = 'member:sign_in_failed'`,
    )
    expect(row?.user_id).toBeNull()
  })

  test('that meant nobody is told to nobody', async () => {
    const acme = fresh('acme')
    const { ada } = await resident(acme)
    expect(await signIn('nobody-of-that-name', 'not the password')).toHaveStatus(401)
    await expect.poll(async () => (await server.database.query('select id from graphile_worker.jobs')).length).toBe(0)
    expect(await told(ada, acme)).toEqual([])
  })

  test('through the provider of one organization is that organization’s business alone', async () => {
    const [acme, globex] = [fresh('acme'), fresh('globex')]
    const { id, ada } = await resident(acme, globex)
    await note({ userId: id, confinedTo: await idOf(acme) })
    await expect.poll(() => told(ada, acme)).toMatchObject([{ action: 'sign_in' }])
    expect(await told(ada, globex)).toEqual([])
  })

  test('is not told where the person is only invited', async () => {
    const [acme, globex] = [fresh('acme'), fresh('globex')]
    const { username, id, ada } = await resident(acme, globex)
    await server.database.query(
      `update members set invitation_state = 'pending', user_id = null, invitation_email = $2, invitation_nonce = 'n'
       where user_id = $1 and organization_id = (select id from organizations where canonical = $3)`,
      [id, `${username}@example.com`, globex],
    )
    await signIn(username)
    await expect.poll(() => told(ada, acme)).toHaveLength(1)
    const rows = await server.database.query(`select from events where organization_id = $1 and operation = 'member:sign_in'`, [
      await idOf(globex),
    ])
    expect(rows).toEqual([])
  })

  test('is told once, however often its job runs', async () => {
    const acme = fresh('acme')
    const { username, ada } = await resident(acme)
    await signIn(username)
    await expect.poll(() => told(ada, acme)).toHaveLength(1)
    const [event] = await server.database.query<{ id: string }>('select max(id) as id from account_events')
    await Promise.all([1, 2, 3].map(() => tellOrganizations(server.platform, { eventId: Number(event?.id) })))
    expect(await told(ada, acme)).toHaveLength(1)
  })
})

describe('whoever guesses a password fills nobody’s log', () => {
  const failures = (count: number, username: string) =>
    Promise.all(Array.from({ length: count }, (_, index) => signIn(username, 'not the password', `198.51.100.${index % 4}`)))

  test('three failures have their own line, the others of ten minutes one together', async () => {
    const acme = fresh('acme')
    const { username, id, ada } = await resident(acme)
    await failures(12, username)
    await expect.poll(untold).toBe(0)
    expect((await told(ada, acme)).map(({ severity }) => severity)).toEqual(['warn', 'warn', 'warn'])
    const later = await server.database.query<{ payload: unknown; minutes: string }>(
      `select p.payload, round(extract(epoch from j.run_at - now()) / 60) as minutes
       from graphile_worker.jobs j join graphile_worker._private_jobs p on p.id = j.id where j.task_identifier = 'sessions.tellFolded'`,
    )
    expect(later).toEqual([{ payload: { userId: id, action: 'sign_in_failed', confinedTo: null }, minutes: '10' }])
    const kind = { userId: id, action: 'sign_in_failed', confinedTo: null }
    await Promise.all([1, 2].map(() => tellFolded(server.platform, kind)))
    const lines = await told(ada, acme)
    expect(lines).toHaveLength(4)
    expect(lines[3]).toMatchObject({ severity: 'warn', user: username, address: 'several' })
    expect(lines[3]?.message).toMatch(/^.*9 more within 10 minutes, from [1-4] addresses/)
    // The person sees each of them.
    expect((await ada.listAccountEvents()).body.pagination.total).toBe(12)
  })

  test('and what comes later is told again', async () => {
    const acme = fresh('acme')
    const { username, id, ada } = await resident(acme)
    await failures(5, username)
    await expect.poll(untold).toBe(0)
    await server.database.query(`update account_events set told_at = told_at - interval '11 minutes' where user_id = $1`, [id])
    await tellFolded(server.platform, { userId: id, action: 'sign_in_failed', confinedTo: null })
    await failures(1, username)
    await expect.poll(() => told(ada, acme)).toHaveLength(5)
  })

  test('a failure does not hide the sign-in that follows it', async () => {
    const acme = fresh('acme')
    const { username, ada } = await resident(acme)
    await failures(8, username)
    expect(await signIn(username)).toHaveStatus(200)
    await expect.poll(async () => (await told(ada, acme)).map(({ message }) => message)).toContain(`${username} signed in with a password`)
  })
})

test('events of an account are kept for 90 days, and what meant nobody for one', async () => {
  const { id } = await resident(fresh('acme'))
  await server.database.query('delete from account_events')
  const insert = (user: number | null, age: string) =>
    server.database.query(
      `insert into account_events (user_id, action, message, told_at, created_at) values ($1, 'sign_in_failed', $2::text, now(), now() - $2::interval)`,
      [user, age],
    )
  for (const age of ['1 hour', '2 days', '89 days', '91 days']) for (const user of [id, null]) await insert(user, age)
  await tidy(server.platform)
  const rows = await server.database.query<{ message: string; person: boolean }>(
    'select message, user_id is not null as person from account_events',
  )
  expect(rows.map(({ message, person }) => `${message} ${person}`).sort()).toEqual([
    '1 hour false',
    '1 hour true',
    '2 days true',
    '89 days true',
  ])
})
