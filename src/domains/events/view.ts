import type { Schema } from '../../contract/operation.ts'
import type { EventRow } from './queries.ts'

/** Unlike everywhere else the time is in milliseconds. */
export function viewEvent(row: EventRow): Schema<'Event'> {
  return {
    id: row.id,
    type: row.type as Schema<'Event'>['type'],
    severity: row.severity as Schema<'Event'>['severity'],
    title: row.title,
    message: row.message,
    icon: row.icon,
    color: row.color,
    tags: row.tags as unknown as Schema<'Tag'>[],
    timestamp: row.happened_at.getTime(),
  }
}
