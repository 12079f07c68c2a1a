/** The console exchanges the code that a browser brought back, whatever protocol it came by. */
import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { invalid, unauthenticated } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { keyOfAddress } from '../accounts/emails.ts'
import { checkProfile } from '../accounts/profile.ts'
import { countSignUp, createAccount } from '../accounts/sign-up.ts'
import { noteRefusal } from '../identity-providers/refusal.ts'
import { findPerson } from '../login/queries.ts'
import { originOf, signIn } from '../login/sign-in.ts'
import { redeemCode } from './codes.ts'
import { link, providerNames } from './link.ts'
import { resolve } from './resolve.ts'
import { openSignUpForm, redeemForm } from './sign-up-form.ts'
import type { SocialType } from './types.ts'

export const exchange = {
  async getOAuthUser(context, { path, query }) {
    const { platform, request, write } = context
    assertOffered(platform, path.social_type)
    const attempt = await countAttempt(platform, request, 'signInCode', query.oauth_code)
    // By itself: whatever becomes of the sign-in, the code is used up.
    const identity = await write((tx) => redeemCode(tx, path.social_type, query.oauth_code))
    await attempt.giveBack()
    const found = await write((tx) => resolve(platform, tx, identity, originOf(request))).catch(async (error: unknown) => {
      await write((tx) => noteRefusal(tx, identity, error))
      throw error
    })
    if (!found) return { data: { user: await write((tx) => openSignUpForm(platform, tx, identity)) } }
    const { token } = await signIn(context, found.proven, found.place)
    return { data: { token } }
  },

  async createOAuthUser(context, { path, body }) {
    const { platform, request, write } = context
    assertOffered(platform, path.social_type)
    const profile = profileOf(body)
    checkProfile(profile)
    const attempt = await countAttempt(platform, request, 'signInCode', subjectOfToken(body.social_id))
    await countSignUp(platform, request, body)
    const { person, identityId } = await write(async (tx) => {
      const identity = await redeemForm(platform, tx, path.social_type, body.social_id)
      const verified = identity.emailVerified && identity.email !== null && keyOfAddress(identity.email) === keyOfAddress(body.email)
      const { id } = await createAccount(platform, tx, { ...profile, passwordHash: null, verified })
      const { id: identityId } = await link(tx, { id, username: body.username }, identity, originOf(request))
      const person = await findPerson(tx, id)
      if (!person) throw new Error('the account that was just made is not there')
      return { person, identityId }
    })
    await attempt.giveBack()
    const proven = { person, method: path.social_type, secondFactor: null, confinedTo: null, identityId }
    return { data: await signIn(context, proven, {}) }
  },
} satisfies Partial<DomainHandlers<'sso'>>

function assertOffered({ oauth }: Platform, type: SocialType): void {
  if (type !== 'saml2' && !oauth[type]) throw unauthenticated(`This installation does not sign in with ${providerNames[type]}`)
}

/** Everybody has two names of two letters in the contract; not at every provider, nor in every country. */
function profileOf(body: Schema<'NewOAuthUser'>): Schema<'NewOAuthUser'> & { family_name: string } {
  const { given_name, family_name = '', username } = body
  for (const [field, name] of Object.entries({ given_name, family_name }))
    if (name.length === 1 || (field === 'given_name' && name === ''))
      throw invalid('A name has at least two characters', [`body.${field}: must have at least 2 characters`])
  return { ...body, family_name: family_name || username }
}
