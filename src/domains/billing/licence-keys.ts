/** Whose signature makes a licence: `npm run licence -- new-key` makes a key pair, and prints the line for its public half. */
export interface LicenceSigner {
  kid: string
  /** Ed25519: `x` of the JWK. */
  publicKey: string
  /**
   * Its private half lies in the repository (scripts/licence-development-key.json), so anybody can sign with it: good only
   * where LICENCE_DEVELOPMENT says so.
   */
  development: boolean
}

export const licenceSigners: readonly LicenceSigner[] = [
  { kid: 'release-dm9Cvw8l', publicKey: 'KE1V7sWN8c6qmFO9lWOPbDd87If0LS53Wp3TTJHxStI', development: false },
  { kid: 'development-T53mKaPr', publicKey: 'J5Wyjdo2q6S9rykyKNu9h8GUXA5kOsPisJL_YLwZnqA', development: true },
]
