/** Versions as semver.org describes them. */
import type { Group } from './arguments.ts'

interface Version {
  numbers: readonly bigint[]
  before: readonly string[]
}

export const semver: Group = {
  'semver.is_valid': [1, (args) => args.is(0, 'string') && readVersion(args.text(0)) !== undefined],
  'semver.compare': [
    2,
    (args) => {
      const [left, right] = [0, 1].map((at) => readVersion(args.text(at)) ?? args.fail('expects a semantic version', args.value(at)))
      return left && right ? compareVersions(left, right) : undefined
    },
  ],
}

const longest = 1000

function readVersion(text: string): Version | undefined {
  if (text.length > longest) return undefined
  const parts = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\dA-Za-z.-]+))?(?:\+([\dA-Za-z.-]+))?$/.exec(text)
  if (!parts) return undefined
  const before = parts[4]?.split('.') ?? []
  if ([...before, ...(parts[5]?.split('.') ?? [])].includes('')) return undefined
  return { numbers: parts.slice(1, 4).map(BigInt), before }
}

function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n
    if (number !== other) return number < other ? -1 : 1
  }
  // A version with a suffix comes before the one without.
  if (a.before.length === 0 || b.before.length === 0) return Math.sign(b.before.length - a.before.length)
  for (let index = 0; index < Math.min(a.before.length, b.before.length); index++) {
    const order = compareIdentifiers(a.before[index] ?? '', b.before[index] ?? '')
    if (order !== 0) return order
  }
  return Math.sign(a.before.length - b.before.length)
}

function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1
  if (a === b) return 0
  return (aIsNumber ? BigInt(a) < BigInt(b) : a < b) ? -1 : 1
}
