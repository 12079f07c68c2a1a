import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { Appearances } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'

export type AppearanceRow = Selectable<Appearances>
export type NewAppearanceRow = Omit<Insertable<Appearances>, 'organization_id' | 'id'>

const selectAppearances = (tx: OrgTx) => tx.selectFrom('appearances').selectAll('appearances')

export const listAppearances = (tx: OrgTx, query: PageQuery, visible: Visibility) =>
  page(whereVisible(selectAppearances(tx), visible, sql`':appearance:' || appearances.canonical`), query, {
    columns: { appearance_canonical: 'appearances.canonical', appearance_name: 'appearances.name' },
    tieBreaker: 'appearances.id',
  })

export const findAppearance = (tx: OrgTx, canonical: string) => selectAppearances(tx).where('canonical', '=', canonical).executeTakeFirst()

/** All of the organization, always in the same order, so that two who switch at once wait for each other. */
export const lockAppearances = (tx: OrgTx) => selectAppearances(tx).orderBy('id').forUpdate().execute()

export const insertAppearance = (tx: OrgTx, row: NewAppearanceRow) =>
  tx.insertInto('appearances', row).returningAll().executeTakeFirstOrThrow()

export const updateAppearance = (tx: OrgTx, id: number, row: Updateable<Appearances>) =>
  tx.updateTable('appearances').set(row).where('id', '=', id).returningAll().executeTakeFirstOrThrow()

export const deactivateOthers = (tx: OrgTx, id: number) =>
  tx.updateTable('appearances').set({ is_active: false }).where('id', '<>', id).where('is_active', '=', true).execute()

export const deleteAppearance = (tx: OrgTx, canonical: string) =>
  tx.deleteFrom('appearances').where('canonical', '=', canonical).returning('id').executeTakeFirst()

export async function mayHaveAppearances(tx: OrgTx): Promise<boolean> {
  const organization = await tx.selectFrom('organizations').select('can_create_appearance').executeTakeFirst()
  return organization?.can_create_appearance ?? false
}

/** Of the organization, else of its nearest ancestor that has one; anybody may ask, so by a door of the database. */
export async function findActiveAppearance(tx: AccountTx, organization: string): Promise<AppearanceRow | undefined> {
  const { rows } = await tx.execute(sql<AppearanceRow>`select * from active_appearance(${organization})`)
  return rows[0]
}
