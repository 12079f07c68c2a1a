/** Jobs: the metadata of every provider is read again each day, so that its new certificates are known in time. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { fetchMetadata, type MetadataColumns, sentenceOf } from './metadata.ts'
import * as queries from './queries.ts'

const day = 24 * 3600_000

export async function refreshProvidersDue({ database }: Platform): Promise<void> {
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    for (const { organization_id: organizationId, id } of await queries.listDue(tx, new Date(Date.now() - day)))
      await enqueue(tx, 'identityProviders.refresh', { organizationId, id })
  })
}

/** What fails is written down beside the provider, which goes on with what was known; it is tried again the next day. */
export async function refreshProvider(
  platform: Platform,
  { organizationId, id, olderThanSeconds = day / 1000 }: { organizationId: number; id: number; olderThanSeconds?: number },
): Promise<void> {
  const write = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(platform.database, insideOf(organizationId), run)
  // Claimed first: jobs that piled up find it done.
  const provider = await write(async (tx) => {
    const row = await queries.lockProvider(tx, { id })
    if (!row?.enabled || row.metadata_url === null || (row.refreshed_at?.getTime() ?? 0) > Date.now() - olderThanSeconds * 1000)
      return undefined
    await queries.updateProvider(tx, id, { refreshed_at: new Date() })
    return row
  })
  if (!provider?.metadata_url) return
  const url = provider.metadata_url
  const found = await fetchMetadata(platform, url).catch((error: unknown) => {
    const sentence = sentenceOf(error)
    if (sentence === undefined) throw error
    return sentence
  })
  await write(async (tx) => {
    const row = await queries.lockProvider(tx, { id })
    // Somebody changed it meanwhile: their reading counts.
    if (row?.metadata_url === url) await settle(tx, row, found)
  })
}

async function settle(tx: OrgTx, row: queries.ProviderRow, found: MetadataColumns | string): Promise<void> {
  const problem = typeof found === 'string' ? found : problemOf(row, found)
  if (problem !== undefined || typeof found === 'string') {
    const sentence = `The metadata could not be read again: ${problem}`
    await queries.updateProvider(tx, row.id, { problem: sentence })
    // Once: it may go on for weeks.
    if (row.problem === null)
      await tell(tx, row, `The metadata of the identity provider ${row.canonical} could not be read again: ${problem}`)
    return
  }
  await queries.updateProvider(tx, row.id, { ...found, problem: null })
  const changed = changesOf(row, found)
  if (changed !== '') await tell(tx, row, `The identity provider ${row.canonical} has ${changed}`)
}

/** Another name is another provider, and what the old one said of people would be read as its word: that is a person's to decide. */
const problemOf = (row: queries.ProviderRow, found: MetadataColumns): string | undefined =>
  found.entity_id === row.entity_id ? undefined : `it describes another provider now, ${found.entity_id.slice(0, 300)}`

function changesOf(row: queries.ProviderRow, found: MetadataColumns): string {
  const known = new Set(row.certificates)
  const certificates = found.certificates.length !== known.size || found.certificates.some((pem) => !known.has(pem))
  return [certificates ? 'other certificates' : '', found.sso_url === row.sso_url ? '' : 'another address'].filter(Boolean).join(' and ')
}

const tell = (tx: OrgTx, { canonical }: queries.ProviderRow, message: string) =>
  insertEvent(
    tx,
    auditEvent({
      entity: 'identity_provider',
      action: 'refresh',
      title: 'An identity provider has been refreshed',
      message,
      tags: { name: canonical, user: 'The platform' },
    }),
  )
