/**
 * Rules as they are stored, made ready for many decisions. A rule grants an action, or a glob of actions, on resources:
 * `*` stands for anything within one segment, `**` for any number of segments, and no resources means all of them.
 */
export interface Rule {
  id: number
  /** The organization whose role, team or key holds the rule. */
  organization_id: number
  action: string
  resources: readonly string[]
}

export interface RuleSet {
  readonly rules: readonly Rule[]
  /** The rules that speak of an action, remembered: asking again costs one look into a map. */
  granting(action: string): readonly Rule[]
}

/**
 * What applies in `organizationId` of all the rules held there and in its ancestors. A rule of an ancestor reaches a
 * descendant when it is the administrator's (`**` on everything), or when its resources name the descendant: resource
 * strings begin with the organization, so those match there or not at all.
 */
export function ruleSet(held: readonly Rule[], organizationId: number): RuleSet {
  const rules = held.filter((rule) => rule.organization_id === organizationId || rule.resources.length > 0 || isEverything(rule.action))
  const remembered = new Map<string, readonly Rule[]>()
  return {
    rules,
    granting(action) {
      const known = remembered.get(action)
      if (known) return known
      const found = rules.filter((rule) => matches(rule.action, action))
      remembered.set(action, found)
      return found
    },
  }
}

/** The administrator's action: without resources it reaches every descendant too. */
export const isEverything = (action: string) => action === '**' || action === 'organization:**'

/**
 * How much matching one question may cost, all its globs together. Hundreds of sensible ones take thousands of steps; hostile
 * ones against a hostile name took ten seconds, and everybody else waited. What is past it does not match.
 */
export interface Budget {
  steps: number
}
export const matchingBudget = (): Budget => ({ steps: 2_000_000 })

/**
 * Does a glob match a colon-separated text, from end to end? Globs come from tenants, so no regular expression is built
 * from them: this walks all possible positions at once and takes at most glob length × text length steps.
 */
export function matches(glob: string, text: string, budget = matchingBudget()): boolean {
  const star = glob.indexOf('*')
  if (star < 0) return glob === text
  // Most pairs differ before the first star; this settles them at a tenth of the price.
  if (!text.startsWith(glob.slice(0, star))) return false
  const tokens = tokensOf(glob.slice(star))
  return walk(tokens, text.slice(star), budget).includes(tokens.length)
}

export const tokensOf = (glob: string): string[] =>
  glob.match(/\*\*+|[\s\S]/gu)?.map((token) => (token.startsWith('**') ? '**' : token)) ?? []

/** A star may stand for nothing, so whoever waits at one also waits behind it. */
export function withSkippedStars(tokens: readonly string[], positions: readonly number[]): number[] {
  const all = new Set<number>()
  for (let position of positions) {
    all.add(position)
    while (tokens[position]?.startsWith('*')) all.add(++position)
  }
  return [...all]
}

/**
 * Could the glob match some text that begins with `prefix`? Used for creates and lists, where the last name is not known
 * before the body or the rows are read.
 */
export const couldMatchBelow = (glob: string, prefix: string, budget = matchingBudget()): boolean =>
  walk(tokensOf(glob), prefix, budget).length > 0

/** The positions that may be reached behind the text; none when it cannot begin like this, or the budget is used up. */
function walk(tokens: readonly string[], text: string, budget: Budget): readonly number[] {
  let reached: readonly number[] = withSkippedStars(tokens, [0])
  // At which character a position was reached last: asking this instead of a set of positions is a hundred times faster.
  const reachedAt = new Int32Array(tokens.length + 1)
  let at = 0
  for (const character of text) {
    at++
    budget.steps -= reached.length
    if (budget.steps < 0) return []
    const next: number[] = []
    for (const position of reached) {
      const token = tokens[position]
      let to = token === '**' || (token === '*' && character !== ':') ? position : token === character ? position + 1 : -1
      while (to >= 0 && reachedAt[to] !== at) {
        reachedAt[to] = at
        next.push(to)
        to = tokens[to]?.startsWith('*') ? to + 1 : -1
      }
    }
    if (next.length === 0) return next
    reached = next
  }
  return reached
}

/** Of one expression; Postgres gives up on those that are much longer. */
const mostAlternatives = 200
const longestExpression = 20_000

/**
 * The globs as Postgres regular expressions, for filtering lists where the rows are. Many in one: Postgres remembers only 32
 * expressions, and with more it would read each of them again for each row. 500 globs over 200 rows: 2.4 s one by one, 0.1 s
 * in threes.
 */
export function globsToPostgres(globs: readonly string[]): string[] {
  const together: { parts: string[]; length: number }[] = []
  for (const part of globs.map(partOf)) {
    const last = together.at(-1)
    if (last && last.parts.length < mostAlternatives && last.length + part.length <= longestExpression) {
      last.parts.push(part)
      last.length += part.length
    } else together.push({ parts: [part], length: part.length })
  }
  return together.map(({ parts }) => `^(?:${parts.join('|')})$`)
}

/** Everything but stars is literal. */
function partOf(glob: string): string {
  const parts = tokensOf(glob).map((token) => {
    if (token === '**') return '.*'
    if (token === '*') return '[^:]*'
    return /[\w:]/.test(token) ? token : `\\${token}`
  })
  return parts.join('')
}
