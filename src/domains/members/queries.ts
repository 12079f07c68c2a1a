import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Members } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'
import { adminRole } from '../roles/built-in.ts'
import { roleIn } from '../roles/simple.ts'
import type { MemberRow } from './view.ts'

type State = MemberRow['invitation_state']

const inviter: RawBuilder<MemberRow | null> = sql`(
  select jsonb_build_object('id', i.id, 'invitation_state', i.invitation_state, 'invitation_email', i.invitation_email, 'invited_at', i.invited_at,
    'invitation_resent_at', i.invitation_resent_at, 'created_at', i.created_at, 'updated_at', i.updated_at,
    'person', ${personIn('i.user_id')}, 'role', ${roleIn('i.role_id')})
  from members i where i.organization_id = members.organization_id and i.id = members.invited_by_id)`

/** A member or invitation with everything its view shows. */
function selectMembers(tx: OrgTx) {
  return tx
    .selectFrom('members')
    .innerJoin('roles', (join) =>
      join.onRef('roles.organization_id', '=', 'members.organization_id').onRef('roles.id', '=', 'members.role_id'),
    )
    .leftJoin('people', 'people.id', 'members.user_id')
    .select([
      'members.id',
      'members.user_id',
      'members.invitation_email',
      'members.invited_at',
      'members.invitation_resent_at',
      'members.created_at',
      'members.updated_at',
    ])
    .select(sql<State>`members.invitation_state`.as('invitation_state'))
    .select(personIn('members.user_id').as('person'))
    .select(roleIn('members.role_id').as('role'))
    .select(inviter.as('invited_by'))
}

export interface MemberFilters extends PageQuery {
  invitation_state?: State[]
  user_canonical?: string
  user_given_name?: string
  user_family_name?: string
  user_created_at?: number
  member_created_at?: number
  role_name?: string
}

/** Those who accepted, unless the question itself speaks of states. */
export async function listMembers(tx: OrgTx, query: MemberFilters, filters: readonly Filter[], visible: Visibility) {
  let found = selectMembers(tx)
  const asksForStates = filters.some(({ attribute }) => attribute === 'invitation_state')
  if (query.invitation_state || !asksForStates)
    found = found.where('members.invitation_state', 'in', query.invitation_state ?? ['accepted'])
  if (query.user_canonical !== undefined) found = found.where('people.username', '=', query.user_canonical)
  if (query.user_given_name !== undefined) found = found.where('people.given_name', '=', query.user_given_name)
  if (query.user_family_name !== undefined) found = found.where('people.family_name', '=', query.user_family_name)
  if (query.role_name !== undefined) found = found.where('roles.name', '=', query.role_name)
  if (query.user_created_at !== undefined)
    found = found.where(sql`extract(epoch from date_trunc('second', people.created_at))`, '=', query.user_created_at)
  if (query.member_created_at !== undefined)
    found = found.where(sql`extract(epoch from date_trunc('second', members.created_at))`, '=', query.member_created_at)
  found = applyFilters(found, filters, { user_canonical: 'people.username', invitation_state: 'members.invitation_state' })
  return page(whereVisible(found, visible, sql`':member:' || members.id`), query, {
    columns: {
      member_id: 'members.id',
      member_created_at: 'members.created_at',
      user_canonical: 'people.username',
      user_given_name: 'people.given_name',
      user_family_name: 'people.family_name',
      user_created_at: 'people.created_at',
      role_name: 'roles.name',
      invitation_state: 'members.invitation_state',
    },
    tieBreaker: 'members.id',
  })
}

export const findMember = (tx: OrgTx, id: number) => selectMembers(tx).where('members.id', '=', id).executeTakeFirst()

/** The member whose account has this primary address, whatever its case. */
export const findMemberByEmail = (tx: OrgTx, email: string) =>
  selectMembers(tx)
    .where('members.invitation_state', '=', 'accepted')
    .where(sql<boolean>`lower(people.email) = lower(${email})`)
    .executeTakeFirst()

export const listAdministrators = (tx: OrgTx) =>
  selectMembers(tx)
    .where('members.invitation_state', '=', 'accepted')
    .where('roles.canonical', '=', adminRole)
    .orderBy('members.id')
    .execute()

export const lockMember = (tx: OrgTx, id: number) =>
  tx.selectFrom('members').selectAll('members').where('members.id', '=', id).forUpdate().executeTakeFirst()

/** Waits for whoever accepts the same invitation at this moment. */
export const lockPendingInvitation = (tx: OrgTx, email: string) =>
  tx
    .selectFrom('members')
    .select(['members.id', 'members.role_id', 'members.invitation_state'])
    .where('members.invitation_state', '=', 'pending')
    .where(sql<boolean>`lower(members.invitation_email) = lower(${email})`)
    .forUpdate()
    .executeTakeFirst()

/** Whoever may leave fewer administrators holds this first, so that two cannot take each other's place at once. */
export const lockAdministratorRole = (tx: OrgTx) =>
  tx.selectFrom('roles').select('roles.id').where('roles.canonical', '=', adminRole).forNoKeyUpdate().executeTakeFirstOrThrow()

export const findOtherAdministrator = (tx: OrgTx, roleId: number, memberId: number) =>
  tx
    .selectFrom('members')
    .select('members.id')
    .where('members.role_id', '=', roleId)
    .where('members.invitation_state', '=', 'accepted')
    .where('members.id', '<>', memberId)
    .limit(1)
    .executeTakeFirst()

export const findMemberIdOf = async (tx: OrgTx, accountId: number | null): Promise<number | null> => {
  if (accountId === null) return null
  const member = await tx
    .selectFrom('members')
    .select('members.id')
    .where('members.user_id', '=', accountId)
    .where('members.invitation_state', '=', 'accepted')
    .executeTakeFirst()
  return member?.id ?? null
}

/** One pending invitation for an address, also when two are made at once: the later one counts. */
export const upsertInvitation = (
  tx: OrgTx,
  row: { email: string; role_id: number; nonce: string; invited_by_id: number | null; now: Date },
) =>
  tx
    .insertInto('members', {
      user_id: null,
      role_id: row.role_id,
      invitation_state: 'pending',
      invitation_email: row.email,
      invitation_nonce: row.nonce,
      invited_by_id: row.invited_by_id,
      invited_at: row.now,
      invitation_resent_at: null,
    } satisfies Omit<Insertable<Members>, 'organization_id'>)
    .onConflict((on) =>
      on
        .expression(sql`organization_id, lower(invitation_email)`)
        // Literally, not as a parameter: a generic plan could not tell that the partial index fits, and refuse.
        .where(sql<boolean>`invitation_state = 'pending'`)
        .doUpdateSet({
          role_id: row.role_id,
          invitation_nonce: row.nonce,
          invited_by_id: row.invited_by_id,
          invitation_resent_at: row.now,
          updated_at: row.now,
        }),
    )
    .returning('members.id')
    .executeTakeFirstOrThrow()

export const updateMember = (tx: OrgTx, id: number, row: Updateable<Members>) =>
  tx.updateTable('members').set(row).where('members.id', '=', id).execute()

/** Out of all teams too, by the constraints. */
export const deleteMember = (tx: OrgTx, id: number) => tx.deleteFrom('members').where('members.id', '=', id).execute()

export const deleteKeysOf = (tx: OrgTx, accountId: number) => tx.deleteFrom('api_keys').where('owner_id', '=', accountId).execute()

/** What the organization's own identity providers said of the person, and with it the sessions that they made. */
export const deleteOutsideIdentities = (tx: OrgTx, accountId: number) =>
  tx.execute(sql`delete from identities where confined_to = ${tx.organizationId} and user_id = ${accountId}`)

export const hasVerifiedAddress = async ({ db }: AccountTx, accountId: number, email: string): Promise<boolean> => {
  const address = await db
    .selectFrom('user_emails')
    .select('id')
    .where('user_id', '=', accountId)
    .where('verified_at', 'is not', null)
    .where(sql<boolean>`lower(email) = lower(${email})`)
    .executeTakeFirst()
  return address !== undefined
}

/** What the mail of a pending invitation says, and whoever has it may read. */
export const findLetter = (tx: OrgTx, id: number) =>
  tx
    .selectFrom('members')
    .innerJoin('organizations', 'organizations.id', 'members.organization_id')
    .leftJoin('members as inviter', (join) =>
      join.onRef('inviter.organization_id', '=', 'members.organization_id').onRef('inviter.id', '=', 'members.invited_by_id'),
    )
    .leftJoin('people', 'people.id', 'inviter.user_id')
    .innerJoin('roles', (join) =>
      join.onRef('roles.organization_id', '=', 'members.organization_id').onRef('roles.id', '=', 'members.role_id'),
    )
    .select(['members.invitation_email as email', 'members.invitation_nonce as nonce', 'organizations.name as organization'])
    .select(['people.given_name', 'people.family_name', 'organizations.canonical', 'roles.name as role'])
    .select(sql<Date>`coalesce(members.invitation_resent_at, members.invited_at)`.as('sent_at'))
    .where('members.id', '=', id)
    .where('members.invitation_state', '=', 'pending')
    .executeTakeFirst()
