/** Where the value of a key stands in the text, read from the library's tokens. */
import type { CST } from 'yaml'

export interface Span {
  from: number
  to: number
}

/**
 * - empty: nothing but perhaps a tag or anchor
 * - inline: a scalar, an alias or a flow collection, over one or more lines
 * - text: a block scalar; `span` is its header, `lines` what follows
 * - block: a block map or list, on lines of its own unless the key is explicit (`? key`)
 */
export type Place =
  | { kind: 'empty'; span: Span }
  | { kind: 'inline'; span: Span; quote: 'single' | 'double' | undefined }
  | { kind: 'text'; span: Span; lines: Span }
  | { kind: 'block'; span: Span }

export interface PairPlace {
  key: Span
  /** Behind the colon; a key may stand without one: `{a, b}`, `? a`. */
  colon: number | undefined
  /** Tags and anchors of the value. */
  properties: Span[]
  value: Place
}

export function placeOf(item: CST.CollectionItem): PairPlace {
  const key = item.key ? spanOf(item.key) : undefined
  const colon = item.sep?.find(({ type }) => type === 'map-value-ind')
  const behind = colon ? colon.offset + colon.source.length : undefined
  const at = behind ?? key?.to ?? item.value?.offset ?? 0
  return {
    key: key ?? { from: at, to: at },
    colon: behind,
    properties: (item.sep ?? []).filter(({ type }) => type === 'anchor' || type === 'tag').map(spanOfSource),
    value: valuePlace(item.value, at),
  }
}

function valuePlace(token: CST.Token | null | undefined, at: number): Place {
  if (!token || (token.type === 'scalar' && token.source === '')) return { kind: 'empty', span: { from: at, to: at } }
  const span = spanOf(token) ?? { from: at, to: at }
  if (token.type === 'block-map' || token.type === 'block-seq') return { kind: 'block', span }
  if (token.type === 'block-scalar') {
    const header = token.props.find(({ type }) => type === 'block-scalar-header')
    const from = header?.offset ?? token.offset
    return { kind: 'text', span: { from, to: from + (header ? sourceOf(header).length : 0) }, lines: span }
  }
  const quote = token.type === 'single-quoted-scalar' ? 'single' : token.type === 'double-quoted-scalar' ? 'double' : undefined
  return { kind: 'inline', span, quote }
}

/** From the first to the last token that is no blank, line end or comment; undefined when there is none. */
export function spanOf(token: CST.Token): Span | undefined {
  if (token.type === 'block-scalar') {
    const header = token.props.find(({ type }) => type === 'block-scalar-header')
    const last = token.props.at(-1)
    const from = header?.offset ?? token.offset
    const lines = last ? last.offset + sourceOf(last).length : token.offset
    return { from, to: lines + sourceOf(token).trimEnd().length }
  }
  if (token.type === 'flow-collection') {
    const close = token.end.find(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end')
    return { from: token.start.offset, to: close ? close.offset + close.source.length : token.start.offset + 1 }
  }
  if (token.type === 'block-map' || token.type === 'block-seq') return itemsSpan(token.items)
  const source = sourceOf(token)
  return source === '' ? undefined : spanOfSource({ offset: token.offset, source })
}

/** The same of some items of a collection. */
export function itemsSpan(items: readonly CST.CollectionItem[]): Span | undefined {
  let span: Span | undefined
  const include = (part: Span | undefined) => {
    if (part) span = { from: Math.min(span?.from ?? part.from, part.from), to: Math.max(span?.to ?? part.to, part.to) }
  }
  for (const { start, key, sep, value } of items) {
    for (const token of [...start, ...(sep ?? [])]) if (!trivia.has(token.type)) include(spanOfSource(token))
    if (key) include(spanOf(key))
    if (value) include(spanOf(value))
  }
  return span
}

const trivia: ReadonlySet<CST.SourceToken['type']> = new Set(['space', 'comment', 'newline'] as const)

const sourceOf = (token: CST.Token): string => ('source' in token ? token.source : '')

const spanOfSource = ({ offset, source }: { offset: number; source: string }): Span => ({ from: offset, to: offset + source.length })
