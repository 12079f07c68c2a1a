/** Pieces of a line with their colours. The sixteen named ones are classes of ours; others are given in full. */
import Anser from 'anser'

export interface Piece {
  text: string
  /** `ansi-red`, as the style sheet has it. */
  name: string | undefined
  background: string | undefined
  /** Of the 256 and of all the others: a CSS colour. */
  color: string | undefined
  behind: string | undefined
  decorations: string
}

const escapes = new RegExp(
  `${String.fromCharCode(27)}(?:\\[[0-9;:?]*[ -/]*[@-~]|\\][^${String.fromCharCode(7, 27)}]{0,4096}(?:${String.fromCharCode(7)}|${String.fromCharCode(27)}\\\\)|[@-Z\\\\^_])`,
  'g',
)

export const plainOf = (line: string): string => settled(line).replace(escapes, '')

/** What a terminal would show of a line that was written over itself, such as progress. */
export const settled = (line: string): string => {
  let end = line.length
  while (line[end - 1] === '\r') end--
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end)
}
/** Characters of a line that are shown: more is no line that anybody reads, and colouring takes its time. */
const mostShown = 20_000

/** What is in the line, and not shown. */
export const beyond = (line: string): number => Math.max(0, settled(line).length - mostShown)

export function piecesOf(line: string): Piece[] {
  return Anser.ansiToJson(settled(line).slice(0, mostShown), { use_classes: true, remove_empty: true }).map(
    ({ content, fg, bg, fg_truecolor, bg_truecolor, decorations }) => ({
      text: content.replace(escapes, ''),
      name: isNamed(fg) ? fg : undefined,
      background: isNamed(bg) ? bg : undefined,
      color: colourOf(fg, fg_truecolor),
      behind: colourOf(bg, bg_truecolor),
      decorations: decorations.join(' '),
    }),
  )
}

const isNamed = (name: string | null): name is string => name !== null && !/palette|truecolor/.test(name)

function colourOf(name: string | null, exact: string | null): string | undefined {
  if (name === 'ansi-truecolor' && exact) return `rgb(${exact})`
  const [, number] = /^ansi-palette-(\d+)$/.exec(name ?? '') ?? []
  return number === undefined ? undefined : `rgb(${ofPalette(Number(number)).join(' ')})`
}

const steps = [0, 95, 135, 175, 215, 255]

/** 16 to 231 are a cube of six steps, those beyond are greys. */
function ofPalette(number: number): [number, number, number] {
  if (number >= 232) {
    const grey = 8 + (number - 232) * 10
    return [grey, grey, grey]
  }
  const at = number - 16
  return [steps[Math.floor(at / 36)] ?? 0, steps[Math.floor(at / 6) % 6] ?? 0, steps[at % 6] ?? 0]
}
