import type { Budget } from '../limits.ts'
import type { Dict } from '../values.ts'
import { type FunctionTable, fail, fn } from './function.ts'

interface Version {
  readonly numbers: readonly [number, number, number]
  readonly prerelease: string
  readonly metadata: string
}

const shape = /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/

const parsed = (text: string): Version => {
  const match = shape.exec(text)
  if (!match) return fail(`${JSON.stringify(text)} is no version`)
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match
  return { numbers: [Number(major), Number(minor), Number(patch)], prerelease, metadata }
}

const compare = (a: Version, b: Version): number => {
  for (const [place, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[place] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.prerelease === b.prerelease) return 0
  if (a.prerelease === '' || b.prerelease === '') return a.prerelease === '' ? 1 : -1
  return comparePrerelease(a.prerelease.split('.'), b.prerelease.split('.'))
}

const comparePrerelease = (a: readonly string[], b: readonly string[]): number => {
  for (const [place, left] of a.entries()) {
    const right = b[place]
    if (right === undefined) return 1
    if (left === right) continue
    const numeric = [left, right].map((word) => /^\d+$/.test(word))
    if (numeric[0] && numeric[1]) return Number(left) - Number(right)
    if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

/** Versions from one on, up to another one that is not among them. */
interface Span {
  readonly from: Version
  readonly below: Version | undefined
}

const version = (major: number, minor = 0, patch = 0): Version => ({ numbers: [major, minor, patch], prerelease: '', metadata: '' })

const part =
  /^(=|!=|>|<|>=|=>|<=|=<|~|~>|\^)?\s*(v?(?:\d{1,15}|[xX*])(?:\.(?:\d{1,15}|[xX*])){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/

/** One comparison of a constraint, as a question to a version. */
const condition = (text: string): ((version: Version) => boolean) => {
  const [, operator = '', given = ''] = part.exec(text.trim()) ?? fail(`${JSON.stringify(text.trim())} is no constraint of versions`)
  const [core = '', ...rest] = given.replace(/^v/, '').split(/(?=[-+])/)
  const written = core.split('.')
  const wild = written.findIndex((word) => /^[xX*]$/.test(word))
  const exact = wild < 0 ? written : written.slice(0, wild)
  const lowest = parsed([...exact, '0', '0', '0'].slice(0, 3).join('.') + (wild < 0 ? rest.join('') : ''))
  const span = spanOf(operator, lowest, exact.length)
  const inside = (asked: Version) => compare(asked, span.from) >= 0 && (!span.below || compare(asked, span.below) < 0)
  const test = testOf(operator, lowest, exact.length, inside)
  // A pre-release is only meant where the constraint names one.
  return (asked) => (asked.prerelease === '' || lowest.prerelease !== '') && test(asked)
}

const testOf = (
  operator: string,
  lowest: Version,
  parts: number,
  inside: (version: Version) => boolean,
): ((version: Version) => boolean) => {
  const above = (asked: Version) => !inside(asked) && compare(asked, lowest) > 0
  if (operator === '!=') return (asked) => !inside(asked)
  if (operator === '>') return parts < 3 ? above : (asked) => compare(asked, lowest) > 0
  if (operator === '<') return (asked) => compare(asked, lowest) < 0
  if (operator === '>=' || operator === '=>') return (asked) => compare(asked, lowest) >= 0
  if (operator === '<=' || operator === '=<') return parts < 3 ? (asked) => !above(asked) : (asked) => compare(asked, lowest) <= 0
  return inside
}

const spanOf = (operator: string, lowest: Version, parts: number): Span => {
  const [major, minor, patch] = lowest.numbers
  if (parts === 0) return { from: lowest, below: undefined }
  if (operator === '^') {
    const below =
      major > 0 || parts === 1 ? version(major + 1) : minor > 0 || parts === 2 ? version(0, minor + 1) : version(0, 0, patch + 1)
    return { from: lowest, below }
  }
  if (parts === 1) return { from: lowest, below: version(major + 1) }
  if (parts === 2 || operator === '~' || operator === '~>') return { from: lowest, below: version(major, minor + 1) }
  return { from: lowest, below: { ...version(major, minor, patch + 1), prerelease: '0' } }
}

const satisfies = (constraint: string, text: string): boolean => {
  const asked = parsed(text)
  return constraint.split('||').some((choice) => {
    // "1.2 - 2.0" is a range from the one to the other.
    const ranged = choice.replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
    const parts = ranged.match(/(?:[=!<>~^]+\s*)?[^\s,=!<>~^]+/g) ?? [choice]
    return parts.every((one) => isExact(one, asked) ?? condition(one)(asked))
  })
}

/** A version with all its parts and no operator means itself, whatever comes behind its numbers. */
const isExact = (text: string, asked: Version): boolean | undefined =>
  /^=?\s*v?\d+\.\d+\.\d+/.test(text) ? compare(parsed(text.replace(/^=?\s*/, '')), asked) === 0 : undefined

const described = (text: string): Dict => {
  const { numbers, prerelease, metadata } = parsed(text)
  const [Major, Minor, Patch] = numbers
  return new Map(Object.entries({ Major, Minor, Patch, Prerelease: prerelease, Metadata: metadata, Original: text }))
}

const versionLimit = 256

/** A text that is short enough, paid for. */
const short = (text: string, budget: Budget): string => {
  budget.spend(text.length * 2)
  return text.length > versionLimit ? fail('the version is too long') : text
}

export const semverFunctions = {
  semver: fn(1, 1, (args, { budget }) => described(short(args.text(0), budget))),
  semverCompare: fn(2, 2, (args, { budget }) => satisfies(short(args.text(0), budget), short(args.text(1), budget))),
} satisfies FunctionTable
