/** Replacements in a text by place; everything else stays byte for byte. */
export interface TextEdit {
  from: number
  to: number
  text: string
}

/** Edits at the same place keep their order; they must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = []
  let done = 0
  for (const edit of [...edits].sort((one, other) => one.from - other.from)) {
    if (edit.from < done) throw new RangeError('two edits overlap')
    parts.push(text.slice(done, edit.from), edit.text)
    done = edit.to
  }
  return `${parts.join('')}${text.slice(done)}`
}

/** The line end that a text uses first. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n')
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n'
}

export const startOfLine = (text: string, at: number): number => (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1)

/** Before the line's end marks. */
export function endOfLine(text: string, at: number): number {
  const feed = text.indexOf('\n', at)
  if (feed < 0) return text.length
  return feed > at && text[feed - 1] === '\r' ? feed - 1 : feed
}
