/** What a request says about who is calling, and where it says so. */
import type { Request } from 'express'
import type { Actor } from '../access/actor.ts'
import { isCsrfToken, sessionCookieName } from '../access/browser-session.ts'
import { ApiError, unauthenticated } from '../errors.ts'
import type { Platform } from '../platform.ts'

export interface Credentials {
  readonly token: string | undefined
  readonly by: 'header' | 'query' | 'cookie'
}

/**
 * The token of `Authorization: Bearer …` or, for what cannot set headers, of `?api_key=…`. Only without either the cookie of a
 * page counts: whoever takes the trouble to name a token means that one.
 */
export function credentialsOf(request: Request, config: Platform['config']): Credentials {
  const [scheme = '', token] = (request.headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() === 'bearer' && token) return { token, by: 'header' }
  const { api_key } = request.query
  if (typeof api_key === 'string' && api_key !== '') return { token: api_key, by: 'query' }
  const { cookie } = request.headers
  return { token: cookie === undefined ? undefined : cookieNamed(cookie, sessionCookieName(config)), by: 'cookie' }
}

/**
 * A browser sends the cookie whoever made it ask, so the question must show that it comes from a page of ours.
 * @param alone is the cookie enough, because a page that was just loaded knows nothing yet? Not for a page of another site.
 * @throws InvalidCSRFToken
 */
export function assertOwnPage(platform: Platform, request: Request, actor: Actor, alone: boolean): void {
  // Nobody puts a key there but to have somebody else act with it.
  if (actor.kind !== 'user') throw unauthenticated('The cookie does not hold a session: sign in again')
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw foreign('This was asked by a page of another site, which may not use the session of this one')
  if (alone) return
  const token = request.headers['x-csrf-token']
  if (typeof token !== 'string' || !isCsrfToken(platform.tokens, actor.session, token))
    throw foreign(
      'A session in a cookie needs the header X-CSRF-Token with the csrf_token of that session, which GET /user/browser_session gives',
    )
}

const foreign = (sentence: string) => new ApiError('InvalidCSRFToken', sentence)

/**
 * Only spaces and tabs stand around a name: to browsers, whatever else a language takes for white space is part of it. They would let a
 * neighbouring host plant a cookie whose name is a no-break space and ours, since to them that one lacks the prefix they guard.
 */
function cookieNamed(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [, key, value] = /^[ \t]*([^=]*?)[ \t]*=[ \t]*(.*?)[ \t]*$/s.exec(pair) ?? []
    if (key === name) return value || undefined
  }
  return undefined
}
