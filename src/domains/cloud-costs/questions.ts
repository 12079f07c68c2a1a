/** From the parameters of a request to a question, and to its answer. */
import {
  type CostFilters,
  type CostKey,
  type CostQuestion,
  type CostRange,
  type CostStore,
  type CostSum,
  MissingRate,
  TooManySums,
} from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import { providers } from '../cloud-providers/providers.ts'
import { foldedFilters } from './folded.ts'
import { getKeeping, occursProvider } from './queries.ts'
import { missingRate, ratesFor } from './rates.ts'

/** As the contract names them; each operation has some. */
export interface FilterQuery {
  categories?: string[]
  components?: string[]
  environments?: string[]
  instance_types?: string[]
  linked_accounts?: string[]
  master_accounts?: string[]
  projects?: string[]
  providers?: string[]
  record_types?: string[]
  regions?: string[]
  resource_tagging?: 'tagged_resources' | 'untagged_resources'
  services?: string[]
  tags?: string[]
}

export type CostType = CostQuestion['costType']

const mostValues = 500

/** @throws Invalid when a filter has more values than anybody chooses */
export function readFilters(query: FilterQuery, provider?: string): CostFilters {
  for (const [name, values] of Object.entries(query))
    if (Array.isArray(values) && values.length > mostValues)
      throw invalid(`A filter takes at most ${mostValues} values`, [`query.${name}: has ${values.length} values`])
  const { categories, components, environments, instance_types, linked_accounts, master_accounts } = query
  const { projects, record_types, regions, services } = query
  return foldedFilters({
    categories,
    components,
    environments,
    instance_types,
    linked_accounts,
    master_accounts,
    projects,
    record_types,
    regions,
    services,
    providers: provider === undefined ? query.providers : [provider],
    tagging: query.resource_tagging === undefined ? undefined : query.resource_tagging === 'tagged_resources' ? 'tagged' : 'untagged',
    tags: query.tags?.map(readTag),
  })
}

function readTag(tag: string): { key: string; value: string } {
  const at = tag.indexOf(';')
  return { key: tag.slice(0, at), value: tag.slice(at + 1) }
}

/** Bills name providers that we do not. @throws Invalid */
export async function assertProvider(tx: OrgTx, canonical: string): Promise<void> {
  if (providers.some((provider) => provider.canonical === canonical) || (await occursProvider(tx, canonical))) return
  throw invalid('There is no such cloud provider', [
    `path.provider_canonical: must be one of ${providers.map((provider) => provider.canonical).join(', ')}, or one that occurs on a bill`,
  ])
}

export interface Asked extends CostRange {
  granularity: CostQuestion['granularity']
  filters: CostFilters
  groupBy: readonly CostKey[]
  currency: string
  costType: CostType | undefined
  most?: number
  dearest?: number
}

/** Sums in one currency. @throws Invalid where an exchange rate is missing; TooManySums */
export async function ask(store: CostStore, tx: OrgTx, { costType, ...asked }: Asked): Promise<CostSum[]> {
  const type = costType ?? (await getKeeping(tx)).cost_type
  for (let attempt = 1; ; attempt++) {
    const rates = await ratesFor(tx, asked, await store.currencies(tx, asked), asked.currency)
    try {
      return await store.sums(tx, { ...asked, costType: type, rates })
    } catch (error) {
      if (!(error instanceof MissingRate)) throw error
      // Costs of another currency may have become active since we asked which there are.
      if (attempt === 2) throw missingRate(error.currency, asked.currency, error.day)
    }
  }
}

/**
 * Buckets that one answer may have, all levels counted: four to nine megabytes, and 0.2 to 0.4 s for which nobody else is answered
 * (105,000 sums of nine levels took four seconds for 82 MB).
 */
export const mostBuckets = 100_000

/**
 * Sums for buckets of as many levels as they have keys.
 * @param grouping what chose the keys; `fixed`: nobody who asks
 * @throws Invalid also where that would be more than one answer may have
 */
export async function askForBuckets(store: CostStore, tx: OrgTx, asked: Asked, grouping: 'query.group_by' | 'fixed'): Promise<CostSum[]> {
  try {
    return await ask(store, tx, { ...asked, most: Math.floor(mostBuckets / asked.groupBy.length) })
  } catch (error) {
    if (!(error instanceof TooManySums)) throw error
    throw invalid(`The answer would have more than ${mostBuckets.toLocaleString('en')} buckets: ask for fewer and larger ones`, [
      ...(asked.groupBy.includes('time') ? ['query.granularity: choose week or month instead of day'] : []),
      grouping === 'fixed'
        ? 'query.projects: keep less with this or another filter'
        : 'query.group_by: name fewer keys, or keep less with filters',
      'query.end: choose a shorter period',
    ])
  }
}
