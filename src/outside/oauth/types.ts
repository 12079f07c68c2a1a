/** Sign-in at the providers that the installation offers to everybody. */

export type OAuthProviderName = 'google' | 'github' | 'azuread'

/** What a provider said of a person, checked. */
export interface OAuthProfile {
  provider: OAuthProviderName
  /** Within which `subject` means one person. */
  issuer: string
  subject: string
  email: string | null
  /** The provider vouches that the person reads the address. */
  emailVerified: boolean
  username: string | null
  givenName: string | null
  familyName: string | null
  pictureUrl: string | null
  locale: string | null
}

interface OAuthClient {
  readonly clientId: string
  readonly clientSecret: string
}
export interface OpenIdAccess extends OAuthClient {
  /** Where its OpenID configuration is found. */
  readonly issuer: string
}
export interface AzureAccess extends OpenIdAccess {
  readonly tenantId: string
}
export interface GitHubAccess extends OAuthClient {
  /** Of github.com or of a GitHub Enterprise Server, without a slash at the end. */
  readonly url: string
}

export interface AuthorizationRequest {
  state: string
  /** Comes back in the ID token, of a provider that gives one. */
  nonce: string
  /** PKCE, S256. */
  challenge: string
  redirectUri: string
}

export interface AuthorizationAnswer {
  /** What the browser brought back: the code, and who the provider says it is. */
  params: { code: string; iss?: string | undefined }
  state: string
  nonce: string
  verifier: string
  redirectUri: string
}

export interface OAuthProvider {
  /** Where the browser is sent. @throws RetryOperation when the provider does not answer */
  authorizationUrl(request: AuthorizationRequest): Promise<string>
  /**
   * The browser is back: the code is exchanged for who it is.
   * @throws Unauthenticated when the provider refuses the code, or what it answers is not to be trusted; RetryOperation when it
   *   does not answer, or does not take this installation
   */
  exchange(answer: AuthorizationAnswer): Promise<OAuthProfile>
}

/** Those that are configured. */
export type OAuthProviders = { readonly [Name in OAuthProviderName]?: OAuthProvider }

export interface OAuthDeps {
  /** What went wrong, without any secret: for whoever runs the installation. */
  readonly log: (line: string) => void
  /** For tests: real addresses that a double answers. */
  readonly fetch?: typeof fetch
  /** Of one question to a provider; 10 unless told. */
  readonly seconds?: number
}
