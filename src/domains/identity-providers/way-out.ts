/** A command of the operator, for an organization that required a provider which is broken: nobody could get in to change it. */
import { AccountTx } from '../../db/account-tx.ts'
import type { Database } from '../../db/pool.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { findCanonical, listProvidersFor, listRequired, updateProvider } from './queries.ts'

export interface Allowed {
  /** Canonicals of the providers that are not required any more. */
  providers: string[]
  /** Organizations above that require one themselves, which its members have to use as before. */
  above: string[]
}

/** Members may enter by a password and everything else again. What the providers are, and whom they let in, stays. */
export function allowPasswords(database: Database, organization: string): Promise<Allowed> {
  return AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    const allowed: Allowed = { providers: [], above: [] }
    const places = new Set((await listProvidersFor(tx, organization)).map(({ organization_id }) => organization_id))
    for (const id of places)
      await tx.inOrganization(id, null, async (inside) => {
        const required = await listRequired(inside)
        const canonical = await findCanonical(inside)
        if (required.length === 0) return
        if (canonical !== organization) return void allowed.above.push(canonical)
        for (const provider of required) {
          await updateProvider(inside, provider.id, { required: false, updated_at: new Date() })
          await insertEvent(inside, event(provider.canonical))
          allowed.providers.push(provider.canonical)
        }
      })
    return allowed
  })
}

const event = (canonical: string) =>
  auditEvent({
    entity: 'identity_provider',
    action: 'update',
    title: 'An identity provider has been updated',
    message: `The operator of the platform let members in without the identity provider ${canonical} again`,
    tags: { name: canonical, user: 'The operator' },
  })
