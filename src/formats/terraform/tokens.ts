/** HCL native syntax as tokens, in linear time. Comments and blanks are no tokens; a text with its templates is one. */
import { FormatError } from '../format-error.ts'

export interface Token {
  kind: 'word' | 'number' | 'text' | 'heredoc' | 'sign' | 'newline'
  from: number
  to: number
}

/** In characters. */
export const longestHcl = 1_000_000
/** Blocks, brackets and templates inside each other. */
export const deepestHcl = 100

/** @throws FormatError for unclosed texts, templates and comments, and what is too long or too deep */
export function hclTokens(text: string): Token[] {
  if (text.length > longestHcl) throw new FormatError(`the file has more than ${longestHcl} characters`)
  const tokens: Token[] = []
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const space = skipBlank(text, at)
    if (space > at) {
      at = space
      continue
    }
    const token = tokenAt(text, at)
    tokens.push(token)
    at = token.to
  }
  return tokens
}

export const lineAt = (text: string, offset: number): number => {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** Behind the `}` of a `${` or `%{` that starts at `at`. */
export function endOfTemplate(text: string, at: number): number {
  return scanTemplate(text, at + 2, [{ kind: 'code', braces: 0, from: at }])
}

/** The marker of `<<EOT` or `<<-EOT` at this place, and where its lines begin. */
export function heredocAt(text: string, at: number): { marker: string; indented: boolean; lines: number } | undefined {
  heredocStart.lastIndex = at
  const [all, dash, marker] = heredocStart.exec(text) ?? []
  return all !== undefined && marker !== undefined ? { marker, indented: dash === '-', lines: at + all.length } : undefined
}

const heredocStart = /<<(-?)([\p{L}_][\p{L}\p{N}_-]*)\r?\n/uy
const word = /[\p{L}_][\p{L}\p{N}_-]*/uy
const number = /[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const sign = /==|!=|<=|>=|=>|&&|\|\||\.\.\.|[\s\S]/uy

function tokenAt(text: string, at: number): Token {
  const first = text[at]
  if (first === '\n') return { kind: 'newline', from: at, to: at + 1 }
  if (first === '"') return { kind: 'text', from: at, to: scanTemplate(text, at + 1, [{ kind: 'quote', from: at }]) }
  const heredoc = first === '<' ? heredocAt(text, at) : undefined
  if (heredoc) {
    const to = scanTemplate(text, heredoc.lines, [{ kind: 'heredoc', marker: heredoc.marker, from: at }])
    return { kind: 'heredoc', from: at, to }
  }
  const wordEnd = matchAt(word, text, at)
  if (wordEnd > at) return { kind: 'word', from: at, to: wordEnd }
  const numberEnd = matchAt(number, text, at)
  if (numberEnd > at) return { kind: 'number', from: at, to: numberEnd }
  return { kind: 'sign', from: at, to: matchAt(sign, text, at) }
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Behind blanks and comments; a comment to the end of a line leaves the line end. */
function skipBlank(text: string, at: number): number {
  const first = text[at]
  if (first === ' ' || first === '\t' || first === '\r') return at + 1
  if (first === '#' || text.startsWith('//', at)) return endOfComment(text, at)
  if (!text.startsWith('/*', at)) return at
  const end = text.indexOf('*/', at + 2)
  if (end < 0) throw new FormatError('this comment is not closed', lineAt(text, at))
  return end + 2
}

function endOfComment(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

type Level =
  | { kind: 'quote'; from: number }
  | { kind: 'heredoc'; marker: string; from: number }
  | { kind: 'code'; braces: number; from: number }

/** Where the outermost of these levels ends; an own stack, so that depth costs no call stack. */
function scanTemplate(text: string, start: number, levels: Level[]): number {
  let at = start
  if (levels[0]?.kind === 'heredoc') at = heredocLine(text, at, levels)
  while (levels.length > 0) {
    const level = levels.at(-1)
    if (!level || at >= text.length) throw unclosed(text, levels[0])
    if (levels.length > deepestHcl) throw new FormatError(`it is nested more than ${deepestHcl} levels deep`, lineAt(text, at))
    at = level.kind === 'code' ? stepInCode(text, at, level, levels) : stepInText(text, at, level, levels)
  }
  return at
}

function stepInText(text: string, at: number, level: Exclude<Level, { kind: 'code' }>, levels: Level[]): number {
  const first = text[at]
  if (text.startsWith('$${', at) || text.startsWith('%%{', at)) return at + 3
  if (text.startsWith('${', at) || text.startsWith('%{', at)) {
    levels.push({ kind: 'code', braces: 0, from: at })
    return at + 2
  }
  if (level.kind === 'heredoc') return first === '\n' ? heredocLine(text, at + 1, levels) : at + 1
  if (first === '\n') throw new FormatError('a text in quotes must end on its line', lineAt(text, at))
  if (first === '\\') return text[at + 1] === '\n' ? at + 1 : at + 2
  if (first === '"') levels.pop()
  return at + 1
}

/** At the start of a heredoc's line: behind the marker when it is the last one. */
function heredocLine(text: string, at: number, levels: Level[]): number {
  const level = levels.at(-1)
  const end = endOfComment(text, at)
  if (level?.kind !== 'heredoc' || text.slice(at, end).trim() !== level.marker) return at
  levels.pop()
  return text[end - 1] === '\r' ? end - 1 : end
}

function stepInCode(text: string, at: number, level: Extract<Level, { kind: 'code' }>, levels: Level[]): number {
  const blank = skipBlank(text, at)
  if (blank > at) return blank
  const first = text[at]
  const heredoc = first === '<' ? heredocAt(text, at) : undefined
  if (heredoc) {
    levels.push({ kind: 'heredoc', marker: heredoc.marker, from: at })
    return heredocLine(text, heredoc.lines, levels)
  }
  if (first === '"') levels.push({ kind: 'quote', from: at })
  else if (first === '{') level.braces++
  else if (first === '}' && level.braces > 0) level.braces--
  else if (first === '}') levels.pop()
  return at + 1
}

function unclosed(text: string, level: Level | undefined): FormatError {
  const what = level?.kind === 'heredoc' ? `the text up to ${level.marker.slice(0, 100)}` : level?.kind === 'code' ? 'this ${' : 'this text'
  return new FormatError(`${what} is not closed`, level && lineAt(text, level.from))
}
