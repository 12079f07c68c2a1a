/** When a sign-in needs one more proof: what is said, what is mailed, and how the mailed link is taken. */
import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import type { SecondFactor, SignInMethod } from '../../access/sessions.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { ApiError, type SecondFactorNeeded, unauthenticated } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { findPerson } from '../login/queries.ts'
import type { Place } from '../login/session.ts'
import type { Proven } from '../login/sign-in.ts'
import { mintChallenge, openChallenge, takeChallenge } from './challenges.ts'
import { type ChallengeRow, type Factors, findFactors, findPrimaryAddress } from './queries.ts'

type Factor = SecondFactorNeeded['factors'][number]

const scope = { kind: 'platform' } as const

/** @returns the 401 to throw, with `second_factor`; where the account has nothing else, a link is mailed to its primary address */
export async function demandSecondFactor(platform: Platform, proven: Proven, place: Place): Promise<ApiError> {
  const { person, method, confinedTo, identityId } = proven
  // Such a session is exempt. Were one to get here, a second factor of the account would not make it one of the account.
  if (confinedTo !== null)
    return unauthenticated('Sign in again at the identity provider of the organization: it asks for a second factor by itself')
  const { known, address } = await AccountTx.read(platform.database, scope, async (tx) => ({
    known: await findFactors(tx, person.id),
    address: await findPrimaryAddress(tx, person.id),
  }))
  const begun = { method, identity_id: identityId, organization: place.organization ?? null, child: place.child ?? null }
  if (known && isStrong(known)) {
    const factors = factorsOf(known)
    const challenge = await AccountTx.write(platform.database, scope, (tx) => openChallenge(tx, 'second_factor', person.id, begun))
    return needed(
      `One more step: send ${listed(factors)} with the challenge to POST /user/login/second_factor, within ten minutes, to finish signing in`,
      { challenge: mintChallenge(platform, 'second_factor', challenge), factors },
    )
  }
  if (address === undefined)
    return unauthenticated(
      'Signing in needs a second factor, but the account has none, and its primary e-mail address is not verified: verify the address (POST /user/email/verification/resend mails a link), then sign in again',
    )
  await countAttempt(platform, undefined, 'loginMail', `user:${person.id}`)
  await AccountTx.write(platform.database, scope, async (tx) => {
    const { id } = await openChallenge(tx, 'second_factor', person.id, begun)
    await enqueue(tx, 'secondFactors.sendLink', { challengeId: id })
  })
  return needed('One more step: a link was mailed to your primary e-mail address; follow it within ten minutes to finish signing in', {
    factors: ['email'],
  })
}

const needed = (message: string, secondFactor: SecondFactorNeeded) => new ApiError('Unauthenticated', message, { secondFactor })

/** Something of its own, beside the mailbox. */
export const isStrong = ({ totp, passkey }: Pick<Factors, 'totp' | 'passkey'>): boolean => totp || passkey

const factorsOf = ({ totp, passkey, recovery_codes }: Factors): Factor[] => [
  ...(totp ? (['totp'] as const) : []),
  ...(passkey ? (['passkey'] as const) : []),
  ...(recovery_codes > 0 ? (['recovery_code'] as const) : []),
]

const names: Record<Factor, string> = {
  email: 'a mailed link',
  totp: 'a code of your authenticator app',
  passkey: 'the answer of a passkey',
  recovery_code: 'a recovery code',
}
const listed = (factors: Factor[]): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(factors.map((factor) => names[factor]))

/** @throws Unauthenticated, in the same words whether the link is forged, used or too old */
export async function redeemMailedLink(
  { platform, request, write }: PublicContext,
  token: string,
): Promise<{ proven: Proven; place: Place }> {
  const attempt = await countAttempt(platform, request, 'mailedLink', subjectOfToken(token))
  const begun = await write(async (tx) => {
    const row = await takeChallenge(platform, tx, 'mailed_link', token)
    if (!row?.user_id) return undefined
    // An app or a passkey was added meanwhile: from then on the mailbox is not enough.
    const factors = await findFactors(tx, row.user_id)
    return factors && !isStrong(factors) ? resume(tx, row, 'email') : undefined
  })
  if (!begun) throw unauthenticated('The link is not valid: it works once, and for ten minutes. Sign in again to get a new one')
  await attempt.giveBack()
  return begun
}

/** What was proven when the sign-in began, and now this. The person is read anew: they may be gone, or have another name. */
export async function resume(
  tx: AccountTx,
  row: ChallengeRow,
  secondFactor: SecondFactor,
): Promise<{ proven: Proven; place: Place } | undefined> {
  const person = row.user_id === null ? undefined : await findPerson(tx, row.user_id)
  if (!person || row.method === null || row.generation === null) return undefined
  return {
    // As it was when the first proof was given: startSession compares.
    proven: {
      person: { ...person, token_generation: row.generation },
      method: row.method as SignInMethod,
      secondFactor,
      confinedTo: null,
      identityId: row.identity_id,
    },
    place: { organization: row.organization ?? undefined, child: row.child ?? undefined },
  }
}
