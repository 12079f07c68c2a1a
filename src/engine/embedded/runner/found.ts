/** What programs answer is looked at before it is kept: it is theirs, and everybody has to read it. */
import type { Version } from '../../../formats/pipeline/types.ts'
import type { Metadata } from '../execute/types.ts'

const mostVersions = 1000
const mostBytes = 2048
const mostMetadata = 100
const mostOfValue = 4096

/** The newest of a list that is oldest first. @throws Error whose message is fit for the log */
export function assertVersions(found: readonly unknown[]): Version[] {
  return found.slice(-mostVersions).map(assertVersion)
}

/** @throws Error whose message is fit for the log */
export function assertVersion(found: unknown): Version {
  const isMap = typeof found === 'object' && found !== null && !Array.isArray(found)
  if (!isMap || !Object.values(found).every((value) => typeof value === 'string'))
    throw new Error('The resource type answered with a version that is not a map of texts')
  if (Buffer.byteLength(JSON.stringify(found)) > mostBytes)
    throw new Error(`The resource type answered with a version of more than ${mostBytes} bytes`)
  return found as Version
}

export const shortened = (metadata: readonly Metadata[]): Metadata[] =>
  metadata.slice(0, mostMetadata).map(({ name, value }) => ({ name: name.slice(0, mostOfValue), value: value.slice(0, mostOfValue) }))
