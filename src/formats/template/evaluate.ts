import { FormatError } from '../format-error.ts'
import { Arguments, type Tools } from './functions/function.ts'
import { type Budget, limits } from './limits.ts'
import type { ActionNode, Expression, Node, Pipeline, Template } from './nodes.ts'
import { Output } from './output.ts'
import { printed } from './print.ts'
import type { Delimiters } from './scan.ts'
import { parse } from './tree.ts'
import { type Dict, inWords, isTrue, sortedKeys, type Value } from './values.ts'

export interface Rendering {
  readonly budget: Budget
  readonly delimiters: Delimiters
  /** Definitions stay in the text too, for the actions that stay. */
  readonly keepDefinitions: boolean
}

/** Thrown when a key is missing and actions that touch it shall stay: `KeepingData` does. */
export class KeepSignal extends Error {}

/** One for all, because nobody reads its stack and there may be many. */
const keepSignal = new KeepSignal()

/** The data of the root while missing keys are kept: whoever asks for one, field or function, hears of it. */
export class KeepingData extends Map<string, Value> {
  override get(key: string): Value | undefined {
    if (!super.has(key)) throw keepSignal
    return super.get(key)
  }

  override has(key: string): boolean {
    if (!super.has(key)) throw keepSignal
    return true
  }
}

export interface Rendered {
  readonly text: string
  /** Some action stayed in the text. */
  readonly kept: boolean
}

/** @throws FormatError naming the line, KeepSignal when the whole text has to stay as it is */
export const evaluate = (template: Template, data: Dict, rendering: Rendering): Rendered => {
  const evaluator = new Evaluator(rendering)
  const text = evaluator.render(template, data, true)
  return { text, kept: evaluator.kept }
}

type Definitions = ReadonlyMap<string, readonly Node[]>
type Flow = 'on' | 'break' | 'continue'

/** One run of the nodes of one template: its text, what it prints to, `$` and the other variables, and the dot. */
interface Frame {
  readonly text: string
  readonly out: Output
  readonly definitions: Definitions
  readonly variables: Value[]
  readonly tools: Tools
  /** Only the text that was handed in can keep actions; what templates make on the way is a value like any other. */
  readonly keeps: boolean
}

class Evaluator {
  kept = false
  readonly #rendering: Rendering
  readonly #budget: Budget
  #depth = 0
  #templates = 0
  #line = 1

  constructor(rendering: Rendering) {
    this.#rendering = rendering
    this.#budget = rendering.budget
  }

  render({ text, body, defined }: Template, data: Value, keeps: boolean): string {
    const out = new Output(this.#budget)
    try {
      this.#run(body, { text, out, definitions: defined, variables: [data], tools: this.#tools(defined), keeps }, data)
    } catch (error) {
      throw error instanceof FormatError && error.line === undefined ? new FormatError(error.message, this.#line) : error
    }
    return out.toString()
  }

  #run(nodes: readonly Node[], frame: Frame, dot: Value): Flow {
    for (const node of nodes) {
      if (node.kind === 'text') {
        frame.out.text(node)
        continue
      }
      this.#line = node.line
      const flow = this.#runOrKeep(node, frame, dot)
      if (flow !== 'on') return flow
    }
    return 'on'
  }

  #runOrKeep(node: ActionNode, frame: Frame, dot: Value): Flow {
    const mark = frame.out.mark()
    const depth = this.#depth
    try {
      if (this.#keepsDefinition(node)) throw keepSignal
      frame.out.acts()
      return this.#act(node, frame, dot)
    } catch (error) {
      if (!(error instanceof KeepSignal) || !node.alone || !frame.keeps) throw error
      this.kept = true
      this.#depth = depth
      frame.out.keep(mark, frame.text.slice(node.start, node.end))
      return 'on'
    }
  }

  #keepsDefinition(node: ActionNode): boolean {
    return this.#rendering.keepDefinitions && (node.kind === 'define' || (node.kind === 'template' && node.defines))
  }

  #act(node: ActionNode, frame: Frame, dot: Value): Flow {
    this.#enter()
    let flow: Flow = 'on'
    if (node.kind === 'print') {
      const value = this.#pipeline(node.pipeline, frame, dot)
      if (node.pipeline.slots.length === 0) frame.out.value(printed(value, this.#budget))
    } else if (node.kind === 'branch') {
      flow = node.type === 'range' ? this.#range(node, frame, dot) : this.#branch(node, frame, dot)
      frame.out.acts()
    } else if (node.kind === 'template') {
      const data = node.pipeline ? this.#pipeline(node.pipeline, frame, dot) : null
      frame.out.value(this.#defined(node.name, data, frame.definitions))
    } else if (node.kind === 'jump') flow = node.to
    this.#depth--
    return flow
  }

  #branch(node: Extract<ActionNode, { kind: 'branch' }>, frame: Frame, dot: Value): Flow {
    const value = this.#pipeline(node.pipeline, frame, dot)
    if (!isTrue(value)) return this.#run(node.otherwise, frame, dot)
    return this.#run(node.body, frame, node.type === 'with' ? value : dot)
  }

  #range(node: Extract<ActionNode, { kind: 'branch' }>, frame: Frame, dot: Value): Flow {
    const entries = this.#entries(this.#value(node.pipeline.value, frame, dot))
    const [first, second] = node.pipeline.slots
    let empty = true
    for (const [key, item] of entries) {
      empty = false
      this.#budget.spend(1)
      this.#line = node.line
      if (first !== undefined) frame.variables[first] = second === undefined ? item : key
      if (second !== undefined) frame.variables[second] = item
      const flow = this.#run(node.body, frame, item)
      frame.out.acts()
      if (flow === 'break') break
    }
    return empty ? this.#run(node.otherwise, frame, dot) : 'on'
  }

  *#entries(value: Value): Generator<[Value, Value]> {
    if (value === null) return
    if (Array.isArray(value)) yield* value.entries()
    else if (value instanceof Map) {
      this.#budget.list(value.size)
      for (const key of sortedKeys(value)) yield [key, value.get(key) ?? null]
    } else if (typeof value === 'number' && Number.isInteger(value)) for (let index = 0; index < value; index++) yield [index, index]
    else throw new FormatError(`range needs a list, a map or a number of rounds, not ${inWords(value)}`)
  }

  #pipeline(pipeline: Pipeline, frame: Frame, dot: Value): Value {
    const value = this.#value(pipeline.value, frame, dot)
    const [slot] = pipeline.slots
    if (slot !== undefined) frame.variables[slot] = value
    return value
  }

  #value(expression: Expression, frame: Frame, dot: Value): Value {
    if (expression.kind === 'value') return expression.value
    if (expression.kind === 'dot') return dot
    if (expression.kind === 'variable') return frame.variables[expression.slot] ?? null
    this.#enter()
    const value =
      expression.kind === 'field'
        ? this.#field(this.#value(expression.base, frame, dot), expression)
        : expression.kind === 'logic'
          ? this.#logic(expression, frame, dot)
          : this.#call(expression, frame, dot)
    this.#depth--
    return value
  }

  #field(base: Value, { name, line }: Extract<Expression, { kind: 'field' }>): Value {
    if (base instanceof Map) return base.get(name) ?? null
    throw new FormatError(`.${name} is asked of ${inWords(base)}${base === null ? '' : ', only a map has fields'}`, line)
  }

  /** The first operand that decides, the rest unread. */
  #logic({ operator, operands }: Extract<Expression, { kind: 'logic' }>, frame: Frame, dot: Value): Value {
    let value: Value = null
    for (const operand of operands) {
      this.#budget.spend(0.25)
      value = this.#value(operand, frame, dot)
      if (isTrue(value) === (operator === 'or')) break
    }
    return value
  }

  #call({ name, run, operands, line }: Extract<Expression, { kind: 'call' }>, frame: Frame, dot: Value): Value {
    if (operands.length < run.least || operands.length > run.most) throw new FormatError(wrongCount(name, run, operands.length), line)
    const values = operands.map((operand) => this.#value(operand, frame, dot))
    try {
      for (const value of values) this.#budget.spend(0.25 + shallowSize(value))
      return run.run(new Arguments(values), frame.tools)
    } catch (error) {
      throw error instanceof FormatError && error.line === undefined ? new FormatError(`${name}: ${error.message}`, line) : error
    }
  }

  #tools(definitions: Definitions): Tools {
    return {
      budget: this.#budget,
      include: (name, data) => this.#defined(name, data, definitions),
      render: (text, data) => this.#text(text, data, definitions),
    }
  }

  #defined(name: string, data: Value, defined: Definitions): string {
    const body = defined.get(name)
    if (!body) throw new FormatError(`the template ${JSON.stringify(name)} is not defined`)
    return this.#inside(() => this.render({ text: '', body, defined }, data, false))
  }

  #text(text: string, data: Value, definitions: Definitions): string {
    // Reading costs about eight times what copying does.
    this.#budget.string(text.length)
    this.#budget.spend(text.length / 2 + definitions.size)
    try {
      const template = parse(text, this.#rendering.delimiters)
      const defined = new Map([...definitions, ...template.defined])
      return this.#inside(() => this.render({ ...template, defined }, data, false))
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      // The innermost place is the one that helps.
      throw new FormatError(error.message.match(/in its text, .*$/s)?.[0] ?? `in its text, ${error.message}`)
    }
  }

  /** Where a template was called from goes on at the line where it was. */
  #inside(render: () => string): string {
    if (this.#templates >= limits.templates) throw new FormatError('templates render each other too deeply')
    const line = this.#line
    this.#templates++
    try {
      return render()
    } finally {
      this.#templates--
      this.#line = line
    }
  }

  #enter(): void {
    this.#budget.spend(1)
    if (++this.#depth > limits.depth) throw new FormatError('the template is nested too deeply while it is rendered')
  }
}

/** Every function may read its arguments once. */
const shallowSize = (value: Value): number => {
  if (typeof value === 'string') return value.length / 64
  if (Array.isArray(value)) return value.length / 16
  return value instanceof Map ? value.size / 8 : 0
}

const wrongCount = (name: string, { least, most }: { least: number; most: number }, count: number): string => {
  const expected = least === most ? `${least}` : Number.isFinite(most) ? `${least} to ${most}` : `at least ${least}`
  return `${name} needs ${expected} argument${expected === '1' ? '' : 's'}, not ${count}`
}
