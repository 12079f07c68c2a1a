/** Regular expressions, in linear time. */
import { type Matcher, RE2JS, RE2JSException } from 're2js'
import type { Value } from '../values.ts'
import { type Arguments, type Group, payText } from './arguments.ts'
import { globsMeet } from './glob-meeting.ts'
import { type BuiltinContext, BuiltinError } from './types.ts'

const match: Group[string] = [2, (args, context) => compile(args, 0, args.text(0), context, args.text(1)).matcher(args.text(1)).find()]

export const patterns: Group = {
  'regex.is_valid': [
    1,
    (args, context) => {
      if (!args.is(0, 'string')) return false
      try {
        compile(args, 0, args.text(0), context, '')
        return true
      } catch (error) {
        if (error instanceof BuiltinError) return false
        throw error
      }
    },
  ],
  'regex.match': match,
  re_match: match,
  'regex.find_n': [
    3,
    (args, context) => {
      const most = args.position(2)
      return most === undefined ? undefined : matches(args, context, most).map(([whole]) => whole ?? '')
    },
  ],
  'regex.find_all_string_submatch_n': [
    3,
    (args, context) => {
      const most = args.position(2)
      return most === undefined ? undefined : matches(args, context, most)
    },
  ],
  'regex.split': [
    2,
    (args, context) => {
      const text = args.text(1)
      const pattern = compile(args, 0, args.text(0), context, text)
      return splitAt(pattern, text)
    },
  ],
  'regex.replace': [
    3,
    (args, context) => {
      const [text, by] = [args.text(0), args.text(2)]
      return replaced(compile(args, 1, args.text(1), context, text), text, by, context)
    },
  ],
  'regex.template_match': [4, (args, context) => templateMatch(args, context)],
  'regex.globs_match': [
    2,
    (args, context) => {
      const meet = globsMeet(args.text(0), args.text(1), (cost) => context.step(cost))
      return meet ?? args.fail('expects patterns of letters, `.`, `*`, `+` and `[]`', args.value(0))
    },
  ],
}

/** The last ones, since rules try the same expression on many texts. */
const compiled = new Map<string, RE2JS>()
const keptExpressions = 100
const largest = 20_000

/** @param text that it is about to be tried on: the work is about the product of both */
export function compile(args: Arguments, at: number, source: string, context: BuiltinContext, text: string): RE2JS {
  let pattern = compiled.get(source)
  if (!pattern) {
    payText(context, source.length * 100)
    try {
      pattern = RE2JS.compile(source)
    } catch (error) {
      // Whatever stops it is the fault of the expression: syntax, size, nesting.
      if (!(error instanceof RE2JSException) && !(error instanceof RangeError)) throw error
      return args.fail('expects a regular expression that RE2 understands', args.value(at))
    }
    if (pattern.programSize() > largest) throw new BuiltinError(`\`${args.name}\` was given a regular expression that is too large`)
    if (compiled.size >= keptExpressions) compiled.clear()
    compiled.set(source, pattern)
  }
  payText(context, text.length * (4 + pattern.programSize() / 16))
  return pattern
}

/** An empty match right behind another one is none, as in Go. */
function* all(pattern: RE2JS, text: string): Generator<Matcher, undefined> {
  const matcher = pattern.matcher(text)
  let end = -1
  while (matcher.find()) {
    if (matcher.start() === matcher.end() && matcher.start() === end) continue
    end = matcher.end()
    yield matcher
  }
  return undefined
}

/** Up to that many, all when it is negative. */
function matches(args: Arguments, context: BuiltinContext, most: number): string[][] {
  const text = args.text(1)
  const found: string[][] = []
  if (most === 0) return found
  for (const matcher of all(compile(args, 0, args.text(0), context, text), text)) {
    context.step(1 + matcher.groupCount())
    found.push(Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? ''))
    if (found.length === most) break
  }
  return found
}

function splitAt(pattern: RE2JS, text: string): Value {
  if (text === '') return ['']
  const parts: string[] = []
  let [kept, end] = [0, 0]
  for (const matcher of all(pattern, text)) {
    end = matcher.start()
    if (matcher.end() !== 0) parts.push(text.slice(kept, end))
    kept = matcher.end()
  }
  return end === text.length ? parts : [...parts, text.slice(kept)]
}

/** `$1`, `${1}` and `${name}` stand for what a group found; `$$` for a dollar. */
function replaced(pattern: RE2JS, text: string, by: string, context: BuiltinContext): string {
  const parts: string[] = []
  const names = pattern.namedGroups() as Readonly<Record<string, number>>
  let kept = 0
  for (const matcher of all(pattern, text)) {
    const group = (name: string): string => {
      const number = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined
      return number !== undefined && number <= matcher.groupCount() ? (matcher.group(number) ?? '') : ''
    }
    const put = by.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) =>
      whole === '$$' ? '$' : group(plain ?? braced ?? ''),
    )
    payText(context, put.length + matcher.start() - kept)
    parts.push(text.slice(kept, matcher.start()), put)
    kept = matcher.end()
  }
  return [...parts, text.slice(kept)].join('')
}

/** Between the delimiters are expressions, everything else is literal. */
function templateMatch(args: Arguments, context: BuiltinContext): boolean {
  const [template, text, open, close] = [args.text(0), args.text(1), args.text(2), args.text(3)]
  if ([...open].length !== 1 || [...close].length !== 1) return args.fail('expects delimiters of one character', open)
  let [source, level, from] = ['^', 0, 0]
  for (let at = 0; at < template.length; at++) {
    const character = template[at]
    if (character === open && level++ === 0) {
      source += RE2JS.quote(template.slice(from, at))
      from = at + 1
    } else if (character === close && --level === 0) {
      source += `(${template.slice(from, at)})`
      from = at + 1
    }
    if (level < 0) break
  }
  if (level !== 0) return args.fail('expects as many opening as closing delimiters', template)
  return compile(args, 0, `${source}${RE2JS.quote(template.slice(from))}$`, context, text)
    .matcher(text)
    .find()
}
