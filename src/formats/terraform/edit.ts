/** Attributes of module blocks in a Terraform file, changed in place: every byte outside their right-hand sides stays. */
import { FormatError } from '../format-error.ts'
import { type Json, jsonOfUnknown, sameJson, shown } from '../json-value.ts'
import { applyEdits, endOfLine, lineEndOf, startOfLine, type TextEdit } from '../text-edits.ts'
import { literalOf } from './literal.ts'
import { type Attribute, type Block, type Body, hclStructure } from './structure.ts'
import { hclInline, hclLines, isIdentifier, type Line, literalWords } from './write.ts'

/**
 * Keys are `module.NAME.attribute`, for the block `module "NAME"`, or plain attributes of the only module block. Of an
 * existing attribute only the right-hand side changes, and only when it is not that value already; a missing one is appended
 * at the end of its block. Texts are quoted, what looks like a template in them is text: they come from people, not from
 * the author of the module. Numbers and booleans are bare, lists and maps HCL literals. An attribute whose value is undefined goes.
 *
 * @throws FormatError when the text is no HCL, a key names no module block or something that is no attribute, and when a value
 * is none of JSON's
 */
export function editTerraform(text: string, values: ReadonlyMap<string, unknown>): string {
  const structure = hclStructure(text)
  const wanted = new Map<Block, Map<string, { key: string; value: Json }>>()
  const gone: string[] = []
  for (const [key, given] of values) {
    if (given === undefined) {
      gone.push(key)
      continue
    }
    const { block, name } = target(structure, key)
    const value = jsonOfUnknown(given, key)
    const ofBlock = wanted.get(block) ?? new Map<string, { key: string; value: Json }>()
    const other = ofBlock.get(name)
    if (other && !sameJson(other.value, value)) {
      throw new FormatError(`"${shown(other.key)}" and "${shown(key)}" are the same attribute with two values`)
    }
    wanted.set(block, ofBlock.set(name, { key, value }))
  }
  const removed = gone.flatMap((key) => {
    const found = find(structure, key)
    // The same attribute may be another key's.
    if (typeof found === 'string' || wanted.get(found.block)?.has(found.name)) return []
    return found.block.attributes.filter(({ name }) => name === found.name).map((attribute) => removal(text, attribute))
  })
  const edits = [...[...wanted].flatMap(([block, values]) => blockEdits(text, block, values)), ...removed]
  if (edits.length === 0) return text
  const edited = applyEdits(text, edits)
  verify(edited, values)
  return edited
}

/**
 * The values of these keys, as JSON types. What is absent, or an expression such as `var.x`, is not in the map.
 *
 * @throws FormatError when the text is no HCL
 */
export function readTerraform(text: string, keys: readonly string[]): Map<string, unknown> {
  return literals(text, keys)
}

function literals(text: string, keys: readonly string[]): Map<string, Json> {
  const structure = hclStructure(text)
  const values = new Map<string, Json>()
  for (const key of keys) {
    const found = find(structure, key)
    const attributes = typeof found === 'string' ? [] : found.block.attributes.filter(({ name }) => name === found.name)
    const [attribute, second] = attributes
    const value = attribute && !second ? literalOf(text, attribute.tokens) : undefined
    if (value !== undefined) values.set(key, value)
  }
  return values
}

interface Target {
  block: Block
  name: string
}

function target(structure: Body, key: string): Target {
  const found = find(structure, key)
  if (typeof found === 'string') throw new FormatError(found)
  const { block, name } = found
  if (block.blocks.some(({ type }) => type === name)) throw new FormatError(`"${shown(key)}" names a block, not an attribute`)
  if (block.attributes.filter((attribute) => attribute.name === name).length > 1) {
    throw new FormatError(`the attribute of "${shown(key)}" stands twice in its block`)
  }
  return found
}

/** The block and attribute that a key means, or why there is none. */
function find(structure: Body, key: string): Target | string {
  const modules = structure.blocks.filter(({ type, labels }) => type === 'module' && labels.length === 1)
  const names =
    modules
      .map(({ labels }) => `"${shown(labels[0] ?? '')}"`)
      .slice(0, 20)
      .join(', ') || 'none'
  const parts = key.split('.')
  const name = parts.at(-1) ?? ''
  const path = parts.length === 3 && parts[0] === 'module' ? parts[1] : undefined
  if (!isIdentifier(name) || (path === undefined && parts.length > 1)) {
    return `"${shown(key)}" is no key for Terraform: write an attribute, or module.NAME.ATTRIBUTE`
  }
  const matching = path === undefined ? modules : modules.filter(({ labels }) => labels[0] === path)
  const [block, second] = matching
  if (path !== undefined && second) return `the block module "${shown(path)}" stands twice in the file`
  if (path !== undefined && !block) return `"${shown(key)}": the file has no block module "${shown(path)}"; it has ${names}`
  if (!block || second) {
    return `"${shown(key)}": the file must have one module block, it has ${names}; write module.NAME.${shown(name)}`
  }
  return { block, name }
}

function blockEdits(text: string, block: Block, values: ReadonlyMap<string, { value: Json }>): TextEdit[] {
  const edits: TextEdit[] = []
  const missing: [string, Json][] = []
  for (const [name, { value }] of values) {
    const attribute = block.attributes.find((attribute) => attribute.name === name)
    if (!attribute) missing.push([name, value])
    else if (!isPresent(text, attribute, value))
      edits.push({ from: attribute.from, to: attribute.to, text: written(text, attribute, value) })
  }
  return missing.length > 0 ? [...edits, ...append(text, block, missing)] : edits
}

/** With its line, and the comment behind it, where it has one of its own. */
function removal(text: string, { nameFrom, to }: Attribute): TextEdit {
  const [from, end] = [startOfLine(text, nameFrom), endOfLine(text, to)]
  const isAlone = text.slice(from, nameFrom).trim() === '' && /^[ \t]*(?:#.*|\/\/.*)?$/.test(text.slice(to, end))
  const feed = text.indexOf('\n', end)
  return isAlone && feed >= 0 ? { from, to: feed + 1, text: '' } : { from: nameFrom, to, text: '' }
}

function isPresent(text: string, attribute: Attribute, value: Json): boolean {
  const present = literalOf(text, attribute.tokens)
  return present !== undefined && sameJson(present, value)
}

function written(text: string, attribute: Attribute, value: Json): string {
  const indentation = text.slice(startOfLine(text, attribute.nameFrom), attribute.nameFrom)
  if (indentation.trim() !== '') return hclInline(value, literalWords)
  return joined(hclLines(value, literalWords), lineEndOf(text), indentation)
}

/** The first line stands where the caller puts it. */
const joined = (lines: readonly Line[], eol: string, indentation: string): string =>
  lines.map(({ text }) => text).join(`${eol}${indentation}`)

function append(text: string, block: Block, missing: readonly (readonly [string, Json])[]): TextEdit[] {
  const eol = lineEndOf(text)
  const outer = blanksAt(text, startOfLine(text, block.from))
  const inner = indentationOf(text, block) ?? `${outer}  `
  const lines = missing.map(([name, value]) => `${inner}${name} = ${joined(hclLines(value, literalWords), eol, inner)}`)
  const lineOfClose = startOfLine(text, block.close)
  if (lineOfClose > block.open && text.slice(lineOfClose, block.close).trim() === '') {
    return [{ from: lineOfClose, to: lineOfClose, text: `${lines.join(eol)}${eol}` }]
  }
  // `{ a = 1 }`: HCL allows no second attribute on the line, so the block is opened.
  const content = text.slice(block.open, block.close)
  const first = block.open + content.search(/\S|$/)
  const last = block.open + content.trimEnd().length
  const tail: TextEdit = { from: Math.max(first, last), to: block.close, text: `${eol}${lines.join(eol)}${eol}${outer}` }
  if (first >= block.close) return [{ ...tail, from: block.open }]
  return content.slice(0, first - block.open).includes('\n') ? [tail] : [{ from: block.open, to: first, text: `${eol}${inner}` }, tail]
}

/** Of the first attribute or block that begins a line. */
function indentationOf(text: string, block: Block): string | undefined {
  const starts = [...block.attributes.map(({ nameFrom }) => nameFrom), ...block.blocks.map(({ from }) => from)].sort((a, b) => a - b)
  for (const start of starts) {
    const before = text.slice(startOfLine(text, start), start)
    if (before.trim() === '') return before
  }
  return undefined
}

const blanksAt = (text: string, at: number): string => {
  blanks.lastIndex = at
  return blanks.exec(text)?.[0] ?? ''
}
const blanks = /[ \t]*/y

/** An unforeseen shape of a file must become an error, never a broken file. */
function verify(edited: string, values: ReadonlyMap<string, unknown>): void {
  const read = literals(edited, [...values.keys()])
  for (const [key, given] of values) {
    const value = read.get(key)
    if (given === undefined) continue
    if (value === undefined || !sameJson(value, jsonOfUnknown(given, key))) {
      throw new FormatError(`"${shown(key)}" cannot be edited safely in this file; write one attribute per line`)
    }
  }
}
