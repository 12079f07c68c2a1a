import type { Body, Clause, Position, Rule, Term } from './ast.ts'
import { parseBody, parseLiteral } from './parser-body.ts'
import type { Cursor } from './parser-cursor.ts'
import { attachedPath, parseInfix, parseList, parseTerm, positionOf } from './parser-terms.ts'

interface Head {
  path: Term[]
  args: Term[] | undefined
  /** Of `contains`. */
  element: Term | undefined
  value: Term | undefined
  at: Position
}

/** One rule, or several that share a head: `p { … } { … }`. */
export function parseRules(cursor: Cursor, v1: boolean): Rule[] {
  const at = positionOf(cursor)
  if (cursor.acceptKeyword('default')) return [parseDefault(cursor, at)]
  const head = parseHead(cursor)
  const usesIf = cursor.acceptKeyword('if')
  const hasBody = usesIf || (cursor.isSymbol('{') && (!cursor.token.newLine || !v1))
  if (hasBody && !usesIf && v1) cursor.fail('`if` keyword is required before rule body')
  const body = usesIf ? parseConditions(cursor) : hasBody ? parseBraced(cursor) : []
  const target = targetOf(cursor, head, v1, usesIf, hasBody)
  const clauses: Clause[] = [{ value: head.value, body, at }]
  while (hasBody && cursor.isKeyword('else')) clauses.push(parseElse(cursor, v1))
  if (clauses.length > 1 && (target.element || head.path.length < target.path.length))
    cursor.fail('`else` cannot follow a partial rule', at)
  const rules: Rule[] = [{ default: false, ...target, args: head.args, clauses, at }]
  while (!v1 && !usesIf && hasBody && clauses.length === 1 && cursor.isSymbol('{')) {
    const start = positionOf(cursor)
    rules.push({
      default: false,
      ...target,
      args: head.args,
      clauses: [{ value: head.value, body: parseBraced(cursor), at: start }],
      at: start,
    })
  }
  return rules
}

function parseArguments(cursor: Cursor): Term[] | undefined {
  if (cursor.token.newLine || !cursor.acceptSymbol('(')) return undefined
  return parseList(cursor, ')')
}

function parseHead(cursor: Cursor): Head {
  const at = positionOf(cursor)
  const name = cursor.expectName('a rule').text
  const path: Term[] = [{ kind: 'value', value: name, at }, ...attachedPath(cursor)]
  const args = parseArguments(cursor)
  const element = !args && cursor.acceptKeyword('contains') ? parseInfix(cursor, true) : undefined
  if (element && (cursor.isSymbol('=') || cursor.isSymbol(':='))) cursor.fail('a rule with `contains` has no value')
  const value = cursor.acceptSymbol(':=') || cursor.acceptSymbol('=') ? parseInfix(cursor, true) : undefined
  return { path, args, element, value, at }
}

/** What the head names: an old partial set has its element in brackets. */
function targetOf(cursor: Cursor, head: Head, v1: boolean, usesIf: boolean, hasBody: boolean): Pick<Rule, 'path' | 'element'> {
  const { path, element, value, args } = head
  const last = path.at(-1) as Term
  if (element || args) return { path, element }
  if (!value && path.length === 2 && !usesIf) {
    if (v1) cursor.fail('`contains` keyword is required for partial set rules', head.at)
    return { path: path.slice(0, 1), element: last }
  }
  if (!value && !hasBody) {
    cursor.fail(
      path.length > 2 ? 'rule must have a body or assignment' : `rule must have a body: \`${String(shown(last))}\` says nothing`,
      head.at,
    )
  }
  return { path, element: undefined }
}

const shown = (term: Term): unknown => (term.kind === 'value' ? term.value : '…')

function parseBraced(cursor: Cursor): Body {
  cursor.expectSymbol('{')
  return parseBody(cursor, '}')
}

/** After `if`: a body, or one condition. `{` begins a body, unless what follows can only be a set or an object. */
function parseConditions(cursor: Cursor): Body {
  if (!cursor.isSymbol('{')) return [parseLiteral(cursor)]
  return cursor.attempt(() => parseBraced(cursor)) ?? [parseLiteral(cursor)]
}

function parseElse(cursor: Cursor, v1: boolean): Clause {
  const at = positionOf(cursor)
  cursor.advance()
  const value = cursor.acceptSymbol(':=') || cursor.acceptSymbol('=') ? parseInfix(cursor, true) : undefined
  if (cursor.acceptKeyword('if')) return { value, body: parseConditions(cursor), at }
  if (cursor.isSymbol('{')) {
    if (v1) cursor.fail('`if` keyword is required before rule body')
    return { value, body: parseBraced(cursor), at }
  }
  if (!value) cursor.unexpected('a value or a body of `else`')
  return { value, body: [], at }
}

function parseDefault(cursor: Cursor, at: Position): Rule {
  const name = cursor.expectName('the rule that has this default')
  const path: Term[] = [{ kind: 'value', value: name.text, at }, ...attachedPath(cursor)]
  const args = parseArguments(cursor)
  for (const arg of args ?? []) if (arg.kind !== 'var') cursor.fail('the arguments of a default function are plain variables', arg.at)
  if (!cursor.acceptSymbol(':=') && !cursor.acceptSymbol('=')) cursor.unexpected('`=` or `:=` and the default value')
  // A term, or one with operators in parentheses, which is refused below with better words.
  const value = parseTerm(cursor)
  checkConstant(cursor, value)
  if (cursor.isKeyword('in')) cursor.fail('unexpected keyword `in`')
  return { default: true, path, args, element: undefined, clauses: [{ value, body: [], at }], at }
}

const nameOfKind = { var: 'var', ref: 'ref', call: 'call', infix: 'binexpr', member: 'membership' } as const

function checkConstant(cursor: Cursor, term: Term): void {
  switch (term.kind) {
    case 'value':
    case 'comprehension':
      return
    case 'array':
    case 'set':
      for (const item of term.items) checkConstant(cursor, item)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        checkConstant(cursor, key)
        checkConstant(cursor, value)
      }
      return
    default:
      cursor.fail(`invalid \`${nameOfKind[term.kind]}\` in default value: it must be a constant or a comprehension`, term.at)
  }
}
