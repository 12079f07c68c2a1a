import type { Body, Literal, Statement, Term, With } from './ast.ts'
import type { Cursor } from './parser-cursor.ts'
import { parseInfix, parseTerm, positionOf } from './parser-terms.ts'

/** The lines up to `end`, which is read too. */
export function parseBody(cursor: Cursor, end: string): Body {
  return cursor.nested(() => {
    if (cursor.isSymbol(end)) cursor.fail('found empty body')
    const body = parseLines(cursor, () => cursor.isSymbol(end), `\`${end}\``)
    cursor.expectSymbol(end)
    return body
  })
}

export function parseLines(cursor: Cursor, ended: () => boolean, end: string): Body {
  const body: Literal[] = []
  for (;;) {
    body.push(parseLiteral(cursor))
    const separated = cursor.acceptSymbol(';')
    if (ended()) return body
    if (!separated && !cursor.token.newLine) cursor.unexpected(`a new line, \`;\` or ${end}`)
  }
}

export function parseLiteral(cursor: Cursor): Literal {
  const at = positionOf(cursor)
  const negated = cursor.acceptKeyword('not')
  if (negated && (cursor.isKeyword('some') || cursor.isKeyword('every') || cursor.isKeyword('not'))) {
    cursor.fail(`unexpected keyword \`${cursor.token.text}\` after \`not\``)
  }
  const statement = parseStatement(cursor)
  const withs: With[] = []
  while (cursor.isKeyword('with')) {
    const start = positionOf(cursor)
    cursor.advance()
    const target = parseTerm(cursor)
    if (target.kind !== 'var' && !(target.kind === 'ref' && target.head.kind === 'var')) {
      cursor.fail('`with` replaces input, data or a function', start)
    }
    cursor.expectKeyword('as')
    withs.push({ target, value: parseInfix(cursor, true), at: start })
  }
  return { statement, negated, withs, at }
}

function parseStatement(cursor: Cursor): Statement {
  if (cursor.acceptKeyword('some')) return parseSome(cursor)
  if (cursor.acceptKeyword('every')) return parseEvery(cursor)
  const left = parseInfix(cursor, true)
  if (cursor.acceptSymbol('=')) return { kind: 'unify', left, right: parseInfix(cursor, true) }
  if (cursor.acceptSymbol(':=')) return { kind: 'assign', left, right: parseInfix(cursor, true) }
  return { kind: 'term', term: left }
}

function parseSome(cursor: Cursor): Statement {
  const first = parseInfix(cursor, true)
  if (first.kind === 'member') return { kind: 'some_in', key: first.key, value: first.value, collection: first.collection, body: [] }
  const names = [nameOf(cursor, first)]
  while (cursor.acceptSymbol(',')) names.push(nameOf(cursor, parseTerm(cursor)))
  if (cursor.token.kind === 'name' && cursor.token.text === 'in' && !cursor.token.newLine) {
    cursor.fail('`some … in` needs `import rego.v1` or `import future.keywords.in`')
  }
  return { kind: 'some', names }
}

function nameOf(cursor: Cursor, term: Term): string {
  return term.kind === 'var' ? term.name : cursor.fail('`some` declares variables: names separated by commas', term.at)
}

function parseEvery(cursor: Cursor): Statement {
  const first = parseTerm(cursor)
  const value = cursor.acceptSymbol(',') ? parseTerm(cursor) : undefined
  for (const term of [first, value]) if (term && term.kind !== 'var') cursor.fail('`every` declares variables', term.at)
  cursor.expectKeyword('in')
  const collection = parseInfix(cursor, false)
  cursor.expectSymbol('{')
  const body = parseBody(cursor, '}')
  return { kind: 'every', key: value ? first : undefined, value: value ?? first, collection, body }
}
