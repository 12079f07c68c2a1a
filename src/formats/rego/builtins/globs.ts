/** Patterns as shells know them: `*.example.com`, with delimiters that a star does not cross. */
import { RE2JS } from 're2js'
import type { Arguments, Group } from './arguments.ts'
import { compile } from './patterns.ts'
import type { BuiltinContext } from './types.ts'

export const globs: Group = {
  'glob.match': [3, (args, context) => matches(args, context)],
  'glob.quote_meta': [1, (args) => args.text(0).replace(/[*?\\[\]{}]/g, '\\$&')],
}

function matches(args: Arguments, context: BuiltinContext): boolean {
  const given = args.is(1, 'null')
    ? []
    : args.list(1).map((item) => (typeof item === 'string' ? item : args.fail('expects delimiters that are strings', item)))
  // Null means none; an empty list means the dots of host names.
  const delimiters = args.is(1, 'array') && given.length === 0 ? ['.'] : given
  if (delimiters.some((delimiter) => [...delimiter].length !== 1)) return args.fail('expects delimiters of one character', delimiters[0])
  const source = sourceOf(args, args.text(0), delimiters)
  return compile(args, 0, source, context, args.text(2)).matcher(args.text(2)).find()
}

function sourceOf(args: Arguments, pattern: string, delimiters: readonly string[]): string {
  const one = delimiters.length > 0 ? `[^${delimiters.map(inClass).join('')}]` : '.'
  const characters = [...pattern]
  let [source, level] = ['', 0]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character === '\\') source += RE2JS.quote(characters[++at] ?? '')
    else if (character === '?') source += one
    else if (character === '*') {
      const two = characters[at + 1] === '*'
      if (two) at++
      source += two ? '.*' : `${one}*`
    } else if (character === '{') {
      level++
      source += '(?:'
    } else if (character === '}' && level > 0) {
      level--
      source += ')'
    } else if (character === ',' && level > 0) source += '|'
    else if (character === '[') {
      const end = characters.indexOf(']', at + 2)
      if (end < 0) return args.fail('expects each [ to be closed', pattern)
      source += classOf(characters.slice(at + 1, end))
      at = end
    } else source += RE2JS.quote(character)
  }
  if (level > 0) return args.fail('expects each { to be closed', pattern)
  return `(?s)^(?:${source})$`
}

function classOf(members: readonly string[]): string {
  const negated = members[0] === '!' || members[0] === '^'
  const rest = negated ? members.slice(1) : members
  const inner = rest.map((member, index) => (member === '-' && index > 0 && index < rest.length - 1 ? '-' : inClass(member))).join('')
  return `[${negated ? '^' : ''}${inner}]`
}

const inClass = (character: string): string =>
  /[\w\s]/.test(character) ? character : `\\x{${(character.codePointAt(0) ?? 0).toString(16)}}`
