/** The last step of every way to sign in: who it is, is proven; what is left is whether that is enough, and the session. */
import { Barred } from '../../access/remember.ts'
import { endSession, type Origin, type SecondFactor, type SignInMethod, startSession } from '../../access/sessions.ts'
import type { Schema } from '../../contract/operation.ts'
import type { PublicContext, RequestInfo } from '../../http/context.ts'
import { assertStillOpen } from '../identity-providers/still-open.ts'
import { demandSecondFactor } from '../second-factors/demand.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { noteLogin, type PersonRow } from './queries.ts'
import { type Place, personSession } from './session.ts'

export interface Proven {
  person: PersonRow
  method: SignInMethod
  /** Given already; null: not yet. */
  secondFactor: SecondFactor | null
  /** The organization whose own identity provider vouches for the person. */
  confinedTo: number | null
  identityId: number | null
}

export const originOf = ({ address, userAgent }: Pick<RequestInfo, 'address' | 'userAgent'>): Origin => ({ address, userAgent })

/**
 * @throws Unauthenticated with `second_factor` when one is needed and not given: the answer says how to go on, and a mail is
 *   on its way where that is the only one; Unauthenticated when the place is none that the person may enter
 */
export async function signIn({ platform, request, write }: PublicContext, proven: Proven, place: Place): Promise<Schema<'UserSession'>> {
  const { person, method, secondFactor } = proven
  // An identity provider asks for a second factor by itself, or the company does not want one.
  const asks = person.mfa_enabled && secondFactor === null && method !== 'saml2'
  if (asks) throw await demandSecondFactor(platform, proven, place)
  const { id: session, until } = await write((tx) =>
    startSession(
      tx,
      {
        userId: person.id,
        generation: person.token_generation,
        method,
        secondFactor,
        confinedTo: proven.confinedTo,
        identityId: proven.identityId,
        ...originOf(request),
      },
      platform.config,
    ),
  )
  try {
    const answer = await personSession(platform, person, { session, confinedTo: proven.confinedTo, until }, place)
    await write(async (tx) => {
      const { confinedTo: organizationId, identityId } = proven
      if (organizationId !== null && identityId !== null) await assertStillOpen(tx, { organizationId, identityId })
      await noteLogin(tx, person.id)
      await noteAccountEvent(tx, {
        userId: person.id,
        action: 'sign_in',
        message: `${person.username} signed in ${wayOf(method, secondFactor)}`,
        origin: originOf(request),
        confinedTo: proven.confinedTo,
      })
    })
    return answer
  } catch (error) {
    await write((tx) => endSession(tx, session, person.id))
    if (error instanceof Barred && error.lacks === 'mfa' && secondFactor === null) throw await demandSecondFactor(platform, proven, place)
    throw error
  }
}

/** For people: `with a password and a code of an app`. */
export function wayOf(method: SignInMethod, secondFactor: SecondFactor | null): string {
  const first = { password: 'a password', passkey: 'a passkey', saml2: 'SAML', google: 'Google', github: 'GitHub', azuread: 'Azure AD' }[
    method
  ]
  const second = { email: 'a mailed link', totp: 'a code of an app', recovery_code: 'a recovery code', passkey: 'a passkey' }
  return secondFactor === null || (method === 'passkey' && secondFactor === 'passkey')
    ? `with ${first}`
    : `with ${first} and ${second[secondFactor]}`
}
