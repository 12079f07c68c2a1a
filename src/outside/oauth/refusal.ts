/** What people read when a provider is in the way, and what the log has of it. No token, code or claim is in either. */
import { ApiError } from '../../errors.ts'

export const refused = (name: string, reason: string): ApiError =>
  new ApiError('Unauthenticated', `The sign-in at ${name} was not accepted: begin again`, { cause: new Error(reason) })

export const notAnswering = (name: string, reason: string): ApiError =>
  new ApiError('RetryOperation', `${name} does not answer as it should: try again in a moment`, { retryAfter: 5, cause: new Error(reason) })

/** Its own doing, and nobody's who signs in: the secret was changed there, the address was not registered. */
export const misconfigured = (name: string, reason: string): ApiError =>
  new ApiError('RetryOperation', `${name} does not know this installation: whoever runs it has to look at its client and secret`, {
    retryAfter: 60,
    cause: new Error(reason),
  })

/** Error codes of OAuth are a word; whatever else stands there is not repeated. */
export const wordOf = (code: unknown): string => (typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : 'an unknown error')
