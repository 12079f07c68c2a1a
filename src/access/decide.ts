/** May they? Pure: rules and names in, yes or no out. Measured by `npm run bench`: see the README's table. */
import { couldMatchBelow, globsToPostgres, matches, matchingBudget, type Rule, type RuleSet } from './rules.ts'

/**
 * @param action an action code, such as `organization:project:read`
 * @param resource the containment path, such as `organization:acme:project:web`
 * @returns the rule that allows it, or undefined
 */
export function decide(rules: RuleSet, action: string, resource: string): Rule | undefined {
  const budget = matchingBudget()
  return rules
    .granting(action)
    .find((rule) => rule.resources.length === 0 || rule.resources.some((glob) => matches(glob, resource, budget)))
}

/** For creates and lists: is there any name below `prefix` for which the answer would be yes? */
export function decideBelow(rules: RuleSet, action: string, prefix: string): Rule | undefined {
  const budget = matchingBudget()
  return rules
    .granting(action)
    .find((rule) => rule.resources.length === 0 || rule.resources.some((glob) => couldMatchBelow(glob, prefix, budget)))
}

/** Lists of these may be asked of a whole organization, but each of them is inside a project. */
const insideProjects = ['environment', 'component', 'pipeline', 'kpi']

/** What the resources of all things of a kind begin with, seen from `resource`: for `decideBelow`. */
export const prefixBelow = (resource: string, target: string): string =>
  insideProjects.includes(target) && resource.split(':').length === 2 ? `${resource}:project:` : `${resource}:${target}:`

/** Whoever owns a thing needs no rule for it, nor for what is inside. */
export const isOwned = (owned: readonly string[], resource: string): boolean =>
  owned.some((mine) => resource === mine || resource.startsWith(`${mine}:`))

/** What of a list the caller may see; queries turn it into SQL with `whereVisible`. */
export interface Visibility {
  /** `organization:acme`: what the resources of all rows begin with. */
  readonly prefix: string
  /** Undefined: everything. Otherwise regular expressions over the resource, as Postgres reads them. */
  readonly expressions: readonly string[] | undefined
  /** Whoever owns a thing sees it without any rule. */
  readonly ownerId: number | null
  /** What the caller owns, so that things inside owned things are visible too. */
  readonly owned: readonly string[]
}

export function visibility(
  rules: RuleSet,
  actions: readonly string[],
  prefix: string,
  owner: { id: number | null; owned: readonly string[] },
): Visibility {
  const granting = actions.flatMap((action) => rules.granting(action))
  const everything = granting.some((rule) => rule.resources.length === 0)
  const below = owner.owned.map((resource) => `${resource}:**`)
  const globs = new Set([...granting.flatMap((rule) => rule.resources), ...owner.owned, ...below])
  const expressions = everything ? undefined : globsToPostgres([...globs])
  return { prefix, expressions, ownerId: owner.id, owned: owner.owned }
}
