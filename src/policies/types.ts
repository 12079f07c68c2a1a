/** What decides whether a plan is allowed: `opa` where it is configured, otherwise our own evaluator. */

export interface PolicyInput {
  /** JSON of the input document, `{"tfplan": …, "cost": …}`: text, so that it is parsed once, where it is needed. */
  text: string
}

export interface PolicyLimits {
  /** Of one policy, and of all together. */
  policyMs: number
  totalMs: number
  memoryMb: number
  /** Of one policy; more are cut off, and that is told. */
  reasons: number
  reasonCharacters: number
}

export interface PolicyOutcome {
  /** As it was given. */
  name: string
  violated: boolean
  /** Sorted; empty when only `allow` was false. A policy that does not evaluate is violated, and its reason says why. */
  reasons: readonly string[]
  /** It did not evaluate: syntax, a rule that does not exist, time, memory. */
  failed: boolean
}

export interface SyntaxProblem {
  line: number
  column: number
  message: string
}

export interface PolicyEngine {
  /** Of the text alone: a policy may name what does not exist and still be stored. It must have a rule `deny` or `allow`. */
  check(body: string, organization: number): Promise<readonly SyntaxProblem[]>
  /**
   * Reads `deny` and `allow` of each policy, whatever its package. Nothing in a policy can reach the network, files, the
   * environment or other policies. Never rejects because of a policy.
   * @param organization whose turn it takes
   */
  evaluate(
    policies: readonly { name: string; body: string }[],
    input: PolicyInput,
    organization: number,
    limits?: Partial<PolicyLimits>,
  ): Promise<readonly PolicyOutcome[]>
  [Symbol.asyncDispose](): Promise<void>
}
