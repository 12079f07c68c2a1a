/** Answers that are not the provider's, or not for us, posted as a browser would: each is refused, and the log says why. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  base64,
  commentInNameId,
  type Forgery,
  signedResponse,
  twoAssertions,
  withDoctype,
  withoutSignatures,
  wrapped,
} from '../../../test/support/saml-forge.ts'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import { answerOf, begin, bringProvider, type Provider, post, reasonsIn, redeem, samlConfig } from '../../../test/support/saml-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
let stranger: TestIdentityProvider
let provider: Provider
const ada = fresh('ada')
const acme = fresh('acme')
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [{ name: 'ada', nameId: 'ada' }] })
  stranger = await openIdentityProvider({ users: [] })
  const cast = await scenario(server, organization(acme, member(ada)))
  provider = await bringProvider(server.client(cast[ada]?.token), acme, idp)
})
afterAll(() => Promise.all([idp[Symbol.asyncDispose](), stranger[Symbol.asyncDispose]()]))

/** Says that its bearer is the administrator. */
const good = (changes: Partial<Forgery> = {}): Forgery =>
  answerOf(idp, provider, { nameId: `${ada}@example.com`, attributes: { email: [`${ada}@example.com`] }, ...changes })
const send = (SAMLResponse: string) => post(server, provider.service_provider.acs_url, { SAMLResponse })
const minutes = (count: number) => new Date(Date.now() + count * 60_000)
const strangerKey = () => stranger.keys[0] ?? { privateKey: '', certificate: '' }

beforeEach(() => void server.logs.splice(0))

test('what all of these are made from lets its bearer in', async () => {
  const { code } = await send(signedResponse(good()))
  expect(await redeem(server, code)).toHaveStatus(200)
})

const attacks: [name: string, reason: string, made: () => string][] = [
  ['without a signature', 'unsigned', () => signedResponse(good({ sign: 'none' }))],
  ['whose signatures were cut out', 'unsigned', () => withoutSignatures(good({ sign: 'both' }))],
  ['of which only the envelope is signed', 'unsigned', () => signedResponse(good({ sign: 'response' }))],
  ['signed by somebody else', 'signature', () => signedResponse(good({ key: strangerKey() }))],
  ['changed after it was signed', 'signature', () => signedResponse(good({ tamper: (xml) => xml.replace(ada, 'root') }))],
  ['signed with SHA-1', 'algorithm', () => signedResponse(good({ hash: 'sha1' }))],
  ...([1, 2, 3, 4, 5, 6, 7, 8] as const).map((variant): [string, string, () => string] => [
    `wrapped around a good signature (${variant})`,
    'wrapping',
    () => wrapped(good(), variant, { nameId: 'root' }),
  ]),
  ['with a second assertion behind the first', 'wrapping', () => twoAssertions(good(), { nameId: 'root' })],
  [
    'with a comment in the name',
    'comment',
    () => commentInNameId(good({ nameId: `${ada}@example.com.evil.example` }), `${ada}@example.com`),
  ],
  ['that reads a file into itself', 'doctype', () => withDoctype(good())],
  ['for another service', 'audience', () => signedResponse(good({ audience: 'https://other.example.com' }))],
  ['sent to another address', 'destination', () => signedResponse(good({ destination: 'https://other.example.com/acs' }))],
  ['for whoever brings it to another address', 'recipient', () => signedResponse(good({ recipient: 'https://other.example.com/acs' }))],
  ['that was good an hour ago', 'expired', () => signedResponse(good({ now: minutes(-60) }))],
  ['whose bearer came too late', 'expired', () => signedResponse(good({ confirmationNotOnOrAfter: minutes(-2) }))],
  ['from the future', 'not_yet', () => signedResponse(good({ now: minutes(60) }))],
  ['to a request that nobody made', 'in_response_to', () => signedResponse(good({ inResponseTo: '_made_up' }))],
  ['of another provider, under its own name', 'issuer', () => signedResponse(good({ issuer: stranger.entityId, key: strangerKey() }))],
  ['of the provider under another name', 'issuer', () => signedResponse(good({ issuer: 'https://other.example.com' }))],
  ['that says no', 'status', () => signedResponse(good({ status: 'Responder' }))],
  [
    'with a name that changes each time',
    'name_id',
    () => signedResponse(good({ nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' })),
  ],
  ['with a name nobody could keep', 'name_id', () => signedResponse(good({ nameId: 'x'.repeat(501) }))],
  ['encrypted for somebody else', 'encrypted', () => signedResponse(good({ encryption: { certificate: strangerKey().certificate } }))],
  ['that is no XML', 'malformed', () => base64('hello')],
  ['that is no base64', 'malformed', () => '<samlp:Response>'],
  ['that is endless', 'malformed', () => base64('<a>'.repeat(10_000))],
]

describe('an answer', () => {
  test.each(attacks)('%s is refused: %s', async (_, reason, made) => {
    const landing = await send(made())
    expect([landing.status, landing.location]).toEqual([401, null])
    expect(JSON.parse(landing.text).errors[0].code).toBe('Unauthenticated')
    expect(reasonsIn(server.logs)).toEqual([reason])
    const [warning] = server.logs.map((line) => JSON.parse(line)).filter(({ saml }) => saml)
    expect(warning).toMatchObject({ level: expect.anything(), saml: { provider: idp.entityId } })
    // Nothing of what was sent.
    expect(server.logs.join('\n')).not.toContain(ada)
    expect(landing.text).not.toContain(ada)
  })

  test('larger than anybody needs is refused before it is read', async () => {
    expect((await send(base64('x'.repeat(100_000)))).status).toBe(413)
  })

  test('that was taken is no use a second time, nor is its assertion in another envelope', async () => {
    const taken = signedResponse(good({ responseInResponseTo: null }))
    expect((await send(taken)).status).toBe(303)
    expect((await send(taken)).status).toBe(401)
    const again = Buffer.from(taken, 'base64')
      .toString()
      .replace(/ID="_[\w-]+"/, 'ID="_another"')
    expect((await send(base64(again))).status).toBe(401)
    expect(reasonsIn(server.logs)).toEqual(['replayed', 'replayed'])
  })

  test('of somebody else’s sign-in cannot finish mine at another provider of the organization', async () => {
    const address = await begin(server, provider.service_provider.login_url)
    await idp.signIn(address, 'ada')
    const id = idp.requests.at(-1)?.id ?? ''
    const both = signedResponse(good({ inResponseTo: id, responseInResponseTo: '_other' }))
    expect((await send(both)).status).toBe(401)
    expect((await send(signedResponse(good({ inResponseTo: null, responseInResponseTo: id })))).status).toBe(401)
    expect(reasonsIn(server.logs)).toEqual(['in_response_to', 'in_response_to'])
  })

  test('makes no account and no session when it is refused', async () => {
    const count = async () =>
      server.database.query(
        'select (select count(*) from users) as users, (select count(*) from sessions) as sessions, (select count(*) from sign_in_codes) as codes',
      )
    const before = await count()
    for (const [, , made] of attacks) await send(made())
    expect(await count()).toEqual(before)
  })
})

describe('a code', () => {
  test('is good once, for a minute, and for SAML alone', async () => {
    const code = async () => (await send(signedResponse(good()))).code
    const first = await code()
    expect(await server.client().getOAuthUser({ path: { social_type: 'google' }, query: { oauth_code: first } })).toHaveStatus(401)
    const answers = await Promise.all([redeem(server, first), redeem(server, first), redeem(server, first)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    const old = await code()
    await server.database.query(`update sign_in_codes set expires_at = now() - interval '1 second'`)
    expect(await redeem(server, old)).toHaveStatus(401)
    expect(await redeem(server, 'made-up')).toHaveStatus(401)
  })
})
