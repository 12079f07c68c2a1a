/** Random policies and inputs: small, mostly meaningful, with every construct of the language; the same seed, the same policy. */

export interface RandomPolicy {
  text: string
  input: unknown
}

export function randomPolicy(seed: number): RandomPolicy {
  const random = randomOf(seed)
  const writer = new Writer(random)
  const input = { ...(json(random, 3) as object), n: [0, 1, 2, 3, 4], s: Object.fromEntries(keys.map((key) => [key, key])) }
  return { text: writer.policy(), input }
}

type Random = (below: number) => number

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const keys = ['a', 'b', 'c', 'd']

function json(random: Random, depth: number): unknown {
  const kind = depth === 3 ? 6 : random(depth > 0 ? 8 : 5)
  if (kind === 0) return random(5)
  if (kind === 1) return keys[random(4)]
  if (kind === 2) return random(2) === 0
  if (kind === 3) return random(4) - 1
  if (kind === 4) return null
  if (kind === 5) return Array.from({ length: random(4) }, () => json(random, depth - 1))
  return Object.fromEntries(keys.slice(0, depth === 3 ? 4 : random(5)).map((key) => [key, json(random, depth - 1)]))
}

interface Known {
  name: string
  kind: 'complete' | 'set' | 'object' | 'function'
}

class Writer {
  readonly #random: Random
  readonly #rules: Known[] = []
  #v1 = false
  #variables = 0

  constructor(random: Random) {
    this.#random = random
  }

  policy(): string {
    this.#v1 = this.#random(2) === 0
    const rules = Array.from({ length: 2 + this.#random(5) }, (_, index) => this.#rule(`r${index}`))
    return ['package test', this.#v1 ? 'import rego.v1' : 'import future.keywords.in', ...rules, ''].join('\n\n')
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random(items.length)] as T
  }

  #fresh(): string {
    return `x${this.#variables++}`
  }

  #rule(name: string): string {
    const kind = this.#pick(['complete', 'complete', 'set', 'set', 'object', 'function'] as const)
    const definitions = Array.from({ length: 1 + this.#random(2) }, () => this.#definition(name, kind))
    if (kind === 'complete' && this.#random(3) === 0) definitions.unshift(`default ${name} = ${this.#pick(['7', '"none"', '[]', 'false'])}`)
    this.#rules.push({ name, kind })
    return definitions.join('\n\n')
  }

  #definition(name: string, kind: Known['kind']): string {
    const bound: string[] = kind === 'function' ? ['arg'] : []
    const lines = this.#lines(bound, 2)
    const body = ` ${this.#v1 ? 'if ' : ''}{\n${lines.map((line) => `  ${line}`).join('\n')}\n}`
    if (kind === 'set') return this.#v1 ? `${name} contains ${this.#term(bound, 1)}${body}` : `${name}[${this.#variable(bound)}]${body}`
    if (kind === 'object') return `${name}[${this.#variable(bound)}] = ${this.#term(bound, 1)}${body}`
    const head = kind === 'function' ? `${name}(arg)` : name
    const value = this.#random(4) === 0 ? '' : ` = ${this.#term(bound, 1)}`
    const otherwise =
      this.#random(4) === 0
        ? ` else = ${this.#random(9)}${this.#v1 ? ' if' : ''} {\n  ${this.#lines([...(kind === 'function' ? ['arg'] : [])], 1).join('\n  ')}\n}`
        : ''
    return `${head}${value}${body}${otherwise}`
  }

  /** Something to stand in a head, which must be bound. */
  #variable(bound: readonly string[]): string {
    return bound.length > 0 ? this.#pick(bound) : this.#pick(['"k"', '1'])
  }

  /** Lines that hold or bind; `=` lets them stand in any order. */
  #lines(bound: string[], depth: number): string[] {
    const lines = Array.from({ length: 1 + this.#random(4) }, () => this.#line(bound, depth))
    const shuffled = lines.every((line) => !line.includes(':=') && !line.startsWith('some')) && this.#random(2) === 0
    return shuffled ? lines.reverse() : lines
  }

  #line(bound: string[], depth: number): string {
    const before = [...bound]
    switch (this.#random(12)) {
      case 0:
      case 1: {
        const [name, term] = [this.#fresh(), this.#term(before, depth)]
        bound.push(name)
        return `${name} = ${term}`
      }
      case 2: {
        const [name, term] = [this.#fresh(), this.#term(before, depth)]
        bound.push(name)
        return `${name} := ${term}`
      }
      case 3:
      case 4: {
        const [key, value] = [this.#fresh(), this.#fresh()]
        bound.push(key, value)
        return `${value} = ${this.#collection(before)}[${key}]`
      }
      case 5: {
        const [key, value] = [this.#fresh(), this.#fresh()]
        const collection = this.#collection(before)
        bound.push(key, value)
        return `some ${key}, ${value} in ${collection}`
      }
      case 6: {
        const [a, b] = [this.#fresh(), this.#fresh()]
        bound.push(a, b)
        return `[${a}, ${b}] = [${this.#term(before, 1)}, ${this.#term(before, 1)}]`
      }
      case 7:
        return `not ${this.#closed(before)}`
      case 8:
        return this.#v1
          ? `every y in ${this.#collection(before)} { y ${this.#comparison()} ${this.#term(before, 0)} }`
          : this.#closed(before)
      case 9:
        return `${this.#term(before, 1)} with input.a as ${this.#term(before, 0)}`
      default:
        return `${this.#term(before, depth)} ${this.#comparison()} ${this.#term(before, depth)}`
    }
  }

  #closed(bound: readonly string[]): string {
    return `${this.#simple(bound)} ${this.#comparison()} ${this.#simple(bound)}`
  }

  #comparison(): string {
    return this.#pick(['==', '!=', '<', '<=', '>', '>='])
  }

  /** OPA refuses what cannot fit by its types; it knows none of what comes from the input. */
  #any(term: string): string {
    return this.#random(12) === 0 ? term : `object.get(input, "none", ${term})`
  }

  #simple(bound: readonly string[]): string {
    switch (this.#random(bound.length > 0 ? 6 : 3)) {
      case 0:
        return `input.n[${this.#random(5)}]`
      case 1:
        return `input.s.${this.#pick(keys)}`
      case 2:
        return `input.${this.#pick(keys)}${this.#random(2) ? `.${this.#pick(keys)}` : ''}`
      default:
        return this.#pick(bound)
    }
  }

  #collection(bound: readonly string[]): string {
    const rules = this.#rules.filter((rule) => rule.kind === 'set' || rule.kind === 'object')
    if (rules.length > 0 && this.#random(3) === 0) return this.#any(this.#pick(rules).name)
    if (bound.length > 0 && this.#random(4) === 0) return this.#pick(bound)
    return this.#pick([
      'input',
      'input.a',
      'input.b',
      'input.c',
      'input.d',
      'input.n',
      'input.s',
      this.#any('{"a", "b"}'),
      this.#any('{"a": 1, "b": "c"}'),
    ])
  }

  #term(bound: readonly string[], depth: number): string {
    if (depth <= 0) return this.#simple(bound)
    const inner = () => this.#term(bound, depth - 1)
    switch (this.#random(14)) {
      case 0:
        return this.#any(`[${inner()}, ${inner()}]`)
      case 1:
        return this.#any(`{"a": ${inner()}, "b": ${inner()}}`)
      case 2:
        return this.#any(`{${inner()}, ${inner()}}`)
      case 3:
        return this.#any(`[y | y = ${this.#collection(bound)}[_]]`)
      case 4:
        return this.#any(`{y | y = ${this.#collection(bound)}[z]; z ${this.#comparison()} ${inner()}}`)
      case 5:
        return this.#any(`{z: y | y = ${this.#collection(bound)}[z]}`)
      case 6:
        return this.#any(`count(${this.#collection(bound)})`)
      case 7:
        return this.#any(`(${this.#simple(bound)} ${this.#pick(['+', '-', '*'])} ${this.#simple(bound)})`)
      case 8:
        return this.#any(`(${inner()} in ${this.#collection(bound)})`)
      case 9:
        return this.#any(`sprintf("%v-%v", [${inner()}, ${this.#simple(bound)}])`)
      case 10:
      case 11: {
        if (this.#rules.length === 0) return this.#simple(bound)
        const { name, kind } = this.#pick(this.#rules)
        return this.#any(kind === 'function' ? `${name}(${inner()})` : kind === 'complete' ? name : `${name}[${this.#simple(bound)}]`)
      }
      default:
        return this.#simple(bound)
    }
  }
}
