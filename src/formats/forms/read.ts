/** Reads `.forms.yml`: every version into the newest shape, and every mistake at once. */

import { referenceMistakes } from './check-references.ts'
import { isMap, own, unusable } from './json.ts'
import { Mistakes } from './mistakes.ts'
import { textOf } from './read-entity.ts'
import { readUseCases } from './read-structure.ts'
import { fromV1, isV1 } from './read-v1.ts'
import type { FormsFile } from './types.ts'
import { readYaml } from './yaml-text.ts'

export interface ReadForms {
  /** What could be read, in the newest format. A variable without a key, or with a type or widget that does not exist, is left out. */
  forms: FormsFile
  /** One sentence per mistake, in the order of the file; per use case, mistakes of its parts before those of what refers to what. */
  errors: string[]
  /** True when a variable counts against a quota. */
  quotaEnabled: boolean
}

const newest = '3'
const versions = ['1', '2', '3']
/** With what YAML aliases share counted each time. */
const largest = { nodes: 200_000, characters: 2_000_000, depth: 100 }

/** Reads a file of any version (already parsed YAML or JSON). null or absent use cases: an empty valid form. */
export function readForms(file: unknown): ReadForms {
  const mistakes = new Mistakes()
  const problem = unusable(file, largest) ?? shapeProblem(file)
  if (problem !== undefined) {
    mistakes.add(problem)
    return { forms: empty(), errors: mistakes.texts, quotaEnabled: false }
  }
  const version = own(file, 'version')
  if (version !== undefined && !versions.includes(textOf(version) ?? '')) mistakes.add(`the version must be one of ${versions.join(', ')}`)
  if (isV1(file) ? Object.keys(file).length === 0 : own(file, 'use_cases') === undefined)
    return { forms: empty(), errors: mistakes.texts, quotaEnabled: false }
  const use_cases = readUseCases(isV1(file) ? fromV1(file, mistakes) : own(file, 'use_cases'), mistakes, (structure) => {
    referenceMistakes(structure, mistakes)
  })
  const quotaEnabled = use_cases.some(({ sections }) =>
    sections.some(({ groups }) => groups.some(({ vars }) => vars.some((entity) => entity.quota_config))),
  )
  return { forms: { version: newest, use_cases }, errors: mistakes.texts, quotaEnabled }
}

/**
 * The same from the text of the file. YAML anchors, aliases and merge keys work; alias bombs, keys that stand twice and huge
 * nesting are mistakes.
 */
export function parseForms(text: string): ReadForms {
  const { value, mistakes: syntax } = readYaml(text)
  const mistakes = new Mistakes()
  for (const mistake of syntax) mistakes.add(mistake)
  const read = readForms(value)
  return { ...read, errors: [...mistakes.texts, ...read.errors] }
}

/** The version that clients of an empty form know. */
const empty = (): FormsFile => ({ version: '2', use_cases: [] })

const shapeProblem = (file: unknown): string | undefined =>
  file === undefined || file === null || isMap(file) ? undefined : 'it must be a map with "version" and "use_cases"'
