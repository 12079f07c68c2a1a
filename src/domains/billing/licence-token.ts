/** What a licence key says, once its signature is checked. The command `npm run licence` writes what is read here. */
import { decodeProtectedHeader, errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import { invalid } from '../../errors.ts'
import { type LicenceSigner, licenceSigners } from './licence-keys.ts'

export interface LicenceClaims {
  jti: string
  company_name: string
  email_address: string
  members_count: number
  expires_at: Date
  version: string
  on_prem: boolean
}

/** Issuer and audience of every licence. */
export const licenceParty = 'trochoid'
/** Of the format. What another one means cannot be known. */
export const licenceVersion = '1'
export const mostSeats = 1_000_000

const longestKey = 8192

interface Policy {
  /** Are those of the development key taken? */
  developmentLicences: boolean
  signers?: readonly LicenceSigner[]
}

/**
 * @param text the key as it was delivered, perhaps with spaces or lines around it
 * @throws Invalid with a sentence that says what is wrong: no licence key, signed by somebody unknown, changed, only for development, expired
 */
export async function readLicence(text: string, policy: Policy, now = Date.now()): Promise<LicenceClaims> {
  const key = text.trim()
  const signer = signerOf(key, policy.signers ?? licenceSigners)
  const claims = readClaims(await verify(key, signer))
  if (signer.development && !policy.developmentLicences)
    throw refused('This is a licence for development, which this installation does not accept: ask for a licence of your own')
  if (claims.expires_at.getTime() <= now)
    throw refused(`The licence expired on ${dayOf(claims.expires_at)}: ask for a new one, and activate that`)
  return claims
}

/** The key that a licence says it was signed with. @throws Invalid */
export function signerOf(key: string, signers: readonly LicenceSigner[] = licenceSigners): LicenceSigner {
  const { alg, kid } = headerOf(key)
  const signer = alg === 'EdDSA' ? signers.find((candidate) => candidate.kid === kid) : undefined
  if (!signer)
    throw refused('The licence was signed by nobody whom this version knows: look whether it is a licence for this product, or update it')
  return signer
}

/** As people and the command write it. */
export const dayOf = (date: Date): string => date.toISOString().slice(0, 10)

const refused = (message: string, cause?: unknown) => invalid(message, ['body.key: is not a licence that can be activated'], cause)

const noLicence = (cause?: unknown) =>
  refused(
    'This is not a licence key: it has three parts separated by dots. Copy it again as it was delivered, from the first character to the last',
    cause,
  )

function headerOf(key: string): { alg?: unknown; kid?: unknown } {
  if (key.length > longestKey || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(key)) throw noLicence()
  try {
    return decodeProtectedHeader(key)
  } catch (cause) {
    throw noLicence(cause)
  }
}

async function verify(key: string, { publicKey }: LicenceSigner): Promise<JWTPayload> {
  try {
    const imported = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA')
    const { payload } = await jwtVerify(key, imported, { algorithms: ['EdDSA'], issuer: licenceParty, audience: licenceParty })
    return payload
  } catch (cause) {
    if (cause instanceof errors.JWSSignatureVerificationFailed)
      throw refused('The signature does not fit the licence: it was changed, or not copied whole', cause)
    if (cause instanceof errors.JWTClaimValidationFailed || cause instanceof errors.JWTExpired)
      throw refused(`The licence was made for something else: ${cause.message}`, cause)
    if (cause instanceof errors.JOSEError) throw noLicence(cause)
    throw cause
  }
}

/** Also what a good signature stands under is looked at: anybody can sign with the development key. */
function readClaims(claims: JWTPayload): LicenceClaims {
  const { jti, iat, company_name, email_address, members_count, expires_at, version, on_prem } = claims
  if (version !== licenceVersion) throw refused('The licence has a newer format than this version of the product reads: update the product')
  const end = endOf(expires_at)
  const wrong = [
    ['jti', isText(jti, 100)],
    ['iat', typeof iat === 'number'],
    ['company_name', isText(company_name, 200)],
    ['email_address', isText(email_address, 254)],
    ['members_count', Number.isInteger(members_count) && Number(members_count) >= 1 && Number(members_count) <= mostSeats],
    ['expires_at', end !== undefined],
    ['on_prem', typeof on_prem === 'boolean'],
  ].flatMap(([name, good]) => (good ? [] : [name]))
  if (wrong.length > 0 || !end) throw refused(`The licence is not complete: ${wrong.join(', ')}`)
  return {
    jti: String(jti),
    company_name: String(company_name),
    email_address: String(email_address),
    members_count: Number(members_count),
    expires_at: end,
    version,
    on_prem: on_prem === true,
  }
}

const isText = (value: unknown, longest: number) =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longest && !/\p{Control}|\p{Surrogate}/u.test(value)

/** A day counts to its last second, wherever people are in it by UTC; a time is taken as it is. */
function endOf(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z)?$/.test(value)) return undefined
  const date = new Date(value.length === 10 ? `${value}T23:59:59Z` : value)
  // A 31st of February would be one of March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value.slice(0, 10)) ? date : undefined
}
