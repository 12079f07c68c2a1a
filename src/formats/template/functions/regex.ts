import { RE2JS, RE2JSException } from 're2js'
import { FormatError } from '../../format-error.ts'
import { type Budget, limits } from '../limits.ts'
import { type Arguments, type FunctionTable, fail, fn } from './function.ts'

interface Found {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | null)[]
  readonly names: Readonly<Record<string, number>>
}

/** A rendering compiles each expression once, however often a range uses it. */
const compiled = new WeakMap<Budget, Map<string, RE2JS>>()

const compile = (pattern: string, budget: Budget): RE2JS => {
  const known = compiled.get(budget) ?? new Map<string, RE2JS>()
  compiled.set(budget, known)
  const present = known.get(pattern)
  if (present) return present
  if (pattern.length > limits.pattern) return fail(`a regular expression may have ${limits.pattern} characters`)
  try {
    const expression = RE2JS.compile(pattern)
    budget.spend(100 + expression.programSize() * 20)
    known.set(pattern, expression)
    return expression
  } catch (error) {
    if (error instanceof RE2JSException) throw new FormatError(`${JSON.stringify(pattern)} is no regular expression: ${error.message}`)
    throw error
  }
}

/**
 * At most `most` matches from the left, as Go finds them: no empty match right behind another one. Every search is paid for as if
 * it read all that is left, which is what a hostile expression makes it do.
 */
const matches = (pattern: string, text: string, budget: Budget, most = Number.POSITIVE_INFINITY): Found[] => {
  const expression = compile(pattern, budget)
  const matcher = expression.matcher(text)
  const names = expression.namedGroups()
  const width = expression.groupCount() + 1
  const cost = (2 + expression.programSize()) / 40
  const found: Found[] = []
  let read = 0
  while (found.length < most) {
    budget.spend(1 + width + (text.length - read) * cost)
    if (!matcher.find()) break
    const start = matcher.start()
    const end = matcher.end()
    read = end
    if (start === end && found.at(-1)?.end === start) continue
    budget.list(found.length / 1024)
    found.push({ start, end, groups: Array.from({ length: width }, (_, group) => matcher.group(group)), names })
  }
  return found
}

/** Go's `$1`, `${1}` and `${name}`; a group that does not exist is empty. */
const expanded = (replacement: string, { groups, names }: Found): string =>
  replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare
    if (name === undefined) return whole === '$$' ? '$' : whole
    const group = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined
    return (group === undefined ? undefined : groups[group]) ?? ''
  })

const replaceAll = (args: Arguments, budget: Budget, replacement: (found: Found) => string): string => {
  const text = args.text(1)
  const pieces: string[] = []
  let at = 0
  let length = 0
  for (const found of matches(args.text(0), text, budget)) {
    const piece = text.slice(at, found.start) + replacement(found)
    length += piece.length
    budget.string(piece.length)
    if (length > limits.characters) budget.string(length)
    pieces.push(piece)
    at = found.end
  }
  return pieces.join('') + text.slice(at)
}

/** Go's `Split`: -1 for all parts, 0 for none. */
const split = (args: Arguments, budget: Budget): string[] => {
  const [text, most] = [args.text(1), args.integer(2)]
  if (most === 0) return []
  if (args.text(0) !== '' && text === '') return ['']
  const parts: string[] = []
  let start = 0
  let end = 0
  for (const found of matches(args.text(0), text, budget)) {
    if (most > 0 && parts.length === most - 1) break
    end = found.start
    if (found.end !== 0) parts.push(text.slice(start, end))
    start = found.end
  }
  if (end !== text.length) parts.push(text.slice(start))
  budget.list(parts.length)
  return parts
}

const limit = (count: number): number => (count < 0 ? Number.POSITIVE_INFINITY : count)

const match = fn(2, 2, (args, { budget }) => matches(args.text(0), args.text(1), budget, 1).length > 0)
const find = fn(2, 2, (args, { budget }) => matches(args.text(0), args.text(1), budget, 1)[0]?.groups[0] ?? '')
const findAll = fn(3, 3, (args, { budget }) =>
  matches(args.text(0), args.text(1), budget, limit(args.integer(2))).map(({ groups }) => groups[0] ?? ''),
)
const replace = fn(3, 3, (args, { budget }) => {
  const by = args.text(2)
  return replaceAll(args, budget, (found) => {
    budget.spend(by.length / 16)
    return expanded(by, found)
  })
})
const replaceLiteral = fn(3, 3, (args, { budget }) => replaceAll(args, budget, () => args.text(2)))
const splitAll = fn(3, 3, (args, { budget }) => split(args, budget))

/** Regular expressions of RE2, whose time grows with the text and not with its square or worse. */
export const regexFunctions = {
  regexMatch: match,
  mustRegexMatch: match,
  regexFind: find,
  mustRegexFind: find,
  regexFindAll: findAll,
  mustRegexFindAll: findAll,
  regexReplaceAll: replace,
  mustRegexReplaceAll: replace,
  regexReplaceAllLiteral: replaceLiteral,
  mustRegexReplaceAllLiteral: replaceLiteral,
  regexSplit: splitAll,
  mustRegexSplit: splitAll,
  regexQuoteMeta: fn(1, 1, (args, { budget }) => {
    budget.spend(args.text(0).length / 4)
    const quoted = args.text(0).replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
    budget.string(quoted.length)
    return quoted
  }),
} satisfies FunctionTable
