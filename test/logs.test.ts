import { DatabaseError } from 'pg'
import { describe, expect, test } from 'vitest'
import { openLog } from '../src/log.ts'
import { fresh, member, organization, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'

const server = useServer()

interface Line {
  level: string
  request_id?: string
  operation?: string
  actor?: string
  organization?: string
}

describe('the log', () => {
  test('has one JSON line for a request, with its id, who asked, and about which organization', async () => {
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.getOrg({ path: { organization_canonical } })
    const lines = await linesOf(answer.headers.get('x-request-id'))
    expect(lines).toMatchObject([{ level: 'info', operation: 'getOrg', actor: 'user:ada', organization: organization_canonical }])
  })

  test('holds no token, wherever the caller put it', async () => {
    const organization_canonical = fresh('acme')
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const token = ada.token ?? ''
    await server.client().call('getOrg', { path: { organization_canonical }, query: { api_key: token } })
    await server.client().call('getPendingMemberInvitation', { path: { verification_token: 'invitation-secret' } })
    const text = server.logs.join('')
    expect(text).toContain('getPendingMemberInvitation')
    expect(text).not.toContain(token)
    expect(text).not.toContain('invitation-secret')
  })

  test('holds nothing of a body that cannot be read', async () => {
    const before = server.logs.length
    for (const body of [
      `{"password": ${secret}}`,
      `{"password": "${secret}`,
      `${secret}`,
      `{"username":"ada","password":"${secret}","${secret}":1}`,
    ])
      expect((await server.client().call('login', { body })).status).toBe(422)
    await expect.poll(() => server.logs.slice(before).filter((line) => line.includes('"operation":"login"'))).toHaveLength(4)
    expect(server.logs.slice(before).join('')).not.toContain(secret)
  })

  test('redacts what is called a secret, at any depth that is logged', () => {
    server.platform.log.warn({ password: 'hunter2', body: { raw: 'hunter2', nested: { token: 'hunter2' } } }, 'a defect that logs too much')
    const line = server.logs.find((text) => text.includes('a defect that logs too much')) ?? ''
    expect(line).toContain('[redacted]')
    expect(line).not.toContain('hunter2')
  })
})

/** Lines of a log of its own. */
function written(write: (log: ReturnType<typeof openLog>) => void): string {
  const lines: string[] = []
  write(openLog('debug', { write: (line: string) => void lines.push(line) }))
  for (const line of lines) JSON.parse(line)
  return lines.join('')
}
const secret = 'Zk3-hush-9fQ'

describe('a field with the name of a secret', () => {
  test.each([
    ...['code', 'oauth_code', 'SAMLResponse', 'RelayState', 'challenge', 'totp', 'recovery_code', 'recovery_codes', 'secret', 'state'],
    ...['verifier', 'code_verifier', 'nonce', 'social_id', 'id_token', 'accessToken', 'client_secret', 'set-cookie', 'webhookSecret'],
    ...['aws_marketplace_token', 'private_key', 'Authorization', 'api_key', 'password', 'raw', 'passphrase', 'assertion'],
  ])('%s is taken out, at any depth and in lists', (name) => {
    const text = written((log) => {
      log.info({ [name]: secret }, 'flat')
      log.info({ body: { deep: { deeper: [{ [name]: { value: secret } }] } } }, 'deep')
      log.child({ [name]: secret }).info('bound')
    })
    expect(text).not.toContain(secret)
    expect(text.match(/\[redacted\]/g)).toHaveLength(3)
  })

  test('does not take its neighbours along, nor what is not there', () => {
    const text = written((log) =>
      log.info({ operation: 'login', token: undefined, status: 401, body: { name: 'ada', code: null } }, 'request'),
    )
    expect(JSON.parse(text)).toMatchObject({ operation: 'login', status: 401, body: { name: 'ada', code: null }, msg: 'request' })
  })

  test('is not changed for whoever logged it', () => {
    const body = { password: secret, inner: { token: secret } }
    written((log) => log.info({ body, ...body }, 'twice'))
    expect(body).toEqual({ password: secret, inner: { token: secret } })
  })
})

describe('an error in the log', () => {
  const lineOf = (error: unknown) =>
    written((log) => {
      log.warn({ err: error }, 'refused')
      log.debug({ cause: error, other: { error } }, 'with a cause')
    })

  test('has its name, words, code, frames and causes', () => {
    const error = Object.assign(new TypeError('it did not work', { cause: new Error('the other side hung up') }), { code: 'ECONNRESET' })
    const [first = ''] = lineOf(error).split('\n')
    expect(JSON.parse(first)).toMatchObject({
      err: { type: 'TypeError', message: 'it did not work', code: 'ECONNRESET', cause: { message: 'the other side hung up' } },
    })
    expect(first).toContain('logs.test.ts')
  })

  const forged: [string, () => Promise<unknown> | unknown][] = [
    ['of a body that is no JSON', () => thrown(() => JSON.parse(`{"password": ${secret}}`))],
    [
      'of a body parser, which keeps the body',
      () => Object.assign(new SyntaxError('Unexpected token'), { type: 'entity.parse.failed', body: secret }),
    ],
    [
      'of OpenID Connect, whose cause is the answer of the token endpoint',
      async () => {
        const { OperationProcessingError } = await import('oauth4webapi')
        return new OperationProcessingError('"response" body "token_type" property must be a string', {
          code: 'OAUTH_INVALID_RESPONSE',
          cause: { body: { access_token: secret, id_token: secret } },
        })
      },
    ],
    [
      'of OpenID Connect, whose cause is what the browser brought back',
      async () => {
        const { AuthorizationResponseError } = await import('openid-client')
        return new AuthorizationResponseError('authorization response from the server is an error', {
          cause: new URLSearchParams({ error: 'access_denied', state: secret, code: secret }),
        })
      },
    ],
    [
      'of a payment provider, which keeps the request',
      async () => {
        const { default: Stripe } = await import('stripe')
        return new Stripe.errors.StripeInvalidRequestError({
          message: 'No such customer',
          type: 'invalid_request_error',
          headers: { 'stripe-signature': secret },
          raw: { client_secret: secret },
        } as never)
      },
    ],
    [
      'of SAML, which keeps the answer',
      async () => {
        const { SamlStatusError } = await import('@node-saml/node-saml')
        return new SamlStatusError('SAML provider returned an error', `<samlp:Status>${secret}</samlp:Status>`)
      },
    ],
    [
      'of AWS, which keeps the answer',
      async () => {
        const { InvalidTokenException } = await import('@aws-sdk/client-marketplace-metering')
        const error = new InvalidTokenException({ message: 'The registration token is invalid', $metadata: {} })
        return Object.assign(error, { $response: { headers: { authorization: secret }, body: secret }, RegistrationToken: secret })
      },
    ],
    [
      'of the database, which shows the row',
      () =>
        Object.assign(new DatabaseError('duplicate key', 1, 'error'), { code: '23505', detail: `Key (token)=(${secret})`, where: secret }),
    ],
    [
      'of the database, which shows the value',
      () => Object.assign(new DatabaseError(`invalid input syntax for type bigint: "${secret}"`, 1, 'error'), { code: '22P02' }),
    ],
    ['whose code is a secret', () => Object.assign(new Error('the code was refused'), { code: secret })],
    ['that is a text', () => `Bearer ${secret}`],
    ['that is something else', () => ({ response: { token: secret } })],
    [
      'with the secret in an address',
      () => new Error(`GET https://ada:${secret}@idp.example.com/cb?code=${secret}&state=${secret} gave 500`),
    ],
    ['with a header', () => new Error(`upstream refused "authorization: Bearer ${secret}"`)],
    [
      'with a very long text',
      () => new Error(`cannot decode ${Buffer.from(`<Assertion>${secret.repeat(20)}`).toString('base64')}${secret.repeat(9)}`),
    ],
  ]
  test.each(forged)('%s keeps it to itself, however deep it is', async (_, make) => {
    const error = await make()
    for (const one of [
      error,
      new Error('outside', { cause: error }),
      new Error('outside', { cause: new Error('inside', { cause: error }) }),
    ]) {
      const text = lineOf(one)
      expect(text).toContain('refused')
      expect(text).not.toContain(secret)
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12))
    }
  })
})

describe('what can be nothing but a secret is taken out of any text', () => {
  test.each([
    ['a signed token', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.${secret}`],
    ['a header', `Authorization: Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`],
    ['a private key', `-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE${secret}\n-----END EC PRIVATE KEY-----`],
    ['a key of Stripe', `sk_test_${secret.replaceAll('-', '')}`],
    ['the secret of an authenticator', `otpauth://totp/Trochoid:ada?secret=${secret}`],
    ['a link', `https://console.example.com/verify-email?token=${secret}`],
    ['an answer of SAML', Buffer.from(`<samlp:Response>${secret}</samlp:Response>`).toString('base64')],
  ])('%s', (_, text) => {
    const line = written((log) => log.warn({ said: text }, `somebody said: ${text}`))
    for (const part of [secret, secret.replaceAll('-', ''), text.slice(-16), Buffer.from(`ada:${secret}`).toString('base64')])
      expect(line).not.toContain(part)
  })

  test('and nothing else', () => {
    const said =
      'GET http://127.0.0.1:3001/user?page=2&page_size=10 by git@example.com, commit 3b80e5f0c1a2b3c4d5e6f708192a3b4c5d6e7f80, Basic idea, sketch.'
    expect(JSON.parse(written((log) => log.info(said)))).toMatchObject({ msg: said })
  })
})

/** What a library throws by itself. */
function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** The line is written when the answer has gone out, which may be a moment after it has come in. */
async function linesOf(requestId: string | null): Promise<Line[]> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const lines = server.logs.map((line) => JSON.parse(line) as Line).filter((line) => line.request_id === requestId)
    if (lines.length > 0) return lines
    await new Promise((wake) => setTimeout(wake, 20))
  }
  return []
}
