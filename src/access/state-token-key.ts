/** What vouches for the tokens of Terraform states. It is never replaced: the tokens stand in files, and are compared. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Database } from '../db/pool.ts'
import type { MasterKeys } from '../outside/master-key.ts'
import { getInstallationKey } from './installation-keys.ts'

export interface StateTokenKey {
  /** The same for the same text, in every process and always. */
  sign(text: string): string
  vouchesFor(text: string, signature: string): boolean
}

export async function openStateTokenKey(database: Database, master: MasterKeys): Promise<StateTokenKey> {
  const pair = await getInstallationKey({ database, master }, 'state-tokens', async () => ({
    privateKey: randomBytes(32).toString('base64'),
    // There is no other half: whoever can check a token can make one.
    certificate: '',
  }))
  return stateTokenKey(Buffer.from(pair.privateKey, 'base64'))
}

export function stateTokenKey(secret: Buffer): StateTokenKey {
  const digest = (text: string) => createHmac('sha256', secret).update(`state-token:${text}`).digest()
  return {
    sign: (text) => digest(text).toString('base64url'),
    vouchesFor(text, signature) {
      const given = Buffer.from(signature, 'base64url')
      const right = digest(text)
      // Written otherwise, it would be another token that opens the same.
      return given.length === right.length && timingSafeEqual(given, right) && given.toString('base64url') === signature
    },
  }
}
