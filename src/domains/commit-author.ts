/** Who a commit is by. */
import { sql } from 'kysely'
import { type Actor, nameOf } from '../access/actor.ts'
import type { OrgTx } from '../db/organization-tx.ts'

export interface CommitAuthor {
  name: string
  email: string
}

/** A key writes in its own name: its owner may not even know. */
export async function commitAuthor(tx: OrgTx, actor: Actor): Promise<CommitAuthor> {
  if (actor.kind === 'user') {
    const { rows } = await tx.execute(sql<Person>`
      select given_name, family_name, email from people where id = ${actor.id}`)
    return authorOf(actor, rows[0])
  }
  return authorOf(actor, undefined)
}

/** The same, where the person is known already. */
export function authorOf(actor: Actor, person: Person | undefined): CommitAuthor {
  if (actor.kind === 'api_key' || !person?.email) return { name: nameOf(actor), email: 'noreply@trochoid.invalid' }
  return { name: `${person.given_name ?? ''} ${person.family_name ?? ''}`.trim() || actor.username, email: person.email }
}

interface Person {
  given_name: string | null
  family_name: string | null
  email: string | null
}
