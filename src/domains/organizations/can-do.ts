/** The question of `canDo`: an action, and names on the way to what it is about. */
import { decide, decideBelow, isOwned, prefixBelow } from '../../access/decide.ts'
import { policies } from '../../contract/policies.ts'
import { invalid } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { ownedResources } from './owned.ts'

export interface Asked {
  /** Below the organization: `:project:web:environment:prod`. */
  path: string
  /** The kind of entity that the next name would be of; null when all are given. */
  next: string | null
}

/**
 * Which resource is meant: the containment path of a code stands beside it in openapi/permissions.yaml.
 * @throws Invalid for an unknown action, or more names than its path has
 */
export function readQuestion(action: string, canonicals: readonly string[]): Asked {
  const policy = policies.find(({ code }) => code === action)
  if (!policy) throw invalid(`There is no action "${action.slice(0, 100)}"`, ['body.action: must be a policy code; getPolicies lists them'])
  const [, ...entities] = policy.entities as readonly string[]
  if (canonicals.length > entities.length)
    throw invalid(`The action ${action} is about ${entities.join(', ') || 'the organization itself'}`, [
      `body.entity_canonicals: must have at most ${entities.length} items`,
    ])
  // A stack reference carries its organization (`acme:web`), as in addresses.
  const path = canonicals.map((canonical, index) => `:${entities[index]}:${canonical.slice(canonical.lastIndexOf(':') + 1)}`).join('')
  return { path, next: entities[canonicals.length] ?? null }
}

/** With all names: may the caller do it there? With fewer: is there, or could there be, anything below where they may? */
export async function mayDo({ access, actor, read }: OrganizationContext, action: string, { path, next }: Asked): Promise<boolean> {
  const resource = `organization:${access.organization.canonical}${path}`
  const rule = next === null ? decide(access.rules, action, resource) : decideBelow(access.rules, action, prefixBelow(resource, next))
  // Even when a rule says yes something is read: remembered rules are compared with the database then.
  const owned = await read((tx) => ownedResources(tx, access.organization.canonical, actor.kind === 'user' ? actor.id : 0))
  // In a blocked organization owners have what rules leave them, and nothing by owning: http/admit.ts.
  if (rule || access.blocked.length > 0) return rule !== undefined
  if (isOwned(owned, resource)) return true
  return next !== null && !action.endsWith(':create') && owned.some((mine) => mine.startsWith(prefixBelow(resource, next)))
}
