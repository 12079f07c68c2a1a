import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { deliver } from '../accounts/outbox.ts'
import { invitationDays, mintInvitationToken } from './invitation-token.ts'
import { findLetter } from './queries.ts'

/** Reads the invitation as it is now: one that was answered or taken back meanwhile is not sent. */
export async function sendInvitation(
  platform: Platform,
  { organizationId, memberId }: { organizationId: number; memberId: number },
): Promise<void> {
  const invitation = await OrgTx.read(platform.database, insideOf(organizationId), (tx) => findLetter(tx, memberId))
  if (!invitation?.email || !invitation.nonce) return
  const token = mintInvitationToken(platform, { organizationId, memberId, nonce: invitation.nonce })
  const { given_name, family_name, organization } = invitation
  const inviter = given_name && family_name ? `${oneLine(`${given_name} ${family_name}`)} invites you` : 'You are invited'
  await deliver(platform, {
    to: invitation.email,
    subject: `You are invited to ${oneLine(organization)}`,
    text: text({ inviter, organization: oneLine(organization), token, consoleUrl: platform.config.consoleUrl }),
  })
}

/** A name with a line break would be able to write its own mail. */
const oneLine = (name: string): string => name.replace(/[\s\p{C}]+/gu, ' ').slice(0, 100)

const text = ({
  inviter,
  organization,
  token,
  consoleUrl,
}: {
  inviter: string
  organization: string
  token: string
  consoleUrl: string
}): string => `Hello,

${inviter} to the organization ${organization}.

Follow this link to sign up, or to join with the account you have:
${consoleUrl}/invitation?token=${token}

The token by itself, for those who use the API or the command line:
${token}

It works for ${invitationDays} days. If you do not know what this is about, you can ignore it.
`
