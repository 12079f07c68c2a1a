/** What can go wrong when Concourse is asked, and how its answers tell. Neither the type nor the body of an error can be relied on. */

export type ConcourseProblem =
  /** Concourse does not know the user, or does not take the token although it is fresh. */
  | { kind: 'unauthorized' }
  /** `reason` is there when Concourse gives another one than that the user may not. */
  | { kind: 'forbidden'; reason?: string }
  | { kind: 'notFound' }
  /** `changed`: the configuration was saved by somebody else since it was read. */
  | { kind: 'conflict'; because: 'changed' | 'archived' | 'refused' }
  | { kind: 'invalid'; errors: readonly string[] }
  /** No answer, not in time, or none that came from Concourse itself. What was asked for may have happened. */
  | { kind: 'unavailable' }
  | { kind: 'server'; status: number }

/** `message` names the call, never what was sent; it is for the log. */
export class ConcourseError extends Error {
  readonly problem: ConcourseProblem

  constructor(problem: ConcourseProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'ConcourseError'
    this.problem = problem
  }
}

export const isProblem = (error: unknown, ...kinds: ConcourseProblem['kind'][]): error is ConcourseError =>
  error instanceof ConcourseError && kinds.includes(error.problem.kind)

const longest = 2000
const mostErrors = 100

export function problemOf(status: number, body: Buffer): ConcourseProblem {
  const text = body
    .toString('utf8')
    .slice(0, 64 * 1024)
    .trim()
  switch (status) {
    case 401:
      return { kind: 'unauthorized' }
    case 403:
      return text === '' || text === 'forbidden' ? { kind: 'forbidden' } : { kind: 'forbidden', reason: text.slice(0, longest) }
    case 404:
      return { kind: 'notFound' }
    case 409:
      return { kind: 'conflict', because: text.includes('archived') ? 'archived' : 'refused' }
    case 400:
    case 415:
    case 422:
      return { kind: 'invalid', errors: errorsIn(text) }
    case 429:
    case 502:
    case 503:
    case 504:
      return { kind: 'unavailable' }
    default:
      // The only sign of it.
      if (text.includes('comparison with existing config failed')) return { kind: 'conflict', because: 'changed' }
      return { kind: 'server', status }
  }
}

/** `{"errors": ["…"]}`, errors of jsonapi.org, or a sentence; empty when there is none of them. */
function errorsIn(text: string): string[] {
  let errors: unknown
  try {
    const value: unknown = JSON.parse(text)
    errors = typeof value === 'object' && value !== null && 'errors' in value ? value.errors : undefined
  } catch {
    // A page of a proxy tells nobody anything.
    return text === '' || text.startsWith('<') ? [] : [text.slice(0, longest)]
  }
  if (!Array.isArray(errors)) return []
  return errors.slice(0, mostErrors).flatMap((error: unknown) => {
    if (typeof error === 'string') return [error.slice(0, longest)]
    if (typeof error !== 'object' || error === null) return []
    const { detail, title } = error as { detail?: unknown; title?: unknown }
    const words = [detail, title].find((word) => typeof word === 'string')
    return typeof words === 'string' ? [words.slice(0, longest)] : []
  })
}
