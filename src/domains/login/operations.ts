import { countAttempt } from '../../access/attempts.ts'
import { checkPassword } from '../../access/password.ts'
import { type DomainHandlers, notImplemented, type Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { invalid, unauthenticated } from '../../errors.ts'
import { type Candidate, findByEmail, findByUsername, findPerson, noteLogin } from './queries.ts'
import { keySession, personSession } from './session.ts'

/** One sentence for everything, so that nobody learns which accounts exist. */
const refusal = 'The name or the password is wrong, or the e-mail address is not verified yet'

export const login: DomainHandlers<'login'> = {
  async login({ platform, request, read, write }, { body }) {
    const { find, subject } = whoIsMeant(body)
    const attempt = await countAttempt(platform, request, 'login', subject)
    const person = await read(find)
    // Always compared, with something: an unknown name must take as long as a wrong password.
    const matched = await checkPassword(person?.password_hash, body.password)
    if (!person || !matched || !person.verified) throw unauthenticated(refusal)
    await attempt.giveBack()
    const session = await personSession(platform, person, { organization: body.organization_canonical })
    await write((tx) => noteLogin(tx, person.id))
    return { data: session }
  },

  async refreshToken({ platform, actor, token, read }, { query }) {
    const place = { organization: query.organization_canonical, child: query.child_canonical }
    if (actor.kind === 'api_key') {
      platform.keyUse.note(actor)
      return { data: await keySession(platform, actor, token, place) }
    }
    const person = await read((tx) => findPerson(tx, actor.id))
    if (person?.token_generation !== actor.generation) throw unauthenticated('The session has ended: sign in again')
    return { data: await personSession(platform, person, place) }
  },

  emailAuthenticationVerification: notImplemented,
}

function whoIsMeant({ email, username }: Schema<'UserLogin'>): {
  find: (tx: AccountTx) => Promise<Candidate | undefined>
  subject: string
} {
  if (email !== undefined && username === undefined) return { find: (tx) => findByEmail(tx, email), subject: `email:${email}` }
  if (username !== undefined && email === undefined) return { find: (tx) => findByUsername(tx, username), subject: `username:${username}` }
  throw invalid('Name the user by exactly one of e-mail and username', ['body: must have exactly one of email and username'])
}
