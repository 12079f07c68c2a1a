/** What goes wrong in steps, and why steps are stopped. */
import type { Secrets } from './redact.ts'

/** The step cannot go on: it is errored. The message is fit for the log of the build. */
export class StepError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'StepError'
  }
}

/** Why a signal was aborted: a step took longer than it may, which counts as failed and not as aborted. */
export class TimedOut {
  readonly message: string
  /** Whether an event says so already. */
  told = false
  constructor(message: string) {
    this.message = message
  }
}

/**
 * The answer of the engine's surroundings. What they say when they fail (addresses, statements) is not for the log of a tenant.
 * @param what "could not read the credential ci/key"
 */
export async function asking<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw new StepError(`The engine ${what}: run the build again, and tell an operator if that does not help`, error)
  }
}

/** In words for the log. @param folder where the build works, which is nobody's business */
export function errorText(error: unknown, folder: string, secrets: Secrets): string {
  const text = error instanceof Error ? error.message : String(error)
  const told = text.replaceAll(`${folder}/`, '').replaceAll(folder, '.').trim()
  // Redacted before it is cut: the beginning of a secret would not be found.
  return secrets.text(told || 'something went wrong without saying what').slice(0, longestMessage)
}

const longestMessage = 8192
