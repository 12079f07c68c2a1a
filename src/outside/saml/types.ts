/** What is known of a SAML2 identity provider, what it may know of us, and what it says of a person. */

/** From the provider's metadata. */
export interface IdentityProviderMetadata {
  entityId: string
  /** Where a browser is sent with a request. Providers that want it posted instead are refused. */
  ssoUrl: string
  binding: 'redirect'
  /** In PEM. A signature by any of them is good, so that a provider can change its key without a moment of outage. */
  certificates: string[]
  /** Of `certificates`, in the same order. The fingerprint is the SHA-256 of the certificate in hexadecimal digits. */
  certificateFacts: { fingerprint: string; expiresAt: Date }[]
  wantsSignedRequests: boolean
}

/** Ourselves, as one identity provider knows us. */
export interface ServiceProvider {
  /** Also the audience that assertions have to name. */
  entityId: string
  /** The only address at which its answers are taken (assertion consumer service). */
  acsUrl: string
  /** In PEM, RSA: signs requests, and opens assertions that were encrypted for us. */
  key: ServiceProviderKey
}

export interface ServiceProviderKey {
  privateKey: string
  certificate: string
}

/** An assertion after every check. All of it was signed by the provider. */
export interface Assertion {
  issuer: string
  nameId: string
  /** Absent ones are `urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified`. */
  nameIdFormat: string
  /** By the name of the attribute, and again by its friendly name where no attribute is called that. Empty values are left out. */
  attributes: Record<string, string[]>
  assertionId: string
  /** Until then the assertion would be taken again: remember its id at least that long. The tolerated difference of clocks is in it. */
  notOnOrAfter: Date
  /** The id of our request; null when the sign-in began at the provider. */
  inResponseTo: string | null
  sessionIndex?: string
}

export type SamlReason =
  | 'malformed' // no XML, no SAML, or something is missing
  | 'too_large'
  | 'doctype'
  | 'comment' // by which one text can be made to look like another
  | 'encrypted' // cannot be opened with our key, or by a way that is not safe
  | 'unsigned'
  | 'algorithm' // signed by a way that is not safe any more, or never was
  | 'signature'
  | 'wrapping' // what is signed is not what would be read
  | 'status' // the provider itself says no
  | 'issuer'
  | 'destination'
  | 'audience'
  | 'recipient'
  | 'expired'
  | 'not_yet'
  | 'in_response_to'
  | 'name_id'
  | 'replayed' // by whoever remembers assertions
  | 'turned_off' // by whoever has the provider
  | 'no_certificate' // metadata
  | 'no_sso_url' // metadata
  | 'several_providers' // metadata

/**
 * An answer or a description of an identity provider that is not taken. `message` is for the person at the browser or the one
 * who typed in the address; `reason` is for logs, and so is the refusal in `cause`, which says why an encrypted assertion was
 * refused: the browser must not learn that. None of them has a part of the assertion in it.
 */
export class SamlRefused extends Error {
  readonly reason: SamlReason

  constructor(reason: SamlReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SamlRefused'
    this.reason = reason
  }
}
