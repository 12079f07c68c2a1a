import { countAttempt } from '../../access/attempts.ts'
import type { DomainHandlers } from '../../contract/operation.ts'
import { notFound, unauthenticated } from '../../errors.ts'
import { accept, decline, invite, inviteAgain, withInvitation } from './invitations.ts'
import { changeRole, getMember, nameOfMember, removeMember } from './members.ts'
import { findLetter, listMembers } from './queries.ts'
import { type MemberRow, viewLetter, viewMember } from './view.ts'

export const members: DomainHandlers<'members'> = {
  async getOrgMembers({ read, visible }, { query, filters }) {
    const { rows, pagination } = await read((tx) =>
      listMembers(tx, query, filters, visible('organization:member:list', 'organization:member:read')),
    )
    return { data: rows.map(viewMember), pagination }
  },

  async getOrgMember({ read }, { path }) {
    return { data: viewMember(await read((tx) => getMember(tx, path.member_id))) }
  },

  async inviteUserToOrgMember(context, { body }) {
    await countAttempt(context.platform, context.request, 'invitationMail', body.email)
    const { member } = await context.write(
      (tx) => invite(tx, context, body),
      ({ member, invited }) => (invited ? about(member) : null),
    )
    return { data: viewMember(member) }
  },

  async resendMemberInvitation({ read, write, platform, request }, { path }) {
    const { invitation_email } = await read((tx) => getMember(tx, path.member_id))
    if (invitation_email !== null) await countAttempt(platform, request, 'invitationMail', invitation_email)
    await write((tx) => inviteAgain(tx, path.member_id), about)
    return undefined
  },

  async updateOrgMember(context, { path, body }) {
    return { data: viewMember(await context.write((tx) => changeRole(tx, context, path.member_id, body.role_canonical), about)) }
  },

  async removeOrgMember(context, { path }) {
    await context.write((tx) => removeMember(tx, context, path.member_id), about)
    return undefined
  },

  async getPendingMemberInvitation(context, { path }) {
    const letter = await withInvitation(context, path.verification_token, (tx, { organizationId, member }) =>
      tx.inOrganization(organizationId, null, (inside) => findLetter(inside, member.id)),
    )
    if (!letter) throw notFound('invitation')
    return { data: viewLetter(letter) }
  },

  async acceptInvitation(context, { path }) {
    const { actor } = context
    if (actor.kind !== 'user') throw unauthenticated('An invitation is accepted by a person')
    await withInvitation(context, path.verification_token, (tx, invitation) => accept(tx, invitation, actor, context.platform.config))
    return undefined
  },

  async declineInvitation(context, { path }) {
    await withInvitation(context, path.verification_token, decline)
    return undefined
  },
}

/** Members are known by number in addresses; people read names. */
const about = (member: MemberRow) => ({ name: nameOfMember(member), tags: { role: member.role.canonical } })
