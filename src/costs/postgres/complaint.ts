/** Whose fault it is that something could not be stored. */

/**
 * What Postgres says of a number that is too large, a day that does not exist or a text that is none (class 22): a bill's fault.
 * Undefined: it says something else. The error may be inside of others, in our words already.
 */
export function complaintOf(error: unknown): string | undefined {
  let at = error
  for (let depth = 0; depth < 8 && at instanceof Error; depth++) {
    if ('code' in at && typeof at.code === 'string' && /^22.{3}$/.test(at.code)) return at.message
    at = at.cause
  }
  return undefined
}
