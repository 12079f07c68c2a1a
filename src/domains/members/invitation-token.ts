/**
 * The link in an invitation: a token that names the invitation's row and proves it with a MAC over the row's nonce, so that
 * nothing secret is stored. Writing a new nonce, or none, ends every token that was sent before.
 */
import { type Selectable, sql } from 'kysely'
import type { Config } from '../../config.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Members } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Platform } from '../../platform.ts'
import { seatsChanged, takeSeat } from '../billing/seats.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'

export type MemberRow = Selectable<Members>

export interface Invitation {
  organizationId: number
  member: MemberRow
}

/** Counted from when it was last sent. */
export const invitationDays = 14

const purpose = 'invitation'
/** At most fifteen digits: whatever is longer is not a number that the database gave. */
const shape = /^(\d{1,15})\.(\d{1,15})-[0-9a-f]+$/

const idText = (organizationId: number, memberId: number) => `${organizationId}.${memberId}`

export const mintInvitationToken = (
  { tokens }: Platform,
  { organizationId, memberId, nonce }: { organizationId: number; memberId: number; nonce: string },
): string => tokens.mintOneTime(purpose, idText(organizationId, memberId), nonce)

/**
 * The pending invitation that a token belongs to, its row locked until the end of the transaction.
 * @param tx a `write`: a read cannot step into an organization
 * @returns undefined for anything else, without telling a forged token from one that was used, taken back or is too old
 */
export async function readInvitationToken({ tokens }: Platform, tx: AccountTx, token: string): Promise<Invitation | undefined> {
  const [, organization, member] = shape.exec(token) ?? []
  if (organization === undefined || member === undefined) return undefined
  const [organizationId, memberId] = [Number(organization), Number(member)]
  const row = await tx.inOrganization(organizationId, null, (inside) =>
    inside
      .selectFrom('members')
      .selectAll()
      .where('id', '=', memberId)
      .where('invitation_state', '=', 'pending')
      .where(sql<boolean>`coalesce(invitation_resent_at, invited_at) > now() - make_interval(days => ${invitationDays})`)
      .forUpdate()
      .executeTakeFirst(),
  )
  if (!row?.invitation_nonce) return undefined
  return tokens.checkOneTime(token, purpose, idText(organizationId, memberId), row.invitation_nonce)
    ? { organizationId, member: row }
    : undefined
}

/**
 * Makes the person a member with the role they were invited to, and leaves the event. The token is used up.
 * @throws AlreadyExists when the person is a member already, by another address; Conflict when no seat is free
 */
export async function acceptInvitation(
  tx: OrgTx,
  { memberId, userId, username }: { memberId: number; userId: number; username: string },
  config: Pick<Config, 'stripe'>,
): Promise<void> {
  await takeSeat(tx, userId, config)
  const now = new Date()
  await tx
    .updateTable('members')
    .set({ user_id: userId, invitation_state: 'accepted', invitation_nonce: null, updated_at: now })
    .where('id', '=', memberId)
    .execute()
  await seatsChanged(tx)
  const event = auditEvent({
    entity: 'member',
    action: 'accept',
    title: 'A member has joined',
    message: `${username} accepted the invitation to the organization`,
    tags: { name: username, user: username },
    by: { user_id: userId, api_key_id: null },
  })
  await insertEvent(tx, event)
}
