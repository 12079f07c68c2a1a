/** Cuts the text of a condition into words. */

import { FormatError } from '../format-error.ts'

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Token =
  | { kind: 'variable'; key: string; column: number }
  | { kind: 'literal'; value: string | number | boolean; column: number }
  | { kind: 'operator'; text: Operator; column: number }
  | { kind: 'sign'; text: '!' | '&&' | '||' | '(' | ')'; column: number }
  | { kind: 'end'; column: number }

/** Columns count from 1. @throws FormatError naming the column of what is no word. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = skipBlanks(text, 0)
  while (at < text.length) {
    const { token, end } = tokenAt(text, at)
    tokens.push(token)
    at = skipBlanks(text, end)
  }
  tokens.push({ kind: 'end', column: text.length + 1 })
  return tokens
}

// A key may have dots and hyphens inside (`module.aws-vm.create_dns`), but ends in a letter, digit or underscore.
const variable = /\$?[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?/uy
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.-])/uy
const text1 = /'((?:[^'\\]|\\.)*)'/suy
const text2 = /"((?:[^"\\]|\\.)*)"/suy
const sign = /==|!=|<=|>=|&&|\|\||[<>!()]/y
const signs = ['!', '&&', '||', '(', ')'] as const
const operators = ['==', '!=', '<', '<=', '>', '>='] as const
const hints = new Map([
  ['=', 'compare with =='],
  ['&', 'write && for "and"'],
  ['|', 'write || for "or"'],
  ['"', 'the text that begins here has no end'],
  ["'", 'the text that begins here has no end'],
  ['$', 'a variable needs a name'],
])

function tokenAt(text: string, at: number): { token: Token; end: number } {
  const column = at + 1
  const numeral = match(number, text, at)
  if (numeral) return { token: { kind: 'literal', value: Number(numeral[0]), column }, end: at + numeral[0].length }
  const quoted = match(text1, text, at) ?? match(text2, text, at)
  if (quoted) return { token: { kind: 'literal', value: unescaped(quoted[1] ?? ''), column }, end: at + quoted[0].length }
  const word = match(variable, text, at)
  if (word) return { token: wordToken(word[0], column), end: at + word[0].length }
  const found = match(sign, text, at)?.[0]
  const operator = operators.find((each) => each === found)
  if (operator) return { token: { kind: 'operator', text: operator, column }, end: at + operator.length }
  const mark = signs.find((each) => each === found)
  if (mark) return { token: { kind: 'sign', text: mark, column }, end: at + mark.length }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
  throw new FormatError(`column ${column}: ${hints.get(character) ?? `${JSON.stringify(character)} cannot stand here`}`)
}

function wordToken(word: string, column: number): Token {
  if (/^\p{N}/u.test(word)) throw new FormatError(`column ${column}: "${word.slice(0, 100)}" is neither a number nor a variable`)
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true', column }
  return { kind: 'variable', key: word.startsWith('$') ? word.slice(1) : word, column }
}

/** A backslash only protects quotes and itself: `\d` stays as it is. */
const unescaped = (text: string): string => text.replace(/\\(["'\\])/g, '$1')

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && /\s/.test(text.charAt(at))) at++
  return at
}
