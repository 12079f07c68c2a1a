import { sql } from 'kysely'
import type { AccountTx } from '../../../db/account-tx.ts'

export interface RunnerRow {
  id: string
  name: string
  started_at: Date
}

/** Seconds after which a runner that says nothing counts as gone. */
const silence = 15

export const sayHello = (tx: AccountTx, id: string, name: string): Promise<unknown> =>
  tx.execute(sql`insert into engine_runners (id, name) values (${id}::uuid, ${name}) on conflict (id) do update set seen_at = now()`)

export const sayGoodbye = (tx: AccountTx, id: string): Promise<unknown> =>
  tx.execute(sql`delete from engine_runners where id = ${id}::uuid`)

/** Those that were heard of lately. */
export async function listRunners(tx: AccountTx): Promise<RunnerRow[]> {
  const { rows } = await tx.execute(sql<RunnerRow>`
    select id, name, started_at from engine_runners where seen_at > now() - ${silence}::double precision * interval '1 second' order by started_at, id`)
  return rows
}

export const forgetRunners = (tx: AccountTx): Promise<unknown> =>
  tx.execute(sql`delete from engine_runners where seen_at < now() - interval '1 hour'`)

/** Pipelines that the scheduler is to look at now, of all organizations in turn. */
export async function listDue(tx: AccountTx, most: number): Promise<{ organization_id: number; pipeline_id: number }[]> {
  const { rows } = await tx.execute(sql<{ organization_id: number; pipeline_id: number }>`select * from due_engine_pipelines(${most})`)
  return rows
}

/** Started builds whose runner was not heard of. */
export async function listLost(tx: AccountTx, most: number): Promise<{ organization_id: number; build_id: number }[]> {
  const { rows } = await tx.execute(sql<{ organization_id: number; build_id: number }>`select * from lost_engine_builds(${most})`)
  return rows
}
