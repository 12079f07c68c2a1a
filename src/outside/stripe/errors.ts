/** What Stripe's refusals mean to our callers. */
import { type ApiError, invalid, unavailable } from '../../errors.ts'

/** The part of the package's errors that is looked at; its classes are not loaded for it. */
interface StripeFailure extends Error {
  type: string
  code?: string
  statusCode?: number
  requestId?: string
  headers?: Record<string, string>
}

/** For whoever runs the installation: what Stripe said, in one line without any secret. */
export type Report = (reason: string) => void

/** Runs a call. @throws ApiError for what Stripe answers; anything else as it is */
export async function asked<T>(call: () => Promise<T>, report: Report): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!isFailure(error)) throw error
    const reason = reasonOf(error)
    report(reason)
    throw told(error, new Error(reason))
  }
}

/** Something that the call names does not exist. */
export const isMissing = (error: unknown): boolean => isFailure(error) && error.code === 'resource_missing'

/** An answer that was given to an earlier request with the same key. */
export const isReplayed = (error: unknown): boolean =>
  isFailure(error) && error.type !== 'StripeIdempotencyError' && error.headers?.['idempotent-replayed'] === 'true'

const isFailure = (error: unknown): error is StripeFailure =>
  error instanceof Error && typeof (error as Partial<StripeFailure>).type === 'string' && (error as StripeFailure).type.startsWith('Stripe')

/** Without the error itself: it holds whole answers, which are long and somebody's. */
const reasonOf = ({ type, statusCode, code, message, requestId }: StripeFailure): string =>
  [type, statusCode, code, message, requestId].filter((part) => part !== undefined).join(' | ')

function told({ type, statusCode, code }: StripeFailure, cause: Error): ApiError {
  if (type === 'StripeAuthenticationError' || type === 'StripePermissionError')
    return unavailable('Stripe refuses the key of this installation: whoever runs it has to look at STRIPE_SECRET_KEY', {
      retryAfter: 300,
      cause,
    })
  if ((type === 'StripeInvalidRequestError' || type === 'StripeCardError') && statusCode !== 409)
    return invalid(`Stripe refuses this${code && /^[a-z_]{1,60}$/.test(code) ? ` (${code.replaceAll('_', ' ')})` : ''}`, [], cause)
  return unavailable('Stripe does not answer: try again later', { cause })
}
