/** How far an import is: one line that moves on a terminal, a line every few seconds elsewhere. */
import type { Told } from '../../src/costs/import/queries.ts'

export interface Bar {
  show(told: Readonly<Told>): void
  /** Leaves the last state behind. */
  end(): void
}

interface Screen {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

const words: Record<string, string> = {
  '': 'beginning',
  listing: 'looking',
  reading: 'reading',
  adding_up: 'adding up',
  checking: 'checking',
  switching: 'switching',
}
const plainEveryMs = 5000

export function openBar(screen: Screen, now: () => number = Date.now): Bar {
  const began = now()
  let told: Readonly<Told> | undefined
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = ''
  const isTerminal = screen.isTTY === true
  const draw = () => {
    if (!told) return
    const text = lineOf(told, (now() - began) / 1000, isTerminal)
    if (text === shown) return
    shown = text
    shownAt = now()
    screen.write(isTerminal ? `\r\x1b[2K${text.slice(0, (screen.columns ?? 80) - 1)}` : `${text}\n`)
  }
  return {
    show(next) {
      told = next
      if (isTerminal || now() - shownAt >= plainEveryMs) draw()
    },
    end() {
      draw()
      if (isTerminal && shown !== '') screen.write('\n')
    },
  }
}

const width = 24

export function lineOf(told: Readonly<Told>, seconds: number, withBar: boolean): string {
  const { status, stage, bytes_done, bytes_total, files_done, files_total, lines } = told
  const share = bytes_total > 0 ? bytes_done / bytes_total : files_total > 0 ? files_done / files_total : 0
  const filled = Math.round(Math.min(1, share) * width)
  const parts = [
    ...(withBar ? [`[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`] : []),
    `${Math.floor(Math.min(1, share) * 100)} %`,
    status === 'waiting' ? 'waiting for another import of the account' : (words[stage] ?? stage),
    bytes_total > 0 ? `${megabytes(bytes_done)}/${megabytes(bytes_total)} MB` : `${megabytes(bytes_done)} MB`,
    ...(files_total > 1 ? [`${files_done}/${files_total} files`] : []),
    `${lines.toLocaleString('en')} lines`,
    `${Math.round(lines / Math.max(seconds, 0.001)).toLocaleString('en')} lines/s`,
  ]
  return parts.join('  ')
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
