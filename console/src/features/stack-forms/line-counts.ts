/** How many lines a change adds and takes away. */
import { diff } from '@codemirror/merge'

export interface LineCounts {
  added: number
  removed: number
}

export function countLines(before: string, after: string): LineCounts {
  if (before === after) return { added: 0, removed: 0 }
  // Each distinct line becomes one character, so that a difference of texts is a difference of lines.
  const signs = new Map<string, string>()
  const signsOf = (text: string) =>
    linesOf(text)
      .map((line) => {
        const known = signs.get(line)
        if (known !== undefined) return known
        const sign = String.fromCharCode(signs.size % 0xd7ff)
        signs.set(line, sign)
        return sign
      })
      .join('')
  let [added, removed] = [0, 0]
  for (const { fromA, toA, fromB, toB } of diff(signsOf(before), signsOf(after), { scanLimit: 2000, timeout: 200 })) {
    removed += toA - fromA
    added += toB - fromB
  }
  return { added, removed }
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
