import { hash, verify } from '@node-rs/argon2'

/** Argon2id with the library's defaults (19 MiB, two passes), which follow OWASP's advice. */
export const hashPassword = (password: string): Promise<string> => hash(password)

let decoy: Promise<string> | undefined

/** Takes the same time whether or not there is a hash to compare with, so that nobody learns which accounts exist. */
export async function checkPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hash('nobody has this password')
  const matched = await verify(stored ?? (await decoy), password)
  return matched && typeof stored === 'string'
}
