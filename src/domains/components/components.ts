/** Creating, changing, moving and deleting components: each is one commit, and one row; changes.ts keeps the two together. */
import { canonicalOf } from '../../canonical.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, invalid, notFound } from '../../errors.ts'
import type { FormValues } from '../../formats/forms/types.ts'
import { quotaOf } from '../../formats/forms/values.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { FileChanges, Snapshot } from '../../outside/git/types.ts'
import { seconds } from '../../time.ts'
import { providers } from '../cloud-providers/providers.ts'
import { withGit } from '../git.ts'
import { saverOf } from '../pipelines/configs.ts'
import { removeNow } from '../pipelines/follow.ts'
import { assertStateUnlocked } from '../terraform-state/component-state.ts'
import { begin, type Change, type Intended, newChangeId, push, settle } from './changes.ts'
import { askingOf, assertReserved, reserveFirst, reserveFor } from './consumption.ts'
import { currentOn, type Outcome, type Present, renderOn } from './on-tip.ts'
import { assertNameFree, assertPipeline, followNow, reservePipeline } from './pipeline.ts'
import { expectedFiles, type Plan, planOf, stackOf, type Target, targetOf, usableStack, valuesFor } from './plan.ts'
import * as queries from './queries.ts'
import { assertMayShare } from './shared-files.ts'

export interface ComponentPath {
  project: string
  environment: string
  component: string
}

export async function getComponent(tx: OrgTx, path: ComponentPath): Promise<queries.ComponentRow> {
  const component = await queries.findComponent(tx, path)
  if (!component) throw notFound(`component ${path.component} of the environment ${path.project}/${path.environment}`)
  return component
}

export async function createComponent(
  context: OrganizationContext,
  place: Omit<ComponentPath, 'component'>,
  body: Schema<'NewComponent'>,
): Promise<number> {
  const canonical = body.canonical ?? canonicalOf(body.name, 2)
  context.assertMayCreate(canonical)
  assertName(body.name)
  const { plan, environment } = await context.read(async (tx) => {
    const environment = await getEnvironment(tx, place)
    const stack = await usableStack(tx, context, body.service_catalog_ref)
    const names = { ...place, component: canonical, componentName: body.name }
    return { environment, plan: await planOf(tx, context, stack, body.use_case, names) }
  })
  const given = body.vars ?? {}
  const { values, writes } = valuesFor(plan, given)
  const intended: Intended = { vars: values, files: expectedFiles(plan.planned, writes) }
  const change = await context.prepare(async (tx) => {
    await assertSamePlace(tx, place, environment, plan)
    // It may be shared no longer.
    await usableStack(tx, context, body.service_catalog_ref)
    const { id: componentId } = await queries.insertComponent(tx, {
      environment_id: environment.id,
      canonical,
      name: body.name,
      description: body.description ?? '',
      stack_organization_id: plan.stack.organization_id,
      stack_id: plan.stack.id,
      use_case: body.use_case,
      cloud_provider: cloudProviderOf(body.cloud_provider_canonical, plan),
      vars: JSON.stringify(values),
      files: JSON.stringify(intended.files),
      commit: null,
    })
    const change: Change = { id: newChangeId(), componentId, kind: 'create', repositoryId: plan.repository.id }
    await reserveFirst(tx, componentId, plan, environment.id, values)
    await reservePipeline(tx, componentId, plan, saverOf(context.actor))
    await begin(tx, context, change, intended)
    return change
  })
  await carryOut(context, { change, target: plan, plan, given, present: null, had: [], gone: [], intended, what: 'Create' })
  return change.componentId
}

/** Variables that are left out keep their values. */
export async function updateComponent(context: OrganizationContext, path: ComponentPath, body: Schema<'UpdateComponent'>): Promise<number> {
  assertName(body.name)
  const { component, plan } = await context.read(async (tx) => {
    const component = await getComponent(tx, path)
    if (body.updated_at !== undefined && body.updated_at !== seconds(component.updated_at))
      throw conflict(`The component ${component.canonical} was changed by somebody else meanwhile: read it again, and repeat your change`, [
        `body.updated_at: is ${body.updated_at}, but the component was last changed at ${seconds(component.updated_at)}`,
      ])
    const stack = await stackOf(tx, component)
    return { component, plan: await planOf(tx, context, stack, body.use_case, { ...path, componentName: body.name }) }
  })
  // Another use case is another form with other files: values with the same name are taken over as if they had been given.
  const sameUseCase = component.use_case === body.use_case
  const given = body.vars ?? {}
  const files = expectedFiles(plan.planned, [])
  const asking = await askingOf(context, plan, component, given)
  const columns: Intended = {
    name: body.name,
    description: body.description ?? '',
    use_case: body.use_case,
    ...(sameUseCase ? {} : { cloud_provider: plan.useCase.cloud_provider }),
  }
  const change: Change = { id: newChangeId(), componentId: component.id, kind: 'update', repositoryId: plan.repository.id }
  const intended = await context.prepare(async (tx) => {
    await assertSame(tx, component)
    const intended = { ...columns, ...(await reserveFor(tx, component.id, asking)) }
    await reservePipeline(tx, component.id, plan, saverOf(context.actor))
    await begin(tx, context, change, { ...intended, files: sameUseCase ? component.files : files })
    return intended
  })
  const gone = queries.ownPaths(component.files).filter((old) => !files.some((file) => file.path === old))
  await carryOut(context, { change, target: plan, plan, given, present: component, had: component.files, gone, intended, what: 'Update' })
  return component.id
}

/** The files are written anew, with the names of the new place; the values stay. */
export async function migrateComponent(
  context: OrganizationContext,
  path: ComponentPath,
  body: Schema<'MigrateComponent'>,
): Promise<number> {
  const to = {
    project: body.destination_project_canonical ?? path.project,
    environment: body.destination_environment_canonical ?? path.environment,
  }
  const place = { ...to, component: path.component }
  if (!context.may('organization:component:create', `project:${to.project}:environment:${to.environment}:component:${path.component}`))
    throw forbidden(`You may not move the component to ${to.project}/${to.environment}: no rule grants you to create it there`)
  const { component, plan, environment, from } = await context.read(async (tx) => {
    const component = await getComponent(tx, path)
    const environment = await getEnvironment(tx, to)
    if (environment.id === component.environment_id)
      throw invalid('The component is there already', ['body.destination_environment_canonical: must be another environment'])
    const stack = await stackOf(tx, component)
    const from = await targetOf(tx, context, stack, path)
    const plan = await planOf(tx, context, stack, component.use_case, { ...place, componentName: component.name })
    return { component, environment, plan, from }
  })
  const here = plan.repository.id === component.config_repository_id
  // What stands in the files now, not what was asked for once.
  const current = await withGit(() =>
    context.platform.git.read(from.remote, from.repository.branch, (tip) => currentOn(plan.form, tip, component)),
  )
  const { values, writes } = valuesFor(plan, current)
  const asking = {
    environmentId: environment.id,
    amounts: quotaOf(plan.form, values),
    present: { environmentId: component.environment_id, amounts: quotaOf(plan.form, current) },
  }
  const paths = queries.ownPaths(component.files)
  const columns: Intended = { environment_id: environment.id, vars: current, files: expectedFiles(plan.planned, writes) }
  const leftovers = here ? null : { config_repository_id: component.config_repository_id, paths }
  const change: Change = { id: newChangeId(), componentId: component.id, kind: 'migrate', repositoryId: plan.repository.id }
  const intended = await context.prepare(async (tx) => {
    await assertSame(tx, component)
    await assertSamePlace(tx, to, environment, plan)
    await assertNameFree(tx, place, component.id)
    await assertStateUnlocked(tx, component, 'moved')
    const intended = { ...columns, ...(await reserveFor(tx, component.id, asking)) }
    await begin(tx, context, change, intended, leftovers)
    return intended
  })
  const gone = here ? paths.filter((file) => !plan.planned.some((planned) => planned.path === file)) : []
  await carryOut(context, {
    change,
    target: plan,
    plan,
    given: current,
    present: null,
    had: here ? component.files : [],
    gone,
    intended,
    leftovers,
    what: 'Move',
  })
  return component.id
}

export async function deleteComponent(context: OrganizationContext, path: ComponentPath): Promise<void> {
  const { component, target } = await context.read(async (tx) => {
    const component = await getComponent(tx, path)
    return { component, target: await targetOf(tx, context, await stackOf(tx, component), path) }
  })
  const change: Change = { id: newChangeId(), componentId: component.id, kind: 'delete', repositoryId: target.repository.id }
  await context.prepare(async (tx) => {
    await assertSame(tx, component)
    await assertStateUnlocked(tx, component, 'deleted')
    await begin(tx, context, change, {})
  })
  const gone = queries.ownPaths(component.files)
  await carryOut(context, {
    change,
    target,
    plan: null,
    given: {},
    present: null,
    had: component.files,
    gone,
    intended: {},
    what: 'Delete',
  })
}

/** What was planned is for the component as it was read: its files may be others by now, and elsewhere. @throws Conflict */
async function assertSame(tx: OrgTx, read: queries.ComponentRow): Promise<void> {
  const now = await queries.lockComponent(tx, read.id)
  if (!now) throw notFound(`component ${read.canonical}`)
  const isSame = now.updated_at.getTime() === read.updated_at.getTime() && now.config_repository_id === read.config_repository_id
  if (!isSame) throw conflict(`The component ${read.canonical} was changed meanwhile: read it again and repeat your change`)
}

/** The environment may have gone, and the repository may be another one, since we looked. */
async function assertSamePlace(tx: OrgTx, place: Omit<ComponentPath, 'component'>, { id }: { id: number }, plan: Plan): Promise<void> {
  const now = await queries.lockEnvironment(tx, place.project, place.environment)
  if (now?.id !== id || now.config_repository_id !== plan.repository.id) throw notFound(`environment ${place.environment}`)
}

interface Work {
  change: Change
  target: Target
  /** None to delete it. */
  plan: Plan | null
  given: FormValues
  present: Present | null
  /** Files that are its own already. */
  had: readonly queries.ComponentFile[]
  /** Files that the component has no more; those that another one has stay. */
  gone: readonly string[]
  intended: Intended
  leftovers?: { config_repository_id: number; paths: string[] } | null
  what: string
}

/** Steps 2 and 3 of changes.ts. */
async function carryOut(context: OrganizationContext, work: Work): Promise<void> {
  const { change, plan, gone, intended, leftovers = null } = work
  const { remote, repository, surroundings, place } = work.target
  let outcome: Outcome = { files: [], values: {} }
  const edit = async (tip: Snapshot | null): Promise<FileChanges> => {
    const paths = [...(plan?.planned ?? []).map(({ path }) => path), ...gone]
    const users = await context.read((tx) =>
      queries.listUsersOfFiles(tx, { repositoryId: repository.id, paths, except: change.componentId }),
    )
    if (plan) assertMayShare(plan, users, context.may)
    if (plan) outcome = await renderOn(plan, tip, work.given, work.present, users, work.had)
    if (plan) assertReserved(plan.form, outcome.values, intended.consumption)
    if (plan) assertPipeline(plan, outcome.files)
    const used = new Set(users.flatMap(({ files }) => files.map(({ path }) => path)))
    const there = new Set(gone.length > 0 ? (await tip?.list())?.map(({ path }) => path) : [])
    return new Map<string, Buffer | null>([
      ...gone.filter((path) => there.has(path) && !used.has(path)).map((path) => [path, null] as const),
      ...outcome.files.map(({ path, content }) => [path, content] as const),
    ])
  }
  const by = saverOf(context.actor)
  const message = `${work.what} the component ${place.component} of ${place.project}/${place.environment}`
  const { commit } = await push(context, change, { remote, branch: repository.branch, author: surroundings.author, message }, edit)
  const files = outcome.files.map(({ content: _, ...file }) => file)
  const removals = await context.write(
    (tx) => settle(tx, change, plan ? { ...intended, files, vars: outcome.values } : {}, { commit, by, leftovers }),
    () => ({ name: place.component }),
  )
  await removeNow(context.platform, removals)
  if (plan) await followNow(context.platform, context.organization.id, change.componentId, outcome.files)
}

async function getEnvironment(tx: OrgTx, { project, environment }: { project: string; environment: string }) {
  const found = await queries.findEnvironment(tx, project, environment)
  if (!found) throw notFound(`environment ${environment} of the project ${project}`)
  return found
}

/** It stands in files and lists. */
function assertName(name: string): void {
  if (name.length > 255) throw invalid('The name of a component is too long', ['body.name: must have at most 255 characters'])
}

function cloudProviderOf(asked: string | undefined, { useCase }: Plan): string | null {
  if (asked === undefined) return useCase.cloud_provider
  if (providers.some(({ canonical }) => canonical === asked)) return asked
  throw invalid(`There is no cloud provider ${asked}`, ['body.cloud_provider_canonical: unknown cloud provider'])
}
