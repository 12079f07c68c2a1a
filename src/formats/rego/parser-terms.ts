import type { Body, Operator, Position, Term } from './ast.ts'
import { parseBody } from './parser-body.ts'
import type { Cursor } from './parser-cursor.ts'
import { RegoSet, type Value } from './values.ts'

/** A term with operators; `pairs` tells whether `k, v in xs` may stand here, which it may not in a list. */
export function parseInfix(cursor: Cursor, pairs: boolean, first?: Term): Term {
  const at = positionOf(cursor)
  let left = parseLevel(cursor, 0, first)
  if (pairs && cursor.keywords.has('in') && cursor.isSymbol(',')) {
    const pair = cursor.attempt(() => {
      cursor.advance()
      const value = parseLevel(cursor, 0)
      cursor.expectKeyword('in')
      return { kind: 'member', key: left, value, collection: parseLevel(cursor, 0), at } satisfies Term
    })
    if (pair) left = pair
  }
  while (cursor.acceptKeyword('in')) left = { kind: 'member', key: undefined, value: left, collection: parseLevel(cursor, 0), at }
  return left
}

const levels: readonly (readonly Operator[])[] = [['==', '!=', '<', '<=', '>', '>='], ['|'], ['&'], ['+', '-'], ['*', '/', '%']]

/** `first` is a term that was read already. */
function parseLevel(cursor: Cursor, level: number, first?: Term): Term {
  const operators = levels[level]
  if (!operators) return first ?? parseTerm(cursor)
  const at = first?.at ?? positionOf(cursor)
  let left = parseLevel(cursor, level + 1, first)
  for (;;) {
    const operator = cursor.token.kind === 'symbol' ? operators.find((one) => one === cursor.token.text) : undefined
    if (!operator) return left
    cursor.advance()
    left = { kind: 'infix', operator, left, right: parseLevel(cursor, level + 1), at }
  }
}

export const positionOf = ({ token }: Cursor): Position => ({ line: token.line, column: token.column })

/** A term without operators, with what is attached to it: `.field`, `[key]`, `(arguments)`. */
export const parseTerm = (cursor: Cursor): Term => cursor.nested(() => attached(cursor, parsePlain(cursor)))

function parsePlain(cursor: Cursor): Term {
  const { token } = cursor
  const at = positionOf(cursor)
  if (token.kind === 'string' || token.kind === 'number') {
    cursor.advance()
    return { kind: 'value', value: token.kind === 'number' ? token.number : token.text, at }
  }
  if (token.kind === 'name') return parseName(cursor, at)
  if (token.kind === 'symbol') {
    if (token.text === '[') return parseArray(cursor, at)
    if (token.text === '{') return parseBraces(cursor, at)
    if (token.text === '(') {
      cursor.advance()
      const inner = parseInfix(cursor, true)
      cursor.expectSymbol(')')
      return inner
    }
    if (token.text === '-') {
      cursor.advance()
      const value = cursor.token
      if (value.kind !== 'number') return cursor.fail('unary - can only be used with numeric literals', at)
      cursor.advance()
      return { kind: 'value', value: value.number === 0 ? 0 : -value.number, at }
    }
  }
  return cursor.unexpected('a term')
}

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['null', null],
  ['true', true],
  ['false', false],
])

function parseName(cursor: Cursor, at: Position): Term {
  const { token } = cursor
  const constant = constants.get(token.text)
  if (constant !== undefined && cursor.isKeyword(token.text)) {
    cursor.advance()
    return { kind: 'value', value: constant, at }
  }
  const isCall = cursor.next.text === '(' && !cursor.next.spaced
  // `contains` is a function too.
  if (token.text === 'contains' && isCall) {
    cursor.advance()
    return { kind: 'var', name: 'contains', at }
  }
  cursor.expectName('a term')
  if (token.text === 'set' && isCall) {
    cursor.advance()
    cursor.expectSymbol(')', 'after `set(`: a set with members is written {1, 2}')
    return { kind: 'value', value: RegoSet.of([]), at }
  }
  return { kind: 'var', name: token.text === '_' ? cursor.wildcard() : token.text, at }
}

function attached(cursor: Cursor, start: Term): Term {
  const [term, path] = [start, attachedPath(cursor)]
  let whole: Term = path.length > 0 ? { kind: 'ref', head: term, path, at: term.at } : term
  while (cursor.isSymbol('(') && !cursor.token.spaced) {
    if (whole.kind !== 'var' && !(whole.kind === 'ref' && whole.head.kind === 'var')) cursor.fail('only a function can be called')
    cursor.advance()
    const args = parseList(cursor, ')')
    whole = { kind: 'call', operator: whole, args, at: whole.at }
    const rest = attachedPath(cursor)
    if (rest.length > 0) whole = { kind: 'ref', head: whole, path: rest, at: whole.at }
  }
  return whole
}

/** `.field` and `[key]`, as many as follow without white space. */
export function attachedPath(cursor: Cursor): Term[] {
  const path: Term[] = []
  for (;;) {
    if (cursor.token.spaced) return path
    if (cursor.acceptSymbol('.')) {
      const { token } = cursor
      if (token.spaced) cursor.fail('invalid whitespace between . and identifier')
      if (token.kind !== 'name') cursor.unexpected('a name after `.`')
      path.push({ kind: 'value', value: token.text, at: positionOf(cursor) })
      cursor.advance()
    } else if (cursor.acceptSymbol('[')) {
      path.push(parseInfix(cursor, false))
      cursor.expectSymbol(']')
    } else {
      return path
    }
  }
}

/** What stands between the bracket that was read and `end`; a comma may follow the last. */
export function parseList(cursor: Cursor, end: string, first?: Term): Term[] {
  const items: Term[] = []
  if (first) {
    items.push(parseInfix(cursor, false, first))
    if (!cursor.isSymbol(end)) cursor.expectSymbol(',', `or \`${end}\``)
  }
  while (!cursor.acceptSymbol(end)) {
    items.push(parseInfix(cursor, false))
    if (!cursor.isSymbol(end)) cursor.expectSymbol(',', `or \`${end}\``)
  }
  return items
}

function parseArray(cursor: Cursor, at: Position): Term {
  cursor.advance()
  if (cursor.acceptSymbol(']')) return { kind: 'array', items: [], at }
  const head = parseTerm(cursor)
  const body = comprehensionBody(cursor, ']')
  if (body) return { kind: 'comprehension', form: 'array', key: undefined, value: head, body, at }
  return { kind: 'array', items: parseList(cursor, ']', head), at }
}

/** `[ a | b ]` is a comprehension where it can be read as one, otherwise a list with a union in it. */
function comprehensionBody(cursor: Cursor, end: string): Body | undefined {
  if (!cursor.isSymbol('|')) return undefined
  return cursor.attempt(() => {
    cursor.advance()
    return parseBody(cursor, end)
  })
}

function parseBraces(cursor: Cursor, at: Position): Term {
  cursor.advance()
  if (cursor.acceptSymbol('}')) return { kind: 'object', entries: [], at }
  const head = parseTerm(cursor)
  const body = comprehensionBody(cursor, '}')
  if (body) return { kind: 'comprehension', form: 'set', key: undefined, value: head, body, at }
  const first = parseInfix(cursor, false, head)
  if (cursor.acceptSymbol(':')) return parseObject(cursor, at, first)
  if (!cursor.isSymbol('}')) cursor.expectSymbol(',', 'or `}`')
  return { kind: 'set', items: [first, ...parseList(cursor, '}')], at }
}

function parseObject(cursor: Cursor, at: Position, firstKey: Term): Term {
  const head = parseTerm(cursor)
  const body = comprehensionBody(cursor, '}')
  if (body) return { kind: 'comprehension', form: 'object', key: firstKey, value: head, body, at }
  const entries: [Term, Term][] = [[firstKey, parseInfix(cursor, false, head)]]
  for (;;) {
    if (cursor.acceptSymbol('}')) return { kind: 'object', entries, at }
    cursor.expectSymbol(',', 'or `}`')
    if (cursor.acceptSymbol('}')) return { kind: 'object', entries, at }
    const key = parseInfix(cursor, false)
    cursor.expectSymbol(':')
    entries.push([key, parseInfix(cursor, false)])
  }
}
