/** Every successful change leaves an event, in the same transaction: no event without its change, no change without its event. */
import { type Actor, accountOf, nameOf } from '../access/actor.ts'
import type { OperationRow } from '../contract/operations.ts'
import type { OrgTx } from '../db/organization-tx.ts'
import { auditEvent } from '../domains/events/audit.ts'
import { eventInsert, insertEvent } from '../domains/events/queries.ts'

/** What the URL and the result do not say by themselves. */
export interface EventDetails {
  /** The canonical of what changed. */
  name?: string
  message?: string
  tags?: Readonly<Record<string, string>>
  /** The organization that keeps the event, when the one it happened in is gone. */
  into?: number
}

interface Change {
  actor: Actor
  operation: OperationRow
  path: Readonly<Record<string, unknown>>
  details: EventDetails
  /** What the transaction returned: its `canonical`, if it has one, names the thing. */
  changed: unknown
}

const pastTense: Record<string, string> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  pause: 'paused',
  unpause: 'unpaused',
  rename: 'renamed',
  pin: 'pinned',
  abort: 'aborted',
  migrate: 'migrated',
  refresh: 'refreshed',
  check: 'checked',
  favorite: 'marked',
  clear_cache: 'cleaned',
  read: 'read',
}

export async function recordEvent(tx: OrgTx, { actor, operation, path, details, changed }: Change): Promise<void> {
  if (!operation.audit) return
  const { entity, action } = operation.audit
  const name = details.name ?? canonicalOf(changed) ?? lastOf(operation, path) ?? ''
  const what = entity.replaceAll('_', ' ')
  const done = pastTense[action] ?? `changed (${action})`
  const article = /^[aeiou]/.test(what) ? 'An' : 'A'
  const places = operation.resource
    .slice(1)
    .map(({ entity: place, parameter }) => [`${place}_canonical`, String(path[parameter] ?? '')] as const)
  // So that all events of a thing have a tag in common, from the first one on.
  if (operation.target === 'component' && action === 'create') places.push(['component_canonical', name])
  const event = auditEvent({
    entity,
    action,
    title: `${article} ${what} has been ${done}`,
    message: details.message ?? `${nameOf(actor)} ${done} the ${what} ${name}`.trim(),
    tags: { name, user: nameOf(actor), ...Object.fromEntries(places), ...details.tags },
    by: { user_id: accountOf(actor), api_key_id: actor.kind === 'api_key' ? actor.id : null },
  })
  if (details.into === undefined) tx.lastly(eventInsert(tx, event))
  else await tx.inOrganization(details.into, (keeper) => insertEvent(keeper, event))
}

function canonicalOf(changed: unknown): string | undefined {
  const canonical = (changed as { canonical?: unknown } | null | undefined)?.canonical
  return typeof canonical === 'string' ? canonical : undefined
}

function lastOf({ resource }: OperationRow, path: Readonly<Record<string, unknown>>): string | undefined {
  const last = resource.at(-1)
  return last && path[last.parameter] !== undefined ? String(path[last.parameter]) : undefined
}
