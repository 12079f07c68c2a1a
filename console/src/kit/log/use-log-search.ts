import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { plainOf } from './ansi.ts'

export interface LogSearch {
  text: string
  setText: (text: string) => void
  /** Line numbers from 0. */
  found: readonly number[]
  /** Which of them is shown. */
  at: number
  step(by: 1 | -1, go: (line: number) => void): void
}

/** More hits than anybody looks at: a letter in a million lines. */
const mostFound = 10_000

export function useLogSearch(lines: readonly string[]): LogSearch {
  const [text, setText] = useState('')
  const [wanted] = useDebouncedValue(text.toLowerCase(), 200)
  const [at, setAt] = useState(0)
  const count = lines.length
  const found = useMemo(() => {
    const hits: number[] = []
    if (wanted === '') return hits
    for (let line = 0; line < count && hits.length < mostFound; line++)
      if (
        plainOf(lines[line] ?? '')
          .toLowerCase()
          .includes(wanted)
      )
        hits.push(line)
    return hits
  }, [lines, count, wanted])
  return {
    text,
    setText(next) {
      setText(next)
      setAt(0)
    },
    found,
    at: Math.min(at, Math.max(0, found.length - 1)),
    step(by, go) {
      if (found.length === 0) return
      const next = (at + by + found.length) % found.length
      setAt(next)
      go(found[next] ?? 0)
    },
  }
}
