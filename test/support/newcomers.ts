/** People who come by signing up, and the mail they get. The server must run a worker. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect } from 'vitest'
import { listMails } from '../../src/domains/accounts/outbox.ts'
import type { Client } from './client.ts'
import { fresh } from './scenario.ts'
import type { TestServer } from './server.ts'

export const password = 'correct horse'

export const newcomer = (username = fresh('newcomer')) => ({
  username,
  email: `${username}@example.com`,
  password,
  given_name: 'Nora',
  family_name: 'Newcomer',
})
export type Newcomer = ReturnType<typeof newcomer>

/** The body of an account update that changes nothing much. */
export const profile = (username: string) => ({
  username,
  given_name: 'Ada',
  family_name: 'Tester',
  locale: 'en' as const,
  mfa_enabled: false,
})

export const signedUp = async (server: TestServer, body: Newcomer & { invitation_token?: string }) =>
  expect(await server.client().signUp({ body })).toHaveStatus(204)

export function newcomersOf(server: TestServer) {
  const mailsTo = async (to: string) => (await listMails(server.platform)).filter((mail) => mail.to === to)

  /** The bare token of the newest mail to an address, once there are `count` of them. */
  async function tokenFor(to: string, count = 1): Promise<string> {
    const [mail] = await until(async () => {
      const mails = await mailsTo(to)
      return mails.length >= count ? mails : undefined
    })
    const [token] = /^\d+-[0-9a-f]+$/m.exec(mail?.text ?? '') ?? []
    if (!token) throw new Error(`the mail holds no token: ${mail?.text}`)
    return token
  }

  /** Lets the queue run dry: what has not been mailed by then never will be. */
  async function quiet(): Promise<void> {
    await until(async () => {
      const [row] = await server.database.query<{ waiting: string }>(
        'select count(*) as waiting from graphile_worker.jobs where task_identifier like $1',
        ['accounts.%'],
      )
      return row?.waiting === '0' ? true : undefined
    })
  }

  /** Somebody who has signed up and followed the mail. */
  async function resident(): Promise<Newcomer> {
    const body = newcomer()
    await signedUp(server, body)
    expect(await server.client().emailVerification({ path: { verification_token: await tokenFor(body.email) } })).toHaveStatus(204)
    return body
  }

  async function loggedIn({ email, password }: Pick<Newcomer, 'email' | 'password'>): Promise<Client> {
    const answer = await server.client().login({ body: { email, password } })
    expect(answer).toHaveStatus(200)
    return server.client(answer.body.data.token)
  }

  return { mailsTo, tokenFor, quiet, resident, loggedIn }
}

export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; attempt <= 400; attempt++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(25)
  }
  throw new Error('it did not happen within ten seconds')
}

/** Runs things at once for sure: nobody can write the table before `count` of them wait for one thing or another. */
export async function colliding<T>(server: TestServer, table: string, count: number, run: () => Promise<T>): Promise<T> {
  const holder = new pg.Client({ connectionString: server.database.url })
  await holder.connect()
  try {
    await holder.query(`begin; lock table ${table} in exclusive mode`)
    const running = run()
    await until(async () => {
      const [row] = await server.database.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return row?.waiting === count ? true : undefined
    })
    await holder.query('commit')
    return await running
  } finally {
    await holder.end()
  }
}

export const eventsOf = ({ database }: TestServer, canonical: string) =>
  database.query<{ title: string; message: string; operation: string }>(
    'select e.title, e.message, e.operation from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id',
    [canonical],
  )
