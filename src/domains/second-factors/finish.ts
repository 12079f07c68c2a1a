/** The second half of a sign-in: a challenge that stands for the first proof, and one proof more. */
import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import type { SecondFactor } from '../../access/sessions.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import { ApiError, invalid, unauthenticated } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { preparePasskeys } from '../../outside/passkeys.ts'
import type { Platform } from '../../platform.ts'
import type { Place } from '../login/session.ts'
import type { Proven } from '../login/sign-in.ts'
import { noteAccountEvent } from '../sessions/account-events.ts'
import { readChallenge } from './challenges.ts'
import { resume } from './demand.ts'
import { usePasskey } from './passkeys.ts'
import { type ChallengeRow, countTry, deleteChallenge, useRecoveryCode } from './queries.ts'
import { hashOfCode } from './recovery-codes.ts'
import { useTotpCode } from './totp.ts'

type Proof =
  | { kind: 'totp'; code: string }
  | { kind: 'recovery_code'; code: string }
  | { kind: 'passkey'; answer: { challenge: string; response: unknown } }

type Finished = { proven: Proven; place: Place }
interface Wrong {
  /** Nothing is left to try with. */
  last: boolean
  cause: unknown
}

const mostTries = 5

/** One sentence for everything, so that a token tells nothing. */
export const challengeOver = () => unauthenticated('The sign-in is finished, too old or not from here: begin again')

/** @throws Unauthenticated for a wrong proof, which may be tried again a few times, and for a challenge that is over */
export async function finishSignIn({ platform, request, read, write }: PublicContext, body: Schema<'LoginProof'>): Promise<Finished> {
  const proof = proofOf(body)
  const begun = await read((tx) => readChallenge(platform, tx, 'second_factor', body.challenge))
  const userId = begun?.user_id ?? undefined
  // By the account, whichever challenge is tried; a forged token is nobody's, and uses up nobody's attempts.
  const subject = userId === undefined ? `challenge:${subjectOfToken(body.challenge)}` : `user:${userId}`
  const attempt = await countAttempt(platform, request, 'secondFactor', subject)
  if (!begun || userId === undefined) throw challengeOver()
  if (proof.kind === 'passkey') await preparePasskeys()
  // Answered, not thrown: a wrong try is to be counted, and a throw would take it back.
  const outcome = await write(async (tx): Promise<Finished | Wrong | undefined> => {
    const tries = await countTry(tx, begun.id)
    if (tries === undefined) return undefined
    const { right, cause } = await check(platform, tx, userId, proof)
    if (right) return settle(tx, begun, proof.kind)
    const last = tries >= mostTries
    if (last) await deleteChallenge(tx, begun.id)
    await noteAccountEvent(tx, {
      userId,
      action: 'sign_in_failed',
      message: 'Somebody tried to sign in: the first proof was right, the second factor wrong',
      origin: { address: request.address, userAgent: request.userAgent },
      confinedTo: null,
    })
    return { last, cause }
  })
  if (!outcome) throw challengeOver()
  if ('last' in outcome) throw wrong(outcome)
  await attempt.giveBack()
  return outcome
}

function proofOf({ totp, recovery_code, passkey }: Schema<'LoginProof'>): Proof {
  const proofs: Proof[] = [
    ...(totp === undefined ? [] : [{ kind: 'totp', code: totp } as const]),
    ...(recovery_code === undefined ? [] : [{ kind: 'recovery_code', code: recovery_code } as const]),
    ...(passkey === undefined ? [] : [{ kind: 'passkey', answer: passkey } as const]),
  ]
  const [proof] = proofs
  if (proof && proofs.length === 1) return proof
  throw invalid('Send exactly one proof beside the challenge', ['body: must have exactly one of totp, recovery_code and passkey'])
}

async function check(platform: Platform, tx: AccountTx, userId: number, proof: Proof): Promise<{ right: boolean; cause?: unknown }> {
  switch (proof.kind) {
    case 'totp':
      return { right: await useTotpCode(platform, tx, userId, proof.code) }
    case 'recovery_code':
      return { right: await useRecoveryCode(tx, userId, hashOfCode(userId, proof.code)) }
    case 'passkey':
      return usePasskey(platform, tx, userId, proof.answer)
    default:
      return proof satisfies never
  }
}

async function settle(tx: AccountTx, begun: ChallengeRow, factor: SecondFactor): Promise<Finished | undefined> {
  await deleteChallenge(tx, begun.id)
  if (factor === 'recovery_code' && begun.user_id !== null)
    await enqueue(tx, 'secondFactors.tellChange', { userId: begun.user_id, change: 'recovery_code_used' })
  return resume(tx, begun, factor)
}

const wrong = ({ last, cause }: Wrong) =>
  new ApiError(
    'Unauthenticated',
    last
      ? 'This was not right either: begin again, for there were too many wrong attempts'
      : 'This is wrong, or was used before (a code works once): try again with a new code, or with another factor',
    { cause },
  )
