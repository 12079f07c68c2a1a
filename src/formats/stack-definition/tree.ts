/**
 * A YAML text in which every scalar stays as it was written: a version 1.10 is not 1.1, and `on` is a word. The work is
 * bounded by the length of the text: aliases share one value instead of copying it.
 */
import type { Scalar } from 'yaml'
import { FormatError } from '../format-error.ts'
import { composeYaml } from '../yaml/compose.ts'
import { type Kind, readNodes } from '../yaml/nodes.ts'

/** Null is what stands empty, as `null` or as `~`. */
export type Tree = string | null | Tree[] | Map<string, Tree>

/** In characters; the largest public definition has 5,000. */
export const longestDefinition = 128 * 1024
const deepest = 50
const mostMergedKeys = 10_000
const mostMistakes = 5

/** @throws FormatError for what is no YAML, too long, too deep, or cannot be stored */
export function readTree(text: string): Tree {
  const { documents, lineOf } = composeYaml(text, { longest: longestDefinition, deepest }, { schema: 'failsafe' })
  const [document, second] = documents
  const mistakes = (document?.errors ?? [])
    .slice(0, mostMistakes)
    .map(({ message, pos }) => new FormatError(message, lineOf(pos[0])).message)
  if (second) mistakes.push(new FormatError('it must be one YAML document, and a second one begins here', lineOf(second.range[0])).message)
  if (mistakes.length > 0) throw new FormatError(`it is not valid YAML: ${mistakes.join('; ')}`)
  return readNodes(document?.contents, { deepest, mostMerged: mostMergedKeys, lineOf }, trees)
}

const trees: Kind<Tree> = {
  scalar: textOf,
  list: (items) => items,
  map: (entries) => new Map(entries),
  nothing: null,
  name: (key) => (typeof key === 'string' ? key : undefined),
  entries: (value) => (value instanceof Map ? value : undefined),
  twice(mistake) {
    throw mistake
  },
}

function textOf(node: Scalar, line: number | undefined): string | null {
  const text = typeof node.value === 'string' ? node.value : ''
  if ((node.type === undefined || node.type === 'PLAIN') && /^(?:|~|null|Null|NULL)$/.test(text)) return null
  // Neither can be stored: Postgres knows no NUL, and JSON in it no half of a pair.
  if (/\0|\p{Surrogate}/u.test(text)) throw new FormatError('a text holds a character that cannot be stored', line)
  return text
}
