import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { ApiError, conflict, unauthenticated } from '../../errors.ts'
import { preparePasskeys } from '../../outside/passkeys.ts'
import { qrCode } from '../../outside/qr.ts'
import { findPerson } from '../login/queries.ts'
import { originOf, signIn } from '../login/sign-in.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { readChallenge } from './challenges.ts'
import { lockForChange, noteChange, personOf } from './changes.ts'
import { isStrong } from './demand.ts'
import { challengeOver, finishSignIn } from './finish.ts'
import { addPasskey, askToSignIn, beginPasskey, removePasskey, usePasskey } from './passkeys.ts'
import { findFactors, listPasskeys } from './queries.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { beginTotp, confirmTotp, removeTotp } from './totp.ts'
import { viewFactors, viewPasskey } from './view.ts'

export const secondFactors: DomainHandlers<'second-factors'> = {
  async getSecondFactors({ read, actor }) {
    const { id } = personOf(actor)
    const [factors, passkeys] = await read(async (tx) => [await findFactors(tx, id), await listPasskeys(tx, id)] as const)
    if (!factors) throw unauthenticated('The account is gone')
    return { data: viewFactors(factors, passkeys) }
  },

  async createTotp({ platform, write, actor }) {
    const { secret, uri } = await write((tx) => beginTotp(platform, tx, personOf(actor)))
    return { data: { secret, uri, qr_code: await qrCode(uri) } }
  },

  async confirmTotp({ platform, request, write, actor }, { body }) {
    const person = personOf(actor)
    const attempt = await countAttempt(platform, request, 'secondFactor', `confirm:${person.id}`)
    const recovery_codes = await write((tx) => confirmTotp(platform, tx, person, request, body.code))
    await attempt.giveBack()
    return { data: { recovery_codes } }
  },

  async deleteTotp({ request, write, actor }) {
    await write((tx) => removeTotp(tx, personOf(actor), request))
    return undefined
  },

  async createRecoveryCodes({ request, write, actor }) {
    const recovery_codes = await write(async (tx) => {
      const account = await lockForChange(tx, personOf(actor))
      const factors = await findFactors(tx, account.id)
      if (!factors || !isStrong(factors))
        throw conflict('Recovery codes stand in for an authenticator app or a passkey, and the account has neither: set one up first')
      await noteChange(tx, account, 'recovery_codes_made', request)
      return makeRecoveryCodes(tx, account.id)
    })
    return { data: { recovery_codes } }
  },

  async beginPasskey({ platform, write, actor }) {
    await preparePasskeys()
    return { data: await write((tx) => beginPasskey(platform, tx, personOf(actor))) }
  },

  async createPasskey({ platform, request, write, actor }, { body }) {
    await preparePasskeys()
    const { passkey, recoveryCodes } = await write((tx) => addPasskey(platform, tx, personOf(actor), request, body))
    return { data: { passkey: viewPasskey(passkey), ...(recoveryCodes ? { recovery_codes: recoveryCodes } : {}) } }
  },

  async deletePasskey({ request, write, actor }, { path }) {
    await write((tx) => removePasskey(tx, personOf(actor), request, path.passkey_id))
    return undefined
  },

  async finishLogin(context, { body }) {
    const { proven, place } = await finishSignIn(context, body)
    return { data: await signIn(context, proven, place) }
  },

  async beginPasskeyLogin({ platform, request, read, write }, { body }) {
    const token = body?.challenge
    const begun = token === undefined ? undefined : await read((tx) => readChallenge(platform, tx, 'second_factor', token))
    const userId = begun?.user_id ?? null
    await countAttempt(platform, request, 'passkey', userId === null ? undefined : `user:${userId}`)
    if (token !== undefined && userId === null) throw challengeOver()
    await preparePasskeys()
    return { data: await write((tx) => askToSignIn(platform, tx, userId)) }
  },

  async passkeyLogin(context, { body }) {
    const { platform, request, write } = context
    const attempt = await countAttempt(platform, request, 'passkey', `challenge:${subjectOfToken(body.challenge)}`)
    await preparePasskeys()
    // Answered, not thrown: the challenge is used up, whatever the answer was.
    const { person, cause } = await write(async (tx) => {
      const { userId, right, cause } = await usePasskey(platform, tx, null, body)
      if (userId !== null && right) return { person: await findPerson(tx, userId), cause }
      if (userId !== null)
        await noteAccountEvent(tx, {
          userId,
          action: 'sign_in_failed',
          message: 'Somebody tried to sign in with a passkey, and its answer was not right',
          origin: originOf(request),
          confinedTo: null,
        })
      return { person: undefined, cause }
    })
    if (!person) throw new ApiError('Unauthenticated', 'The passkey is not known here, or its answer is not right: begin again', { cause })
    await attempt.giveBack()
    const proven = { person, method: 'passkey', secondFactor: 'passkey', confinedTo: null, identityId: null } as const
    return { data: await signIn(context, proven, { organization: body.organization_canonical }) }
  },
}
