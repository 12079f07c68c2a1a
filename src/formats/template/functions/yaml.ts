import { parse, stringify } from 'yaml'
import { FormatError } from '../../format-error.ts'
import type { Budget } from '../limits.ts'
import { fromData, type Value, weigh } from '../values.ts'
import { type FunctionTable, fail, fn } from './function.ts'

/** Characters of YAML that a template may read at once; reading it is slow. */
const yamlLimit = 128 * 1024

/** Brackets inside each other, or columns that dashes and indentation take. */
const nestingLimit = 150

/**
 * Reading YAML is recursive, and V8 ends the whole process when a regular expression is compiled with the stack all but used up.
 * So nothing that could be nested deeply is read. Every level of a block takes a column; brackets in texts count like others.
 */
const couldNestDeeply = (text: string): boolean => {
  let open = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === '[' || bracket === '{' ? 1 : -1))
    if (open > nestingLimit) return true
  }
  return text.split('\n').some((line) => (/^(?:\s|[-?:](?=\s|$))*/.exec(line)?.[0].length ?? 0) > nestingLimit)
}

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

const decoded = (text: string, budget: Budget): Value => {
  if (text.length > yamlLimit) return fail(`reads at most ${yamlLimit} characters of YAML`)
  budget.spend(text.length * 6)
  if (couldNestDeeply(text)) return fail('the text is nested too deeply')
  try {
    // Comparing every key with every other would be quadratic.
    return fromData(parse(text, { uniqueKeys: false, merge: true, logLevel: 'error' }), budget)
  } catch (error) {
    if (error instanceof FormatError || error instanceof RangeError || !(error instanceof Error)) throw error
    throw new FormatError(`the text is not valid YAML: ${error.message.split('\n', 1)[0]}`)
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
