/**
 * What an expression of Terraform is, as far as that can be known without running Terraform: literals, variables, locals, arithmetic,
 * conditions and a few functions. Everything else is unknown, which is no mistake.
 */
import { FormatError } from '../../../formats/format-error.ts'
import { emptyMap, isJsonMap, type Json } from '../../../formats/json-value.ts'
import { endOfTemplate } from '../../../formats/terraform/tokens.ts'
import type { Budget } from './budget.ts'
import { callFunction } from './functions.ts'
import { readExpression, type Tree } from './syntax.ts'
import { bounded, type Known, partsOf, unknown } from './value.ts'

export interface Scope {
  /** `var.size`: root and first name; what follows is looked up in the value. */
  get(root: string, name: string): Known
  /** `aws_instance.web.ami`: an attribute of another resource. */
  attribute(type: string, name: string, attribute: string): Known
  /** How much may still be worked out. */
  budget: Budget
}

/** Of a text in Terraform's JSON syntax: `"a-${var.n}"`. */
export function evaluateText(text: string, scope: Scope): Known {
  if (!text.includes('${') && !text.includes('%{')) return text
  scope.budget.read(text)
  const parts: Known[] = []
  let literal = ''
  for (let at = 0; at < text.length; ) {
    begins.lastIndex = at
    const begin = begins.exec(text)
    if (!begin) {
      literal += text.slice(at)
      break
    }
    literal += text.slice(at, begin.index)
    at = begin.index
    if (begin[0].length === 3) {
      literal += text.slice(at + 1, at + 3)
      at += 3
    } else if (begin[0] === '%{') return unknown
    else {
      const end = endOf(text, at)
      if (end === undefined) return unknown
      if (literal !== '') parts.push(literal)
      literal = ''
      parts.push(evaluate(readExpression(text.slice(at + 2, end - 1)), scope))
      at = end
    }
  }
  if (literal !== '') parts.push(literal)
  const [only] = parts
  if (parts.length === 1 && only !== undefined && only !== literal) return only
  return joined(parts, scope)
}

/** A template, or what is only written like one. */
const begins = /\$\$?\{|%%?\{/g

function endOf(text: string, at: number): number | undefined {
  try {
    return endOfTemplate(text, at)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

function joined(parts: readonly Known[], { budget }: Scope): Known {
  let text = ''
  for (const part of parts) {
    if (part === unknown || part === null || typeof part === 'object') return unknown
    text += String(part)
  }
  budget.make(text)
  return bounded(text)
}

/** @throws FormatError when all of it together is too much */
export function evaluate(tree: Tree | undefined, scope: Scope): Known {
  scope.budget.step()
  if (!tree) return unknown
  switch (tree.kind) {
    case 'literal':
      return tree.value
    case 'template':
      return evaluateText(tree.text, scope)
    case 'list':
      return list(tree.items.map((item) => evaluate(item, scope)))
    case 'map':
      return map(tree.items.map(([key, value]) => [evaluate(key, scope), evaluate(value, scope)]))
    case 'reference':
      return reference(tree.names, scope)
    case 'index':
      return indexed(evaluate(tree.of, scope), evaluate(tree.by, scope))
    case 'call': {
      const given = tree.arguments.map((argument) => evaluate(argument, scope))
      return given.includes(unknown) ? unknown : called(tree.name, given as Json[], scope)
    }
    case 'choice': {
      const condition = evaluate(tree.condition, scope)
      return typeof condition === 'boolean' ? evaluate(condition ? tree.yes : tree.no, scope) : unknown
    }
    case 'unary': {
      const value = evaluate(tree.of, scope)
      if (tree.sign === '!') return typeof value === 'boolean' ? !value : unknown
      return typeof value === 'number' ? -value : unknown
    }
    case 'binary':
      return binary(tree.sign, operand(tree.left, scope), operand(tree.right, scope))
  }
}

/** A function looks at all that it is given, and may copy it. */
function called(name: string, given: readonly Json[], { budget }: Scope): Known {
  const parts = given.reduce<number>((sum, value) => sum + partsOf(value), 0)
  if (!Number.isFinite(parts)) return unknown
  budget.step(parts)
  for (const value of given) if (typeof value === 'string') budget.make(value)
  const result = bounded(callFunction(name, given))
  if (typeof result === 'string') budget.make(result)
  return result
}

function operand(tree: Tree, scope: Scope): Known {
  const value = evaluate(tree, scope)
  if (typeof value === 'string') scope.budget.read(value)
  return value
}

function reference([root = '', name = '', ...rest]: readonly string[], scope: Scope): Known {
  if (root.includes('_') && rest.length > 0) {
    const [attribute = '', ...more] = rest
    return more.reduce<Known>(indexed, scope.attribute(root, name, attribute))
  }
  return rest.reduce<Known>(indexed, scope.get(root, name))
}

function indexed(value: Known, by: Known): Known {
  if (Array.isArray(value)) {
    const place = typeof by === 'string' && /^\d+$/.test(by) ? Number(by) : by
    return typeof place === 'number' ? (value[place] ?? unknown) : unknown
  }
  if (value === unknown || !isJsonMap(value) || (typeof by !== 'string' && typeof by !== 'number')) return unknown
  const key = String(by)
  return Object.hasOwn(value, key) ? (value[key] ?? null) : unknown
}

function list(items: readonly Known[]): Known {
  return items.includes(unknown) ? unknown : bounded(items as Json[])
}

function map(items: readonly (readonly [Known, Known])[]): Known {
  const made = emptyMap()
  for (const [key, value] of items) {
    if (typeof key !== 'string' && typeof key !== 'number') return unknown
    if (value === unknown) return unknown
    made[String(key)] = value
  }
  return bounded(made)
}

function binary(sign: string, left: Known, right: Known): Known {
  if (sign === '&&' || sign === '||') {
    const decides = sign === '||'
    if (left === decides || right === decides) return decides
    return typeof left === 'boolean' && typeof right === 'boolean' ? !decides : unknown
  }
  if (left === unknown || right === unknown) return unknown
  if (sign === '==' || sign === '!=') {
    if ((left !== null && typeof left === 'object') || (right !== null && typeof right === 'object')) return unknown
    return (left === right) === (sign === '==')
  }
  const [a, b] = [left, right].map((value) => (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value))
  if (typeof a !== 'number' || typeof b !== 'number') return unknown
  const result = arithmetic[sign]?.(a, b)
  return result === undefined || (typeof result === 'number' && !Number.isFinite(result)) ? unknown : result
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}
