import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const members: DomainHandlers<'members'> = {
  getPendingMemberInvitation: notImplemented,
  getOrgMembers: notImplemented,
  inviteUserToOrgMember: notImplemented,
  removeOrgMember: notImplemented,
  getOrgMember: notImplemented,
  updateOrgMember: notImplemented,
  resendMemberInvitation: notImplemented,
}
