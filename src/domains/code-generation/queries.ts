import { sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { SchemaBlock } from '../../formats/terraform/provider-schema.ts'

type Tx = Pick<OrgTx, 'execute'>
export type BlockKind = 'resource' | 'data'

export interface ProviderRow {
  id: number
  source: string
  canonical: string
  version: string
}

export interface ProviderInFull extends ProviderRow {
  configuration: { block?: SchemaBlock }
}

export const listProviders = async (tx: Tx): Promise<ProviderRow[]> =>
  (await tx.execute<ProviderRow>(sql`select id, source, canonical, version from provider_schemas order by canonical`)).rows

export const findProvider = async (tx: Tx, canonical: string): Promise<ProviderInFull | undefined> =>
  (
    await tx.execute<ProviderInFull>(
      sql`select id, source, canonical, version, configuration from provider_schemas where canonical = ${canonical}`,
    )
  ).rows[0]

export const findProviders = async (tx: Tx, canonicals: readonly string[]): Promise<ProviderInFull[]> =>
  (
    await tx.execute<ProviderInFull>(
      sql`select id, source, canonical, version, configuration from provider_schemas where canonical = any (${canonicals}::text[])`,
    )
  ).rows

export const listTypes = async (tx: Tx, providerId: number, kind: BlockKind): Promise<string[]> =>
  (
    await tx.execute<{ type: string }>(
      sql`select type from provider_blocks where provider_id = ${providerId} and kind = ${kind} order by type collate "C"`,
    )
  ).rows.map(({ type }) => type)

export const findBlock = async (tx: Tx, providerId: number, kind: BlockKind, type: string): Promise<{ block?: SchemaBlock } | undefined> =>
  (
    await tx.execute<{ schema: { block?: SchemaBlock } }>(
      sql`select schema from provider_blocks where provider_id = ${providerId} and kind = ${kind} and type = ${type}`,
    )
  ).rows[0]?.schema

export interface FoundBlock {
  provider: string
  kind: BlockKind
  type: string
  schema: { block?: SchemaBlock }
}

/** Several at once, of whichever provider has them. */
export const findBlocks = async (tx: Tx, kind: BlockKind, types: readonly string[]): Promise<FoundBlock[]> =>
  (
    await tx.execute<FoundBlock>(
      sql`select p.canonical as provider, b.kind, b.type, b.schema from provider_blocks b join provider_schemas p on p.id = b.provider_id
        where b.kind = ${kind} and b.type = any (${types}::text[]) order by length(p.canonical), p.canonical`,
    )
  ).rows

export const deleteProvider = async (tx: AccountTx, canonical: string): Promise<boolean> =>
  (await tx.db.deleteFrom('provider_schemas').where('canonical', '=', canonical).executeTakeFirst()).numDeletedRows > 0n

export interface NewProvider extends Omit<ProviderRow, 'id'> {
  sha256: string
  configuration: string
}

/** In the place of what was imported for it before. */
export async function replaceProvider(tx: AccountTx, { source, canonical, version, sha256, configuration }: NewProvider): Promise<number> {
  await tx.db.deleteFrom('provider_schemas').where('canonical', '=', canonical).execute()
  const { id } = await tx.db
    .insertInto('provider_schemas')
    .values({ source, canonical, version, sha256, configuration })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function insertBlocks(
  tx: AccountTx,
  providerId: number,
  blocks: readonly { kind: BlockKind; type: string; schema: string }[],
): Promise<void> {
  await tx.execute(sql`insert into provider_blocks (provider_id, kind, type, schema)
    select ${providerId}, b.kind, b.type, b.schema::jsonb
    from unnest(${blocks.map(({ kind }) => kind)}::text[], ${blocks.map(({ type }) => type)}::text[], ${blocks.map(({ schema }) => schema)}::text[]) b (kind, type, schema)`)
}
