import { type RawBuilder, sql } from 'kysely'
import type { OrgTx } from '../db/organization-tx.ts'
import { invalid } from '../errors.ts'
import type { PersonRow } from './accounts/view.ts'

/** The person in that column as one JSON value, null when there is none: for owners beside their rows. */
export const personIn = (column: string): RawBuilder<PersonRow | null> =>
  sql<PersonRow | null>`(select to_jsonb(p) from people p where p.id = ${sql.ref(column)})`

/**
 * The account behind an `owner` field. Owners are members of the organization, or people who may act in it from above:
 * anybody else is unknown here, in the same words whether or not the account exists.
 * @throws Invalid naming the field
 */
export async function resolveOwner(tx: OrgTx, username: string, caller: { id: number; username: string } | null): Promise<number> {
  if (caller?.username === username) return caller.id
  const { rows } = await tx.execute(sql<{ id: number }>`
    select p.id from people p join members m on m.user_id = p.id
    where m.organization_id = ${tx.organizationId} and m.invitation_state = 'accepted' and p.username = ${username}`)
  const [person] = rows
  if (!person) throw invalid(`The owner ${username} is not a member of the organization`, ['body.owner: must be the username of a member'])
  return person.id
}
