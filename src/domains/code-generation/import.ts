/** What the operator's commands do with schemas of providers. */
import { AccountTx } from '../../db/account-tx.ts'
import type { Database } from '../../db/pool.ts'
import { FormatError } from '../../formats/format-error.ts'
import { jsonOf } from '../../formats/terraform/hcl-to-json.ts'
import { type Print, PrintError, type PrintedProvider } from './print.ts'
import { deleteProvider, insertBlocks, listProviders, type ProviderRow, replaceProvider } from './queries.ts'

export interface Imported {
  source: string
  canonical: string
  version: string
  resources: number
  dataSources: number
  /** Types whose names no URL can have. */
  skipped: string[]
}

/** As paths of the API allow. */
const canonical = /^[a-z0-9][a-z0-9\-_]+[a-z0-9]$/
/** What a database takes at once; a block may be two megabytes. */
const batchCharacters = 4_000_000
const platform = { kind: 'platform' } as const

/**
 * One transaction for each provider: until its end everybody reads what was there before.
 * @param versions by source; those that nobody knows are `unknown`
 */
export async function importPrint(
  database: Database,
  { sha256, providers }: Print,
  versions: ReadonlyMap<string, string>,
  onProvider: (imported: Imported) => void = () => {},
): Promise<Imported[]> {
  if (providers.length === 0) throw new PrintError('The print has no provider with resources or data sources')
  const all: Imported[] = []
  for (const provider of providers) {
    const imported = await AccountTx.write(database, platform, (tx) =>
      importProvider(tx, provider, { sha256, version: versions.get(provider.source) ?? 'unknown' }),
    )
    all.push(imported)
    onProvider(imported)
  }
  return all
}

async function importProvider(
  tx: AccountTx,
  { source, configuration, blocks }: PrintedProvider,
  { sha256, version }: { sha256: string; version: string },
): Promise<Imported> {
  const name = canonicalFor(source, await listProviders(tx))
  const usable = blocks.filter(({ type }) => canonical.test(type))
  const id = await replaceProvider(tx, { source, canonical: name, version, sha256, configuration })
  let batch: typeof usable = []
  let length = 0
  for (const block of usable) {
    batch.push(block)
    length += block.schema.length
    if (length < batchCharacters) continue
    await insertBlocks(tx, id, batch)
    batch = []
    length = 0
  }
  if (batch.length > 0) await insertBlocks(tx, id, batch)
  const resources = usable.filter(({ kind }) => kind === 'resource').length
  const skipped = blocks.filter(({ type }) => !canonical.test(type)).map(({ type }) => type)
  return { source, canonical: name, version, resources, dataSources: usable.length - resources, skipped }
}

/** The last part of the source; with its namespace in front when that is too short, or another provider's already. */
function canonicalFor(source: string, present: readonly ProviderRow[]): string {
  const known = present.find((one) => one.source === source)
  if (known) return known.canonical
  const [namespace = '', name = ''] = source.toLowerCase().split('/').slice(-2)
  const wishes = [name, `${namespace}-${name}`, source.toLowerCase().replace(/[^a-z0-9]+/g, '-')]
  const found = wishes.find((wish) => canonical.test(wish) && !present.some((one) => one.canonical === wish))
  if (!found) throw new PrintError(`No name for URLs can be made from the provider ${source}`)
  return found
}

export const importedProviders = (database: Database): Promise<ProviderRow[]> => AccountTx.read(database, platform, listProviders)

/** @returns false when there is none of this name */
export const removeProvider = (database: Database, name: string): Promise<boolean> =>
  AccountTx.write(database, platform, (tx) => deleteProvider(tx, name))

/** Versions by source, from a `.terraform.lock.hcl`. @throws PrintError */
export async function versionsOf(lockFile: string): Promise<Map<string, string>> {
  try {
    const { provider = {} } = await jsonOf(lockFile)
    const versions = new Map<string, string>()
    for (const [source, blocks] of Object.entries(provider as Record<string, { version?: unknown }[]>)) {
      const version = blocks[0]?.version
      if (typeof version === 'string') versions.set(source, version)
    }
    return versions
  } catch (error) {
    if (error instanceof FormatError) throw new PrintError(`The lock file cannot be read: ${error.message}`)
    throw error
  }
}
