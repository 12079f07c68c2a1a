import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const teams: DomainHandlers<'teams'> = {
  getTeams: notImplemented,
  createTeam: notImplemented,
  deleteTeam: notImplemented,
  getTeam: notImplemented,
  updateTeam: notImplemented,
  getTeamMembers: notImplemented,
  assignMemberToTeam: notImplemented,
  unassignMemberFromTeam: notImplemented,
  getTeamMember: notImplemented,
}
