/** An expression of HCL as a tree. What is rarer than the forms here (`for`, splats, heredocs) has no tree. */
import { FormatError } from '../../../formats/format-error.ts'
import type { Json } from '../../../formats/json-value.ts'
import { hclTokens } from '../../../formats/terraform/tokens.ts'

export type Tree =
  | { kind: 'literal'; value: Json }
  | { kind: 'template'; text: string }
  | { kind: 'list'; items: Tree[] }
  | { kind: 'map'; items: [Tree, Tree][] }
  | { kind: 'reference'; names: string[] }
  | { kind: 'index'; of: Tree; by: Tree }
  | { kind: 'call'; name: string; arguments: Tree[] }
  | { kind: 'choice'; condition: Tree; yes: Tree; no: Tree }
  | { kind: 'unary'; sign: string; of: Tree }
  | { kind: 'binary'; sign: string; left: Tree; right: Tree }

/** Not a mistake of the text: only nothing that is read here. */
class NotRead extends Error {}

const deepest = 60
const longest = 10_000

export function readExpression(text: string): Tree | undefined {
  if (text.length > longest) return undefined
  try {
    const tokens = hclTokens(text).filter(({ kind }) => kind !== 'newline')
    const reader = openReader(tokens.map(({ kind, from, to }) => ({ kind, text: text.slice(from, to) })))
    const tree = reader.choice(0)
    return reader.isDone() ? tree : undefined
  } catch (error) {
    if (error instanceof NotRead || error instanceof FormatError) return undefined
    throw error
  }
}

/** Weakest first. */
const operators = [['||'], ['&&'], ['==', '!='], ['<', '>', '<=', '>='], ['+', '-'], ['*', '/', '%']]
const literals: Readonly<Record<string, Json>> = { true: true, false: false, null: null }

function openReader(tokens: readonly { kind: string; text: string }[]) {
  let at = 0
  const peek = () => tokens[at]?.text
  const take = (text: string): boolean => {
    if (tokens[at]?.kind !== 'sign' || peek() !== text) return false
    at++
    return true
  }
  const expect = (text: string) => {
    if (!take(text)) throw new NotRead()
  }
  const next = () => {
    const token = tokens[at++]
    if (!token) throw new NotRead()
    return token
  }

  function choice(depth: number): Tree {
    if (depth > deepest) throw new NotRead()
    const condition = binary(0, depth)
    if (!take('?')) return condition
    const yes = choice(depth + 1)
    expect(':')
    return { kind: 'choice', condition, yes, no: choice(depth + 1) }
  }

  function binary(level: number, depth: number): Tree {
    const signs = operators[level]
    if (!signs) return unary(depth)
    let left = binary(level + 1, depth)
    for (let sign = peek(); sign !== undefined && signs.includes(sign) && take(sign); sign = peek())
      left = { kind: 'binary', sign, left, right: binary(level + 1, depth) }
    return left
  }

  function unary(depth: number): Tree {
    if (depth > deepest) throw new NotRead()
    for (const sign of ['!', '-']) if (take(sign)) return { kind: 'unary', sign, of: unary(depth + 1) }
    return postfix(primary(depth), depth)
  }

  function postfix(start: Tree, depth: number): Tree {
    let tree = start
    for (;;) {
      if (take('.')) {
        const { kind, text } = next()
        if ((kind !== 'word' && kind !== 'number') || (tree.kind === 'reference' && tree.names.length > deepest)) throw new NotRead()
        tree =
          tree.kind === 'reference'
            ? { ...tree, names: [...tree.names, text] }
            : { kind: 'index', of: tree, by: { kind: 'literal', value: text } }
      } else if (take('[')) {
        tree = { kind: 'index', of: tree, by: choice(depth + 1) }
        expect(']')
      } else return tree
    }
  }

  function primary(depth: number): Tree {
    const { kind, text } = next()
    if (kind === 'number') return { kind: 'literal', value: Number(text) }
    if (kind === 'text') return { kind: 'template', text: unescaped(text) }
    if (kind === 'word') {
      if (text === 'for') throw new NotRead()
      if (Object.hasOwn(literals, text)) return { kind: 'literal', value: literals[text] ?? null }
      return take('(') ? { kind: 'call', name: text, arguments: listUntil(')', depth) } : { kind: 'reference', names: [text] }
    }
    if (text === '(') {
      const inner = choice(depth + 1)
      expect(')')
      return inner
    }
    if (text === '[') return { kind: 'list', items: listUntil(']', depth) }
    if (text === '{') return { kind: 'map', items: pairs(depth) }
    throw new NotRead()
  }

  function listUntil(end: string, depth: number): Tree[] {
    const items: Tree[] = []
    while (!take(end)) {
      items.push(choice(depth + 1))
      if (!take(',') && peek() !== end) throw new NotRead()
    }
    return items
  }

  function pairs(depth: number): [Tree, Tree][] {
    const items: [Tree, Tree][] = []
    while (!take('}')) {
      const bare = tokens[at]?.kind === 'word' && peek() !== 'for' && ['=', ':'].includes(tokens[at + 1]?.text ?? '')
      const key: Tree = bare ? { kind: 'literal', value: next().text } : choice(depth + 1)
      if (!take('=')) expect(':')
      items.push([key, choice(depth + 1)])
      take(',')
    }
    return items
  }

  return { choice, isDone: () => at === tokens.length }
}

/** Escapes of `${` are those of templates, and stay. */
const unescaped = (text: string): string =>
  text.slice(1, -1).replace(/\\(["\\nrt])/g, (_, sign: string) => ({ n: '\n', r: '\r', t: '\t' })[sign] ?? sign)
