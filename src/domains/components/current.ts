/** What components hold now, read from their files in git, and what stacks would make of values: nothing is written here. */
import type { Schema } from '../../contract/operation.ts'
import { notFound } from '../../errors.ts'
import type { FormValues } from '../../formats/forms/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { GitError, type Snapshot } from '../../outside/git/types.ts'
import { withGit } from '../git.ts'
import { getStack } from '../stacks/stacks.ts'
import type { ComponentPath } from './components.ts'
import { getComponent } from './components.ts'
import { formOf, samplesOf, viewConfig, viewConfigs } from './config.ts'
import { type Place, surroundingsOf } from './facts.ts'
import { currentOn, renderOn } from './on-tip.ts'
import { type Plan, planOf, stackOf, targetOf, told, usableStack } from './plan.ts'
import { type ComponentFile, findComponent } from './queries.ts'
import { isText, textOf } from './render.ts'
import { type ReadValue, readerOf } from './values.ts'

export async function getCurrentValues(context: OrganizationContext, path: ComponentPath): Promise<FormValues> {
  const { component, target } = await context.read(async (tx) => {
    const component = await getComponent(tx, path)
    return { component, target: await targetOf(tx, context, await stackOf(tx, component), path) }
  })
  const form = formOf(target.stack, component.use_case)
  return withGit(() => context.platform.git.read(target.remote, target.repository.branch, (tip) => currentOn(form, tip, component)))
}

/** The use cases of a stack, and with an existing component its values. */
export async function getStackConfigs(
  context: OrganizationContext,
  ref: string,
  place: Place,
  useCase: string | undefined,
): Promise<Record<string, Schema<'ServiceCatalogConfig'>>> {
  const { stack, samples, facts, found } = await context.read(async (tx) => {
    const stack = await getStack(tx, ref)
    const { project, environment, component } = place
    const path = `project:${project}:environment:${environment}:component:${component}`
    const mayLook = context.may('organization:project:read', `project:${project}`) || context.may('organization:component:create', path)
    const { facts } = await surroundingsOf(tx, context, stack, place, mayLook)
    const row = project && environment && component ? await findComponent(tx, { project, environment, component }) : undefined
    // Its values are the component's: who may only read the stack sees the form without them.
    const mine = row && row.stack_id === stack.id && context.may('organization:component:read', path) ? row : undefined
    const target =
      mine &&
      (await targetOf(tx, context, stack, { ...place, project: project ?? '', environment: environment ?? '', component: component ?? '' }))
    return {
      stack,
      facts,
      samples: await samplesOf(tx, stack, stack.definition.use_cases),
      found: mine && target && { component: mine, target },
    }
  })
  const read = found && (await readValues(context, found))
  return viewConfigs(stack, useCase, samples, facts, found && read ? { useCase: found.component.use_case, read } : null)
}

async function readValues(
  { platform }: OrganizationContext,
  { component, target }: { component: Parameters<typeof readerOf>[0]; target: Awaited<ReturnType<typeof targetOf>> },
): Promise<ReadValue> {
  const paths = component.files.map(({ path }) => path)
  const contents = await withGit(() => platform.git.read(target.remote, target.repository.branch, (tip) => tip.read(paths)))
  return readerOf(component, contents)
}

/** The files that a component would get from these values. Neither it nor the environment needs to exist. */
export async function previewConfig(
  context: OrganizationContext,
  place: { project: string; environment: string },
  body: Schema<'FormsInterpolation'>,
): Promise<Schema<'ServiceCatalogConfig'>> {
  const component = body.component_canonical
  const { plan, present } = await context.read(async (tx) => {
    const stack = await usableStack(tx, context, body.service_catalog_ref)
    const componentName = body['component-name'] ?? component
    const plan = await planOf(tx, context, stack, body.use_case, { ...place, component, componentName })
    const row = await findComponent(tx, { ...place, component })
    if (plan.surroundings.found.project_name === null) throw notFound(`project ${place.project}`)
    const path = `project:${place.project}:environment:${place.environment}:component:${component}`
    return { plan, present: row && row.stack_id === stack.id && context.may('organization:component:read', path) ? row : null }
  })
  const { outcome, there } = await withGit(() =>
    onTip(context, plan, async (tip) => ({
      outcome: await renderOn(plan, tip && present && only(tip, present.files), body.vars, present, []),
      there: tip ? await tip.read(plan.planned.map(({ path }) => path)) : new Map<string, Buffer>(),
    })),
  )
  const byDestination = new Map(outcome.files.map(({ path, content }) => [path, content]))
  const contents = new Map(plan.planned.map(({ source, path }) => [source, told(() => textOf(byDestination.get(path) ?? Buffer.alloc(0)))]))
  const pipeline = plan.useCase.files.find(({ technology, key }) => technology === 'pipeline' && key === 'pipeline')
  if (pipeline && 'path' in pipeline) {
    const { path } = pipeline
    contents.set(
      path,
      told(() => plan.interpolate(textOf(plan.samples.get(path) ?? Buffer.alloc(0)))),
    )
  }
  const own = new Set(present?.files.map(({ path }) => path))
  const files = outcome.files.map(({ path, technology, content }) => {
    const before = own.has(path) ? there.get(path) : undefined
    return { path, technology, exists: there.has(path), ...textAs('before', before), ...textAs('after', content) }
  })
  return { ...told(() => viewConfig(plan.useCase, plan.form, plan.interpolate, contents)), files }
}

/** The first component makes the branch. */
async function onTip<T>(
  { platform }: OrganizationContext,
  { remote, repository }: Plan,
  look: (tip: Snapshot | null) => Promise<T>,
): Promise<T> {
  try {
    return await platform.git.read(remote, repository.branch, look)
  } catch (error) {
    if (error instanceof GitError && (error.kind === 'no_branch' || error.kind === 'empty')) return look(null)
    throw error
  }
}

/** Nothing for what is not there, or no text. */
function textAs<Name extends string>(name: Name, content: Buffer | undefined): { [N in Name]?: string } {
  if (content === undefined || !isText(content)) return {}
  return { [name]: textOf(content) } as { [N in Name]: string }
}

/** Destinations are the stack's author's choice, so that a preview might show any file: it shows those of the component. */
function only(tip: Snapshot, files: readonly ComponentFile[]): Snapshot {
  const own = new Set(files.map(({ path }) => path))
  return { ...tip, read: (paths) => tip.read(paths.filter((path) => own.has(path))) }
}
