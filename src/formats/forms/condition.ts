/**
 * Conditions of form groups and options: `$size == "large" && !($cpu > 4 || $env == 'prod')`.
 *
 * `!` binds tighter than comparisons, these tighter than `&&`, and that tighter than `||`. A comparison has two sides; what
 * is to be compared again needs parentheses. `$key` and a bare `key` are the value of a variable; `$env`, `$project`,
 * `$organization` and `$use_case` are facts about the component, unless a variable of that name has a value.
 *
 * How things compare (nothing is ever an error while a condition is evaluated):
 * - A variable without a value equals `""`, `false` and another one without a value: a switch that nobody touched is off.
 * - A number and a text that spells a number compare as numbers: `"4" == 4`. Two texts are equal letter by letter, so
 *   `"1.10" != "1.1"`. A boolean equals the texts `"true"` and `"false"`. Lists and maps equal lists and maps with the same
 *   content. All else is different, and `!=` is always the opposite of `==`.
 * - `<`, `<=`, `>`, `>=` compare numbers when both sides are or spell numbers, else two texts by their code units; all else
 *   is false.
 * - Alone, `$key` is false when it has no value or is `false`, `"false"`, `""`, 0, an empty list or an empty map.
 */

import { FormatError } from '../format-error.ts'
import { type Operator, type Token, tokensOf } from './condition-tokens.ts'
import { sameJson } from './json.ts'

export type Condition =
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'variable'; key: string }
  | { kind: 'not'; of: Condition }
  | { kind: 'all' | 'any'; of: Condition[] }
  | { kind: 'compare'; operator: Operator; left: Condition; right: Condition }

export interface ConditionFacts {
  variables: ReadonlyMap<string, unknown>
  env?: string
  project?: string
  organization?: string
  useCase?: string
}

/** In characters. */
export const longestCondition = 4_096
const deepestNesting = 50

/** Parsed once, evaluated often. @throws FormatError with the column. */
export function parseCondition(text: string): Condition {
  if (text.length > longestCondition) throw new FormatError(`a condition has at most ${longestCondition} characters`)
  const reader: Reader = { tokens: tokensOf(text), at: 0 }
  const condition = anyOf(reader, 0)
  const rest = peek(reader)
  if (rest.kind !== 'end') throw unexpected(rest, 'expected && or || or the end')
  return condition
}

export function evaluateCondition(condition: Condition, facts: ConditionFacts): boolean {
  return holds(resultOf(condition, facts))
}

/** The keys a condition asks for, each once, in order. */
export function keysOf(condition: Condition): string[] {
  const keys = new Set<string>()
  const walk = (node: Condition): void => {
    if (node.kind === 'variable') keys.add(node.key)
    else if (node.kind === 'not') walk(node.of)
    else if (node.kind === 'compare') for (const side of [node.left, node.right]) walk(side)
    else if (node.kind !== 'literal') for (const part of node.of) walk(part)
  }
  walk(condition)
  return [...keys]
}

/** One spelling for one meaning: reading it gives the same condition back. */
export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'literal':
      return typeof condition.value === 'string' ? `"${condition.value.replace(/["\\]/g, '\\$&')}"` : String(condition.value)
    case 'variable':
      return `$${condition.key}`
    case 'not':
      return `!${printOperand(condition.of)}`
    case 'compare':
      return `${printOperand(condition.left)} ${condition.operator} ${printOperand(condition.right)}`
    default: {
      const loose = (part: Condition) => part.kind === 'all' || part.kind === 'any'
      return condition.of
        .map((part) => (loose(part) ? `(${printCondition(part)})` : printCondition(part)))
        .join(condition.kind === 'all' ? ' && ' : ' || ')
    }
  }
}

const printOperand = (condition: Condition): string =>
  ['literal', 'variable', 'not'].includes(condition.kind) ? printCondition(condition) : `(${printCondition(condition)})`

interface Reader {
  tokens: Token[]
  at: number
}

const peek = (reader: Reader): Token => reader.tokens[reader.at] ?? { kind: 'end', column: 1 }

function take(reader: Reader, text: string): boolean {
  const token = peek(reader)
  if (token.kind !== 'sign' || token.text !== text) return false
  reader.at++
  return true
}

function anyOf(reader: Reader, depth: number): Condition {
  const of = [allOf(reader, depth)]
  while (take(reader, '||')) of.push(allOf(reader, depth))
  return of.length === 1 && of[0] ? of[0] : { kind: 'any', of }
}

function allOf(reader: Reader, depth: number): Condition {
  const of = [comparison(reader, depth)]
  while (take(reader, '&&')) of.push(comparison(reader, depth))
  return of.length === 1 && of[0] ? of[0] : { kind: 'all', of }
}

function comparison(reader: Reader, depth: number): Condition {
  const left = operand(reader, depth)
  const token = peek(reader)
  if (token.kind !== 'operator') return left
  reader.at++
  const right = operand(reader, depth)
  const next = peek(reader)
  if (next.kind === 'operator') throw unexpected(next, 'a comparison has two sides: use parentheses')
  return { kind: 'compare', operator: token.text, left, right }
}

function operand(reader: Reader, depth: number): Condition {
  const token = peek(reader)
  if (depth > deepestNesting) throw new FormatError(`column ${token.column}: nested too deeply`)
  if (take(reader, '!')) return { kind: 'not', of: operand(reader, depth + 1) }
  if (take(reader, '(')) {
    const inner = anyOf(reader, depth + 1)
    if (!take(reader, ')')) throw unexpected(peek(reader), `expected ) for the ( in column ${token.column}`)
    return inner
  }
  if (token.kind !== 'literal' && token.kind !== 'variable') throw unexpected(token, 'expected a variable, a value or (')
  reader.at++
  return token.kind === 'literal' ? { kind: 'literal', value: token.value } : { kind: 'variable', key: token.key }
}

function unexpected(token: Token, help: string): FormatError {
  const found = token.kind === 'end' ? 'the condition ends here' : `${wordsOf(token)} cannot stand here`
  return new FormatError(`column ${token.column}: ${found}, ${help}`)
}

function wordsOf(token: Exclude<Token, { kind: 'end' }>): string {
  if (token.kind === 'variable') return `$${token.key.slice(0, 100)}`
  return token.kind === 'literal' ? JSON.stringify(token.value).slice(0, 100) : `"${token.text}"`
}

function resultOf(condition: Condition, facts: ConditionFacts): unknown {
  switch (condition.kind) {
    case 'literal':
      return condition.value
    case 'variable':
      return facts.variables.get(condition.key) ?? factCalled(condition.key, facts)
    case 'not':
      return !holds(resultOf(condition.of, facts))
    case 'all':
      return condition.of.every((part) => holds(resultOf(part, facts)))
    case 'any':
      return condition.of.some((part) => holds(resultOf(part, facts)))
    case 'compare':
      return compare(condition.operator, resultOf(condition.left, facts), resultOf(condition.right, facts))
  }
}

function factCalled(key: string, facts: ConditionFacts): string | undefined {
  switch (key) {
    case 'env':
    case 'environment':
      return facts.env
    case 'project':
      return facts.project
    case 'org':
    case 'organization':
      return facts.organization
    case 'use_case':
      return facts.useCase
    default:
      return undefined
  }
}

function holds(value: unknown): boolean {
  if (value === undefined || value === null || value === 'false') return false
  if (typeof value === 'object') return Object.keys(value).length > 0
  return Boolean(value)
}

function compare(operator: Operator, left: unknown, right: unknown): boolean {
  switch (operator) {
    case '==':
      return equal(left, right)
    case '!=':
      return !equal(left, right)
    case '<':
      return inOrder(left, right, (a, b) => a < b)
    case '<=':
      return inOrder(left, right, (a, b) => a <= b)
    case '>':
      return inOrder(left, right, (a, b) => a > b)
    case '>=':
      return inOrder(left, right, (a, b) => a >= b)
  }
}

function equal(left: unknown, right: unknown): boolean {
  const [a, b] = [left ?? undefined, right ?? undefined]
  if (a === undefined || b === undefined) return a === b || (a ?? b) === '' || (a ?? b) === false
  if (typeof a === typeof b) return sameJson(a, b)
  if (typeof a === 'boolean' || typeof b === 'boolean') return String(a) === String(b) && typeof a !== 'object' && typeof b !== 'object'
  const [x, y] = [numeric(a), numeric(b)]
  return x !== undefined && x === y
}

function inOrder(left: unknown, right: unknown, test: (a: number | string, b: number | string) => boolean): boolean {
  const [x, y] = [numeric(left), numeric(right)]
  if (x !== undefined && y !== undefined) return test(x, y)
  return typeof left === 'string' && typeof right === 'string' && test(left, right)
}

function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined
}
