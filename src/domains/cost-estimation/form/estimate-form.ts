/** What a component would cost if it were made of these values: its files are rendered as creation does it, and read. */
import { posix } from 'node:path'
import type { Schema } from '../../../contract/operation.ts'
import { invalid, notFound } from '../../../errors.ts'
import { type EstimateDeps, estimateSketch } from '../../../estimate/estimate.ts'
import type { SketchedResource } from '../../../estimate/types.ts'
import { FormatError } from '../../../formats/format-error.ts'
import { readAddress } from '../../../formats/terraform/plan-address.ts'
import type { OrganizationContext } from '../../../http/context.ts'
import { renderOn } from '../../components/on-tip.ts'
import { type Plan, planOf, told, usableStack } from '../../components/plan.ts'
import { type RenderedFile, textOf } from '../../components/render.ts'
import { readAllStackFiles } from '../../stacks/queries.ts'
import { depsFor, inTime, TooLong } from '../estimate.ts'
import { type Budget, openBudget } from './budget.ts'
import { type Sketch, sketchModule } from './module.ts'

type Result = Schema<'CostEstimationResult'>

type FormBody = Schema<'CostEstimationForm'>
type Place = { project: string; environment: string }

export async function estimateForm(context: OrganizationContext, place: Place, body: FormBody): Promise<Result[]> {
  const { plan, configurations, files } = await configurationsFor(context, place, body)
  if (configurations.length === 0)
    return [{ name: plan.useCase.key, info: 'The use case has no Terraform: nothing of it can be priced.', resource_estimates: [] }]
  const deps = await depsFor(context)
  return patiently(async (signal, budget) => {
    const results: Result[] = []
    for (const one of configurations) results.push(await estimateOne(one, files, { ...deps, signal }, budget))
    return results
  })
}

/** What Terraform would plan for each configuration of a form, as far as its texts say so, in the form of its plans. */
export async function plansOfForm(context: OrganizationContext, place: Place, body: FormBody): Promise<string[]> {
  const { configurations, files } = await configurationsFor(context, place, body)
  return patiently(async (_, budget) => {
    const plans: string[] = []
    for (const one of configurations) plans.push(planText((await sketchOne(one, files, budget)).resources))
    return plans
  })
}

async function configurationsFor(context: OrganizationContext, place: Place, body: FormBody) {
  const component = body.component_canonical
  const { plan, files } = await context.read(async (tx) => {
    const stack = await usableStack(tx, context, body.service_catalog_ref)
    const plan = await planOf(tx, context, stack, body.use_case, { ...place, component, componentName: component })
    if (plan.surroundings.found.project_name === null) throw notFound(`project ${place.project}`)
    return { plan, files: await readAllStackFiles(tx, stack) }
  })
  const { files: rendered } = await renderOn(plan, null, body.vars, null, [])
  return { plan, files, configurations: configurationsOf(plan, rendered) }
}

/** @throws Invalid for Terraform that cannot be read, or not in the time that one question may take */
async function patiently<T>(work: (signal: AbortSignal, budget: Budget) => Promise<T>): Promise<T> {
  try {
    return await inTime((signal) => work(signal, openBudget(signal)))
  } catch (error) {
    if (error instanceof FormatError)
      throw invalid(`The Terraform of the stack cannot be read: ${error.message}`, [`body.service_catalog_ref: ${error.message}`], error)
    if (error instanceof TooLong)
      throw invalid('The Terraform of the stack is too large to be estimated in the time that one estimate may take', [
        'body.service_catalog_ref: working out what it makes takes too long',
      ])
    throw error
  }
}

interface Configuration {
  name: string
  /** Below the stack's directory. */
  folder: string
  /** What goes beside the stack's own files, by name. */
  rendered: Map<string, string>
}

/** Pipelines run the Terraform of the stack's folder with the component's files in it; files that go to one folder are one run. */
function configurationsOf({ planned }: Plan, rendered: readonly RenderedFile[]): Configuration[] {
  const byFolder = new Map<string, Configuration>()
  const contents = new Map(rendered.map(({ path, content }) => [path, content]))
  for (const { technology, key, source, path } of planned) {
    if (technology !== 'terraform') continue
    const target = posix.dirname(path)
    const configuration = byFolder.get(target) ?? { name: key, folder: posix.dirname(source), rendered: new Map<string, string>() }
    configuration.rendered.set(
      posix.basename(path),
      told(() => textOf(contents.get(path) ?? Buffer.alloc(0))),
    )
    byFolder.set(target, configuration)
  }
  return [...byFolder.values()]
}

async function estimateOne(
  configuration: Configuration,
  files: ReadonlyMap<string, Buffer>,
  deps: EstimateDeps,
  budget: Budget,
): Promise<Result> {
  const { resources, notes } = await sketchOne(configuration, files, budget)
  const result = await estimateSketch(resources, deps)
  const told = resources.length > 0 ? ['Terraform was not run: what its texts do not say is left out.'] : []
  return { ...result, name: configuration.name, info: [result.info, ...told, ...notes.slice(0, 20)].join('\n') }
}

function sketchOne({ folder, rendered }: Configuration, files: ReadonlyMap<string, Buffer>, budget: Budget): Promise<Sketch> {
  const folders = new Map<string, Map<string, string>>()
  for (const [path, content] of files) {
    if (!path.endsWith('.tf')) continue
    const place = folders.get(posix.dirname(path)) ?? new Map<string, string>()
    folders.set(posix.dirname(path), place.set(posix.basename(path), content.toString('utf8')))
  }
  const root = new Map([...(folders.get(folder) ?? []), ...rendered])
  const empty = new Map<string, string>()
  return sketchModule(folder, (path) => (path === folder ? root : (folders.get(path) ?? empty)), budget)
}

/** Policies walk through `planned_values` or `resource_changes`: both say that everything is made anew. Modules are not nested. */
function planText(resources: readonly SketchedResource[]): string {
  const all = resources.map(({ address, provider, type, values, unknown }) => ({
    about: { address, mode: 'managed', type, name: readAddress(address)?.name ?? address, provider_name: provider },
    values,
    unknown,
  }))
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '',
    planned_values: { root_module: { resources: all.map(({ about, values }) => ({ ...about, values })) } },
    resource_changes: all.map(({ about, values, unknown }) => ({
      ...about,
      change: { actions: ['create'], before: null, after: values, after_unknown: unknown },
    })),
  })
}
