import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { PersonRow } from '../accounts/view.ts'
import { type RoleRow, viewRole } from '../roles/view.ts'
import { invitationDays } from './invitation-token.ts'

type Member = Schema<'MemberOrg'>

/** Of the table, or as JSON inside another row; as JSON its times are text. */
export interface MemberRow {
  id: number
  invitation_state: NonNullable<Member['invitation_state']>
  invitation_email: string | null
  invited_at: Date | string | null
  invitation_resent_at: Date | string | null
  created_at: Date | string
  updated_at: Date | string
  /** Null until the invitation is accepted. */
  person: PersonRow | null
  role: RoleRow
  /** Only one step: not who invited the inviter. */
  invited_by?: MemberRow | null
}

export function viewMember(row: MemberRow): Member {
  return {
    id: row.id,
    role: viewRole(row.role),
    invitation_state: row.invitation_state,
    created_at: seconds(new Date(row.created_at)),
    updated_at: seconds(new Date(row.updated_at)),
    ...(row.person ? viewPerson(row.person) : {}),
    ...(row.invitation_email ? { invitation_email: row.invitation_email } : {}),
    ...(row.invited_at ? { invited_at: seconds(new Date(row.invited_at)) } : {}),
    ...(row.invitation_resent_at ? { invitation_resent_at: seconds(new Date(row.invitation_resent_at)) } : {}),
    ...(row.invited_by ? { invited_by: viewMember(row.invited_by) } : {}),
  }
}

function viewPerson({
  username,
  given_name,
  family_name,
  email,
  locale,
  mfa_enabled,
  picture_url,
  last_login_at,
}: PersonRow): Partial<Member> {
  return {
    username,
    given_name,
    family_name,
    email,
    locale: locale as NonNullable<Member['locale']>,
    mfa_enabled,
    ...(picture_url ? { picture_url } : {}),
    ...(last_login_at ? { last_login_at: seconds(new Date(last_login_at)) } : {}),
  }
}

interface LetterRow {
  email: string | null
  canonical: string
  organization: string
  role: string
  given_name: string | null
  family_name: string | null
  sent_at: Date
}

export const viewLetter = (row: LetterRow): Schema<'PendingMemberInvitation'> => ({
  email: row.email ?? '',
  organization_canonical: row.canonical,
  organization_name: row.organization,
  role_name: row.role,
  expires_at: seconds(row.sent_at) + invitationDays * 24 * 3600,
  ...(row.given_name === null ? {} : { invited_by: `${row.given_name} ${row.family_name ?? ''}`.trim() }),
})
