import type { OrgTx } from '../../db/organization-tx.ts'

export interface NewEventRow {
  type: string
  severity: string
  title: string
  message: string
  icon: string
  color: string
  tags: readonly { key: string; value: string }[]
  user_id: number | null
  api_key_id: number | null
  operation: string | null
}

export async function insertEvent(tx: OrgTx, { tags, ...event }: NewEventRow) {
  return tx
    .insertInto('events', { ...event, tags: JSON.stringify(tags) })
    .returningAll()
    .executeTakeFirstOrThrow()
}
