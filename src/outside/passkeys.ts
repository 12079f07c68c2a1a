/** Public keys of authenticators (WebAuthn): what a browser is asked, and whether its answer is right. */
import type { WebAuthnCredential } from '@simplewebauthn/server'

/** Who asks, as browsers and authenticators see it. */
export interface RelyingParty {
  /** A host name: passkeys belong to it. */
  id: string
  name: string
  /** Of the pages that may ask. */
  origins: readonly string[]
}

/** What is kept of a passkey. Ids and keys are base64url. */
export interface Passkey {
  credentialId: string
  publicKey: string
  counter: number
  transports: readonly string[]
  /** Is it kept on more than one device? */
  backedUp: boolean
}

export interface PasskeyQuestion {
  /** For `navigator.credentials`, as JSON. */
  options: Record<string, unknown>
  /** The random text in it that the authenticator signs. */
  challenge: string
}

/** The answer is not right; `cause` says why, for a log. */
export class PasskeyRefused extends Error {
  constructor(cause: unknown) {
    super('the answer of the authenticator is not right', { cause })
    this.name = 'PasskeyRefused'
  }
}

/** What every authenticator has, by their numbers: EdDSA, ES256, RS256. */
const algorithms = [-8, -7, -257]
const timeout = 5 * 60_000
const library = () => import('@simplewebauthn/server')

/** Reading it in takes a while the first time: before a transaction, not inside of one. */
export const preparePasskeys = async (): Promise<void> => void (await library())

type Known = Pick<Passkey, 'credentialId' | 'transports'>
const descriptor = ({ credentialId, transports }: Known) => ({ id: credentialId, transports: [...transports] })

/** @param user `handle`: bytes by which authenticators know the account, 64 at most. @param known what the account has already */
export async function askForNewPasskey(
  party: RelyingParty,
  user: { handle: Uint8Array; name: string; displayName: string },
  known: readonly Known[],
): Promise<PasskeyQuestion> {
  const { generateRegistrationOptions } = await library()
  const options = await generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    userID: new Uint8Array(user.handle),
    userName: user.name,
    userDisplayName: user.displayName,
    attestationType: 'none',
    excludeCredentials: known.map(descriptor),
    // Found by itself when nobody has said who they are, and opened by its owner alone: so it counts as two factors.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
    timeout,
  })
  return { options: { ...options }, challenge: options.challenge }
}

/** @param allowed undefined: any that the authenticator has for us */
export async function askForPasskey(party: RelyingParty, allowed?: readonly Known[]): Promise<PasskeyQuestion> {
  const { generateAuthenticationOptions } = await library()
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    userVerification: 'required',
    timeout,
    ...(allowed ? { allowCredentials: allowed.map(descriptor) } : {}),
  })
  return { options: { ...options }, challenge: options.challenge }
}

/** @throws PasskeyRefused, whatever anybody sends */
export async function checkNewPasskey(party: RelyingParty, challenge: string, answer: unknown): Promise<Passkey> {
  const { verifyRegistrationResponse } = await library()
  const { id, fields, transports } = readAnswer(answer, ['clientDataJSON', 'attestationObject'])
  return refusing(async () => {
    await refuseStatements(fields.attestationObject)
    await refuseFrames(fields.clientDataJSON)
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: { ...fields, transports } },
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (!verified) throw new Error('the signature is wrong')
    const { credential, credentialBackedUp } = registrationInfo
    if (credential.id !== id) throw new Error('the answer names another credential than the authenticator')
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports,
      backedUp: credentialBackedUp,
    }
  })
}

export interface PasskeyUse {
  counter: number
  backedUp: boolean
}

/** @throws PasskeyRefused, whatever anybody sends; also when the counter shows that there is a copy of the key */
export async function checkPasskey(party: RelyingParty, challenge: string, answer: unknown, passkey: Passkey): Promise<PasskeyUse> {
  const { verifyAuthenticationResponse } = await library()
  const { id, fields } = readAnswer(answer, ['clientDataJSON', 'authenticatorData', 'signature'])
  const credential: WebAuthnCredential = {
    id: passkey.credentialId,
    publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
    counter: passkey.counter,
  }
  return refusing(async () => {
    if (id !== passkey.credentialId) throw new Error('the answer is of another credential')
    await refuseFrames(fields.clientDataJSON)
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: fields },
      expectedChallenge: challenge,
      expectedOrigin: [...party.origins],
      expectedRPID: party.id,
      credential,
      requireUserVerification: true,
    })
    if (!verified) throw new Error('the signature is wrong')
    return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp }
  })
}

/** Which passkey, of which account, an answer says it is of. Anybody may write anything there. */
export function readClaim(answer: unknown): { credentialId: string | undefined; handle: string | undefined } {
  const { id, response } = objectOf(answer)
  const { userHandle } = objectOf(response)
  return { credentialId: textOf(id), handle: textOf(userHandle) }
}

const longest = 16_384
const objectOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? { ...value } : {})
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= longest && /^[\w-]+$/.test(value) ? value : undefined

/** Only what is looked at, and only base64url of a sensible length. @throws PasskeyRefused */
function readAnswer<Name extends string>(answer: unknown, names: readonly Name[]) {
  const { id, rawId, type, response } = objectOf(answer)
  const inner = objectOf(response)
  const known = textOf(id)
  if (known === undefined || rawId !== known || type !== 'public-key') throw new PasskeyRefused(new Error('it is no credential'))
  const fields = Object.fromEntries(
    names.map((name) => {
      const text = textOf(inner[name])
      if (text === undefined) throw new PasskeyRefused(new Error(`${name} is no base64url`))
      return [name, text]
    }),
  ) as Record<Name, string>
  const transports = Array.isArray(inner['transports']) ? inner['transports'].filter(isTransport).slice(0, 10) : []
  return { id: known, fields, transports }
}

const isTransport = (value: unknown): value is string => typeof value === 'string' && /^[a-z-]{1,20}$/.test(value)

/**
 * We ask for no statement about the authenticator's maker. Its certificates would have to be looked at, and name addresses
 * to fetch; browsers leave at most a signature by the new key itself.
 */
async function refuseStatements(attestationObject: string): Promise<void> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url')))
  const format = decoded.get('fmt')
  if (format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined)) return
  throw new Error('it has a statement of the maker, which was not asked for')
}

/** The page of somebody else that shows ours in a frame may lie about what is being signed. */
async function refuseFrames(clientDataJSON: string): Promise<void> {
  const { decodeClientDataJSON } = await import('@simplewebauthn/server/helpers')
  if (decodeClientDataJSON(clientDataJSON).crossOrigin) throw new Error('it was signed inside the page of another origin')
}

/** The library throws all kinds of errors at what it cannot read. */
async function refusing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw new PasskeyRefused(error)
  }
}
