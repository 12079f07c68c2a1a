/** Versions such as 1.2.3-rc.1, and what comes after them. */

export interface SemanticVersion {
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  /** What stands after the dash, between dots. */
  readonly pre: readonly string[]
  /** What stands after the plus. */
  readonly build: string
}

export const bumps = ['major', 'minor', 'patch', 'final'] as const
export type Bump = (typeof bumps)[number]

/** Undefined for what is no version; a `v` before it is none of it. */
export function parseVersion(text: string): SemanticVersion | undefined {
  const match = text.length <= 256 ? form.exec(text.trim()) : null
  if (!match) return undefined
  const [, major = '', minor = '', patch = '', pre, build = ''] = match
  return { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), pre: pre === undefined ? [] : pre.split('.'), build }
}

export function formatVersion({ major, minor, patch, pre, build }: SemanticVersion): string {
  return `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}${build === '' ? '' : `+${build}`}`
}

/**
 * First the bump, then the pre-release: `1.0.0` with `minor` and `rc` is `1.1.0-rc.1`, and that with `rc` alone `1.1.0-rc.2`.
 * @param pre name of the pre-release; with `isBare` it gets no number
 */
export function bumped(version: SemanticVersion, bump: Bump | undefined, pre?: string, isBare = false): SemanticVersion {
  const next = raised(version, bump)
  if (pre === undefined) return next
  if (isBare) return { ...next, pre: [pre], build: '' }
  const [name, number = ''] = next.pre
  const isSame = next.pre.length === 2 && name === pre && /^\d+$/.test(number)
  return { ...next, pre: [pre, isSame ? String(BigInt(number) + 1n) : '1'], build: '' }
}

/** Negative when `a` comes before `b`; what is after the plus does not count. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const part of ['major', 'minor', 'patch'] as const) if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1
  if (a.pre.length === 0 || b.pre.length === 0) return b.pre.length - a.pre.length === 0 ? 0 : a.pre.length === 0 ? 1 : -1
  for (let at = 0; at < Math.max(a.pre.length, b.pre.length); at++) {
    const order = compareParts(a.pre[at], b.pre[at])
    if (order !== 0) return order
  }
  return 0
}

const number = '(0|[1-9]\\d*)'
const label = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const form = new RegExp(`^v?${number}\\.${number}\\.${number}(?:-(${label}))?(?:\\+(${label}))?$`)

function raised(version: SemanticVersion, bump: Bump | undefined): SemanticVersion {
  const { major, minor, patch } = version
  const clean = { pre: [], build: '' }
  if (bump === 'major') return { major: major + 1n, minor: 0n, patch: 0n, ...clean }
  if (bump === 'minor') return { major, minor: minor + 1n, patch: 0n, ...clean }
  if (bump === 'patch') return { major, minor, patch: patch + 1n, ...clean }
  return bump === 'final' ? { major, minor, patch, ...clean } : version
}

function compareParts(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1
  const [x, y] = isNumberA ? [BigInt(a), BigInt(b)] : [a, b]
  return x === y ? 0 : x < y ? -1 : 1
}
