/** The part of samlp that test/support/saml-idp.ts uses; the package brings no types. */
declare module 'samlp' {
  import type { Request, RequestHandler } from 'express'

  interface SamlpOptions<User> {
    issuer: string
    key: string
    cert: string
    audience?: string
    destination?: string
    recipient?: string
    sessionIndex?: string
    lifetimeInSeconds?: number
    nameIdentifierFormat?: string
    signResponse?: boolean
    signAssertion?: boolean
    signatureAlgorithm?: 'rsa-sha256' | 'rsa-sha1'
    digestAlgorithm?: 'sha256' | 'sha1'
    /** In PEM, both: the assertion is encrypted for it. */
    encryptionCert?: string
    encryptionPublicKey?: string
    encryptionAlgorithm?: string
    disallowEncryptionWithInsecureAlgorithm?: boolean
    warnOnInsecureEncryptionAlgorithm?: boolean
    /** Of whoever asks: then requests have to be signed by it. */
    signingCert?: string
    RelayState?: string
    getUserFromRequest(request: Request): User | undefined
    profileMapper(user: User): {
      getClaims(): Record<string, string | string[]>
      getNameIdentifier(): { nameIdentifier: string; nameIdentifierFormat?: string }
    }
    getPostURL(audience: string, request: unknown, http: Request, done: (error: Error | null, url?: string) => void): void
  }

  interface ParsedRequest {
    id?: string
    issuer?: string
    assertionConsumerServiceURL?: string
    destination?: string
    forceAuthn?: string
  }

  export function auth<User>(options: SamlpOptions<User>): RequestHandler
  export function parseRequest(
    request: Request,
    options: { signingCert?: string },
    done: (error: Error | null, data?: ParsedRequest) => void,
  ): void
}
