/** `validations` of a variable: regular expressions (RE2 syntax, linear time) and bounds on the length of lists. */

import { RE2JS } from 're2js'
import { clip, isMap, own } from './json.ts'

export interface Rule {
  pattern?: RE2JS
  minimum?: number
  maximum?: number
  message: string
}

const longestPattern = 1_000
const largestProgram = 5_000
const longestChecked = 16_384
const mostRules = 20
const mostPatterns = 500
/** Steps of the matcher, about: all values of one form together. A second or two at worst. */
const mostWork = 40_000_000

export interface ReadRules {
  rules: Rule[]
  mistakes: string[]
}

/** By their text: forms use one pattern in many places, and compiling costs more than matching. */
export type Patterns = Map<string, RE2JS | string>

/** The rules that can be used, and what is wrong with the others. @param patterns of the whole form, as far as they are read */
export function readRules(validations: unknown, patterns: Patterns): ReadRules {
  if (validations === undefined || validations === null) return { rules: [], mistakes: [] }
  if (!Array.isArray(validations)) return { rules: [], mistakes: ['it must be a list'] }
  if (validations.length > mostRules) return { rules: [], mistakes: [`there are more than ${mostRules}`] }
  const read = validations.map((rule: unknown, index) => readRule(rule, index + 1, patterns))
  return { rules: read.flatMap(({ rule }) => rule ?? []), mistakes: read.flatMap(({ mistake }) => mistake ?? []) }
}

/** Matching costs; this counts it for all the values of one form, so that no form keeps a processor. */
export interface Effort {
  spent: number
  patterns: Patterns
}

/** The messages of the rules that a value breaks. */
export function brokenRules(rules: readonly Rule[], value: unknown, effort: Effort): string[] {
  return rules.flatMap((rule) => {
    const problem = patternProblem(rule, value, effort) ?? lengthProblem(rule, value)
    return problem === undefined ? [] : [problem]
  })
}

function readRule(rule: unknown, number: number, patterns: Patterns): { rule?: Rule; mistake?: string } {
  if (!isMap(rule)) return { mistake: `rule ${number} must be a map with "regexp" or "array"` }
  const [regexp, array, text] = [own(rule, 'regexp'), own(rule, 'array'), own(rule, 'error_message')]
  if (text !== undefined && typeof text !== 'string') return { mistake: `the "error_message" of rule ${number} must be a text` }
  if (regexp === undefined && array === undefined) return { mistake: `rule ${number} has neither "regexp" nor "array"` }
  const pattern = regexp === undefined ? undefined : compiled(regexp, patterns)
  if (typeof pattern === 'string') return { mistake: `the "regexp" of rule ${number} ${pattern}` }
  const bounds = array === undefined ? {} : boundsOf(array)
  if (typeof bounds === 'string') return { mistake: `the "array" of rule ${number} ${bounds}` }
  const message = text?.trim() || (pattern ? `does not match ${clip(pattern.pattern())}` : boundsText(bounds))
  return { rule: { ...(pattern ? { pattern } : {}), ...bounds, message } }
}

function compiled(pattern: unknown, patterns: Patterns): RE2JS | string {
  if (typeof pattern !== 'string') return 'must be a text'
  if (pattern.length > longestPattern) return `has more than ${longestPattern} characters`
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  if (patterns.size >= mostPatterns) return `is too much: a form has at most ${mostPatterns} different ones`
  const result = compile(pattern)
  patterns.set(pattern, result)
  return result
}

function compile(pattern: string): RE2JS | string {
  try {
    const compiled = RE2JS.compile(pattern)
    return compiled.programSize() > largestProgram ? 'is too large' : compiled
  } catch (error) {
    return `cannot be used: ${clip(error instanceof Error ? error.message : String(error))}`
  }
}

function boundsOf(array: unknown): { minimum?: number; maximum?: number } | string {
  if (!isMap(array)) return 'must be a map with "min_elems" or "max_elems"'
  const [minimum, maximum] = [own(array, 'min_elems'), own(array, 'max_elems')]
  if (minimum === undefined && maximum === undefined) return 'must be a map with "min_elems" or "max_elems"'
  if (!isCount(minimum) || !isCount(maximum)) return 'needs whole numbers from 0 on'
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) return 'has a "min_elems" above its "max_elems"'
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) }
}

const isCount = (value: unknown): value is number | undefined =>
  value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)

function boundsText({ minimum, maximum }: { minimum?: number; maximum?: number }): string {
  const parts = [minimum === undefined ? [] : `at least ${minimum}`, maximum === undefined ? [] : `at most ${maximum}`].flat()
  return `must have ${parts.join(' and ')} elements`
}

/** Of a list each element is looked at; what is no text is looked at as it would be printed. */
function patternProblem(rule: Rule, value: unknown, effort: Effort): string | undefined {
  const { pattern } = rule
  if (!pattern) return undefined
  for (const item of Array.isArray(value) ? value : [value]) {
    if (item === null || typeof item === 'object') continue
    const text = String(item)
    effort.spent += (text.length + 1) * pattern.programSize()
    if (text.length > longestChecked || effort.spent > mostWork) return 'is too long to be checked'
    if (!pattern.matcher(text).find()) return rule.message
  }
  return undefined
}

function lengthProblem({ minimum = 0, maximum = Number.POSITIVE_INFINITY, message }: Rule, value: unknown): string | undefined {
  return Array.isArray(value) && (value.length < minimum || value.length > maximum) ? message : undefined
}
