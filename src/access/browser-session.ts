/**
 * The session of a page in a browser: a cookie that no script can read, and a token beside it that no other site knows. The
 * cookie goes along with every question to us, whoever makes the browser ask; the token tells our own pages from all others.
 */
import type { SessionTokens } from './session-tokens.ts'

interface Home {
  /** Where the browser reaches us. */
  readonly apiUrl: string
}

const isSecure = ({ apiUrl }: Home) => apiUrl.startsWith('https:')

/** The prefix makes browsers refuse a cookie of this name that a neighbouring host, or a page without https, wants to plant. */
export const sessionCookieName = (home: Home): string => (isSecure(home) ? '__Host-trochoid_session' : 'trochoid_session')

/** @param seconds how long the browser keeps it; 0 takes it away */
export const sessionCookie = (home: Home, token: string, seconds: number): string =>
  `${sessionCookieName(home)}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure(home) ? '; Secure' : ''}`

/** Bound to the session and to nothing else, so that all tabs have the same one and it lasts as long as the session. */
export const csrfTokenOf = (tokens: SessionTokens, session: number): string => tokens.mintOneTime('csrf', String(session), '')

export const isCsrfToken = (tokens: SessionTokens, session: number, token: string): boolean =>
  tokens.checkOneTime(token, 'csrf', String(session), '')
