/** Invitations: rows of members that wait for an answer. */
import { randomBytes } from 'node:crypto'
import { accountOf } from '../../access/actor.ts'
import { countAttempt, subjectOfToken } from '../../access/attempts.ts'
import type { Config } from '../../config.ts'
import type { Schema } from '../../contract/operation.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { forbidden, notFound } from '../../errors.ts'
import type { OrganizationContext, PublicContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { assertSeatFor } from '../billing/seats.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { acceptInvitation, type Invitation, readInvitationToken } from './invitation-token.ts'
import { assertMayDisarm, getMember, grantableRole } from './members.ts'
import * as queries from './queries.ts'
import type { MemberRow } from './view.ts'

/** Whoever reads the row's nonce and the keys can make the token again; nobody else can. */
const newNonce = () => randomBytes(16).toString('base64url')

/**
 * Invites an address, or invites it again with the role asked for now: the newest mail counts. Somebody who is a member
 * already is returned as they are.
 */
export async function invite(
  tx: OrgTx,
  context: Pick<OrganizationContext, 'access' | 'actor' | 'platform'>,
  body: Schema<'NewMemberInvitation'>,
): Promise<{ member: MemberRow; invited: boolean }> {
  const email = body.email.trim()
  const role = await grantableRole(tx, context, body.role_canonical)
  const pending = await queries.lockPendingInvitation(tx, email)
  if (pending && pending.role_id !== role.id) {
    const { id } = await queries.lockAdministratorRole(tx)
    await assertMayDisarm(tx, context, id, pending)
  }
  const present = await queries.findMemberByEmail(tx, email)
  if (present) return { member: present, invited: false }
  await assertSeatFor(tx, email, context.platform.config)
  const invited_by_id = await queries.findMemberIdOf(tx, accountOf(context.actor))
  const { id } = await queries.upsertInvitation(tx, { email, role_id: role.id, nonce: newNonce(), invited_by_id, now: new Date() })
  await enqueue(tx, 'members.sendInvitation', { organizationId: tx.organizationId, memberId: id })
  return { member: await getMember(tx, id), invited: true }
}

/** With a new nonce: the mail that is lost, or went astray, must not work beside the new one. */
export async function inviteAgain(tx: OrgTx, id: number): Promise<MemberRow> {
  const member = await queries.lockMember(tx, id)
  if (member?.invitation_state !== 'pending') throw notFound(`pending invitation ${id}`)
  const now = new Date()
  await queries.updateMember(tx, id, { invitation_nonce: newNonce(), invitation_resent_at: now, updated_at: now })
  await enqueue(tx, 'members.sendInvitation', { organizationId: tx.organizationId, memberId: id })
  return getMember(tx, id)
}

/** The invitation of a token, for anybody who holds it. A wrong one counts as an attempt at guessing. @throws NotFoundEntity */
export async function withInvitation<T>(
  { platform, request, write }: PublicContext,
  token: string,
  run: (tx: AccountTx, invitation: Invitation) => Promise<T>,
): Promise<T> {
  const attempt = await countAttempt(platform, request, 'invitation', subjectOfToken(token))
  const result = await write(async (tx) => {
    const invitation = await readInvitationToken(platform, tx, token)
    if (!invitation) throw notFound('invitation')
    return run(tx, invitation)
  })
  await attempt.giveBack()
  return result
}

/** A forwarded mail does not let another person in: the invited address must be the person's own. */
export async function accept(
  tx: AccountTx,
  { organizationId, member }: Invitation,
  person: { id: number; username: string },
  config: Pick<Config, 'stripe'>,
): Promise<void> {
  if (!(await queries.hasVerifiedAddress(tx, person.id, member.invitation_email ?? '')))
    throw forbidden('This invitation was sent to another address: sign in with the account that has it, or verify it as one of yours')
  await tx.inOrganization(organizationId, person.id, (inside) =>
    acceptInvitation(inside, { memberId: member.id, userId: person.id, username: person.username }, config),
  )
}

export async function decline(tx: AccountTx, { organizationId, member }: Invitation): Promise<void> {
  await tx.inOrganization(organizationId, null, async (inside) => {
    await queries.updateMember(inside, member.id, { invitation_state: 'declined', invitation_nonce: null, updated_at: new Date() })
    const event = auditEvent({
      entity: 'member',
      action: 'decline',
      title: 'An invitation has been declined',
      message: `${member.invitation_email} declined the invitation to the organization`,
      tags: { name: String(member.id) },
    })
    await insertEvent(inside, event)
  })
}
