/** The search for secrets in the logs of all tests finds what it is there for, and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findLeaks } from './support/log-check/search.ts'
import { type Exchange, type FoundSecret, looksSecret, secretsOf } from './support/log-check/secrets-of.ts'
import { tapHttp } from './support/log-check/tap.ts'

const token = 'v7Kq-2mZr.x9'
const line = (more: object, msg = 'request') =>
  JSON.stringify({ level: 'info', time: '2026-01-01T00:00:00.000Z', request_id: 'r1', ...more, msg })

function search(lines: string[], secrets: [what: string, secret: string][], isKnown: (text: string) => boolean = () => false) {
  const folder = mkdtempSync(join(tmpdir(), 'trochoid-leaks-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'src!domains!login.test.ts.log'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'src!domains!login.test.ts.secrets'), `${secrets.map((one) => JSON.stringify(one)).join('\n')}\n`)
  return findLeaks(folder, isKnown).leaks
}

describe('a secret in a line', () => {
  test('is found with its kind, its test file and its line, and not repeated', () => {
    const leaks = search([line({ operation: 'getOrg' }), line({ operation: 'login', said: token })], [['token in a body', token]])
    expect(leaks).toMatchObject([{ what: 'token in a body', where: 'src/domains/login.test.ts, line 2 of its log' }])
    expect(leaks[0]?.line).toContain('"said":"▒▒▒"')
    expect(leaks[0]?.line).not.toContain(token)
  })

  test.each([
    ['within a text', line({}, `tried with ${token} in vain`)],
    ['within a word', line({}, `xx${token}xx`)],
    ['at the beginning', token],
    ['at the end of an address', line({ url: `https://example.com/?t=${token}` })],
  ])('is found %s', (_, text) => expect(search([text], [['token', token]])).toHaveLength(1))

  test.each([
    ['as JSON writes it', 'pass"word\\with 7 quotes', (text: string) => text],
    ['as addresses write it', 'päss/word +1&more', encodeURIComponent],
    ['with letters of all kinds', 'пароль-доступа-1', (text: string) => text],
    ['a sentence', 'correct horse battery staple', (text: string) => text],
  ])('is found %s', (_, secret, spell) => expect(search([line({ said: spell(secret) })], [['password', secret]])).toHaveLength(1))

  test('is none when the log ends within it, and what stands before is found all the same', () => {
    const cut = 'a-secret-9-that-is-longer-than-what-is-left'
    const leaks = search(
      [line({ said: token }), cut.slice(0, 12)],
      [
        ['token', token],
        ['password', cut],
      ],
    )
    expect(leaks).toMatchObject([{ what: 'token' }])
  })

  test('is found among thousands', () => {
    const many = Array.from({ length: 5000 }, (_, index): [string, string] => [
      'token',
      `eyJhbGciOiJ-${index}-${(index * 7919).toString(36)}-q`,
    ])
    const lines = Array.from({ length: 5000 }, (_, index) => line({ ms: index }))
    lines[4711] = line({ said: many[1234]?.[1] })
    expect(search(lines, many)).toMatchObject([{ where: 'src/domains/login.test.ts, line 4712 of its log' }])
  })

  test.each([
    ['a signed token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['a header that lets somebody in', 'Bearer 0123456789abcdefghij'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ['a key of Stripe', 'sk_test_4eC39HqLyjWDarjtT1zdp7dc'],
    ['a key of AWS', 'AKIAIOSFODNN7EXAMPLE'],
    ['the secret of an authenticator', 'otpauth://totp/x?secret=y'],
    ['XML in base64', Buffer.from('<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">').toString('base64')],
    ['an assertion', '<saml:Assertion ID="_1">'],
  ])('needs no telling when it is %s', (what, text) => expect(search([line({ said: text })], [])).toMatchObject([{ what }]))

  test('is none when it is a name that somebody sent as one', () => {
    const lines = [line({ actor: 'user:robot-4711', organization: 'acme-4711-x' })]
    expect(
      search(lines, [
        ['password', 'robot-4711'],
        ['token', 'acme-4711-x'],
      ]),
    ).toEqual([])
    expect(search([line({ said: 'user-4711-x' })], [['token', 'user-4711-x']], (text) => text === 'user-4711-x')).toEqual([])
  })
})

describe('what is secret in an exchange', () => {
  const secrets = (more: Partial<Exchange>): string[] =>
    [...secretsOf({ url: '/', headers: {}, body: '', answerHeaders: {}, answer: '', ...more })].map(({ secret }) => secret)
  const json = { 'content-type': 'application/json' }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  test.each<[string, Partial<Exchange>]>([
    ['the header', { headers: { authorization: `Bearer ${token}` } }],
    ['the password of a header', { headers: { authorization: `Basic ${Buffer.from(`ada:${token}`).toString('base64')}` } }],
    ['a cookie', { headers: { cookie: `a=1; trochoid_sign_in=${token}` } }],
    ['a cookie that is set', { answerHeaders: { 'set-cookie': [`flow=${token}; Path=/; HttpOnly`] } }],
    ['a parameter', { url: `/user/github/oauth?oauth_code=${token}` }],
    ['a token in the path', { url: `/user/email/verification/${token}` }],
    ['a redirect', { answerHeaders: { location: `https://console.example.com/x?code=${token}&state=s` } }],
    ['a password', { headers: json, body: JSON.stringify({ email: 'ada@example.com', password: token }) }],
    ['a change of a password', { headers: json, body: JSON.stringify({ password_update: { current: token, new: 'x' } }) }],
    ['a credential', { headers: json, body: JSON.stringify({ raw: { username: 'ada', ssh_key: token } }) }],
    ['recovery codes', { answerHeaders: json, answer: JSON.stringify({ data: { recovery_codes: ['aaaa', token] } }) }],
    ['a token that is given', { answerHeaders: json, answer: JSON.stringify({ data: { token } }) }],
    ['a form', { headers: form, body: new URLSearchParams({ SAMLResponse: token, RelayState: '/' }).toString() }],
    [
      'a link in a mail',
      { answerHeaders: json, answer: JSON.stringify({ data: [{ text: `see https://x.example/verify?token=${token}\n` }] }) },
    ],
  ])('%s', (_, more) => expect(secrets(more)).toContain(token))

  test('the proof in an assertion, and pieces of what is long', () => {
    const proof = 'kX9bW2vQ7s4T1zR8yL6mN3pD5fG0hJ=='
    const answer = Buffer.from(
      `<samlp:Response><ds:SignatureValue>\n${proof}\n</ds:SignatureValue>${'<x a="1"/>'.repeat(40)}</samlp:Response>`,
    )
    const found = secrets({ headers: form, body: new URLSearchParams({ SAMLResponse: answer.toString('base64') }).toString() })
    expect(found).toContain(proof)
    expect(found).toContain(answer.toString('base64').slice(0, 48))
  })

  test('no words and names, which tests send to see what happens', () => {
    for (const text of ['organization-admin', 'getProjects', 'password', 'aaaaaaaa1', '2026-01-01', '4294967295', 'short1'])
      expect(looksSecret(text), text).toBe(false)
    for (const text of [token, 'a long enough password', 'hunter2!x', '0f8fad5b-d9cb-469f-a165-70867728950e'])
      expect(looksSecret(text), text).toBe(true)
    expect(secrets({ headers: json, body: JSON.stringify({ username: token, name: token, raw: { region: 'eu-west-1' } }) })).toEqual([])
  })
})

test('every server of the process is listened to, whoever asks it and however it answers', async () => {
  const found: FoundSecret[] = []
  tapHttp((secrets) => found.push(...secrets))
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.write('{"data":')
      response.end(Buffer.from(`{"token":"${token}-answered"}}`))
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await (
    await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password: token }),
    })
  ).text()
  await expect.poll(() => found.map(({ secret }) => secret)).toEqual([token, `${token}-answered`])
})
