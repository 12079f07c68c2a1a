import type { Body, Position, Statement, Term } from './ast.ts'
import { RegoError } from './errors.ts'

interface Local {
  slot: number
  /** Declared variables exist from their declaration on. */
  active: boolean
  /** Where `some` declared it, as long as nothing used it. */
  unused: Position | undefined
}

/** The variables of one body. Slots are counted by rule: the bodies inside share its frame. */
export class Scope {
  readonly #parent: Scope | undefined
  readonly #locals = new Map<string, Local>()
  readonly #counter: { slots: number }
  readonly captured = new Set<number>()

  constructor(parent?: Scope) {
    this.#parent = parent
    this.#counter = parent ? parent.#counter : { slots: 0 }
  }

  get slots(): number {
    return this.#counter.slots
  }

  add(name: string, active = true): number {
    const slot = this.#counter.slots++
    this.#locals.set(name, { slot, active, unused: undefined })
    return slot
  }

  hasOwn(name: string): boolean {
    return this.#locals.has(name)
  }

  /** @throws when the variable is there already */
  activate(name: string, at: Position, mustBeUsed: boolean): void {
    const local = this.#locals.get(name)
    if (!local) throw new RegoError('compile', `var ${name} is not declared here`, at)
    if (local.active) throw new RegoError('compile', `var ${name} declared above`, at)
    local.active = true
    if (mustBeUsed) local.unused = at
  }

  /** @throws when `some` declared what nothing uses */
  checkUsed(): void {
    for (const [name, { unused }] of this.#locals) if (unused) throw new RegoError('compile', `declared var ${name} unused`, unused)
  }

  find(name: string): number | undefined {
    const own = this.#locals.get(name)
    if (own?.active) {
      own.unused = undefined
      return own.slot
    }
    const outer = this.#parent?.find(name)
    if (outer !== undefined) this.captured.add(outer)
    return outer
  }
}

/** Names that `:=` and `some` declare in a body, not in the bodies inside it. */
export function declaredNames(body: Body): Set<string> {
  const names = new Set<string>()
  for (const { statement } of body) for (const name of declaredBy(statement)) names.add(name)
  return names
}

export function declaredBy(statement: Statement): Set<string> {
  const names = new Set<string>()
  if (statement.kind === 'some') for (const name of statement.names) names.add(name)
  if (statement.kind === 'assign') patternNames(statement.left, names)
  if (statement.kind === 'some_in' || statement.kind === 'every') {
    if (statement.key) patternNames(statement.key, names)
    patternNames(statement.value, names)
  }
  return names
}

export function patternNames(term: Term, names: Set<string>): void {
  if (term.kind === 'var') names.add(term.name)
  if (term.kind === 'array') for (const item of term.items) patternNames(item, names)
  if (term.kind === 'object') for (const [, value] of term.entries) patternNames(value, names)
}

/** All names that stand in a body, not in the bodies inside it. */
export function usedNames(body: Body): Set<string> {
  const names = new Set<string>()
  for (const { statement, withs } of body) {
    if (statement.kind === 'term') termNames(statement.term, names)
    else if ('left' in statement) {
      termNames(statement.left, names)
      termNames(statement.right, names)
    } else if ('collection' in statement) {
      termNames(statement.collection, names)
      if (statement.kind === 'some_in') {
        if (statement.key) termNames(statement.key, names)
        termNames(statement.value, names)
      }
    }
    // A lone name may be a function's; a variable there has its value from somewhere else in the body.
    for (const { value } of withs) if (value.kind !== 'var') termNames(value, names)
  }
  return names
}

export function termNames(term: Term, names: Set<string>): void {
  switch (term.kind) {
    case 'var':
      names.add(term.name)
      return
    case 'ref':
      termNames(term.head, names)
      for (const part of term.path) termNames(part, names)
      return
    case 'call':
      if (term.operator.kind === 'ref') for (const part of term.operator.path) termNames(part, names)
      for (const part of term.args) termNames(part, names)
      return
    case 'infix':
      termNames(term.left, names)
      termNames(term.right, names)
      return
    case 'member':
      if (term.key) termNames(term.key, names)
      termNames(term.value, names)
      termNames(term.collection, names)
      return
    case 'array':
    case 'set':
      for (const part of term.items) termNames(part, names)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        termNames(key, names)
        termNames(value, names)
      }
      return
    case 'value':
    case 'comprehension':
  }
}
