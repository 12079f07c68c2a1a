/** Keys that go, with their values, as edits of the text. */
import { FormatError } from '../format-error.ts'
import { startOfLine, type TextEdit } from '../text-edits.ts'
import type { PairPlace, Span } from './place.ts'
import type { Surroundings } from './replace.ts'

export interface Removable {
  place: PairPlace
  isGone: boolean
}

/** @param pairs all of the mapping, in the order of the file */
export function removePairs(pairs: readonly Removable[], around: Surroundings): TextEdit[] {
  const spans = pairs.map(({ place, isGone }) => ({ ...spanOf(place), isGone }))
  return around.inFlow ? removeInFlow(spans) : spans.filter(({ isGone }) => isGone).map((span) => wholeLines(span, around))
}

function spanOf({ key, colon = key.to, properties, value }: PairPlace): Span {
  const end = value.kind === 'text' ? Math.max(value.span.to, value.lines.to) : value.span.to
  return { from: key.from, to: Math.max(key.to, colon, end, ...properties.map(({ to }) => to)) }
}

/**
 * A comment behind the value is about it; one above it may be about more. Deeper comments and empty lines below go too: a text above would swallow
 * them.
 */
function wholeLines({ from, to }: Span, { text, indent }: Surroundings): TextEdit {
  const start = startOfLine(text, from)
  if (text.slice(start, from).trim() !== '')
    throw new FormatError('the file is written in a way that cannot be edited safely; write its keys one per line')
  let end = startOfNextLine(text, to)
  for (let next = startOfNextLine(text, end); next > end; next = startOfNextLine(text, end)) {
    const line = text.slice(end, next).trimEnd()
    if (line !== '' && !(line.trimStart().startsWith('#') && line.search(/\S/) > indent)) break
    end = next
  }
  return { from: start, to: end, text: '' }
}

function startOfNextLine(text: string, at: number): number {
  const feed = text.indexOf('\n', at)
  return feed < 0 ? text.length : feed + 1
}

/** `{a: 1, b: 2}`: with the comma that parted it from its neighbours. */
function removeInFlow(spans: readonly (Span & { isGone: boolean })[]): TextEdit[] {
  const edits: TextEdit[] = []
  for (let first = 0; first < spans.length; first++) {
    if (!spans[first]?.isGone) continue
    let last = first
    while (spans[last + 1]?.isGone) last++
    const [begin, end, before, after] = [spans[first], spans[last], spans[first - 1], spans[last + 1]]
    if (begin && end) edits.push({ from: after || !before ? begin.from : before.to, to: after?.from ?? end.to, text: '' })
    first = last
  }
  return edits
}
