/** What an outside provider said of a person, after everything that can be checked was checked. */
export type SocialType = 'google' | 'github' | 'azuread' | 'saml2'

export interface OutsideIdentity {
  provider: SocialType
  /** Entity id or address of the provider, within which `subject` means one person. */
  issuer: string
  subject: string
  /** Of an organization that brought the provider itself; null: the installation's. */
  identityProvider: { organizationId: number; id: number } | null
  email: string | null
  /** Whoever signs in there has shown that they read this address. Never true for an organization's own provider: its administrators may write any. */
  emailVerified: boolean
  username: string | null
  givenName: string | null
  familyName: string | null
  pictureUrl: string | null
  locale: string | null
  /** Of an organization's own provider, by which roles and teams are given. */
  groups: string[]
}
