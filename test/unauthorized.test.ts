/**
 * Every operation, asked by everybody who may not. Nothing is learned by asking: not whether an organization or a thing
 * exists, nor which body an operation takes. The test reads the table, so a new operation is covered by itself.
 */
import { randomBytes } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { openSessionTokens } from '../src/access/session-tokens.ts'
import type { OperationId } from '../src/contract/operations.ts'
import { ask, inTurns, operations, wordsOf } from './support/ask.ts'
import { fullHouse, type House } from './support/full-house.ts'
import { type AnyQuestion, plainQuestion } from './support/questions.ts'
import type { RawAnswer } from './support/raw.ts'
import { useRepositories } from './support/repositories.ts'
import { fresh, person, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { gitIn } from './support/workshop.ts'

// Some thousand requests each: plenty of time, for machines that do something else too.
vi.setConfig({ testTimeout: 240_000 })
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
let acme: House
let globex: House
let loner: string
const badTokens: Record<string, string> = {}

beforeAll(async () => {
  acme = await fullHouse(server, repositories, fresh('acme'), 'mkacme')
  globex = await fullHouse(server, repositories, fresh('globex'), 'mkglobex')
  loner = tokenOf((await scenario(server, person('loner'))).loner)

  const good = tokenOf(acme.admin)
  const header = decodeProtectedHeader(good)
  const payload = decodeJwt(good)
  const sign = (kid: string, secret = randomBytes(32)) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid }).sign(secret)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [head = '', body = '', signature = ''] = good.split('.')
  const other = part({ ...payload, sub: '1', trochoid: { user: { id: 1, username: 'root', session: 1 } } })
  const late = await openSessionTokens(server.platform.database, server.platform.master)
  const {
    id = 0,
    username = '',
    session = 0,
  } = (payload['trochoid'] as { user?: { id: number; username: string; session: number } }).user ?? {}
  Object.assign(badTokens, {
    rubbish: 'rubbish',
    'three parts of rubbish': 'a.b.c',
    expired: await late.sign({ kind: 'user', id, username, session, organization: null }, new Date(Date.now() - 3600_000), {
      given_name: 'x',
      family_name: 'y',
      locale: 'en',
    }),
    'signed by an unknown key': await sign('s000000000000'),
    'signed with another secret under a known key': await sign(header.kid ?? ''),
    'alg none': `${part({ ...header, alg: 'none' })}.${body}.`,
    'alg none with the old signature': `${part({ ...header, alg: 'none' })}.${body}.${signature}`,
    'somebody else’s payload': `${head}.${other}.${signature}`,
    'one letter short': good.slice(0, -1),
  })
})

const tokenOf = ({ token }: { token: string | undefined }): string => token ?? ''

/** What is there, in the organization that is asked about. */
const aboutAcme = (id: OperationId): AnyQuestion => plainQuestion(id, acme.shared)
const about = (id: OperationId, canonical: string): AnyQuestion => ({
  ...aboutAcme(id),
  path: { ...aboutAcme(id).path, organization_canonical: canonical },
})
const rubbishBodies = ['{"rubbish":', '[]']

const inOrganization = operations.filter(([, { scope }]) => scope === 'organization')
const aboutOneself = operations.filter(([, { scope }]) => scope === 'authenticated')
const open = operations.filter(([, { scope }]) => scope === 'public')
const byStateToken = operations.filter(([, { scope }]) => scope === 'token')

/** Asks with a body as it should be and with rubbish: whoever may not gets the same answer. */
async function refusals(id: OperationId, question: AnyQuestion, way: { token?: string; apiKey?: string }): Promise<RawAnswer> {
  const answer = await ask(server.url, id, question, way)
  if (question.body !== undefined)
    for (const text of rubbishBodies)
      expect(wordsOf(await ask(server.url, id, question, { ...way, text })), `${id} tells a stranger which body it takes`).toBe(
        wordsOf(answer),
      )
  return answer
}

const everyone = [...inOrganization, ...aboutOneself]

describe('without good credentials', () => {
  test('no token: 401, and a word on how to do better', async () => {
    await inTurns(everyone, 8, async ([id]) => {
      const answer = await refusals(id, aboutAcme(id), {})
      expect(answer.status, `${id}: ${answer.text}`).toBe(401)
      expect(answer.json, id).toMatchObject({ errors: [{ code: 'Unauthenticated', message: expect.stringContaining('token') }] })
      expect(answer.headers['www-authenticate'], id).toBe('Bearer')
    })
  })

  test.each([
    'rubbish',
    'three parts of rubbish',
    'expired',
    'signed by an unknown key',
    'signed with another secret under a known key',
    'alg none',
    'alg none with the old signature',
    'somebody else’s payload',
    'one letter short',
  ])('a token that is %s: 401, in the header and in ?api_key=', async (kind) => {
    const token = badTokens[kind] ?? ''
    await inTurns(everyone, 8, async ([id]) => {
      const byHeader =
        kind === 'rubbish' ? await refusals(id, aboutAcme(id), { token }) : await ask(server.url, id, aboutAcme(id), { token })
      expect(byHeader.status, `${id}: ${byHeader.text}`).toBe(401)
      if (['rubbish', 'expired', 'alg none'].includes(kind))
        expect(wordsOf(await ask(server.url, id, aboutAcme(id), { apiKey: token })), id).toBe(wordsOf(byHeader))
    })
  })

  test('a token of a state store opens nothing by being absent or wrong', async () => {
    for (const [id] of byStateToken)
      for (const search of ['', 'jwt=rubbish', `jwt=${badTokens['alg none']}`, `jwt=${tokenOf(acme.admin)}`])
        expect((await ask(server.url, id, plainQuestion(id), { search })).status, id).toBeGreaterThanOrEqual(400)
  })
})

describe('of another organization', () => {
  const strangers: [string, () => string][] = [
    ['an administrator', () => tokenOf(globex.admin)],
    ['a key that may do everything', () => tokenOf(globex.key)],
    ['somebody without any organization', () => loner],
  ]
  test.each(strangers)('%s: 403, in the same words whether the organization exists or not', async (_, token) => {
    const nowhere = fresh('nowhere')
    await inTurns(inOrganization, 8, async ([id]) => {
      const foreign = await refusals(id, aboutAcme(id), { token: token() })
      expect(foreign.status, `${id}: ${foreign.text}`).toBe(403)
      expect(foreign.json, id).toMatchObject({ errors: [{ code: 'Unauthorized' }] })
      const missing = await refusals(id, about(id, nowhere), { token: token() })
      expect(wordsOf(missing, nowhere), id).toBe(wordsOf(foreign, acme.canonical))
      expect(wordsOf(await ask(server.url, id, aboutAcme(id), { apiKey: token() })), id).toBe(wordsOf(foreign))
      expect(foreign.text, id).not.toContain(acme.marker)
    })
  })

  test('what is about a person refuses keys, but for what says otherwise', async () => {
    for (const [id, { apiKeys, method }] of aboutOneself) {
      if (apiKeys && method === 'get') continue
      const answer = await refusals(id, plainQuestion(id), { token: tokenOf(globex.key) })
      expect(answer.status, `${id}: ${answer.text}`).toBe(422)
      expect(answer.text, id).toContain('API key')
    }
  })
})

describe('a member without any right', () => {
  test('403 everywhere, whatever the body, and whether the thing exists or not', async () => {
    const token = tokenOf(acme.nobody)
    await inTurns(inOrganization, 8, async ([id, { resource }]) => {
      const question = aboutAcme(id)
      const answer = await refusals(id, question, { token })
      expect(answer.status, `${id}: ${answer.text}`).toBe(403)
      expect(answer.json, id).toMatchObject({ errors: [{ code: 'Unauthorized' }] })
      const last = resource.at(-1)
      if (!last || last.parameter === 'organization_canonical') return
      const unknown = await ask(server.url, id, { ...question, path: { ...question.path, [last.parameter]: '4294967295' } }, { token })
      // Up to the name of what was asked for, which is the caller's own word.
      const [said = ''] = wordsOf(answer).split(' on organization:')
      expect(wordsOf(unknown).startsWith(said), `${id}: ${unknown.text}`).toBe(true)
      expect(unknown.text.length - '4294967295'.length, id).toBe(
        answer.text.length - JSON.stringify(nameIn(question.path[last.parameter])).length + 2,
      )
    })
  })
})

/** A stack reference carries its organization; answers name the stack alone. */
const nameIn = (value: unknown): string => String(value).slice(String(value).lastIndexOf(':') + 1)

describe('open to everybody', () => {
  // They check a secret of their own, and say so with 401.
  const checksSecret = ['login', 'emailAuthenticationVerification', 'getOAuthUser', 'createOAuthUser']

  test('public operations answer without a token, and a bad token makes no difference', async () => {
    for (const [id] of open) {
      const question = {
        ...plainQuestion(id),
        path: {
          ...plainQuestion(id).path,
          ...('organization_canonical' in plainQuestion(id).path ? { organization_canonical: acme.canonical } : {}),
        },
      }
      // Spoiled where there is a body, so that nothing is signed up or reset on the way.
      const way = question.body === undefined ? {} : { text: '{}' }
      const answer = await ask(server.url, id, question, way)
      if (!checksSecret.includes(id)) expect([401, 403], `${id}: ${answer.text}`).not.toContain(answer.status)
      expect(answer.text, id).not.toContain('needs a token')
      expect((await ask(server.url, id, question, { ...way, token: 'rubbish' })).status, id).toBe(answer.status)
    }
  })

  test('there are no other openings than these', () => {
    expect(open.map(([id]) => id).sort()).toEqual(expectedOpen)
  })
})

describe('with good credentials', () => {
  test('?api_key= says who is calling as well as the header does', async () => {
    for (const token of [tokenOf(acme.admin), tokenOf(acme.key)])
      await inTurns(
        everyone.filter(([, { method }]) => method === 'get'),
        8,
        async ([id]) => {
          const byHeader = await ask(server.url, id, aboutAcme(id), { token })
          const byQuery = await ask(server.url, id, aboutAcme(id), { apiKey: token })
          expect(byHeader.status, id).not.toBe(401)
          expect(byQuery.status, id).toBe(byHeader.status)
        },
      )
  })

  test('the scheme of the header may be written in any case', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const answer = await acme.admin.call('getProjects', {
        path: { organization_canonical: acme.canonical },
        headers: { authorization: `${scheme} ${tokenOf(acme.admin)}` },
      })
      expect(answer, scheme).toHaveStatus(200)
    }
  })
})

/** Adding to this list is a decision: each has its reason beside it in openapi/. */
const expectedOpen = [
  'activateLicence',
  'beginPasskeyLogin',
  'createOAuthUser',
  'declineInvitation',
  'emailAuthenticationVerification',
  'emailVerification',
  'emailVerificationResend',
  'finishLogin',
  'finishOAuth',
  'getActiveAppearance',
  'getAppVersion',
  'getConfig',
  'getCountries',
  'getDefaultAppearance',
  'getOAuthUser',
  'getOrganizationSamlMetadata',
  'getPendingMemberInvitation',
  'getSamlMetadata',
  'getServiceStatus',
  'getStatus',
  'handleAWSMarketplaceUserEntitlement',
  'login',
  'organizationAssertionConsumerService',
  'passkeyLogin',
  'passwordResetReq',
  'passwordResetUpdate',
  'receiveStripeEvent',
  'samlAssertionConsumerService',
  'signUp',
  'signUpAWSMarketplace',
  'startOAuth',
  'startSaml',
]
