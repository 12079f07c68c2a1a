/** Why an input has no version. What people read about it is in reasons.ts. */
import type { Pin } from './facts.ts'

export type Missing = { resource: string } & (
  | { why: 'checking' }
  | { why: 'no version'; checked: 'never' | 'failed' | 'fine' }
  | { why: 'all disabled' }
  | { why: 'pin not found' | 'pin disabled'; pin: Pin; input: string }
  /** No succeeded build of these jobs took or made any version of the resource. */
  | { why: 'not passed'; jobs: readonly string[] }
  | { why: 'passed ones disabled'; jobs: readonly string[] }
  | { why: 'pin not passed'; pin: Pin; input: string; jobs: readonly string[] }
  | { why: 'no common version'; jobs: readonly string[] }
  /** Versions that fit each input are there, but no builds that fit all of them. */
  | { why: 'no common builds'; inputs: readonly string[]; jobs: readonly string[] }
  | { why: 'too many combinations'; jobs: readonly string[] }
  /** Nothing is wrong with it but the company: it is chosen together with an input that has no version. */
  | { why: 'other input' }
  /** Of a rerun. */
  | { why: 'not in first build' | 'version gone' }
)
