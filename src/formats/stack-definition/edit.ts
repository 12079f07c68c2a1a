/**
 * Changes of a `.cycloid.yml` or `.forms.yml` that somebody wrote by hand. Comments and order stay; where an anchor that is
 * still needed would go, the file is written anew from its values.
 */
import { type Document, isMap, isScalar, isSeq, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'
import { yamlSource } from '../yaml/document.ts'
import { parseStackDefinition } from './parse.ts'
import type { UseCaseFile } from './types.ts'

export interface TerraformEntry {
  useCase: string
  path: string
  destination: string
}

/** What a file of version 1 calls its only use case, which is `config` itself. */
const onlyUseCase = 'default'

/**
 * Adds a Terraform file called `main` to a use case, leaving every other byte as it is where the file is in block style.
 * @param text of a stack definition that can be read
 * @throws FormatError when it cannot, or has no such use case
 */
export function addTerraformEntry(text: string, entry: TerraformEntry): string {
  const { useCase, path, destination } = entry
  const document = read(text)
  const config = document.get('config')
  const target = entryOf(config, useCase) ?? (useCase === onlyUseCase ? config : undefined)
  if (!isMap(target)) throw new FormatError(`there is no use case ${useCase}`)
  const inserted = insertBlock(text, target, stringify({ terraform: { main: { path, destination } } }, writing))
  if (inserted !== undefined && adds(inserted, text, entry)) return inserted
  const present = entryOf(target, 'terraform')
  const main = document.createNode({ path, destination })
  if (isMap(present)) present.set('main', main)
  else target.set('terraform', document.createNode({ main }))
  return write(document)
}

export interface NewStack {
  useCase: string
  canonical: string
  name: string
  author: string
}

/** The definition of a blueprint, rendered, as that of the stack made from it. @throws FormatError */
export function reduceDefinition(text: string, { useCase, canonical, name, author }: NewStack): string {
  const document = read(text)
  if (!isMap(document.contents)) throw new FormatError('a stack definition is a map')
  for (const [key, value] of Object.entries({ name, canonical, author })) document.set(key, value)
  document.delete('template')
  const config = document.get('config')
  if (isMap(config) && (entryOf(config, useCase) || useCase !== onlyUseCase)) keep(config, (pair) => keyOf(pair) === useCase)
  return write(document)
}

/** The form of one use case; undefined when it has none. @throws FormatError */
export function reduceForms(text: string, useCase: string): string | undefined {
  const document = read(text)
  const { contents } = document
  if (!isMap(contents)) return undefined
  const list = contents.get('use_cases')
  if (isSeq(list)) {
    list.items = list.items.filter((item) => isMap(item) && String(item.get('name')) === useCase)
    return list.items.length > 0 ? write(document) : undefined
  }
  // The oldest format: use cases are the keys.
  if (!entryOf(contents, useCase)) return undefined
  keep(contents, (pair) => keyOf(pair) === useCase)
  return write(document)
}

const writing = { lineWidth: 0, indentSeq: false } as const

function read(text: string): Document.Parsed {
  // Refuses what is too long or too deep to be read, and what is not one map.
  yamlSource(text)
  return parseDocument(text, { uniqueKeys: false, logLevel: 'silent' })
}

/** A use case called 2024 is a number to YAML. */
const keyOf = ({ key }: Pair): string | undefined => (isScalar(key) ? String(key.value) : undefined)
const entryOf = (map: unknown, key: string): unknown => (isMap(map) ? map.items.find((pair) => keyOf(pair) === key)?.value : undefined)

function keep(map: YAMLMap, wanted: (pair: Pair) => boolean): void {
  map.items = map.items.filter(wanted)
}

function write(document: Document): string {
  try {
    return document.toString(writing)
  } catch {
    // An alias whose anchor went with another use case.
    throw new FormatError('the use case refers to an anchor (&…) of another use case: repeat its value instead')
  }
}

/** Does the edited definition say what the old one does, and the entry? */
function adds(edited: string, text: string, { useCase, path, destination }: TerraformEntry): boolean {
  const before = parseStackDefinition(text)
  try {
    const after = parseStackDefinition(edited)
    const changed = after.use_cases.find(({ key }) => key === useCase)
    const isEntry = ({ technology, key }: UseCaseFile) => technology === 'terraform' && key === 'main'
    const found = changed?.files.find(isEntry)
    if (!changed || JSON.stringify(found) !== JSON.stringify({ technology: 'terraform', key: 'main', path, destination })) return false
    changed.files = changed.files.filter((file) => !isEntry(file))
    return JSON.stringify(after) === JSON.stringify(before)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

/** Puts a block behind the last line of a block map, indented as its keys are; undefined where that cannot be done. */
function insertBlock(text: string, map: YAMLMap, block: string): string | undefined {
  const [first] = map.items
  const start = isScalar(first?.key) ? first.key.range?.[0] : undefined
  const end = map.range?.[1]
  if (map.flow || start === undefined || end === undefined || map.has('terraform')) return undefined
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  if (indent.trim() !== '') return undefined
  // What is left of the last value's line, such as a comment, stays with it.
  const lineEnd = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1 || text.length
  const before = text.slice(0, lineEnd)
  const lines = block
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}\n`)
  return `${before}${before.endsWith('\n') ? '' : '\n'}${lines.join('')}${text.slice(lineEnd)}`
}
