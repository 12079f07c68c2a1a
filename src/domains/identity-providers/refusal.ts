import type { AccountTx } from '../../db/account-tx.ts'
import { ApiError } from '../../errors.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import type { OutsideIdentity } from '../sso/types.ts'
import { findProviderById } from './queries.ts'

/** Administrators see in their log whom their provider sent, and why they could not come in. */
export async function noteRefusal(tx: AccountTx, identity: OutsideIdentity, error: unknown): Promise<void> {
  const { identityProvider: at, email, subject } = identity
  if (!at || !(error instanceof ApiError)) return
  await tx.inOrganization(at.organizationId, null, async (inside) => {
    const provider = await findProviderById(inside, at.id)
    if (!provider) return
    const who = email ?? subject
    await insertEvent(
      inside,
      auditEvent({
        entity: 'member',
        action: 'sign_in_failed',
        title: 'A sign-in has failed',
        message: `${who} came through ${provider.name} and was not let in: ${error.message}`.slice(0, 1000),
        tags: { name: who, user: who, identity_provider: provider.canonical },
        severity: 'warn',
      }),
    )
  })
}
