import { sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Roles } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { rulesOf } from './simple.ts'

interface RuleValues {
  action: string
  resources: string[]
}

const selectRoles = (tx: OrgTx) => tx.selectFrom('roles').selectAll('roles').select(rulesOf('roles.id').as('rules'))

export const listRoles = (tx: OrgTx, query: PageQuery, visible: Visibility) =>
  page(whereVisible(selectRoles(tx), visible, sql`':role:' || roles.canonical`), query, {
    columns: { role_canonical: 'roles.canonical', role_name: 'roles.name' },
    tieBreaker: 'roles.id',
  })

export const findRole = (tx: OrgTx, canonical: string) => selectRoles(tx).where('roles.canonical', '=', canonical).executeTakeFirst()

/** Rules are read by a statement of its own: beside a lock that had to wait, they would be those from before the wait. */
export async function lockRole(tx: OrgTx, canonical: string) {
  await tx.selectFrom('roles').select('id').where('canonical', '=', canonical).forUpdate().execute()
  return findRole(tx, canonical)
}

export const insertRole = (tx: OrgTx, row: { canonical: string; name: string; description: string }) =>
  tx.insertInto('roles', row).returning('id').executeTakeFirstOrThrow()

export const updateRole = (tx: OrgTx, id: number, row: Updateable<Roles>) => tx.updateTable('roles').set(row).where('id', '=', id).execute()

export const deleteRole = (tx: OrgTx, id: number) => tx.deleteFrom('roles').where('id', '=', id).execute()

export async function insertRules(
  tx: OrgTx,
  holder: { role_id: number } | { api_key_id: number },
  rules: readonly RuleValues[],
): Promise<void> {
  if (rules.length === 0) return
  const rows = rules.map(({ action, resources }) => ({ role_id: null, api_key_id: null, ...holder, action, resources }))
  await tx.insertInto('rules', rows).execute()
}

export const deleteRules = (tx: OrgTx, roleId: number) => tx.deleteFrom('rules').where('role_id', '=', roleId).execute()

/** Invitations that promise the role count as members. */
export async function countHolders(tx: OrgTx, roleId: number): Promise<{ members: number; teams: number }> {
  const { members } = await tx
    .selectFrom('members')
    .select((e) => e.fn.countAll<number>().as('members'))
    .where('role_id', '=', roleId)
    .executeTakeFirstOrThrow()
  const { teams } = await tx
    .selectFrom('team_roles')
    .select((e) => e.fn.countAll<number>().as('teams'))
    .where('role_id', '=', roleId)
    .executeTakeFirstOrThrow()
  return { members, teams }
}

/** Those of the canonicals that are descendants of the organization, at any depth. */
export async function findDescendants(tx: OrgTx, canonicals: readonly string[]): Promise<string[]> {
  const { rows } = await tx.execute(sql<{ canonical: string }>`
    select canonical from organizations where canonical = any (${canonicals}) and ${tx.organizationId} = any (path) and id <> ${tx.organizationId}`)
  return rows.map(({ canonical }) => canonical)
}

/** One that the person of the transaction belongs to. */
export const findOrganizationNamed = ({ db }: AccountTx, canonical: string) =>
  db.selectFrom('organizations').select(['id', 'canonical', 'name']).where('canonical', '=', canonical).executeTakeFirst()
