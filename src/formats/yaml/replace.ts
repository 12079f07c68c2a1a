/** Another value for one key, as edits of the text. */
import type { Json } from '../json-value.ts'
import { endOfLine, lineEndOf, startOfLine, type TextEdit } from '../text-edits.ts'
import type { PairPlace, Span } from './place.ts'
import { type Literals, type YamlBlock, type YamlStyle, yamlBlock, yamlInline } from './write.ts'

export interface Surroundings {
  text: string
  /** The column of the mapping's keys. */
  indent: number
  style: YamlStyle
  /** `{a: 1}`: everything stays on its line. */
  inFlow: boolean
}

export function replaceValue(place: PairPlace, value: Json, around: Surroundings): TextEdit[] {
  const lines = linesFor(place, around)
  const block = lines && yamlBlock(value, around.indent, around.style, literalsAfter(lines.to, around))
  // Comments stand between the key and the old lines: a `|` text would swallow them.
  const swallows = block && block.head !== '' && lines.apart
  return block && block.lines.length > 0 && !swallows ? blockEdits(place, block, lines, around) : inlineEdits(place, value, around)
}

/** Where whole lines below the key go, and which old ones they replace; `apart`: not directly below the key's line. */
interface LinesPlace extends Span {
  apart: boolean
}

/** Undefined where the value must stay on the line on which it is. */
function linesFor(place: PairPlace, { text, inFlow }: Surroundings): LinesPlace | undefined {
  const { colon, value } = place
  if (inFlow || colon === undefined) return undefined
  const keyLineEnd = endOfLine(text, colon)
  const sameLine = (at: number) => at <= keyLineEnd
  if (!place.properties.every(({ to }) => sameLine(to))) return undefined
  switch (value.kind) {
    case 'empty':
      return { from: keyLineEnd, to: keyLineEnd, apart: false }
    case 'inline': {
      const at = endOfLine(text, value.span.to)
      return sameLine(value.span.from) ? { from: at, to: at, apart: false } : undefined
    }
    case 'text':
      return sameLine(value.span.from) ? { ...oldLines(place, text), apart: false } : undefined
    case 'block': {
      if (sameLine(value.span.from)) return undefined
      const lines = oldLines(place, text)
      return { ...lines, apart: lines.from > keyLineEnd }
    }
  }
}

/** The lines of a block value, from the end of the line before, so that the last line of a file may lack its end. */
function oldLines({ value }: PairPlace, text: string): Span {
  if (value.kind === 'text') {
    const from = endOfLine(text, value.span.to)
    return { from, to: value.lines.to > from ? endOfLine(text, value.lines.to) : from }
  }
  return { from: endOfLineBefore(text, value.span.from), to: endOfLine(text, value.span.to) }
}

function endOfLineBefore(text: string, at: number): number {
  const feed = startOfLine(text, at) - 1
  return feed > 0 && text[feed - 1] === '\r' ? feed - 1 : Math.max(feed, 0)
}

function blockEdits(place: PairPlace, block: YamlBlock, lines: LinesPlace, around: Surroundings): TextEdit[] {
  const { text } = around
  const { colon = 0, value } = place
  const eol = lineEndOf(text)
  const body: TextEdit = { from: lines.from, to: lines.to, text: block.lines.map((line) => `${eol}${line}`).join('') }
  if (value.kind === 'inline' || value.kind === 'text') {
    const head: TextEdit =
      block.head === ''
        ? { ...withBlanksBefore(value.span, text), text: '' }
        : { from: value.span.from, to: value.span.to, text: block.head }
    return [...withoutProperties(place, text), head, body]
  }
  const head = block.head === '' ? [] : [{ from: colon, to: colon, text: ` ${block.head}` }]
  return [...head, ...withoutProperties(place, text), body]
}

function inlineEdits(place: PairPlace, value: Json, { text, indent, inFlow }: Surroundings): TextEdit[] {
  const { colon, value: old } = place
  const quote = old.kind === 'inline' ? old.quote : undefined
  const written = yamlInline(value, quote, inFlow)
  if (colon === undefined) {
    const at = inFlow ? place.key.to : endOfLine(text, place.key.to)
    return [{ from: at, to: at, text: inFlow ? `: ${written}` : `${lineEndOf(text)}${' '.repeat(indent)}: ${written}` }]
  }
  const behindColon: TextEdit = { from: colon, to: colon, text: ` ${written}` }
  const ownLines = old.kind === 'block' && old.span.from > endOfLine(text, colon)
  if (old.kind === 'empty') return [behindColon, ...withoutProperties(place, text)]
  if (ownLines) return [behindColon, ...withoutProperties(place, text), { ...oldLines(place, text), text: '' }]
  const blank = text[old.span.from - 1] === ':' ? ' ' : ''
  const edits = [...withoutProperties(place, text), { ...old.span, text: `${blank}${written}` }]
  return old.kind === 'text' ? [...edits, { ...oldLines(place, text), text: '' }] : edits
}

/** A tag or an anchor belongs to the old value. */
const withoutProperties = ({ properties }: PairPlace, text: string): TextEdit[] =>
  properties.map((span) => ({ ...withBlanksBefore(span, text), text: '' }))

function withBlanksBefore(span: Span, text: string): Span {
  let from = span.from
  while (from > 0 && (text[from - 1] === ' ' || text[from - 1] === '\t')) from--
  return { from, to: span.to }
}

/** May a `|` text end at this end of a line? Deeper comments and lines of blanks below would become part of it. */
function literalsAfter(at: number, { text, indent }: Surroundings): Literals {
  let from = text.indexOf('\n', at) + 1
  if (from === 0) return 'unended'
  while (from < text.length) {
    const end = endOfLine(text, from)
    const line = text.slice(from, end)
    if (line !== '') {
      const depth = line.search(/[^ ]/)
      return depth < 0 || line[depth] === '\t' || (line[depth] === '#' && depth > indent) ? 'no' : 'yes'
    }
    from = text.indexOf('\n', from) + 1
    if (from === 0) break
  }
  return 'yes'
}
