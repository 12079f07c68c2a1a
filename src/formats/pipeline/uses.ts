/** What the steps of a job do with resources, as far as they could be read. */
import type { Path } from './problems.ts'
import type { Entry } from './read-config.ts'
import type { GetStep, JobConfig, PutStep } from './types.ts'

/** A get or put of which at least the resource is known. */
export interface Use {
  resource: string
  path: Path
  kind: 'get' | 'put'
  /** By `resource`, not by the name of the step. */
  named: boolean
  passed: readonly string[]
}

export function usesOf({ at }: Entry<JobConfig>): Use[] {
  return at.steps.flatMap(({ step, path }): Use[] => {
    if (!('get' in step) && !('put' in step)) return []
    const { get, put, resource, passed }: Partial<GetStep & PutStep> = step
    const name = resource ?? get ?? put
    return name === undefined
      ? []
      : [{ resource: name, path, kind: 'get' in step ? 'get' : 'put', named: resource !== undefined, passed: passed ?? [] }]
  })
}
