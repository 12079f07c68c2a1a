/** The first format: use case → technology → group → variables. */

import { clip, isMap, type JsonMap, own } from './json.ts'
import type { Mistakes } from './mistakes.ts'

/** It says neither its version nor has it `use_cases`. */
export function isV1(file: unknown): file is JsonMap {
  if (!isMap(file) || Object.hasOwn(file, 'use_cases')) return false
  const version = own(file, 'version')
  return version === undefined || version === 1 || version === '1'
}

/** Use cases as the newer formats write them: one section for each technology, named after it. */
export function fromV1(file: JsonMap, mistakes: Mistakes): unknown[] {
  return Object.entries(file)
    .filter(([name]) => name !== 'version')
    .map(([name, technologies]) => ({
      name,
      sections: entriesOf(technologies, `use case "${clip(name)}" must be a map of technologies`, mistakes).map(([technology, groups]) => ({
        name: technology,
        groups: entriesOf(groups, `use case "${clip(name)}" - "${clip(technology)}" must be a map of groups`, mistakes).map(
          ([group, vars]) => ({ name: group, technologies: [technology], vars }),
        ),
      })),
    }))
}

function entriesOf(value: unknown, complaint: string, mistakes: Mistakes): [string, unknown][] {
  if (isMap(value)) return Object.entries(value)
  if (value !== null && value !== undefined) mistakes.add(complaint)
  return []
}
