import { type Actor, nameOf } from '../../access/actor.ts'
import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import { checkPassword, hashPassword } from '../../access/password.ts'
import { assertFresh } from '../../access/sessions.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { invalid } from '../../errors.ts'
import type { AccountContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { originOf } from '../login/sign-in.ts'
import { assertMayChangeProofs, personOf } from '../second-factors/changes.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { confirmAddress, getAccount, type PasswordChange, removeAccount, resetPassword, updateAccount } from './accounts.ts'
import { checkAddresses, isNewWayIn, newAddresses } from './emails.ts'
import { checkGuide, checkProfile } from './profile.ts'
import { findPasswordHash, updateUser } from './queries.ts'
import { countSignUp, createAccount } from './sign-up.ts'
import { viewAccount } from './view.ts'

export const accounts: DomainHandlers<'accounts'> = {
  async signUp({ platform, request, write }, { body }) {
    checkProfile(body)
    await countSignUp(platform, request, body)
    const passwordHash = await hashPassword(body.password)
    await write((tx) => createAccount(platform, tx, { ...body, passwordHash, verified: false }))
    return undefined
  },

  async emailVerificationResend({ platform, request, write }, { body }) {
    await countAttempt(platform, request, 'verificationMail', body.email)
    // Whether there is such an account is the job's question, so that the answer takes the same time.
    await write((tx) => enqueue(tx, 'accounts.requestVerification', { email: body.email }))
    return undefined
  },

  async emailVerification({ platform, request, write }, { path }) {
    await countAttempt(platform, request, 'verification', subjectOfToken(path.verification_token))
    await write((tx) => confirmAddress(platform, tx, path.verification_token))
    return undefined
  },

  async passwordResetReq({ platform, request, write }, { body }) {
    await countAttempt(platform, request, 'resetMail', body.email)
    await write((tx) => enqueue(tx, 'accounts.requestPasswordReset', { email: body.email }))
    return undefined
  },

  async passwordResetUpdate({ platform, request, write }, { body }) {
    await countAttempt(platform, request, 'reset', subjectOfToken(body.token))
    const passwordHash = await hashPassword(body.password)
    await write((tx) => resetPassword(platform, tx, body.token, passwordHash, originOf(request)))
    return undefined
  },

  async getUserAccount({ read, actor }) {
    return { data: viewAccount(await read((tx) => getAccount(tx, personId(actor))), actor) }
  },

  async updateUserAccount(context, { body }) {
    const { write, actor, request } = context
    checkProfile(body)
    if (body.emails) await prepareAddresses(context, body.emails)
    const password = body.password_update && (await preparePassword(context, body.password_update))
    const account = await write(async (tx) => {
      const before = await getAccount(tx, personId(actor))
      if (body.emails && isNewWayIn(before.emails, body.emails)) await assertMayChangeProofs(tx, personOf(actor))
      if (body.mfa_enabled !== before.mfa_enabled) await switchSecondFactor(tx, context, body.mfa_enabled)
      await updateAccount(tx, personId(actor), body, password, originOf(request))
      return getAccount(tx, personId(actor))
    })
    return { data: viewAccount(account, actor) }
  },

  async updateUserGuide({ write, actor }, { body }) {
    const guide = body ?? {}
    checkGuide(guide)
    await write((tx) => updateUser(tx, personId(actor), { guide: JSON.stringify(guide) }))
    return undefined
  },

  async deleteUserAccount({ write, actor }) {
    await write(async (tx) => {
      await assertFresh(tx, actor)
      await removeAccount(tx, personId(actor))
    })
    return undefined
  },
}

/** Keys were refused before: what is about a person cannot be called by one. */
function personId(actor: Actor): number {
  if (actor.kind !== 'user') throw invalid('This endpoint is about a person and cannot be used with an API key')
  return actor.id
}

/** @throws Unauthorized when it is turned off by a session that did not give it: a stolen token would be enough otherwise */
async function switchSecondFactor(tx: AccountTx, { actor, request }: AccountContext, on: boolean): Promise<void> {
  if (!on) await assertMayChangeProofs(tx, personOf(actor))
  await updateUser(tx, personId(actor), { mfa_enabled: on })
  await noteAccountEvent(tx, {
    userId: personId(actor),
    action: 'second_factor_changed',
    message: `${nameOf(actor)} ${on ? 'turned the second factor on' : 'turned the second factor off'}`,
    origin: originOf(request),
    confinedTo: null,
  })
}

/** Each new address gets a mail, and is counted with those that were asked for: nobody's inbox is filled through a list. */
async function prepareAddresses(
  { platform, request, read, actor }: AccountContext,
  addresses: readonly Schema<'UpdateUserAccountEmail'>[],
): Promise<void> {
  checkAddresses(addresses)
  for (const email of await read((tx) => newAddresses(tx, personId(actor), addresses)))
    await countAttempt(platform, request, 'verificationMail', email)
}

/** Comparing takes long on purpose, so it happens before the account is locked; `updateAccount` looks whether it still holds. */
async function preparePassword(
  { platform, request, read, actor }: AccountContext,
  { current, new: next }: Schema<'UpdateUserAccountPasswordUpdate'>,
): Promise<PasswordChange> {
  const attempt = await countAttempt(platform, request, 'password', String(personId(actor)))
  const checked = await read((tx) => findPasswordHash(tx, personId(actor)))
  if (checked === null)
    throw invalid('The account has no password yet: ask for a reset, and choose one by the mail', [
      'body.password_update.current: there is none yet; use passwordResetReq',
    ])
  if (!(await checkPassword(checked, current)))
    throw invalid('The present password is wrong', ['body.password_update.current: is not the present password'])
  await attempt.giveBack()
  return { checked, hash: await hashPassword(next) }
}
