import { FormatError } from '../format-error.ts'
import { findFunction } from './functions/all.ts'
import { limits } from './limits.ts'
import type { BranchType, Expression, Pipeline } from './nodes.ts'
import type { Scope } from './scope.ts'
import type { Token } from './tokens.ts'

/** What one action says, before blocks are put together. */
export type Statement =
  | { readonly kind: 'comment' }
  | { readonly kind: 'print'; readonly pipeline: Pipeline; readonly declares: boolean }
  | { readonly kind: 'branch'; readonly type: BranchType; readonly pipeline: Pipeline }
  | { readonly kind: 'else'; readonly next: { readonly type: 'if' | 'with'; readonly pipeline: Pipeline } | undefined }
  | { readonly kind: 'end' }
  | { readonly kind: 'jump'; readonly to: 'break' | 'continue' }
  | { readonly kind: 'define'; readonly name: string }
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined }
  | { readonly kind: 'block'; readonly name: string; readonly pipeline: Pipeline }

/**
 * Reads the tokens of one action. Variables that it declares are declared in the scope.
 * @throws FormatError naming the line
 */
export const readStatement = (tokens: readonly Token[], line: number, scope: StatementScope): Statement => {
  if (tokens.length === 0) return { kind: 'comment' }
  const reader = new StatementReader(tokens, line, scope)
  const statement = reader.statement()
  reader.expectEnd()
  return statement
}

export type StatementScope = Pick<Scope, 'declare' | 'find'>

class StatementReader {
  readonly #tokens: readonly Token[]
  readonly #line: number
  readonly #scope: StatementScope
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], line: number, scope: StatementScope) {
    this.#tokens = tokens
    this.#line = line
    this.#scope = scope
  }

  statement(): Statement {
    const first = this.#tokens[0]
    if (first?.kind !== 'keyword') return this.#print()
    this.#at++
    const name = first.name
    if (name === 'if' || name === 'with') return { kind: 'branch', type: name, pipeline: this.#pipeline(name, 1) }
    if (name === 'range') return { kind: 'branch', type: name, pipeline: this.#pipeline(name, 2) }
    if (name === 'end') return { kind: 'end' }
    if (name === 'break' || name === 'continue') return { kind: 'jump', to: name }
    if (name === 'else') return { kind: 'else', next: this.#elseNext() }
    if (name === 'define') return { kind: 'define', name: this.#templateName(name) }
    const template = this.#templateName(name)
    if (name === 'block') return { kind: 'block', name: template, pipeline: this.#pipeline(name, 0) }
    return { kind: 'template', name: template, pipeline: this.#peek() ? this.#pipeline(name, 0) : undefined }
  }

  expectEnd(): void {
    const token = this.#peek()
    if (token) throw this.#unexpected(token)
  }

  #print(): Statement {
    const pipeline = this.#pipeline('the action', 1)
    return { kind: 'print', pipeline, declares: pipeline.slots.length > 0 }
  }

  #elseNext(): { type: 'if' | 'with'; pipeline: Pipeline } | undefined {
    const token = this.#peek()
    if (token?.kind !== 'keyword' || (token.name !== 'if' && token.name !== 'with')) return undefined
    this.#at++
    return { type: token.name, pipeline: this.#pipeline(`else ${token.name}`, 1) }
  }

  #templateName(keyword: string): string {
    const token = this.#peek()
    if (token?.kind !== 'literal' || typeof token.value !== 'string')
      throw new FormatError(`${keyword} needs the name of a template, in quotes`, this.#line)
    this.#at++
    return token.value
  }

  /** A pipeline of the action itself, which may put its value into variables. */
  #pipeline(where: string, variables: number): Pipeline {
    const names = this.#assigned(variables)
    const value = this.#commands(where)
    if (!names) return { value, slots: [] }
    const slots = names.names.map((name) => (names.declares ? this.#scope.declare(name) : this.#slot(name)))
    return { value, slots }
  }

  /** `$x :=`, `$x =`, and in a range also `$i, $x :=`. */
  #assigned(most: number): { names: string[]; declares: boolean } | undefined {
    const [first, sign, second, other] = this.#tokens.slice(this.#at, this.#at + 4)
    if (most === 0 || first?.kind !== 'variable' || sign?.kind !== 'sign') return undefined
    if (sign.sign === ':=' || sign.sign === '=') {
      this.#at += 2
      return { names: [first.name], declares: sign.sign === ':=' }
    }
    if (sign.sign !== ',') return undefined
    const assigns = other?.kind === 'sign' && (other.sign === ':=' || other.sign === '=')
    if (most < 2 || second?.kind !== 'variable' || !assigns) throw this.#unexpected(sign)
    this.#at += 4
    return { names: [first.name, second.name], declares: other.sign === ':=' }
  }

  #slot(name: string): number {
    const slot = this.#scope.find(name)
    if (slot === undefined) throw new FormatError(`the variable $${name} is not declared`, this.#line)
    return slot
  }

  /** `a | f x | g` is `g (f x a)`: what a pipe hands over is the last argument. */
  #commands(where: string): Expression {
    if (++this.#depth > limits.nesting) throw new FormatError('parentheses are nested too deeply', this.#line)
    let value = this.#command(where, undefined)
    while (this.#isSign('|')) {
      this.#at++
      value = this.#command(where, value)
    }
    this.#depth--
    return value
  }

  #command(where: string, piped: Expression | undefined): Expression {
    const first = this.#peek()
    if (!first || this.#isSign(')') || this.#isSign('|')) throw new FormatError(`${where} has no value`, first?.place.line ?? this.#line)
    if (first.kind === 'name') return this.#call(first.name, first.place.line, piped)
    if (first.kind === 'nil') throw new FormatError('nil is not a command', first.place.line)
    const value = this.#operand()
    if (piped || this.#startsOperand()) throw new FormatError('only a function can be given arguments', first.place.line)
    return value
  }

  #call(name: string, line: number, piped: Expression | undefined): Expression {
    this.#at++
    const following = this.#peek()
    if (following?.kind === 'field' && !following.place.spaced) throw this.#unexpected(following)
    const operands: Expression[] = []
    while (this.#startsOperand()) operands.push(this.#operand())
    if (piped) operands.push(piped)
    return calling(name, operands, line)
  }

  #startsOperand(): boolean {
    const token = this.#peek()
    if (!token || (token.kind === 'sign' && token.sign !== '(')) return false
    if (!token.place.spaced) throw this.#unexpected(token)
    return true
  }

  #operand(): Expression {
    const base = this.#term()
    let value = base
    for (let token = this.#peek(); token?.kind === 'field' && !token.place.spaced; token = this.#peek()) {
      if (base.kind === 'value' || base.kind === 'dot') throw this.#unexpected(token)
      value = { kind: 'field', base: value, name: token.name, line: token.place.line }
      this.#at++
    }
    return value
  }

  #term(): Expression {
    const token = this.#peek()
    if (!token) throw new FormatError('the action ends too early', this.#line)
    this.#at++
    if (token.kind === 'literal') return { kind: 'value', value: token.value }
    if (token.kind === 'nil') return { kind: 'value', value: null }
    if (token.kind === 'dot') return { kind: 'dot' }
    if (token.kind === 'field') return { kind: 'field', base: { kind: 'dot' }, name: token.name, line: token.place.line }
    if (token.kind === 'variable') return { kind: 'variable', slot: this.#slot(token.name) }
    if (token.kind === 'name') return calling(token.name, [], token.place.line)
    if (token.kind !== 'sign' || token.sign !== '(') throw this.#unexpected(token)
    const value = this.#commands('the parenthesis')
    if (!this.#isSign(')')) throw new FormatError('a parenthesis is not closed', token.place.line)
    this.#at++
    return value
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #isSign(sign: string): boolean {
    const token = this.#peek()
    return token?.kind === 'sign' && token.sign === sign
  }

  #unexpected(token: Token): FormatError {
    return new FormatError(`${spelled(token)} does not belong here`, token.place.line)
  }
}

const spelled = (token: Token): string => {
  if (token.kind === 'sign') return `"${token.sign}"`
  if (token.kind === 'literal') return JSON.stringify(token.value)
  if (token.kind === 'variable') return `"$${token.name}"`
  if (token.kind === 'field') return `".${token.name}"`
  return token.kind === 'dot' ? '"."' : token.kind === 'nil' ? '"nil"' : `"${token.name}"`
}

const calling = (name: string, operands: readonly Expression[], line: number): Expression => {
  if (name === 'and' || name === 'or') {
    if (operands.length === 0) throw new FormatError(`${name} needs at least one argument`, line)
    return { kind: 'logic', operator: name, operands }
  }
  const found = findFunction(name)
  if (found === 'refused') throw new FormatError(`function "${name}" is not available here`, line)
  if (!found) throw new FormatError(`function "${name}" is not defined, did you mean ".${name}"?`, line)
  return { kind: 'call', name, run: found, operands, line }
}
