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
 * Does a glob match a colon-separated text, from end to end? Globs come from tenants, so no regular expression is built
 * from them: this walks all possible positions at once and takes at most glob length × text length steps.
 */
export function matches(glob: string, text: string): boolean {
  const star = glob.indexOf('*')
  if (star < 0) return glob === text
  // Most pairs differ before the first star; this settles them at a tenth of the price.
  if (!text.startsWith(glob.slice(0, star))) return false
  const tokens = tokensOf(glob)
  let positions = withSkippedStars(tokens, [0])
  for (const character of text) {
    const next = positions.flatMap((position) => {
      const token = tokens[position]
      if (token === '**' || (token === '*' && character !== ':')) return [position]
      return token === character ? [position + 1] : []
    })
    positions = withSkippedStars(tokens, next)
    if (positions.length === 0) return false
  }
  return positions.includes(tokens.length)
}

export const tokensOf = (glob: string): string[] => glob.match(/\*\*+|[^]/gu)?.map((token) => (token.startsWith('**') ? '**' : token)) ?? []

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
export function couldMatchBelow(glob: string, prefix: string): boolean {
  const tokens = tokensOf(glob)
  let positions = withSkippedStars(tokens, [0])
  for (const character of prefix) {
    const next = positions.flatMap((position) => {
      const token = tokens[position]
      if (token === '**' || (token === '*' && character !== ':')) return [position]
      return token === character ? [position + 1] : []
    })
    positions = withSkippedStars(tokens, next)
    if (positions.length === 0) return false
  }
  return true
}

/** The glob as a Postgres regular expression, for filtering lists where the rows are. Everything but stars is literal. */
export function globToPostgres(glob: string): string {
  const parts = tokensOf(glob).map((token) => {
    if (token === '**') return '.*'
    if (token === '*') return '[^:]*'
    return /[\w:]/.test(token) ? token : `\\${token}`
  })
  return `^${parts.join('')}$`
}
