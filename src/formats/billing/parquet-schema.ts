/** Columns of a Parquet file as a bill has them: what is nested is joined by dots, lists and maps become JSON. */
import type { SchemaElement, SchemaTree } from 'hyparquet'
import { TableError } from './adapter.ts'
import { maximumLine } from './csv.ts'
import { type ToText, toTextOf } from './parquet-texts.ts'

export interface Leaf {
  /** Of the chunk in each group of rows. */
  readonly position: number
  readonly path: readonly string[]
  readonly element: SchemaElement
  readonly toText: ToText
  /** Levels at which the value is there, and at which it is one of several. */
  readonly definition: number
  readonly repetition: number
  /** Level at which there is an item of the list; of no meaning elsewhere. */
  readonly item: number
}

export interface Column {
  readonly name: string
  readonly kind: 'value' | 'list' | 'map'
  readonly leaves: readonly { readonly leaf: Leaf; readonly name: string }[]
}

export function columnsOf(root: SchemaTree): Column[] {
  const walk = { position: 0, columns: [] as Column[] }
  for (const child of root.children) visit(child, root, { definition: 0, repetition: 0 }, walk, 0)
  return walk.columns
}

interface Levels {
  readonly definition: number
  readonly repetition: number
}

interface Walk {
  position: number
  readonly columns: Column[]
}

const below = ({ definition, repetition }: Levels, { element }: SchemaTree): Levels => ({
  definition: definition + (element.repetition_type === 'REQUIRED' ? 0 : 1),
  repetition: repetition + (element.repetition_type === 'REPEATED' ? 1 : 0),
})

function visit(node: SchemaTree, parent: SchemaTree, above: Levels, walk: Walk, depth: number): void {
  if (depth > 12) throw new TableError('its columns are nested more than 12 levels deep')
  const levels = below(above, node)
  if (levels.repetition > 0) {
    const column = repeated(node, parent, levels, walk)
    if (column) walk.columns.push(column)
  } else if (node.children.length === 0) {
    walk.columns.push({ name: node.path.join('.'), kind: 'value', leaves: [{ leaf: leafOf(node, levels, 0, walk), name: '' }] })
  } else for (const child of node.children) visit(child, node, levels, walk, depth + 1)
}

function leafOf(node: SchemaTree, { definition, repetition }: Levels, item: number, walk: Walk): Leaf {
  const { element, path } = node
  return { position: walk.position++, path, element, toText: boundedText(element), definition, repetition, item }
}

/** No cell is longer than a line of a text may be. */
function boundedText(element: SchemaElement): ToText {
  const toText = toTextOf(element)
  if (element.type !== 'BYTE_ARRAY' && element.type !== 'FIXED_LEN_BYTE_ARRAY') return toText
  return (value) => {
    if (value instanceof Uint8Array && value.length > maximumLine)
      throw new TableError(`${element.name} is longer than ${maximumLine / 1024 / 1024} MB`)
    return toText(value)
  }
}

/** Lists and maps have a node around them since there is a standard for it; older writers repeat the item itself. */
function repeated(node: SchemaTree, parent: SchemaTree, levels: Levels, walk: Walk): Column | undefined {
  const { converted_type: converted, logical_type: logical } = parent.element
  const isMap = (converted === 'MAP' || converted === 'MAP_KEY_VALUE' || logical?.type === 'MAP') && node.children.length === 2
  const isList = converted === 'LIST' || logical?.type === 'LIST'
  const [only] = node.children
  const wrapped = isList && node.children.length === 1 && only && node.element.name !== 'array' && !node.element.name.endsWith('_tuple')
  const item = wrapped ? only : node
  const leaves = leavesOf(node, levels, levels, walk, 0)
    .filter(({ leaf }) => leaf.repetition === 1)
    .map(({ leaf, at }) => ({ leaf, name: at.path.slice(item.path.length).join('.') }))
  if (!leaves.length || (isMap && leaves.length !== 2)) return undefined
  const named = (isMap || isList) && parent.children.length === 1 ? parent : node
  return { name: named.path.join('.'), kind: isMap ? 'map' : 'list', leaves }
}

function leavesOf(node: SchemaTree, levels: Levels, item: Levels, walk: Walk, depth: number): { leaf: Leaf; at: SchemaTree }[] {
  if (depth > 12) throw new TableError('its columns are nested more than 12 levels deep')
  if (node.children.length === 0) return [{ leaf: leafOf(node, levels, item.definition, walk), at: node }]
  return node.children.flatMap((child) => leavesOf(child, below(levels, child), item, walk, depth + 1))
}
