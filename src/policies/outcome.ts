/** What the values of `deny` and `allow` mean, whoever evaluated them; as JSON, in which sets are lists. */
import type { PolicyLimits, PolicyOutcome } from './types.ts'

export const defaultLimits: PolicyLimits = { policyMs: 250, totalMs: 2000, memoryMb: 256, reasons: 1000, reasonCharacters: 4096 }

export interface Verdict {
  /** Undefined: the policy has no such rule, or the rule has no value. */
  deny: unknown
  allow: unknown
  /** Whether the text has a rule `allow`: then only true allows. */
  hasAllow: boolean
}

/** Fails closed: what is neither yes nor no refuses. */
export function outcomeOf(name: string, { deny, allow, hasAllow }: Verdict, limits: PolicyLimits): PolicyOutcome {
  if (allow !== undefined && typeof allow !== 'boolean') return failed(name, '`allow` is neither true nor false', limits)
  const reasons = cut(reasonsOf(deny), limits)
  const denied = reasons.length > 0 || deny === true
  return { name, violated: denied || allow === false || (hasAllow && allow === undefined), reasons, failed: false }
}

/** @param why a sentence about the policy, without its name */
export function failed(name: string, why: string, limits: PolicyLimits): PolicyOutcome {
  return { name, violated: true, failed: true, reasons: cut([`The policy ${name} cannot be evaluated: ${why}`], limits) }
}

export const neither = 'it has neither a rule deny nor allow'
export const takesArguments = (name: string): string => `the rule ${name} must not take arguments`

function reasonsOf(deny: unknown): string[] {
  if (deny === undefined || typeof deny === 'boolean') return []
  if (Array.isArray(deny)) return deny.map(textOf)
  if (typeof deny === 'object' && deny !== null && !('msg' in deny)) return Object.keys(deny)
  return [textOf(deny)]
}

/** A text, or an object that has one beside what is for machines. */
function textOf(reason: unknown): string {
  if (typeof reason === 'string') return reason
  const msg = typeof reason === 'object' && reason !== null && 'msg' in reason ? reason.msg : undefined
  return typeof msg === 'string' ? msg : (JSON.stringify(reason) ?? '')
}

/** Each once, in order. What is left out is told. */
function cut(reasons: readonly string[], { reasons: most, reasonCharacters }: PolicyLimits): string[] {
  const sorted = [...new Set(reasons.map((reason) => shortened(reason, reasonCharacters)))].sort()
  if (sorted.length <= most) return sorted
  return [...sorted.slice(0, most - 1), `… and ${sorted.length - most + 1} more reasons`]
}

/** Never half a character. */
const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
