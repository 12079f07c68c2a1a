/** Access tokens of Google service accounts. Only ever Google's own hosts: the key file is a tenant's text. */
import { importPKCS8, SignJWT } from 'jose'

/** A key file names its own `token_uri`; following it would send our requests wherever a tenant likes. */
export const googleTokenUrl = 'https://oauth2.googleapis.com/token'

/** The key file is none. Never with a cause: what cannot be parsed is quoted in the parser's message, and it is the key. */
export class UnusableKey extends Error {
  constructor() {
    super('The credential is not a usable service account key: it needs client_email and private_key (PKCS #8)')
  }
}

/**
 * What is exchanged for an access token, at `audience`.
 * @throws UnusableKey
 */
export async function signedAssertion(keyFile: string, scope: string, audience = googleTokenUrl): Promise<string> {
  try {
    const { client_email, private_key, private_key_id } = JSON.parse(keyFile) as Record<string, unknown>
    if (typeof client_email !== 'string' || typeof private_key !== 'string') throw new Error('client_email or private_key is missing')
    const key = await importPKCS8(private_key, 'RS256')
    return await new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(typeof private_key_id === 'string' ? { kid: private_key_id } : {}) })
      .setIssuer(client_email)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('10 minutes')
      .sign(key)
  } catch {
    throw new UnusableKey()
  }
}

export const assertionForm = (assertion: string): string =>
  new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString()
