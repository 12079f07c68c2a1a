/** Whether a text is one expression of HCL: its words and signs in an order that can be meant. What it says is not understood. */
import { FormatError } from '../format-error.ts'
import { hclStructure } from './structure.ts'
import { hclTokens, type Token } from './tokens.ts'
import { isIdentifier } from './write.ts'

/**
 * A bare expression that ends where its text ends, whatever line ends and comments are in it.
 * @throws FormatError when it is no expression
 */
export function expression(text: string): string {
  const trimmed = text.trim()
  if (isOneExpression(trimmed)) return trimmed
  const inParentheses = `(\n${trimmed}\n)`
  if (trimmed !== '' && isOneExpression(inParentheses)) return inParentheses
  throw new FormatError(`"${trimmed.slice(0, 100)}" is no Terraform expression`)
}

export function isOneExpression(text: string): boolean {
  try {
    const { attributes, blocks } = hclStructure(`${prefix}${text}`)
    const [only, second] = attributes
    return (
      only !== undefined &&
      second === undefined &&
      blocks.length === 0 &&
      only.from === prefix.length &&
      only.to === prefix.length + text.length &&
      !/\r(?!\n)/.test(text) &&
      isInOrder(`${prefix}${text}`, only.tokens)
    )
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

const prefix = 'x = '

/** The marker of a heredoc must be alone on its line. */
export const endsInHeredoc = (expression: string): boolean => hclTokens(expression).at(-1)?.kind === 'heredoc'

export const hasHeredoc = (expression: string): boolean => hclTokens(expression).some(({ kind }) => kind === 'heredoc')

const infix = new Set(['==', '!=', '<=', '>=', '&&', '||', '<', '>', '*', '/', '%', '+', '?'])
/** Behind these, something must come. */
const open = new Set([...infix, '-', '!', '.', ':', '=', '=>', 'keyword'])
const closers = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
])

interface Level {
  sign: string
  /** Of a call or an index: it belongs to what stands before it. */
  isSuffix: boolean
  questions: number
  /** Of `[for … in … : …]` and `{for … in … : … => …}`: what is still to come. */
  loop?: ('in' | ':' | '=>')[]
}

/** What came before: nothing yet, `value`, `keyword` of a loop, or a sign. */
type Before = string

function isInOrder(text: string, tokens: readonly Token[]): boolean {
  const levels: Level[] = [{ sign: '', isSuffix: false, questions: 0 }]
  let before: Before = ''
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token
    const level = levels.at(-1) as Level
    const written = text.slice(token.from, token.to)
    if (token.kind === 'newline') {
      if (level.sign === '{' && !level.loop && before === 'value') before = ','
      continue
    }
    if (token.kind !== 'sign') {
      if (token.kind === 'word' && isKeyword(written, before, level)) before = 'keyword'
      else if (before === 'value' || before === '...' || (token.kind === 'word' && !isIdentifier(written))) return false
      else if (written === 'for' && before !== '.') return false
      else before = 'value'
      continue
    }
    // Namespaces of functions, as in provider::time::rfc3339_parse.
    if (written === ':' && text[token.to] === ':' && before === 'value') {
      at++
      before = '.'
      continue
    }
    const next = step(text, token, written, before, levels, tokens[at - 1])
    if (next === undefined) return false
    before = next
  }
  return levels.length === 1 && levels[0]?.questions === 0 && before !== '' && !open.has(before)
}

function isKeyword(word: string, before: Before, level: Level): boolean {
  if (word === 'for' && !level.isSuffix && before === level.sign && (before === '[' || before === '{'))
    level.loop = before === '[' ? ['in', ':'] : ['in', ':', '=>']
  else if (word === 'in' && level.loop?.[0] === 'in' && before === 'value') level.loop.shift()
  else return word === 'if' && level.loop?.length === 0 && (before === 'value' || before === '...')
  return true
}

/** @returns what stands before the next one; undefined where the sign cannot be meant */
function step(text: string, token: Token, sign: string, before: Before, levels: Level[], last: Token | undefined): Before | undefined {
  const level = levels.at(-1) as Level
  const { loop } = level
  if (loop?.[0] === 'in' && sign !== ',') return undefined
  if (sign === '(' || sign === '[' || sign === '{') {
    const isSuffix = before === 'value'
    if (before === '...') return undefined
    if (isSuffix && (sign === '{' || (sign === '(' && last?.kind !== 'word'))) return undefined
    levels.push({ sign, isSuffix, questions: 0 })
    return sign
  }
  if (closers.has(sign)) {
    if (levels.length === 1 || level.questions > 0 || open.has(before) || (loop && loop.length > 0)) return undefined
    if (before === level.sign && (sign === ')' ? !level.isSuffix : sign === ']' && level.isSuffix)) return undefined
    levels.pop()
    return 'value'
  }
  if (sign === '*' && (before === '.' || (before === '[' && level.isSuffix))) return 'value'
  if (sign === '-') return before === '...' ? undefined : sign
  if (sign === '!') return before === 'value' || before === '...' ? undefined : sign
  if (sign === '%' && text[token.to] === '{') return undefined
  if (before !== 'value') return undefined
  if (sign === '?') level.questions++
  if (infix.has(sign) || sign === '.') return sign
  if (sign === ':' && level.questions > 0) level.questions--
  else if (sign === ':' && loop) {
    if (loop.shift() !== ':') return undefined
  } else if (sign === ':' && level.sign !== '{') return undefined
  if (sign === ':') return sign
  if (sign === '=>') return loop?.shift() === '=>' ? sign : undefined
  if (sign === '=') return level.sign === '{' && !loop ? sign : undefined
  if (sign === '...') return (level.sign === '(' && level.isSuffix) || (level.sign === '{' && loop?.length === 0) ? sign : undefined
  if (sign !== ',' || (loop && loop[0] !== 'in')) return undefined
  return level.questions === 0 && !(level.isSuffix && level.sign === '[') && !(level.sign === '(' && !level.isSuffix) ? sign : undefined
}
