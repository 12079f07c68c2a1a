/** For who lost their second factor. */
import { createHash, randomInt } from 'node:crypto'
import type { AccountTx } from '../../db/account-tx.ts'
import { replaceRecoveryCodes } from './queries.ts'

const count = 10
const groups = 4
const groupLength = 4
/** Five bits each; without i, l, o and u, which are read as something else. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Ten new codes of 80 bits in place of all others. @returns them, to be shown once */
export async function makeRecoveryCodes(tx: AccountTx, userId: number): Promise<string[]> {
  const codes = Array.from({ length: count }, newCode)
  await replaceRecoveryCodes(
    tx,
    userId,
    codes.map((code) => hashOfCode(userId, code)),
  )
  return codes
}

const newCode = (): string => {
  const letter = () => alphabet[randomInt(alphabet.length)]
  return Array.from({ length: groups }, () => Array.from({ length: groupLength }, letter).join('')).join('-')
}

/** However a person copies it from paper. So many random bits need no slow hash. */
export function hashOfCode(userId: number, code: string): string {
  const plain = code.toLowerCase().replace(/[\s-]/g, '').replace(/[il]/g, '1').replace(/o/g, '0')
  return createHash('sha256').update(`${userId}:${plain}`).digest('hex')
}
