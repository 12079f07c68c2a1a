/** The pages of costs. */
import type { Schema } from '../../contract/operation.ts'
import { type CostKey, type CostStore, type CostSum, type ResourceCount, TooManySums } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { allFilterValues, dashboardFilterValues } from './filter-values.ts'
import { type Amount, addTo, amountOf, type Histogram, histogramOf, nothing, totalOf, viewAmount } from './histogram.ts'
import { type Asked, ask, askForBuckets, assertProvider } from './questions.ts'

type Question = Omit<Asked, 'groupBy'>

const largestProjects = 5
const mostProjects = 1000
/** Of projects by provider, and of their resources: more than anybody has, and a bill may name any number. */
const mostParts = 20_000

/** Of sums by day, provider and project. */
const mostAtOnce = 30_000

interface Sums {
  sums: readonly CostSum[]
  by: readonly CostKey[]
}

/**
 * What the dashboard is folded from: read once, since each question reads the same rows again, unless many projects make that hundreds of
 * times as many as the answer has.
 */
async function sumsOf(store: CostStore, tx: OrgTx, question: Question) {
  const fold = ['time', 'provider', 'project'] as const
  try {
    const sums = await ask(store, tx, { ...question, groupBy: fold, most: mostAtOnce })
    const all: Sums = { sums, by: fold }
    const only = (projects: readonly string[]): Sums => ({ sums: sums.filter(({ keys }) => projects.includes(keys[2] ?? '')), by: fold })
    return { byProvider: all, byProject: all, ofProjects: async (projects: readonly string[]) => only(projects) }
  } catch (error) {
    if (!(error instanceof TooManySums)) throw error
  }
  const buckets = async (by: readonly CostKey[], projects?: string[]): Promise<Sums> => {
    const filters = projects ? { ...question.filters, projects } : question.filters
    return { sums: await askForBuckets(store, tx, { ...question, filters, groupBy: by }, 'fixed'), by }
  }
  const byProject = ['project', 'provider'] as const
  return {
    byProvider: await buckets(['provider', 'time']),
    byProject: { sums: await ask(store, tx, { ...question, groupBy: byProject, dearest: mostParts }), by: byProject } satisfies Sums,
    ofProjects: async (projects: readonly string[]) => buckets(['time', 'project'], [...projects]),
  }
}

export async function dashboard(store: CostStore, tx: OrgTx, question: Question): Promise<Schema<'CloudCostManagementDashboard'>> {
  const { byProvider, byProject, ofProjects } = await sumsOf(store, tx, question)
  const projects = projectsOf(byProject).slice(0, mostProjects)
  const names = projects.map(({ project }) => project)
  const largest = names.length === 0 ? { sums: [], by: [] } : await ofProjects(names.slice(0, largestProjects))
  const counted = { ...question, filters: { ...question.filters, projects: names } }
  const total = totalOf(byProvider.sums)
  return {
    providers: histogramOf(byProvider.sums, byProvider.by, ['provider', 'time']),
    projects: histogramOf(largest.sums, largest.by, ['time', 'project']),
    project_resources: names.length === 0 ? [] : resourcesOf(projects, (await store.resourceCounts(tx, counted, mostParts)).counts),
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
function projectsOf({ sums, by }: Sums): ProjectAmounts[] {
  const [projectAt, providerAt] = [by.indexOf('project'), by.indexOf('provider')]
  const projects = new Map<string, ProjectAmounts>()
  for (const sum of sums) {
    const [project = '', provider = ''] = [sum.keys[projectAt], sum.keys[providerAt]]
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
