/**
 * Everything that can go wrong and be told to a caller: a closed list of codes, one class. `message` and `details` are fit
 * for a stranger; whatever is private goes in `cause`, which only the log sees. HTTP appears in http/render-error.ts alone.
 */
export const errorCodes = {
  Unauthenticated: 401,
  Unauthorized: 403,
  InvalidCSRFToken: 403,
  StaleSignIn: 403,
  NotFoundEntity: 404,
  MethodNotAllowed: 405,
  AlreadyExists: 409,
  Conflict: 409,
  LengthRequired: 411,
  TooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  Locked: 423,
  TooManyRequests: 429,
  Unexpected: 500,
  NotImplemented: 501,
  RetryOperation: 503,
} as const

export type ErrorCode = keyof typeof errorCodes

/** Of a sign-in whose first proof was right. */
export interface SecondFactorNeeded {
  /** Absent where only the mailed link finishes it. */
  challenge?: string
  factors: ('email' | 'totp' | 'recovery_code' | 'passkey')[]
}

interface Extra {
  details?: readonly string[]
  /** Seconds after which trying again makes sense; becomes the Retry-After header. */
  retryAfter?: number
  cause?: unknown
  secondFactor?: SecondFactorNeeded
  /** Who holds the lock that is in the way. */
  holder?: Readonly<Record<string, string>>
}

export class ApiError extends Error {
  readonly code: ErrorCode
  readonly details: readonly string[]
  readonly retryAfter: number | undefined
  readonly secondFactor: SecondFactorNeeded | undefined
  readonly holder: Readonly<Record<string, string>> | undefined

  constructor(code: ErrorCode, message: string, extra: Extra = {}) {
    super(message, 'cause' in extra ? { cause: extra.cause } : undefined)
    this.name = 'ApiError'
    this.code = code
    this.details = extra.details ?? []
    this.retryAfter = extra.retryAfter
    this.secondFactor = extra.secondFactor
    this.holder = extra.holder
  }
}

export const unauthenticated = (message: string) => new ApiError('Unauthenticated', message)
export const forbidden = (message: string) => new ApiError('Unauthorized', message)
/** For what needs a proof that is young, or more of it: signing in again is what helps, and no rule. */
export const staleSignIn = (message: string) => new ApiError('StaleSignIn', message)
/** `what` names the thing as a reader knows it: "project web". */
export const notFound = (what: string) => new ApiError('NotFoundEntity', `The ${what} was not found`)
/** `what` names the thing that is there already: "a project with the canonical web". */
export const alreadyExists = (what: string) => new ApiError('AlreadyExists', `There is already ${what}`)
export const conflict = (message: string, details: readonly string[] = []) => new ApiError('Conflict', message, { details })
/** The request is readable but cannot be meant; `details` name fields: "body.name: must not be empty". */
export const invalid = (message: string, details: readonly string[] = [], cause?: unknown) =>
  new ApiError('Invalid', message, { details, ...(cause === undefined ? {} : { cause }) })
export const tooManyRequests = (seconds: number) =>
  new ApiError('TooManyRequests', `Too many attempts: try again in ${seconds} seconds`, { retryAfter: seconds })
/** A health check that fails, which the contract answers with 500. Nothing else throws this code: other 500s are defects of ours. */
export const serviceDown = (message: string) => new ApiError('Unexpected', message)
export const unavailable = (message: string, extra: { retryAfter?: number; cause?: unknown } = {}) =>
  new ApiError('RetryOperation', message, { retryAfter: 5, ...extra })
