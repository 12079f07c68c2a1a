/** Values in a YAML file, changed in place: every byte outside the values that change stays. */
import type { CST, Pair } from 'yaml'
import { FormatError } from './format-error.ts'
import { type Json, jsonOfUnknown, sameJson, shown } from './json-value.ts'
import { applyEdits, lineEndOf, type TextEdit } from './text-edits.ts'
import { type YamlSource, yamlSource } from './yaml/document.ts'
import { itemsSpan, type PairPlace, placeOf } from './yaml/place.ts'
import { type Removable, removePairs } from './yaml/remove.ts'
import { replaceValue, type Surroundings } from './yaml/replace.ts'
import { type YamlEntry, type YamlValues, yamlValues } from './yaml/values.ts'
import { type Literals, yamlInline, yamlKey, yamlPair } from './yaml/write.ts'

/**
 * Replaces or appends top-level keys. A key whose present value already equals the new one is not touched, also when a merge
 * key gives it. Missing keys are appended in the order given, lists and maps as block YAML in the file's own indentation
 * (2 columns when it has none); behind `{a: 1}` they stay on the line. Keys are plain texts, never paths. The text may be
 * empty or have only comments. A quoted text stays quoted the same way. A key whose new value is undefined goes, with its line.
 *
 * @throws FormatError when the text is no YAML mapping or has several documents, when a value to replace has an anchor that
 * other keys use, and when a value is none of JSON's
 */
export function editYaml(text: string, values: ReadonlyMap<string, unknown>): string {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const source = yamlSource(text.slice(mark.length))
  const present = yamlValues(source)
  const gone = new Set([...values].flatMap(([name, value]) => (value === undefined && present.entries.has(name) ? [name] : [])))
  const wanted = [...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, jsonOfUnknown(value, name)] as const]))
  const changed = wanted.filter(([name, value]) => !isPresent(present, name, value))
  if (changed.length === 0 && gone.size === 0) return text

  const around = surroundingsOf(source)
  const replaced = replacedTogether(present, new Map(wanted), changed, gone)
  const edits = [...replaced].flatMap(([name, value]) => {
    const entry = present.entries.get(name)
    return entry ? replaceValue(placeOfEntry(entry), value, around) : []
  })
  const added = changed.filter(([name]) => !present.entries.has(name))
  const removed = removePairs(pairsOf(source, present, gone), around)
  const edited = applyEdits(source.text, [...edits, ...removed, ...append(added, source, around, removed)])
  verify(edited, present, changed, gone)
  return `${mark}${edited}`
}

/**
 * The top-level keys in the file's order, then those that merge keys add. Values are JSON's: a number is a number, "14" in
 * quotes a text; unquoted yes, no, on and off are booleans and 0644 is octal, as for the pipelines and playbooks that read
 * these files.
 *
 * @throws FormatError when the text is no YAML mapping or has several documents
 */
export function readYaml(text: string): Map<string, unknown> {
  return valuesIn(text.startsWith(byteOrderMark) ? text.slice(1) : text)
}

const byteOrderMark = '\ufeff'

function isPresent({ entries, merged }: YamlValues, name: string, value: Json): boolean {
  const entry = entries.get(name)
  const present = entry ? entry.value : merged.get(name)
  return present !== undefined && sameJson(present, value)
}

/** With the keys whose value stays the same but whose text must change, because an anchor that they use goes away. */
function replacedTogether(
  { entries, uses }: YamlValues,
  wanted: ReadonlyMap<string, Json>,
  changed: readonly (readonly [string, Json])[],
  gone: ReadonlySet<string>,
): Map<string, Json> {
  const replaced = new Map(changed.filter(([name]) => entries.has(name)))
  const goes = (name: string) => replaced.has(name) || gone.has(name)
  for (let before = -1; before < replaced.size; ) {
    before = replaced.size
    for (const { anchor, definedIn, usedIn } of uses) {
      if (definedIn === undefined || !goes(definedIn) || (usedIn !== undefined && goes(usedIn))) continue
      const value = usedIn === undefined ? undefined : wanted.get(usedIn)
      if (usedIn === undefined || value === undefined) throw brokenAlias(anchor, definedIn, usedIn)
      replaced.set(usedIn, value)
    }
  }
  return replaced
}

function brokenAlias(anchor: string, definedIn: string, usedIn: string | undefined): FormatError {
  const user = usedIn === undefined ? 'another key' : `"${shown(usedIn)}"`
  return new FormatError(
    `the value of "${shown(definedIn)}" cannot be changed: ${user} uses its anchor &${shown(anchor)}; write the value out there`,
  )
}

const placeOfEntry = ({ pair, name }: YamlEntry): PairPlace => placeOfPair(pair, name)

function placeOfPair({ srcToken }: Pair, name: string): PairPlace {
  const token: unknown = srcToken
  if (!isCollectionItem(token)) throw new FormatError(`the place of "${shown(name)}" in the file was not found`)
  return placeOf(token)
}

/** Merge keys stay. */
function pairsOf({ map }: YamlSource, { entries }: YamlValues, gone: ReadonlySet<string>): Removable[] {
  if (gone.size === 0) return []
  const pairs = new Set([...gone].map((name) => entries.get(name)?.pair))
  return (map?.items ?? []).map((pair) => ({ place: placeOfPair(pair, String(pair.key)), isGone: pairs.has(pair) }))
}

const isCollectionItem = (token: unknown): token is CST.CollectionItem => typeof token === 'object' && token !== null && 'start' in token

function surroundingsOf({ text, mapToken }: YamlSource): Surroundings {
  const inFlow = mapToken?.type === 'flow-collection'
  const indent = mapToken?.type === 'block-map' ? mapToken.indent : 0
  const nested = mapToken?.type === 'block-map' ? mapToken.items.map(({ value }) => value) : []
  const map = nested.find((value) => value?.type === 'block-map')
  const list = nested.find((value) => value?.type === 'block-seq')
  const step = [map, list].map((token) => (token?.indent ?? 0) - indent).find((columns) => columns > 0) ?? 2
  return { text, indent, inFlow, style: { step, listStep: list?.indent === indent ? 0 : step } }
}

function append(
  added: readonly (readonly [string, Json])[],
  source: YamlSource,
  around: Surroundings,
  removed: readonly TextEdit[],
): TextEdit[] {
  if (added.length === 0) return []
  if (source.mapToken?.type === 'flow-collection') return [appendInFlow(added, source.mapToken)]
  const { text, end } = source
  // Behind a last line that goes there is the end of the one before.
  const isCut = removed.some(({ to }) => to === text.length)
  const unended = end === text.length && text !== '' && !text.endsWith('\n') && !isCut
  const literals: Literals = unended ? 'unended' : 'yes'
  const eol = lineEndOf(text)
  const lines = added.flatMap(([name, value]) => yamlPair(name, value, around.indent, around.style, literals)).join(eol)
  return [{ from: end, to: end, text: unended ? `${eol}${lines}` : `${lines}${eol}` }]
}

function appendInFlow(added: readonly (readonly [string, Json])[], token: CST.FlowCollection): TextEdit {
  const pairs = added.map(([name, value]) => `${yamlKey(name, true)}: ${yamlInline(value, undefined, true)}`).join(', ')
  const last = itemsSpan(token.items)?.to
  if (last === undefined) return { from: token.start.offset + 1, to: token.start.offset + 1, text: pairs }
  // A comma may already stand behind the last pair; `{a: }` needs a blank before the comma.
  const ends = token.items.at(-1)
  const comma = ends?.start.some(({ type }) => type === 'comma') === true && !ends.key && !ends.value && !ends.sep
  return { from: last, to: last, text: comma ? ` ${pairs}` : ` , ${pairs}`.slice(ends && endsWithColon(ends) ? 0 : 1) }
}

const endsWithColon = ({ sep, value }: CST.CollectionItem): boolean =>
  sep !== undefined && (!value || (value.type === 'scalar' && value.source === ''))

/** An unforeseen shape of a file must become an error, never a broken file. */
function verify(edited: string, before: YamlValues, changed: readonly (readonly [string, Json])[], gone: ReadonlySet<string>): void {
  const after = readAgain(edited)
  const expected = new Map<string, Json>([...before.merged, ...[...before.entries].map(([name, { value }]) => [name, value] as const)])
  for (const [name, value] of changed) expected.set(name, value)
  for (const name of gone) expected.delete(name)
  const same =
    after?.size === expected.size &&
    [...expected].every(([name, value]) => {
      const read = after.get(name)
      return read !== undefined && sameJson(value, read)
    })
  if (!same) throw new FormatError('the file is written in a way that cannot be edited safely; write its keys one per line')
}

function readAgain(text: string): Map<string, Json> | undefined {
  try {
    return valuesIn(text)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function valuesIn(text: string): Map<string, Json> {
  const { entries, merged } = yamlValues(yamlSource(text))
  return new Map([...[...entries.values()].map(({ name, value }) => [name, value] as const), ...merged])
}
