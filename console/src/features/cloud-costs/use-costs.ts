/** Costs of all providers, whatever they are split by. */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { dataOf } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import type { Schema } from '@/api/types.ts'
import type { Granularity, Range } from './period.ts'
import { type CostSearch, type Currency, type Dimension, type Filters, filtersOf, periodOf, stepOf } from './search.ts'

export interface CostPart {
  time: string
  /** As many as the question had dimensions; empty for what belongs to none. */
  keys: readonly string[]
  cost: number
  kwh: number
  co2e: number
}

export interface Costs {
  parts: CostPart[]
  cost: number
  kwh: number
  co2e: number
  /** Share of the cost for which energy could be estimated, 0 to 1. */
  coverage: number
}

export interface CostsQuestion {
  range: Range
  step: Granularity
  by: readonly Dimension[]
  currency: Currency
  type: CostSearch['type']
  filters: Filters
  tagging: CostSearch['tagging']
}

export const questionOf = (search: CostSearch, currency: Currency): CostsQuestion => ({
  range: periodOf(search),
  step: stepOf(search),
  by: search.by ?? ['provider'],
  currency,
  type: search.type,
  filters: filtersOf(search),
  tagging: search.tagging,
})

export const useCosts = (organization: string, question: CostsQuestion, enabled = true): UseQueryResult<Costs, Problem> =>
  useQuery<Costs, Problem>({
    queryKey: ['getCloudCosts', organization, question],
    queryFn: async ({ signal }) =>
      costsOf(await dataOf('getCloudCosts', { path: { organization_canonical: organization }, query: queryOf(question) }, { signal })),
    placeholderData: keepPreviousData,
    enabled,
  })

export const queryOf = ({ range, filters, by, step, currency, type, tagging }: CostsQuestion) => ({
  ...range,
  currency,
  granularity: step,
  group_by: [...by],
  ...(type ? { cost_type: type } : {}),
  ...(tagging ? { resource_tagging: tagging } : {}),
  ...(filters as Filters & { categories?: never[] }),
})

type Bucket = Schema<'CloudCostManagementBucket'>

function costsOf({ buckets, cost, kwh, co2e, energy_coverage: coverage = 0 }: Schema<'CloudCostManagementHistogram'>): Costs {
  const parts: CostPart[] = []
  const take = (time: string, bucket: Bucket, keys: readonly string[]) => {
    if (bucket.buckets && bucket.buckets.length > 0) for (const next of bucket.buckets) take(time, next, [...keys, next.value])
    else parts.push({ time, keys, cost: bucket.cost, kwh: bucket.kwh, co2e: bucket.co2e })
  }
  for (const step of buckets) take(step.value, step, [])
  return { parts, cost, kwh, co2e, coverage }
}
