/** Founding an organization: the row, and everything a new organization has from its first second. */
import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { sealSecret } from '../credentials/sealing.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { adminRole, builtInRoles } from '../roles/built-in.ts'

export interface Founding {
  canonical: string
  name: string
  parent: { id: number; path: readonly number[]; can_children_create_appearance: boolean } | null
  /** Becomes its first administrator. Null when a key without a person behind it founds a child: those above administrate it. */
  founder: { id: number; name: string } | null
  /** The key that founds a child, for whoever reads its first event. */
  key?: { id: number; name: string } | undefined
  master: MasterKeys
}

interface Steps {
  execute<R>(statement: RawBuilder<R>): Promise<{ rows: R[] }>
  into<T>(organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T>
}

/** @returns the new organization's id. @throws AlreadyExists when the canonical is taken anywhere on the platform */
export async function foundOrganization(
  { execute, into }: Steps,
  { canonical, name, parent, founder, key, master }: Founding,
): Promise<number> {
  const { rows } = await execute(sql<{ id: number }>`select nextval('organizations_id_seq') as id`)
  const id = rows[0]?.id
  if (id === undefined) throw new Error('the sequence of organizations gave no number')
  await into(id, async (tx) => {
    await tx.execute(sql`
      insert into organizations (id, parent_id, path, canonical, name, ci_team_name, can_create_appearance)
      values (${id}, ${parent?.id ?? null}, ${[...(parent?.path ?? []), id]}, ${canonical}, ${name}, ${`team-${randomBytes(8).toString('hex')}`},
        ${parent?.can_children_create_appearance ?? true})`)
    const roleIds = await insertBuiltInRoles(tx)
    if (founder) {
      const role = roleIds.get(adminRole)
      if (role === undefined) throw new Error('the administrators have no role')
      await tx.insertInto('members', accepted(founder.id, role)).execute()
    }
    await insertVault(tx, master)
    const by = key?.name ?? founder?.name ?? 'The platform'
    const event = auditEvent({
      entity: 'organization',
      action: 'create',
      title: 'An organization has been created',
      message: `${by} created the organization ${canonical}`,
      tags: { name: canonical, user: by },
      by: { user_id: founder?.id ?? null, api_key_id: key?.id ?? null },
    })
    await insertEvent(tx, event)
  })
  return id
}

async function insertBuiltInRoles(tx: OrgTx): Promise<Map<string, number>> {
  const rows = builtInRoles.map(({ canonical, name, description }) => ({ canonical, name, description, built_in: true }))
  const inserted = await tx.insertInto('roles', rows).returning(['id', 'canonical']).execute()
  const ids = new Map(inserted.map(({ canonical, id }) => [canonical, id]))
  const rules = builtInRoles.flatMap(({ canonical, actions }) => {
    const role_id = ids.get(canonical)
    return role_id === undefined ? [] : [...new Set(actions)].map((action) => ({ role_id, api_key_id: null, action, resources: [] }))
  })
  await tx.insertInto('rules', rules).execute()
  return ids
}

/** Pipelines find the secret store through this one; its values are filled in where a store is configured. */
async function insertVault(tx: OrgTx, master: MasterKeys): Promise<void> {
  const raw = { role_id: '', secret_id: '' }
  const sealed = await sealSecret(tx, master, 'credential:vault', JSON.stringify(raw))
  await tx
    .insertInto('credentials', {
      canonical: 'vault',
      name: 'Vault',
      description: 'How pipelines reach the secret store. The platform keeps it.',
      type: 'custom',
      path: 'vault',
      keys: Object.keys(raw),
      built_in: true,
      owner_id: null,
      ...sealed,
    })
    .execute()
}

const accepted = (userId: number, roleId: number) => ({
  user_id: userId,
  role_id: roleId,
  invitation_state: 'accepted',
  invitation_email: null,
  invitation_nonce: null,
  invited_by_id: null,
  invited_at: null,
  invitation_resent_at: null,
})
