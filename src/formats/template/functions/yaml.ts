import { type Document, stringify } from 'yaml'
import { FormatError } from '../../format-error.ts'
import { composeYaml } from '../../yaml/compose.ts'
import { type Budget, limits } from '../limits.ts'
import { fromData, type Value, weigh } from '../values.ts'
import { type FunctionTable, fail, fn } from './function.ts'

/** Of a text that a template may read at once: reading it is slow and goes deep. */
const readLimits = { longest: 128 * 1024, deepest: limits.valueDepth }

/** `yaml` writes a Map as an ordered map, with a tag. */
const asObjects = (value: Value): unknown => {
  if (Array.isArray(value)) return value.map(asObjects)
  if (!(value instanceof Map)) return value
  const object: Record<string, unknown> = Object.create(null)
  for (const [key, item] of value) object[key] = asObjects(item)
  return object
}

const encoded = (value: Value, budget: Budget): string => {
  weigh(value, budget)
  // Writing YAML is as slow as many walks.
  for (let round = 0; round < 20; round++) weigh(value, budget)
  // YAML 1.1 decides what is quoted: Concourse and Ansible read "yes" and "on" as booleans.
  const text = stringify(asObjects(value), {
    version: '1.1',
    indentSeq: false,
    lineWidth: 0,
    sortMapEntries: true,
    aliasDuplicateObjects: false,
  })
  budget.string(text.length)
  return text.replace(/\n$/, '')
}

/** The first document of the text, as helm reads it. */
const decoded = (text: string, budget: Budget): Value => {
  budget.spend(text.length * 6)
  const document = composed(text)
  const [mistake] = document?.errors ?? []
  if (mistake) return fail(`the text is not valid YAML: ${mistake.message}`)
  return fromData(plainOf(document), budget)
}

const composed = (text: string): Document.Parsed | undefined => {
  try {
    return composeYaml(text, readLimits, { merge: true }).documents[0]
  } catch (error) {
    // Its line is one of the text that is read.
    throw error instanceof FormatError ? new FormatError(`the text can't be read: ${error.message}`) : error
  }
}

const plainOf = (document: Document.Parsed | undefined): unknown => {
  try {
    return document?.toJS({ maxAliasCount: 100 })
  } catch (error) {
    // What it says of aliases that lead nowhere, or to far too much.
    throw error instanceof ReferenceError ? new FormatError(`the text can't be read: ${error.message}`) : error
  }
}

const toYaml = fn(1, 1, (args, { budget }) => encoded(args.any(0), budget))
const fromYaml = fn(1, 1, (args, { budget }) => decoded(args.text(0), budget))

export const yamlFunctions = {
  toYaml,
  mustToYaml: toYaml,
  toYamlPretty: toYaml,
  fromYaml,
  fromYamlArray: fromYaml,
} satisfies FunctionTable
