import { countAttempt } from '../../access/attempts.ts'
import { checkPassword } from '../../access/password.ts'
import { Barred } from '../../access/remember.ts'
import { extendSession, findSession, type SignInMethod } from '../../access/sessions.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { forbidden, invalid, unauthenticated } from '../../errors.ts'
import { demandSecondFactor, redeemMailedLink } from '../second-factors/demand.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { type Candidate, findByEmail, findByUsername, findPerson } from './queries.ts'
import { keySession, personSession } from './session.ts'
import { originOf, signIn } from './sign-in.ts'

/** One sentence for everything, so that nobody learns which accounts exist. */
const refusal = 'The name or the password is wrong, or the e-mail address is not verified yet'

export const login: DomainHandlers<'login'> = {
  async login(context, { body }) {
    const { platform, request, read, write } = context
    if (!platform.config.passwordLogin)
      throw unauthenticated('This installation does not take passwords: sign in through an identity provider')
    const { find, subject } = whoIsMeant(body)
    const attempt = await countAttempt(platform, request, 'login', subject)
    const person = await read(find)
    // Always compared, with something: an unknown name must take as long as a wrong password.
    const matched = await checkPassword(person?.password_hash, body.password)
    if (!person || !matched || !person.verified) {
      // Written down also when it meant nobody, for the same reason.
      await write((tx) =>
        noteAccountEvent(tx, {
          userId: person?.id ?? null,
          action: 'sign_in_failed',
          message: 'Somebody tried to sign in with a wrong password',
          origin: originOf(request),
          confinedTo: null,
        }),
      )
      throw unauthenticated(refusal)
    }
    await attempt.giveBack()
    const proven = { person, method: 'password', secondFactor: null, confinedTo: null, identityId: null } as const
    return { data: await signIn(context, proven, { organization: body.organization_canonical }) }
  },

  async refreshToken({ platform, request, actor, token, by, read, write }, { query }) {
    const place = { organization: query.organization_canonical, child: query.child_canonical }
    if (actor.kind === 'api_key') {
      platform.keyUse.note(actor, request.address)
      return { data: await keySession(platform, actor, token, place) }
    }
    const ended = () => unauthenticated('The session has ended: sign in again')
    const [person, session] = await read(
      async (tx) => [await findPerson(tx, actor.id), await findSession(tx, actor.session, actor.id)] as const,
    )
    if (!person || !session) throw ended()
    const until = await write((tx) => extendSession(tx, session.id, platform.config))
    if (!until) throw ended()
    const { confined_to: confinedTo } = session
    try {
      const data = await personSession(platform, person, { session: session.id, confinedTo, until }, place)
      // What a script can read, a script that crept in can carry away: the cookie is there so that none can.
      if (by === 'cookie') throw forbidden('A session in a cookie gives no token away: sign in again to get one')
      return { data }
    } catch (error) {
      if (!(error instanceof Barred) || error.lacks !== 'mfa') throw error
      const proven = { person, method: session.method as SignInMethod, secondFactor: null, confinedTo, identityId: session.identity_id }
      throw await demandSecondFactor(platform, proven, place)
    }
  },

  async emailAuthenticationVerification(context, { path }) {
    const { proven, place } = await redeemMailedLink(context, path.authentication_token)
    return { data: await signIn(context, proven, place) }
  },
}

function whoIsMeant({ email, username }: Schema<'UserLogin'>): {
  find: (tx: AccountTx) => Promise<Candidate | undefined>
  subject: string
} {
  if (email !== undefined && username === undefined) return { find: (tx) => findByEmail(tx, email), subject: `email:${email}` }
  if (username !== undefined && email === undefined) return { find: (tx) => findByUsername(tx, username), subject: `username:${username}` }
  throw invalid('Name the user by exactly one of e-mail and username', ['body: must have exactly one of email and username'])
}
