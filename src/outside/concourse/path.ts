/** Paths of Concourse's API, from names that tenants chose. */
import { ConcourseError } from './errors.ts'
import type { PipelinePath } from './types.ts'

/** A value may be there several times. */
export type Query = readonly (readonly [string, string | number | undefined])[]

/** Path of a pipeline, and of what is in it, below /api/v1. */
export const below = ({ team, pipeline }: PipelinePath, ...more: (string | number)[]): (string | number)[] => [
  ...['teams', team, 'pipelines', pipeline],
  ...more,
]

/**
 * Whether Concourse can be asked about a thing of this name. `..` or a slash, encoded or not, would be another path to some proxy
 * or router on the way, and the platform's user may see everything that is there.
 */
export const isSafeName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && name.length <= 1000 && !/[/\\%\p{Cc}\p{Cs}]/u.test(name)

/** @throws ConcourseError (notFound) for a name that must not be asked about: nothing of that name can be reached */
export function pathOf(segments: readonly (string | number)[], query: Query = []): string {
  const path = segments.map((segment) => {
    if (typeof segment === 'number' ? !Number.isSafeInteger(segment) || segment < 0 : !isSafeName(segment))
      throw new ConcourseError({ kind: 'notFound' }, 'a name that is not sent to Concourse')
    return `/${encodeURIComponent(segment)}`
  })
  const values = query.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]))
  return `${path.join('')}${values.length > 0 ? `?${values.join('&')}` : ''}`
}
