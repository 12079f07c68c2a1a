/** The pages of costs. Each asks for sums as its answer has them: by day, project and provider they would be hundreds of times as many. */
import type { Schema } from '../../contract/operation.ts'
import type { CostKey, CostStore, CostSum, ResourceCount } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { allFilterValues, dashboardFilterValues } from './filter-values.ts'
import { type Amount, addTo, amountOf, type Histogram, histogramOf, nothing, totalOf, viewAmount } from './histogram.ts'
import { type Asked, ask, askForBuckets, assertProvider } from './questions.ts'

type Question = Omit<Asked, 'groupBy'>

const largestProjects = 5
const mostProjects = 1000
/** Of projects by provider, and of their resources: more than anybody has, and a bill may name any number. */
const mostParts = 20_000

export async function dashboard(store: CostStore, tx: OrgTx, question: Question): Promise<Schema<'CloudCostManagementDashboard'>> {
  const byProvider = ['provider', 'time'] as const
  const byTime = ['time', 'project'] as const
  const sums = await askForBuckets(store, tx, { ...question, groupBy: byProvider }, 'fixed')
  const parts = await ask(store, tx, { ...question, groupBy: ['project', 'provider'], dearest: mostParts })
  const projects = projectsOf(parts).slice(0, mostProjects)
  const of = (some: readonly ProjectAmounts[]) => ({
    ...question,
    filters: { ...question.filters, projects: some.map(({ project }) => project) },
  })
  const largest = of(projects.slice(0, largestProjects))
  const total = totalOf(sums)
  return {
    providers: histogramOf(sums, byProvider, byProvider),
    projects: histogramOf(
      projects.length === 0 ? [] : await askForBuckets(store, tx, { ...largest, groupBy: byTime }, 'fixed'),
      byTime,
      byTime,
    ),
    project_resources: projects.length === 0 ? [] : resourcesOf(projects, (await store.resourceCounts(tx, of(projects), mostParts)).counts),
    filter_values: await dashboardFilterValues(store, tx, question),
    total_cost: total.cost.toNumber(),
    total_kwh: total.kwh,
    total_co2e: total.co2e,
  }
}

interface ProjectAmounts {
  project: string
  total: Amount
  providers: Map<string, Amount>
}

/** Those that cost most first. What belongs to none is no project. */
function projectsOf(sums: readonly CostSum[]): ProjectAmounts[] {
  const projects = new Map<string, ProjectAmounts>()
  for (const sum of sums) {
    const [project = '', provider = ''] = sum.keys
    if (project === '') continue
    const known = projects.get(project) ?? { project, total: nothing(), providers: new Map<string, Amount>() }
    projects.set(project, known)
    const amount = amountOf(sum)
    addTo(known.total, amount)
    const part = known.providers.get(provider) ?? nothing()
    known.providers.set(provider, part)
    addTo(part, amount)
  }
  return [...projects.values()].sort((a, b) => b.total.cost.cmp(a.total.cost) || (a.project < b.project ? -1 : 1))
}

function resourcesOf(
  projects: readonly ProjectAmounts[],
  counts: readonly ResourceCount[],
): Schema<'CloudCostManagementProjectResources'>[] {
  const countOf = new Map(counts.map((count) => [JSON.stringify([count.project, count.provider]), count]))
  return projects.map(({ project, total, providers }) => ({
    project,
    cost: total.cost.toNumber(),
    providers: [...providers]
      .sort(([a, one], [b, other]) => other.cost.cmp(one.cost) || (a < b ? -1 : 1))
      .map(([provider, amount]) => {
        const count = countOf.get(JSON.stringify([project, provider]))
        return { provider, ...viewAmount(amount), resources: count?.resources ?? 0, new_resources: count?.new_resources ?? 0 }
      }),
  }))
}

export async function projectsDashboard(
  store: CostStore,
  tx: OrgTx,
  question: Question,
): Promise<Schema<'CloudCostManagementProjectsDashboard'>> {
  const of = async (groupBy: readonly CostKey[]) =>
    histogramOf(await askForBuckets(store, tx, { ...question, groupBy }, 'fixed'), groupBy, groupBy)
  return { projects: await of(['time', 'project']), project_providers: await of(['project', 'provider']) }
}

export async function allProviders(store: CostStore, tx: OrgTx, question: Question): Promise<Schema<'CloudCostManagementProviders'>> {
  const groupBy = ['provider', 'time'] as const
  return { cost_histogram: histogramOf(await askForBuckets(store, tx, { ...question, groupBy }, 'fixed'), groupBy, groupBy) }
}

export async function oneProvider(
  store: CostStore,
  tx: OrgTx,
  provider: string,
  { groupBy, ...question }: Omit<Asked, 'groupBy'> & { groupBy: readonly CostKey[] },
): Promise<Histogram> {
  await assertProvider(tx, provider)
  return costs(store, tx, { ...question, groupBy })
}

/** Of all providers together. */
export async function costs(
  store: CostStore,
  tx: OrgTx,
  { groupBy, ...question }: Question & { groupBy: readonly CostKey[] },
): Promise<Histogram> {
  const levels: CostKey[] = ['time', ...groupBy]
  return histogramOf(await askForBuckets(store, tx, { ...question, groupBy: levels }, 'query.group_by'), levels, levels)
}

export async function oneProviderWithFilters(
  store: CostStore,
  tx: OrgTx,
  provider: string,
  asked: Parameters<typeof oneProvider>[3],
): Promise<Schema<'CloudCostManagementProviderDetails'>> {
  return { cost_histogram: await oneProvider(store, tx, provider, asked), filter_values: await allFilterValues(store, tx, asked) }
}
