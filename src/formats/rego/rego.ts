/** Rego, the language of policies: reading and evaluating it, without anything that reaches outside. */
import type { Body, Module } from './ast.ts'
import type { Builtins, Names } from './callees.ts'
import { compile, type Program } from './compile.ts'
import { RegoError } from './errors.ts'
import { runBody } from './evaluate-body.ts'
import { lookUp } from './evaluate-data.ts'
import { eachValue } from './evaluate-terms.ts'
import type { Line } from './ir.ts'
import { type Limits, Machine, type World } from './machine.ts'
import { metered } from './meter.ts'
import { orderBody } from './order.ts'
import { parseQuery } from './parser.ts'
import { openBody, resolveBody } from './resolve.ts'
import { Scope, usedNames } from './scope.ts'
import { RegoObject, toJson, type Value } from './values.ts'

export type { Module } from './ast.ts'
export type { Builtins } from './callees.ts'
export type { Limits } from './machine.ts'

export interface Evaluation {
  modules: readonly Module[]
  builtins: Builtins
  input?: Value | undefined
  data?: Value | undefined
  limits?: Limits | undefined
  /** What the clock says to policies, in nanoseconds since 1970. */
  now?: bigint | undefined
  /** Whether an error of a builtin fails the policy; otherwise it leaves the expression undefined. */
  strict?: boolean | undefined
  /** Whether what certainly mixes up types is refused before it is evaluated; otherwise it is undefined there. */
  typed?: boolean | undefined
}

/** One way in which a query holds: the value of each line, and of each variable. */
export interface Answer {
  lines: readonly Value[]
  bindings: ReadonlyMap<string, Value>
}

/** Several questions about the same policies: rules are evaluated once. All throw RegoError. */
export interface Session {
  /** The document at a path such as ['data', 'test', 'deny']; undefined where there is none. */
  value(path: readonly string[]): Value | undefined
  json(path: readonly string[]): unknown
  answers(query: string): readonly Answer[]
}

/** @throws RegoError when the policies do not fit together or use up their limits */
export function open({ modules, builtins, input, data, limits = {}, now = 0n, strict = false, typed = true }: Evaluation): Session {
  const machine = new Machine(limits, now, strict)
  const guarded = <T>(run: () => T): T => metered(machine, () => withoutOverflow(run))
  const program = guarded(() => compile(modules, builtins, typed))
  const world: World = {
    machine,
    root: program.root,
    input,
    data: data ?? RegoObject.of([]),
    hidden: new Set(),
    replaced: new Map(),
    known: new Map(),
  }
  const value = (path: readonly string[]) => (path[0] === 'input' ? input : lookUp(world, path.slice(1)))
  return {
    value: (path) => guarded(() => value(path)),
    json: (path) =>
      guarded(() => {
        const found = value(path)
        return found === undefined ? undefined : toJson(found)
      }),
    answers: (query) => guarded(() => answersTo(parseQuery(query), program, world)),
  }
}

/** One question: the document at a path, or the answers to a query. */
export function evaluate(evaluation: Evaluation & { query: readonly string[] }): Value | undefined
export function evaluate(evaluation: Evaluation & { query: string }): readonly Answer[]
export function evaluate(evaluation: Evaluation & { query: readonly string[] | string }): Value | undefined | readonly Answer[] {
  const session = open(evaluation)
  return typeof evaluation.query === 'string' ? session.answers(evaluation.query) : session.value(evaluation.query)
}

function answersTo(body: Body, program: Program, world: World): Answer[] {
  const names: Names = { globals: new Map(), root: program.root, builtins: program.builtins, v1: false, uses: () => {} }
  const scope = new Scope()
  openBody(names, scope, body, [])
  const lines = resolveBody(names, scope, body)
  const variables = [...usedNames(body)].filter((name) => !/^_\d+$/.test(name) && scope.hasOwn(name))
  const inOrder = [...lines]
  orderBody(lines, new Set())
  const state = { world, frame: new Array<Value | undefined>(scope.slots).fill(undefined) }
  const answers: Answer[] = []
  // The values of lines that are terms: evaluated together with the line, so that each answer has its own.
  const values = new Map<Line, Value>()
  const run = (index: number): boolean => {
    const line = lines[index]
    if (!line) {
      const bindings = new Map<string, Value>()
      for (const name of variables) {
        const value = state.frame[scope.find(name) ?? -1]
        if (value !== undefined) bindings.set(name, value)
      }
      answers.push({ lines: inOrder.map((one) => values.get(one) ?? true), bindings })
      return false
    }
    if (line.kind !== 'term' || line.negated || line.withs.length > 0) return runBody([line], 0, state, () => run(index + 1))
    return eachValue(line.term, state, (value) => {
      if (value === false && lines.length > 1) return false
      values.set(line, value)
      return run(index + 1)
    })
  }
  run(0)
  return answers
}

function withoutOverflow<T>(run: () => T): T {
  try {
    return run()
  } catch (problem) {
    if (problem instanceof RangeError) throw new RegoError('limit', 'this policy nests deeper than one may')
    throw problem
  }
}
