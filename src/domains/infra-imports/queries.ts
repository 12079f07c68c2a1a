import { type Insertable, sql, type Updateable } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { InfraImports } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { ImportRequest } from './types.ts'

export type ImportRow = NonNullable<Awaited<ReturnType<typeof findById>>>

/** The newest: what was given up before says nothing any more. */
const selectImports = (tx: OrgTx) =>
  tx.selectFrom('infra_imports').selectAll().$narrowType<{ request: ImportRequest }>().orderBy('id', 'desc').limit(1)

export const findById = (tx: OrgTx, id: number) => selectImports(tx).where('id', '=', id).executeTakeFirst()

export const findOfProject = (tx: OrgTx, canonical: string) =>
  selectImports(tx).where('project_canonical', '=', canonical).executeTakeFirst()

export const findOfStack = (tx: OrgTx, ref: string) => selectImports(tx).where('stack_ref', '=', ref).executeTakeFirst()

export const insertImport = (tx: OrgTx, row: Omit<Insertable<InfraImports>, 'organization_id' | 'id'>) =>
  tx.insertInto('infra_imports', row).returning('id').executeTakeFirstOrThrow()

/** Only of a run that is still the current one. @returns whether it is */
export const updateRun = async (tx: OrgTx, run: { id: number; attempt: number }, row: Updateable<InfraImports>): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('infra_imports')
    .set({ ...row, updated_at: new Date() })
    .where('id', '=', run.id)
    .where('attempt', '=', run.attempt)
    .where('status', '=', 'importing')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Once: a job may run twice. */
export const startRun = async (tx: OrgTx, run: { id: number; attempt: number }): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('infra_imports')
    .set({ alive_at: new Date(), updated_at: new Date() })
    .where('id', '=', run.id)
    .where('attempt', '=', run.attempt)
    .where('status', '=', 'importing')
    .where('alive_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** More is cut off at the front. */
const longestLogs = 200_000

export const addLogs = async (tx: OrgTx, run: { id: number; attempt: number }, text: string): Promise<boolean> =>
  updateRun(tx, run, { logs: sql<string>`right(logs || ${text}, ${longestLogs})` as never, alive_at: new Date() })

/** @returns its next attempt; undefined when it had not failed */
export const restart = async (tx: OrgTx, id: number, by: { request: string; user_id: number | null }): Promise<number | undefined> =>
  (
    await tx
      .updateTable('infra_imports')
      .set({ ...by, status: 'importing', error: '', alive_at: null, attempt: sql<number>`attempt + 1`, updated_at: new Date() })
      .where('id', '=', id)
      .where('status', '=', 'failed')
      .returning('attempt')
      .executeTakeFirst()
  )?.attempt

/** It goes with its project. */
export const setProject = (tx: OrgTx, ref: string, projectId: number) =>
  tx.updateTable('infra_imports').set({ project_id: projectId }).where('stack_ref', '=', ref).execute()

export const deleteImport = (tx: OrgTx, id: number) => tx.deleteFrom('infra_imports').where('id', '=', id).execute()

export const listLost = async (tx: AccountTx, silentSince: Date) =>
  (await tx.execute(sql<{ organization_id: number; id: number }>`select organization_id, id from lost_infra_imports(${silentSince})`)).rows

export const failSilent = (tx: OrgTx, id: number, silentSince: Date, error: string) =>
  tx
    .updateTable('infra_imports')
    .set({ status: 'failed', error, updated_at: new Date() })
    .where('id', '=', id)
    .where('status', '=', 'importing')
    .where('alive_at', '<', silentSince)
    .execute()
