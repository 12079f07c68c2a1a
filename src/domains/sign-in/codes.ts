/** The one-time code between the end of a flow in the browser and the console, which exchanges it. */
import type { Config } from '../../config.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OutsideIdentity, SocialType } from './types.ts'

/** Good once, for a minute. @param tx a write in the platform scope */
export async function issueCode(_tx: AccountTx, _identity: OutsideIdentity): Promise<string> {
  throw new Error('not written yet')
}

/** @throws Unauthenticated, in the same words whether it is forged, used, too old, or of another provider */
export async function redeemCode(_tx: AccountTx, _provider: SocialType, _code: string): Promise<OutsideIdentity> {
  throw new Error('not written yet')
}

/** Where the browser goes with it. @param returnTo kept only when it is a path of the console */
export function consoleAddress(
  _config: Pick<Config, 'consoleUrl'>,
  _provider: SocialType,
  _code: string,
  _returnTo: string | null,
): string {
  throw new Error('not written yet')
}
