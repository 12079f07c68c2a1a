/**
 * May they give it to others? Nobody hands out more than they hold, or a member who may change roles could make themself
 * an administrator. Conservative: where it is unsure that a rule is covered, it is not.
 */
import { forbidden } from '../errors.ts'
import { isEverything, matches, type Rule, type RuleSet, tokensOf, withSkippedStars } from './rules.ts'

/** A rule as bodies and rows have it; no resources means all of them. */
export interface GrantedRule {
  action: string
  resources?: readonly string[] | null | undefined
}

/** What of a context the check looks at. */
interface Granter {
  readonly access: { readonly rules: RuleSet; readonly organization: { readonly canonical: string } }
}

/**
 * Call it before a role, a team or a key gets rules, and before a person gets a role.
 * @throws Unauthorized naming the first rule that goes beyond the caller's own
 */
export function assertMayGrant({ access }: Granter, rules: readonly GrantedRule[]): void {
  const budget = { steps: mostSteps }
  const beyond = rules.find((rule) => !covers(access.rules, rule, access.organization.canonical, budget))
  if (!beyond) return
  const on = beyond.resources?.length ? ` on ${beyond.resources.join(', ')}` : ''
  throw forbidden(`You may not grant ${beyond.action}${on}: it goes beyond what you may do yourself`)
}

/**
 * Is everything that `rule` would allow, held in the organization, allowed to the holder already? Each resource of the rule
 * must lie within one rule of the holder; rules are not pieced together.
 * @param holder the holder's rules as they apply in the organization: see `ruleSet`
 */
export function covers(holder: RuleSet, rule: GrantedRule, organization: string, budget = { steps: mostSteps }): boolean {
  // Every code begins with `organization:`, so the administrator's action includes `**` as well.
  const granting = ({ action }: Rule) => isEverything(action) || includes(action, rule.action, budget)
  const candidates = rule.action.includes('*') ? holder.rules.filter(granting) : holder.granting(rule.action)
  return reach(rule, organization).every((resource) =>
    candidates.some((held) => reach(held, organization).some((outer) => includes(outer, resource, budget))),
  )
}

/**
 * The resources of a rule, spelt out. Without any, only the administrator's rule goes below the organization: `**` written as
 * a resource would reach descendants, so whoever holds an ordinary rule on everything may not grant that.
 */
function reach({ action, resources }: GrantedRule, organization: string): readonly string[] {
  if (resources && resources.length > 0) return resources
  return isEverything(action) ? ['**'] : [`organization:${organization}`, `organization:${organization}:**`]
}

/**
 * Globs come from tenants, so the search is bounded, for all rules of one question together: hundreds of hostile ones would
 * hold up everybody for minutes. Hundreds of sensible ones stay far below (200 against 200: 15,000), and what is past it is no.
 */
const mostSteps = 1_000_000

/**
 * Does `outer` match every text that `inner` matches? Walks both at once: one position in the inner glob, and all the
 * positions that the same text may have reached in the outer one.
 */
export function includes(outer: string, inner: string, budget = { steps: mostSteps }): boolean {
  if (outer === '**' || outer === inner) return true
  if (!inner.includes('*')) return matches(outer, inner)
  if (differBeforeStars(outer, inner)) return false
  const outerTokens = tokensOf(outer)
  const innerTokens = tokensOf(inner)
  // The outer glob tells apart its own characters and the colon; all others (the empty one here) are alike to it.
  const characters = [...new Set([...outerTokens.filter((token) => !token.startsWith('*')), ':', ''])]
  const waiting: [position: number, reached: readonly number[]][] = [[0, withSkippedStars(outerTokens, [0])]]
  const seen = new Set<string>()
  const visit = (position: number, reached: readonly number[]) => {
    const state = `${position}|${[...reached].sort((a, b) => a - b).join()}`
    if (!seen.has(state)) waiting.push([position, reached])
    seen.add(state)
  }
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [position, reached] = next
    const token = innerTokens[position]
    budget.steps -= reached.length * (token?.startsWith('*') ? characters.length : 1)
    if (reached.length === 0 || budget.steps < 0) return false
    if (token === undefined) {
      if (!reached.includes(outerTokens.length)) return false
    } else if (token.startsWith('*')) {
      visit(position + 1, reached)
      for (const character of characters) if (token === '**' || character !== ':') visit(position, step(outerTokens, reached, character))
    } else visit(position + 1, step(outerTokens, reached, token))
  }
  return true
}

/** Most pairs are settled by what stands before their first stars. */
function differBeforeStars(outer: string, inner: string): boolean {
  const start = (glob: string) => (glob.includes('*') ? glob.slice(0, glob.indexOf('*')) : glob)
  const [a, b] = [start(outer), start(inner)]
  return !a.startsWith(b) && !b.startsWith(a)
}

function step(tokens: readonly string[], positions: readonly number[], character: string): number[] {
  const next = positions.flatMap((position) => {
    const token = tokens[position]
    if (token === '**' || (token === '*' && character !== ':')) return [position]
    return token === character ? [position + 1] : []
  })
  return withSkippedStars(tokens, next)
}
