/** Which tags tell the project, the environment and the component of a cost. Pure: it is applied to each set of tags once. */

import { RE2JS } from 're2js'
import { foldedName } from '../canonical.ts'

export interface TagRule {
  /** Keys, best first: the first one that the resource carries counts. */
  readonly keys: readonly string[]
  /** For keys that none of those is: the first that it finds, in the order of the alphabet. Empty: none. */
  readonly regex: string
}

export interface TagRules {
  readonly project: TagRule
  readonly environment: TagRule
  readonly component: TagRule
  /** Of the mapping; 0: there is none. */
  readonly generation: number
}

export interface Attribution {
  readonly project: string
  readonly environment: string
  readonly component: string
}

export const noRules: TagRules = {
  project: { keys: [], regex: '' },
  environment: { keys: [], regex: '' },
  component: { keys: [], regex: '' },
  generation: 0,
}

/** Milliseconds for regular expressions, of a month. */
const longest = 30_000
/** Of a key: no provider has longer ones, and what is longer is no key that anybody means. */
const longestKey = 512
/** Keys whose answer is remembered; the same ones stand on nearly every resource. */
const mostKeys = 20_000

/** The regular expressions of a tag mapping take so long that it would never end. */
export class AttributionTooSlow extends Error {
  constructor() {
    super(
      `the regular expressions of the tag mapping take more than ${longest / 1000} seconds for the tag keys of one month: make them simpler, or list the keys`,
    )
    this.name = 'AttributionTooSlow'
  }
}

/**
 * Compiles the rules, for one month. What it makes throws AttributionTooSlow when matching takes too long altogether.
 * @throws RE2JSSyntaxException for a regular expression that is none
 */
export function openAttribution(rules: TagRules, most = longest): (tags: Readonly<Record<string, string>>) => Attribution {
  const time = { left: most }
  const project = ruleOf(rules.project, time)
  const environment = ruleOf(rules.environment, time)
  const component = ruleOf(rules.component, time)
  return (tags) => ({ project: project(tags), environment: environment(tags), component: component(tags) })
}

function ruleOf({ keys, regex }: TagRule, time: { left: number }): (tags: Readonly<Record<string, string>>) => string {
  const finds = regex === '' ? undefined : matching(regex, time)
  return (tags) => {
    const named = keys.find((key) => Object.hasOwn(tags, key))
    const key = named ?? (finds && Object.keys(tags).sort().find(finds))
    // As a canonical would be made of it, so that `Web Shop` is the project `web-shop`, whether that exists (yet, still) or not.
    return key === undefined ? '' : foldedName(tags[key] ?? '')
  }
}

function matching(regex: string, time: { left: number }): (key: string) => boolean {
  const pattern = RE2JS.compile(regex)
  const known = new Map<string, boolean>()
  return (key) => {
    if (key.length > longestKey) return false
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    if (time.left <= 0) throw new AttributionTooSlow()
    const begun = performance.now()
    const found = pattern.matcher(key).find()
    time.left -= performance.now() - begun
    if (known.size >= mostKeys) known.clear()
    known.set(key, found)
    return found
  }
}
