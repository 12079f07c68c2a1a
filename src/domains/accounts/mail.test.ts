import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { fresh } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer } from '../../../test/support/server.ts'

test('with a mail server, mail goes there and the outbox does not exist', async () => {
  let deliver: (mail: { to: string[]; raw: string }) => void = () => {}
  const delivered = new Promise<{ to: string[]; raw: string }>((resolve) => {
    deliver = resolve
  })
  let refusals = 1
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      void text(stream).then((raw) => {
        // Busy the first time: the job must try again.
        if (refusals-- > 0) return done(new Error('come back later'))
        deliver({ to: session.envelope.rcptTo.map(({ address }) => address), raw })
        done()
      })
    },
  })
  const listening = smtp.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo
  try {
    await using server = await openTestServer({
      worker: true,
      config: { smtpUrl: `smtp://127.0.0.1:${port}`, mailFrom: 'Trochoid <robot@example.com>' },
    })
    const first = {
      username: fresh('first'),
      email: 'first@example.com',
      password: 'correct horse',
      given_name: 'Fay',
      family_name: 'First',
    }
    expect(await server.client().signUp({ body: first })).toHaveStatus(204)
    expect(await server.client().signUp({ body: { ...first, username: fresh('nora'), email: 'nora@example.com' } })).toHaveStatus(204)
    await tryAgainNow(server)
    const { to, raw } = await delivered
    expect(to).toEqual(['nora@example.com'])
    expect(raw).toContain('From: Trochoid <robot@example.com>')
    expect(raw).toContain('Subject: Confirm your e-mail address')
    const body = raw.replace(/=\r\n/g, '').replace(/=3D/g, '=')
    const [, verification_token = ''] = /\/verify-email\?token=(\S+)/.exec(body) ?? []
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(204)
    expect(await server.database.query('select id from mails')).toEqual([])
    expect((await fetch(`${server.url}/dev/outbox`)).status).toBe(404)
  } finally {
    await new Promise<void>((resolve) => smtp.close(() => resolve()))
  }
})

/** The queue waits some seconds after a failure. */
async function tryAgainNow({ database }: TestServer): Promise<void> {
  const sooner = () =>
    database.query(
      'update graphile_worker._private_jobs set run_at = now() where attempts = 1 and last_error is not null and locked_at is null returning id',
    )
  await expect.poll(async () => (await sooner()).length, { timeout: 20_000 }).toBe(1)
  await database.query(`select pg_notify('jobs:insert', '{"r":0,"count":1}')`)
}
