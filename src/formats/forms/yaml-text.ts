/** The text of a form file as plain values. The work is bounded by the length of the text, whatever stands in it. */

import { FormatError } from '../format-error.ts'
import { type Composed, composeYaml } from '../yaml/compose.ts'
import { type Kind, readNodes } from '../yaml/nodes.ts'
import { isMap as isPlainMap, put } from './json.ts'

export interface ReadYaml {
  value: unknown
  /** Sentences with line numbers. */
  mistakes: string[]
}

/** In characters. */
const longestText = 1_000_000
const deepest = 100
const mostMergedKeys = 100_000
const mostSyntaxMistakes = 20

/**
 * Anchors, aliases and merge keys work; aliases share one value instead of copying it. What is no YAML gives mistakes and an
 * undefined value; a key that stands twice is a mistake too, but the rest is read.
 */
export function readYaml(text: string): ReadYaml {
  try {
    const { documents, lineOf } = composeYaml(text, { longest: longestText, deepest })
    const [document, second] = documents
    const mistakes = (document?.errors ?? []).slice(0, mostSyntaxMistakes).map(({ message, pos }) => at(lineOf, pos[0], message))
    if (second) mistakes.push(at(lineOf, second.range[0], 'it must be one YAML document, and a second one begins here'))
    if (mistakes.length > 0 || !document) return { value: undefined, mistakes }
    const limits = { deepest, mostMerged: mostMergedKeys, lineOf }
    const kind: Kind<unknown> = { ...plain, twice: ({ message }) => mistakes.push(message) }
    return { value: readNodes(document.contents, limits, kind), mistakes }
  } catch (error) {
    if (error instanceof FormatError) return { value: undefined, mistakes: [error.message] }
    throw error
  }
}

const at = (lineOf: Composed['lineOf'], offset: number | undefined, message: string): string =>
  new FormatError(message, offset === undefined ? undefined : lineOf(offset)).message

const plain: Omit<Kind<unknown>, 'twice'> = {
  scalar: ({ value }) => value,
  list: (items) => items,
  map(entries) {
    const map: Record<string, unknown> = {}
    for (const [key, value] of entries) put(map, key, value)
    return map
  },
  nothing: undefined,
  name: (key) => (typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' ? String(key) : undefined),
  entries: (value) => (isPlainMap(value) ? Object.entries(value) : undefined),
}
