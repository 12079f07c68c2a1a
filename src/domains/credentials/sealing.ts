/** An organization's secrets are sealed under its own data key, which the master key wraps. */
import { randomBytes } from 'node:crypto'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type MasterKeys, seal, sealBytes, unseal, unsealBytes } from '../../outside/master-key.ts'

interface Sealed {
  sealed: string
  data_key_id: number
}

const wrapContext = (organizationId: number) => `data_key:${organizationId}`

/** `context` binds the secret to its row: a sealed value moved to another row does not open. */
export async function sealSecret(tx: OrgTx, master: MasterKeys, context: string, plain: string): Promise<Sealed> {
  const { id, key } = await currentDataKey(tx, master)
  return { sealed: seal(key, Buffer.from(plain), `${tx.organizationId}:${context}`), data_key_id: id }
}

export async function openSecret(tx: OrgTx, master: MasterKeys, context: string, { sealed, data_key_id }: Sealed): Promise<string> {
  const { wrapped } = await tx.selectFrom('data_keys').select('wrapped').where('id', '=', data_key_id).executeTakeFirstOrThrow()
  return unseal(master.unwrap(wrapped, wrapContext(tx.organizationId)), sealed, `${tx.organizationId}:${context}`).toString()
}

/** For what is large: many parts under one key, which is looked up once. `context` binds each part to its row. */
export async function openSealer(
  tx: OrgTx,
  master: MasterKeys,
): Promise<{ data_key_id: number; seal(context: string, plain: Uint8Array): Buffer }> {
  const { id, key } = await currentDataKey(tx, master)
  return { data_key_id: id, seal: (context, plain) => sealBytes(key, plain, `${tx.organizationId}:${context}`) }
}

/** Opens parts that one sealer made. */
export async function openUnsealer(tx: OrgTx, master: MasterKeys, dataKeyId: number): Promise<(context: string, sealed: Buffer) => Buffer> {
  const { wrapped } = await tx.selectFrom('data_keys').select('wrapped').where('id', '=', dataKeyId).executeTakeFirstOrThrow()
  const key = master.unwrap(wrapped, wrapContext(tx.organizationId))
  return (context, sealed) => unsealBytes(key, sealed, `${tx.organizationId}:${context}`)
}

async function currentDataKey(tx: OrgTx, master: MasterKeys): Promise<{ id: number; key: Buffer }> {
  const row = await tx.selectFrom('data_keys').select(['id', 'wrapped']).orderBy('id', 'desc').limit(1).executeTakeFirst()
  if (row) return { id: row.id, key: master.unwrap(row.wrapped, wrapContext(tx.organizationId)) }
  const key = randomBytes(32)
  const { id } = await tx
    .insertInto('data_keys', { wrapped: master.wrap(key, wrapContext(tx.organizationId)) })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, key }
}

/** For `npm run keys -- rewrap`: wraps the data keys of one organization by the current master key. Answers how many it changed. */
export async function rewrapDataKeys(tx: OrgTx, master: MasterKeys): Promise<number> {
  const context = wrapContext(tx.organizationId)
  const rows = await tx.selectFrom('data_keys').select(['id', 'wrapped']).forUpdate().execute()
  const old = rows.filter(({ wrapped }) => !master.isCurrent(wrapped))
  for (const { id, wrapped } of old)
    await tx
      .updateTable('data_keys')
      .set({ wrapped: master.wrap(master.unwrap(wrapped, context), context) })
      .where('id', '=', id)
      .execute()
  return old.length
}
