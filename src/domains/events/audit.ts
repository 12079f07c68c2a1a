import { type NewEventRow, tagText } from './queries.ts'

interface Deed {
  /** Such as `project` and `create`. */
  entity: string
  action: string
  title: string
  message: string
  /** Beside entity and action: what it is called, who did it, where. */
  tags: Readonly<Record<string, string>>
  /** Neither for what the platform does by itself. */
  by?: { user_id: number | null; api_key_id: number | null }
  /** What somebody should look at is a warning. */
  severity?: 'info' | 'warn'
}

/** An event that the platform writes about a change, in the shape that they all have. */
export function auditEvent({ entity, action, title, message, tags, by, severity = 'info' }: Deed): NewEventRow {
  return {
    type: 'Cycloid',
    severity,
    title,
    message,
    icon: 'fa-info-circle',
    color: 'default',
    tags: Object.entries({ action, entity, ...tags }).map(([key, value]) => ({ key, value: tagText(value) })),
    user_id: by?.user_id ?? null,
    api_key_id: by?.api_key_id ?? null,
    operation: `${entity}:${action}`,
  }
}
