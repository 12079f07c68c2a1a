/** A handler's context without a request: work goes on, in the name of whoever asked for it. */
import { PassThrough } from 'node:stream'
import { type Actor, accountOf } from '../../access/actor.ts'
import { ruleSet } from '../../access/rules.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import type { Requester } from './types.ts'

/**
 * What they may was decided when they asked, for everything that the import makes.
 * @param signal ends with the run
 */
export function contextOf(
  platform: Platform,
  organization: { id: number; canonical: string; name: string },
  by: Requester,
  signal: AbortSignal,
): OrganizationContext {
  const scope = insideOf(organization.id)
  const actor: Actor =
    by.kind === 'user'
      ? { kind: 'user', id: by.id, username: by.name, session: 0, organization: organization.canonical, confinedTo: null }
      : {
          kind: 'api_key',
          id: by.id,
          canonical: by.name,
          organizationId: organization.id,
          organization: organization.canonical,
          ownerId: by.ownerId,
        }
  const whole = { ...organization, parent_id: null, path: [organization.id], ci_team_name: '' }
  return {
    platform,
    actor,
    organization: whole,
    request: {
      id: 'import',
      address: '',
      userAgent: '',
      log: platform.log,
      lastEventId: undefined,
      header: () => undefined,
      rawBody: () => undefined,
      bodyStream: () => new PassThrough().end(),
      closed: () => signal,
    },
    access: {
      organization: whole,
      memberId: null,
      username: null,
      rules: ruleSet([], organization.id),
      subjects: [],
      epoch: 0,
      blocked: [],
      until: 0,
      weight: 0,
    },
    read: (run) => OrgTx.read(platform.database, scope, run),
    write: (run, about) =>
      OrgTx.write(platform.database, scope, async (tx) => {
        const changed = await run(tx)
        const details = about?.(changed)
        if (details)
          await insertEvent(
            tx,
            auditEvent({
              entity: details.tags?.['entity'] ?? 'infra_import',
              action: 'create',
              title: 'Infrastructure has been imported',
              message: details.message ?? `${by.name} imported ${details.name ?? 'infrastructure'}`,
              tags: { name: details.name ?? '', user: by.name },
              by: { user_id: accountOf(actor), api_key_id: actor.kind === 'api_key' ? actor.id : null },
            }),
          )
        return changed
      }),
    prepare: (run) => OrgTx.write(platform.database, scope, run),
    visible: () => {
      throw new Error('an import lists nothing')
    },
    may: () => true,
    assertMayCreate: () => {},
  }
}
