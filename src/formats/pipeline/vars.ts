/** `((variables))` in a pipeline, filled in before it is saved (what is known then) and again when a step runs (the rest). */
import { FormatError } from '../format-error.ts'
import { emptyMap, isJsonMap, shown } from '../json-value.ts'
import { type Path, PipelineProblems, pathText } from './problems.ts'
import { readMapping } from './text.ts'
import type { ConfigProblem, Json, JsonObject } from './types.ts'

/** `((source:name.field))` */
export interface VarRef {
  /** Empty: the one that needs no name. `.`: what the build itself has set. */
  source: string
  /** The name, then the fields. */
  path: string[]
  /** As it is written between the parentheses. */
  text: string
}

/** @throws FormatError for a variable that is there and lacks the field */
export type Lookup = (path: readonly string[], source: string) => { found: true; value: Json } | { found: false }

/** All that is wrong, each with the path where it stands first. */
export class VarsProblems extends PipelineProblems {
  /** Variables without a value, as they are written, in the order of their names. */
  readonly missing: readonly string[]

  constructor(problems: readonly ConfigProblem[], missing: readonly string[]) {
    super(problems)
    this.name = 'VarsProblems'
    this.missing = missing
  }
}

/**
 * A copy with the values of its variables, in values and in keys. A text that is one variable and nothing else takes the value
 * with its type; inside a longer text only texts and whole numbers can stand. What is filled in is not looked at again.
 * @param missing what becomes of variables without a value: `keep` leaves them as they are written
 * @throws VarsProblems naming every variable without a value (`refuse`), and what cannot be filled in
 */
export function fillVars(value: Json, lookup: Lookup, missing: 'keep' | 'refuse'): Json {
  const filling: Filling = { lookup, problems: [], missing: new Map(), characters: 0, sizes: new Map() }
  let filled: Json
  try {
    filled = fill(value, [], filling)
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    throw new VarsProblems([{ path: '', message: error.message }], [])
  }
  const absent = missing === 'keep' ? [] : [...filling.missing]
  const problems = [
    ...filling.problems,
    ...absent.map(([text, path]) => ({ path, message: `needs the variable ((${text})), which has no value` })),
  ]
  if (problems.length > 0) throw new VarsProblems(problems, absent.map(([text]) => text).sort())
  return filled
}

/** Every variable once, in the order in which they stand. What is written as one and has no meaning is left out. */
export function varsIn(value: Json): VarRef[] {
  const found = new Map<string, VarRef>()
  const visit = (part: Json): void => {
    if (typeof part === 'string') for (const ref of refsIn(part)) found.set(ref.text, found.get(ref.text) ?? ref)
    else if (Array.isArray(part)) for (const item of part) visit(item)
    else if (isJsonMap(part))
      for (const [key, item] of Object.entries(part)) {
        visit(key)
        visit(item)
      }
  }
  visit(value)
  return [...found.values()]
}

/**
 * The variables of a YAML text; none for an empty one.
 * @throws FormatError when it is no YAML, or no map of names and values
 */
export const readVars = (yamlText: string): JsonObject => readMapping(yamlText).value ?? {}

/** Looks variables up in a map of values, as those that come without a source. */
export const lookupIn =
  (variables: JsonObject): Lookup =>
  ([name = '', ...fields], source) =>
    source === '' && Object.hasOwn(variables, name)
      ? { found: true, value: fieldOf(variables[name] ?? null, name, fields) }
      : { found: false }

/** @throws FormatError when it is not there: a variable that exists and lacks a field is a mistake of whoever wrote it */
export function fieldOf(value: Json, name: string, fields: readonly string[]): Json {
  let part = value
  for (const field of fields) {
    if (!isJsonMap(part) || !Object.hasOwn(part, field)) throw new FormatError(`the variable ${shown(name)} has no field ${shown(field)}`)
    part = part[field] ?? null
  }
  return part
}

interface Filling {
  lookup: Lookup
  problems: ConfigProblem[]
  /** With the path of the first place. */
  missing: Map<string, string>
  /** Of the result so far. */
  characters: number
  sizes: Map<Json, number>
}

class TooLarge extends Error {}

/** A short text can use a long value very often. */
const mostCharacters = 8_000_000
const mostProblems = 100

/** Concourse's: letters, digits and a few signs. Parentheses are none, so a search never runs over the same text twice. */
const token = /\(\(((?:[-/.\w\p{L}]+:)?[-/.:@"\w\p{L}]+)\)\)/gu
const wholeToken = /^\(\(((?:[-/.\w\p{L}]+:)?[-/.:@"\w\p{L}]+)\)\)$/u

function fill(value: Json, path: Path, filling: Filling): Json {
  if (typeof value === 'string') return fillText(value, path, filling)
  grow(filling, 1)
  if (Array.isArray(value)) return value.map((item, at) => fill(item, [...path, at], filling))
  return isJsonMap(value) ? fillMap(value, path, filling) : value
}

function fillMap(value: JsonObject, path: Path, filling: Filling): JsonObject {
  const map = emptyMap()
  for (const [key, item] of Object.entries(value)) {
    const place = [...path, key]
    const filled = fillText(key, place, filling)
    const name = typeof filled === 'number' && Number.isSafeInteger(filled) ? String(filled) : filled
    if (typeof name !== 'string') wrong(place, `is a key, which must be a text, not ${typeName(filled)}`, filling)
    else if (Object.hasOwn(map, name)) wrong(place, `is there twice when its variables are filled in: ${shown(name)}`, filling)
    else map[name] = fill(item, place, filling)
  }
  return map
}

function fillText(text: string, path: Path, filling: Filling): Json {
  if (!text.includes('((')) {
    grow(filling, text.length + 1)
    return text
  }
  const [, whole] = wholeToken.exec(text) ?? []
  if (whole !== undefined) {
    const value = valueFor(whole, path, filling) ?? { found: true, value: text }
    grow(filling, sizeOf(value.value, filling))
    return value.value
  }
  const parts: string[] = []
  let from = 0
  for (const match of text.matchAll(token)) {
    const filled = textOf(match[1] ?? '', path, filling) ?? match[0]
    grow(filling, filled.length)
    parts.push(text.slice(from, match.index), filled)
    from = match.index + match[0].length
  }
  grow(filling, text.length + 1)
  return [...parts, text.slice(from)].join('')
}

/** As it stands inside a longer text; undefined: it stays. */
function textOf(written: string, path: Path, filling: Filling): string | undefined {
  const given = valueFor(written, path, filling)
  if (!given) return undefined
  const { value } = given
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  wrong(path, `has ((${shown(written)})) inside a text, where only a text or a whole number can stand, not ${typeName(value)}`, filling)
  return undefined
}

/** Undefined: there is none, which was noted. */
function valueFor(written: string, path: Path, filling: Filling): { value: Json } | undefined {
  const ref = parseRef(written)
  if (!ref) return wrong(path, `has ((${shown(written)})), which is no variable: names and fields must not be empty`, filling)
  try {
    const found = filling.lookup(ref.path, ref.source)
    if (found.found) return { value: found.value }
    if (!filling.missing.has(written)) filling.missing.set(written, pathText(path))
    return undefined
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return wrong(path, `cannot take ((${shown(written)})): ${error.message}`, filling)
  }
}

function wrong(path: Path, message: string, { problems }: Filling): undefined {
  if (problems.length < mostProblems) problems.push({ path: pathText(path), message })
}

function* refsIn(text: string): Iterable<VarRef> {
  if (!text.includes('((')) return
  for (const [, written = ''] of text.matchAll(token)) {
    const ref = parseRef(written)
    if (ref) yield ref
  }
}

/** Dots and colons in double quotes are part of a name. */
function parseRef(text: string): VarRef | undefined {
  const parts: string[] = ['']
  let source: string | undefined
  let isQuoted = false
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted
    else if (isQuoted || !'.:'.includes(character)) parts.push(`${parts.pop() ?? ''}${character}`)
    else if (character === '.') parts.push('')
    else if (source !== undefined) return undefined
    else source = parts.splice(0, parts.length, '').join('.')
  }
  return isQuoted || source === '' || parts.includes('') ? undefined : { source: source ?? '', path: parts, text }
}

function sizeOf(value: Json, filling: Filling): number {
  if (typeof value === 'string') return value.length + 1
  if (value === null || typeof value !== 'object') return 1
  const known = filling.sizes.get(value)
  if (known !== undefined) return known
  const parts = Array.isArray(value) ? value : Object.entries(value).flat()
  const size = parts.reduce<number>((sum, part) => Math.min(sum + sizeOf(part, filling), mostCharacters + 1), 1)
  filling.sizes.set(value, size)
  return size
}

function grow(filling: Filling, by: number): void {
  filling.characters += by
  if (filling.characters > mostCharacters) throw new TooLarge(`with its variables filled in, it has more than ${mostCharacters} characters`)
}

const typeName = (value: Json): string =>
  value === null ? 'nothing' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : String(value)
