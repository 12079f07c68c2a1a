/** What Concourse answered, in the words of the platform. */
import { type ApiError, conflict, invalid, notFound, unavailable } from '../../errors.ts'
import { ConcourseError, type ConcourseProblem } from '../../outside/concourse/errors.ts'

interface Words {
  /** What is missing when Concourse finds nothing: "job build". */
  what: string
  /** Why, when Concourse refuses and says nothing: "The job takes no builds that are asked for by hand". */
  refused?: string
}

/** @throws ApiError in place of a ConcourseError; other errors as they are */
export async function asked<T>({ what, refused }: Words, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof ConcourseError ? apiErrorOf(error, { what, ...(refused ? { refused } : {}) }) : error
  }
}

export function apiErrorOf(error: ConcourseError, { what, refused }: Words): ApiError {
  const problem: ConcourseProblem = error.problem
  switch (problem.kind) {
    case 'notFound':
      return notFound(what)
    case 'conflict':
      if (problem.because === 'archived') return archived()
      if (problem.because === 'changed') return changed()
      return conflict(refused ?? `Concourse does not do this with the ${what} as it is`)
    case 'invalid':
      return invalid('Concourse does not accept this', problem.errors, error)
    case 'forbidden':
      if (problem.reason !== undefined) return invalid('The policy of Concourse does not allow this', [problem.reason], error)
      return unavailable("Concourse does not let the platform do this: CONCOURSE_USERNAME has to own Concourse's team main", {
        cause: error,
      })
    case 'unauthorized':
      return unavailable('Concourse does not let the platform in: CONCOURSE_USERNAME or CONCOURSE_PASSWORD is wrong', { cause: error })
    case 'unavailable':
      return unavailable('Concourse does not answer: try again in a moment', { cause: error })
    case 'server':
      return unavailable(`Concourse failed at this (status ${problem.status}): try again, and look at its log when it stays so`, {
        cause: error,
      })
  }
}

export const archived = (): ApiError => conflict('The pipeline is archived: save its configuration to have it back')
export const changed = (): ApiError => conflict('The pipeline was saved by somebody else meanwhile: look at it and save again')
