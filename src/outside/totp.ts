/** Codes of authenticator apps (RFC 6238): six digits, half a minute, SHA-1, as every app understands. */
import { randomBytes } from 'node:crypto'

const period = 30
const shape = { algorithm: 'SHA1', digits: 6, period } as const
/** Clocks differ, and people type slowly: one step before and after. */
const window = 1

export const newTotpSecret = (): Buffer => randomBytes(20)

export interface TotpText {
  /** Base32, for typing in. */
  secret: string
  /** `otpauth://`, for scanning. */
  uri: string
}

export async function describeTotp(secret: Buffer, { issuer, label }: { issuer: string; label: string }): Promise<TotpText> {
  const { Secret, TOTP } = await import('otpauth')
  const totp = new TOTP({ ...shape, issuer, label, secret: new Secret({ buffer: bytesOf(secret) }) })
  return { secret: totp.secret.base32, uri: totp.toString() }
}

/** @returns the time step that the code belongs to, around now; undefined when it is no code of these moments */
export async function stepOfCode(secret: Buffer, code: string, now = Date.now()): Promise<number | undefined> {
  const { Secret, TOTP } = await import('otpauth')
  const delta = TOTP.validate({ ...shape, token: code, secret: new Secret({ buffer: bytesOf(secret) }), timestamp: now, window })
  return delta === null ? undefined : Math.floor(now / 1000 / period) + delta
}

/** A Buffer may be a part of a larger block, which is none of the secret. */
const bytesOf = (secret: Buffer): ArrayBuffer => new Uint8Array(secret).buffer
