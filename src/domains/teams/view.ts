import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import { viewRole } from '../roles/view.ts'
import type { TeamMemberRow, TeamRow } from './queries.ts'

export function viewTeam({
  id,
  canonical,
  name,
  member_count,
  members_preview,
  roles,
  owner,
  created_at,
  updated_at,
}: TeamRow): Schema<'Team'> {
  return {
    id,
    canonical,
    name,
    member_count,
    members_preview: members_preview.map(viewTeamMember),
    roles: roles.map(viewRole),
    created_at: seconds(created_at),
    updated_at: seconds(updated_at),
    ...(owner ? { owner: viewUser(owner) } : {}),
  }
}

/** The times are those of being in the team, which is never changed, only ended. */
export function viewTeamMember(member: TeamMemberRow): Schema<'MemberTeam'> {
  const since = seconds(new Date(member.created_at))
  return {
    id: member.id,
    username: member.username,
    email: member.email,
    given_name: member.given_name,
    family_name: member.family_name,
    mfa_enabled: member.mfa_enabled,
    created_at: since,
    updated_at: since,
    ...(member.picture_url ? { picture_url: member.picture_url } : {}),
    ...(member.last_login_at ? { last_login_at: seconds(new Date(member.last_login_at)) } : {}),
  }
}
