/** When a sign-in needs one more proof: what is said, what is mailed, and how the mailed link is taken. */
import type { ApiError } from '../../errors.ts'
import type { PublicContext } from '../../http/context.ts'
import type { Platform } from '../../platform.ts'
import type { Place } from '../login/session.ts'
import type { Proven } from '../login/sign-in.ts'

/** @returns the 401 to throw, with `second_factor`; where the account has nothing else, a link is mailed to its primary address */
export async function demandSecondFactor(_platform: Platform, _proven: Proven, _place: Place): Promise<ApiError> {
  throw new Error('not written yet')
}

/** @throws Unauthenticated, in the same words whether the link is forged, used or too old */
export async function redeemMailedLink(_context: PublicContext, _token: string): Promise<{ proven: Proven; place: Place }> {
  throw new Error('not written yet')
}
