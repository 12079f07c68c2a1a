import { FormatError } from '../format-error.ts'
import { limits } from './limits.ts'
import type { ActionNode, BranchType, Node, Pipeline, Source, Template, TextNode } from './nodes.ts'
import { type ActionPiece, type Delimiters, type Piece, scan } from './scan.ts'
import { Scope } from './scope.ts'
import { readStatement, type Statement } from './statement.ts'
import { blanks, type Token } from './tokens.ts'

/** @throws FormatError naming the line */
export const parse = (text: string, delimiters: Delimiters): Template => {
  const pieces = scan(text, delimiters, readsAlone)
  return new TreeBuilder(text).build(pieces)
}

/** Whether tokens make one whole action, whatever variables there are. */
const readsAlone = (tokens: readonly Token[]): boolean => {
  readStatement(tokens, 1, { declare: () => 0, find: () => 0 })
  return true
}

/** A block that is still open. */
interface Open {
  readonly opener: string
  readonly piece: ActionPiece
  readonly nodes: Node[]
  /** Where nodes go now: the body, then what `else` says. */
  current: Node[]
  readonly otherwise: Node[]
  readonly branch: { readonly type: BranchType; readonly pipeline: Pipeline } | undefined
  /** `else if`: closed by the same `end` as the block around it. */
  readonly chained: boolean
  readonly scope: Scope
  /** Variables before the block, and those that it may use. */
  readonly outerSize: number
  readonly innerSize: number
  /** Outer variables are used in it. */
  usesOuter: boolean
  elsed: boolean
  /** `define` and `block`: the name. */
  readonly defines: string | undefined
  readonly call: Pipeline | undefined
}

class TreeBuilder {
  readonly #text: string
  readonly #body: Node[] = []
  readonly #open: Open[] = []
  readonly #defined = new Map<string, readonly Node[]>()
  readonly #rootScope = new Scope()

  constructor(text: string) {
    this.#text = text
  }

  build(pieces: readonly Piece[]): Template {
    for (const [index, piece] of pieces.entries()) {
      if (piece.kind === 'text') this.#nodes.push(textNode(this.#text, piece, pieces[index - 1], pieces[index + 1]))
      else this.#action(piece)
    }
    const open = this.#open.at(-1)
    if (open) throw new FormatError(`"${open.opener}" has no "end"`, open.piece.line)
    return { text: this.#text, body: this.#body, defined: this.#defined }
  }

  get #nodes(): Node[] {
    return this.#open.at(-1)?.current ?? this.#body
  }

  get #scope(): Scope {
    return this.#open.at(-1)?.scope ?? this.#rootScope
  }

  #action(piece: ActionPiece): void {
    const { line } = piece
    const scope = this.#scope
    const inner = this.#open.at(-1)?.innerSize
    // What a body declared is forgotten before `else if` is read.
    if (inner !== undefined && isElse(piece)) scope.leave(inner)
    const size = scope.size
    const { result: statement, lowest } = scope.watch(() => readStatement(piece.tokens, line, scope))
    for (const open of this.#open) if (open.scope === scope && lowest < open.outerSize) open.usesOuter = true
    const uses = lowest < size
    if (statement.kind === 'else') this.#else(statement, piece)
    else if (statement.kind === 'end') this.#end(piece)
    else if (statement.kind === 'branch') this.#openBranch(statement, piece, size, uses)
    else if (statement.kind === 'define' || statement.kind === 'block') this.#openTemplate(statement, piece, uses)
    else this.#nodes.push(this.#simple(statement, piece, uses))
  }

  #simple(
    statement: Extract<Statement, { kind: 'comment' | 'print' | 'jump' | 'template' }>,
    piece: ActionPiece,
    uses: boolean,
  ): ActionNode {
    const source = this.#source(piece, piece.end, uses)
    if (statement.kind === 'comment') return { kind: 'comment', ...source }
    if (statement.kind === 'print')
      return { kind: 'print', pipeline: statement.pipeline, ...source, alone: source.alone && !statement.declares }
    if (statement.kind === 'template')
      return { kind: 'template', name: statement.name, pipeline: statement.pipeline, defines: false, ...source }
    if (!this.#inRange()) throw new FormatError(`"${statement.to}" stands outside of a range`, piece.line)
    return { kind: 'jump', to: statement.to, ...source }
  }

  #source(piece: ActionPiece, end: number, usesOuter: boolean): Source {
    const moved = this.#open.some(({ branch, defines }) => defines !== undefined || branch?.type === 'range' || branch?.type === 'with')
    return { line: piece.line, start: piece.start, end, alone: !usesOuter && !moved }
  }

  #inRange(): boolean {
    const template = this.#open.findLastIndex(({ defines }) => defines !== undefined)
    // The else of a range is not inside of it.
    return this.#open.slice(template + 1).some(({ branch, elsed }) => branch?.type === 'range' && !elsed)
  }

  #push(open: Pick<Open, 'opener' | 'piece' | 'branch' | 'chained' | 'scope' | 'outerSize' | 'usesOuter' | 'defines' | 'call'>): void {
    if (this.#open.length >= limits.nesting) throw new FormatError('blocks are nested too deeply', open.piece.line)
    const nodes: Node[] = []
    this.#open.push({ ...open, nodes, current: nodes, otherwise: [], innerSize: open.scope.size, elsed: false })
  }

  #openBranch(statement: Extract<Statement, { kind: 'branch' }>, piece: ActionPiece, outerSize: number, usesOuter: boolean): void {
    const { type, pipeline } = statement
    const branch = { type, pipeline }
    const scope = this.#scope
    this.#push({ opener: type, piece, branch, chained: false, scope, outerSize, usesOuter, defines: undefined, call: undefined })
  }

  #openTemplate(statement: Extract<Statement, { kind: 'define' | 'block' }>, piece: ActionPiece, usesOuter: boolean): void {
    const { kind, name } = statement
    if (kind === 'define' && this.#open.length > 0) throw new FormatError('"define" stands inside of another block', piece.line)
    const call = statement.kind === 'block' ? statement.pipeline : undefined
    const scope = new Scope()
    this.#push({ opener: kind, piece, branch: undefined, chained: false, scope, outerSize: scope.size, usesOuter, defines: name, call })
  }

  #else(statement: Extract<Statement, { kind: 'else' }>, piece: ActionPiece): void {
    const open = this.#open.at(-1)
    if (!open?.branch) throw new FormatError('"else" without "if", "range" or "with"', piece.line)
    if (open.elsed) throw new FormatError('"else" after the last "else"', piece.line)
    const { next } = statement
    if (next && next.type !== open.branch.type) throw new FormatError(`"else ${next.type}" does not belong to "${open.opener}"`, piece.line)
    open.elsed = true
    open.current = open.otherwise
    if (next) this.#push({ ...open, opener: `else ${next.type}`, piece, branch: next, chained: true })
  }

  #end(piece: ActionPiece): void {
    const open = this.#open.pop()
    if (!open) throw new FormatError('"end" without a block that it ends', piece.line)
    open.scope.leave(open.outerSize)
    this.#nodes.push(this.#closed(open, piece.end))
    if (open.chained) this.#end(piece)
  }

  #closed(open: Open, end: number): ActionNode {
    const source = this.#source(open.piece, end, open.usesOuter || open.chained)
    if (open.branch) return { kind: 'branch', ...open.branch, body: open.nodes, otherwise: open.otherwise, ...source }
    const name = open.defines ?? ''
    const present = this.#defined.get(name)
    if (present && !isBlank(present) && !isBlank(open.nodes))
      throw new FormatError(`the template "${name}" is defined twice`, open.piece.line)
    if (!present || isBlank(present)) this.#defined.set(name, open.nodes)
    return open.call ? { kind: 'template', name, pipeline: open.call, defines: true, ...source } : { kind: 'define', ...source }
  }
}

/** A definition of blanks gives way to another one of the same name. */
const isBlank = (nodes: readonly Node[]): boolean => nodes.every((node) => node.kind === 'text' && node.raw.trim() === '')

const isElse = ({ tokens: [first] }: ActionPiece): boolean => first?.kind === 'keyword' && first.name === 'else'

const textNode = (text: string, { start, end }: { start: number; end: number }, before?: Piece, after?: Piece): TextNode => {
  const raw = text.slice(start, end)
  let from = 0
  let to = raw.length
  if (before?.kind === 'action' && before.trimsAfter) while (from < raw.length && blanks.includes(raw.charAt(from))) from++
  if (after?.kind === 'action' && after.trimsBefore) while (to > 0 && blanks.includes(raw.charAt(to - 1))) to--
  return { kind: 'text', raw, from, to }
}
