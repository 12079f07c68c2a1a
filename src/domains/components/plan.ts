/** What a component is made of, worked out before anything is written. */
import { isDeepStrictEqual } from 'node:util'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, forbidden, invalid, notFound } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { currentValues } from '../../formats/forms/current.ts'
import type { FormUseCase, FormValues } from '../../formats/forms/types.ts'
import { computeValues, type TechnologyValue, type ValueProblem } from '../../formats/forms/values.ts'
import type { UseCase } from '../../formats/stack-definition/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { GitRemote, Snapshot } from '../../outside/git/types.ts'
import { openRemote } from '../git.ts'
import { listStacksByIds, type StackRow } from '../stacks/queries.ts'
import { getStack } from '../stacks/stacks.ts'
import { unusable } from './changes.ts'
import { formOf, samplesOf, useCaseOf } from './config.ts'
import { type Place, type Surroundings, surroundingsOf } from './facts.ts'
import { openPatience, type Patience } from './patience.ts'
import type { ComponentFile, listUsersOfFiles } from './queries.ts'
import {
  type Interpolate,
  interpolatorOf,
  type PlannedFile,
  planFiles,
  type RenderedFile,
  readVariables,
  renderFiles,
  textOf,
} from './render.ts'
import { mergeValues, readerOf } from './values.ts'

/** Where a component's files are, and in whose name they are written. */
export interface Target {
  stack: StackRow
  surroundings: Surroundings
  place: { project: string; environment: string; component: string }
  repository: NonNullable<Surroundings['repository']>
  remote: GitRemote
}

export interface Plan extends Target {
  useCase: UseCase
  form: FormUseCase
  samples: ReadonlyMap<string, Buffer>
  interpolate: Interpolate
  patience: Patience
  planned: PlannedFile[]
}

type Caller = Pick<OrganizationContext, 'platform' | 'actor' | 'organization' | 'may'>

/** A stack that the caller names in a body: it must be there, shared with this organization, and readable to the caller. */
export async function usableStack(tx: OrgTx, { may, organization }: Caller, ref: string): Promise<StackRow> {
  const stack = await getStack(tx, ref)
  if (!may('organization:service_catalog:read', `service_catalog:${stack.canonical}`))
    throw forbidden(`You may not use the stack ${ref}: no rule grants you to read it`)
  if (stack.organization_id !== organization.id && stack.visibility !== 'shared')
    throw invalid(`The stack ${ref} is no longer shared with this organization`, ['body.service_catalog_ref: is not shared'])
  return stack
}

/** The stack of a component, whether or not it would still be offered here. */
export async function stackOf(tx: OrgTx, component: { stack_id: number }): Promise<StackRow> {
  const [stack] = await listStacksByIds(tx, [component.stack_id])
  if (!stack) throw new Error('a component without its stack')
  return stack
}

export async function targetOf(tx: OrgTx, caller: Caller, stack: StackRow, place: Place & Target['place']): Promise<Target> {
  const surroundings = await surroundingsOf(tx, caller, stack, place)
  const { repository } = surroundings
  if (!repository) throw notFound(`project ${place.project}`)
  return { stack, surroundings, place, repository, remote: await openRemote(tx, caller.platform, repository) }
}

/** @throws Invalid when the stack cannot be used as it is: a use case it lacks, a form or a destination with mistakes */
export async function planOf(
  tx: OrgTx,
  caller: Caller,
  stack: StackRow,
  useCaseKey: string,
  place: Place & Target['place'],
): Promise<Plan> {
  const useCase = useCaseOf(stack, useCaseKey)
  const form = formOf(stack, useCaseKey)
  if (stack.form_errors.length > 0)
    throw invalid(
      `The form of the stack ${stack.canonical} has mistakes: correct its .forms.yml and refresh the catalog repository`,
      stack.form_errors,
    )
  const target = await targetOf(tx, caller, stack, place)
  const samples = await samplesOf(tx, stack, [useCase])
  const patience = openPatience()
  const interpolate = interpolatorOf(stack.definition.engine, { ...target.surroundings.facts, useCase: useCase.key }, 'print', patience)
  const planned = told(() => distinct(planFiles(useCase, [...samples.keys()], interpolate)))
  return { ...target, useCase, form, samples, interpolate, patience, planned }
}

/** The values and what goes where. @throws Invalid with every problem at once */
export function valuesFor(
  { form, interpolate, place, surroundings }: Plan,
  given: FormValues,
): { values: FormValues; writes: TechnologyValue[] } {
  const facts = {
    env: place.environment,
    project: place.project,
    useCase: form.name,
    ...(surroundings.facts.organization === undefined ? {} : { organization: surroundings.facts.organization }),
  }
  const { values, writes, problems } = told(() => computeValues(form, given, facts, interpolate))
  if (problems.length > 0) throw refused(problems)
  return { values, writes }
}

const refused = (problems: readonly ValueProblem[]) =>
  invalid(
    problems.length === 1
      ? `A value of the form cannot be used: ${sentenceOf(problems[0])}`
      : `${problems.length} values of the form cannot be used`,
    problems.map((problem) => `body.vars: ${sentenceOf(problem)}`),
  )

const sentenceOf = (problem: ValueProblem | undefined): string =>
  problem ? `${problem.section} / ${problem.group} / ${problem.key}: ${problem.message}` : ''

/** Before the first commit: every file that may take a variable is said to hold it. */
export const expectedFiles = (planned: readonly PlannedFile[], writes: readonly TechnologyValue[]): ComponentFile[] =>
  planned.map(({ path, technology, key, kind }) => ({
    path,
    technology,
    key,
    variables:
      kind === 'yaml' || kind === 'terraform'
        ? [...new Set(writes.filter((one) => one.technology === technology).map((one) => one.key))]
        : [],
  }))

export interface Outcome {
  files: RenderedFile[]
  values: FormValues
}

/** What the component has already: its values are read from its files, and the files are edited rather than made anew. */
export interface Present {
  files: readonly ComponentFile[]
  vars: FormValues
}

/** The component's files on this tip. @param users other components that write one of them */
export async function renderOn(
  plan: Plan,
  tip: Snapshot | null,
  given: FormValues,
  present: Present | null,
  users: readonly FileUser[],
): Promise<Outcome> {
  plan.patience.renew()
  const there = tip ? await tip.read(plan.planned.map(({ path }) => path)) : new Map<string, Buffer>()
  const base = present ? await currentOn(plan.form, tip, present) : {}
  const { values, writes } = valuesFor(plan, mergeValues(base, given))
  told(() => assertNobodyElses(plan, users, there, writes))
  // A file that nobody of ours wrote is edited where that can be done without losing a line of it.
  const mine = new Set(present?.files.map(({ path }) => path))
  const isKept = ({ path, kind }: PlannedFile) => mine.has(path) || kind === 'yaml' || kind === 'terraform'
  const kept = new Map([...there].filter(([path]) => plan.planned.some((file) => file.path === path && isKept(file))))
  const { planned, samples, interpolate, patience } = plan
  const rendered = await toldLater(renderFiles({ planned, writes, samples, present: kept, interpolate, patience }))
  assertSharedStay(plan, users, there, rendered)
  const known = [...(present?.files ?? []), ...users.flatMap((user) => user.files)]
  const files = rendered.map((file): RenderedFile => {
    const before = known.filter(({ path }) => path === file.path)
    const isAdopted = before.length === 0 ? there.has(file.path) : before.some(({ adopted }) => adopted)
    return isAdopted ? { ...file, adopted: true } : file
  })
  assertNothingLost(plan, known, there, files)
  return { values, files }
}

/** A file that nobody of ours wrote is not written over: it may be somebody's. @throws Conflict */
function assertNothingLost(
  { planned }: Plan,
  known: readonly ComponentFile[],
  there: ReadonlyMap<string, Buffer>,
  files: readonly RenderedFile[],
): void {
  const ours = new Set(known.map(({ path }) => path))
  const lost = changedCopies(planned, there, files).find((path) => !ours.has(path))
  if (lost !== undefined)
    throw conflict(`The config repository has another file ${lost} already, which no component wrote: remove it first, or move it away`, [
      `${lost}: would be written over`,
    ])
}

/** Files that are made anew, not edited, and come out otherwise than they are. */
function changedCopies(planned: readonly PlannedFile[], there: ReadonlyMap<string, Buffer>, files: readonly RenderedFile[]): string[] {
  const made = new Set(planned.flatMap(({ kind, path }) => (kind === 'copy' || kind === 'template' ? path : [])))
  return files.flatMap(({ path, content }) => (made.has(path) && there.get(path)?.equals(content) === false ? path : []))
}

export type FileUser = Awaited<ReturnType<typeof listUsersOfFiles>>[number]

/**
 * Two components may share a file, as those of older stacks do, which have one for each environment; but none changes what
 * another one has.
 * @throws Conflict naming the file and the other component
 */
function assertNobodyElses(
  { planned, stack, useCase, patience }: Plan,
  users: readonly FileUser[],
  there: ReadonlyMap<string, Buffer>,
  writes: readonly TechnologyValue[],
): void {
  const byPath = new Map(planned.map((file) => [file.path, file]))
  const yaml = new Map<string, Map<string, unknown>>()
  const read = ({ path, kind }: PlannedFile, content: Buffer, keys: readonly string[]): Map<string, unknown> => {
    const values = yaml.get(path) ?? patience.work(() => readVariables(kind, textOf(content), keys))
    if (kind === 'yaml') yaml.set(path, values)
    return values
  }
  for (const user of users)
    for (const theirs of user.files) {
      const ours = byPath.get(theirs.path)
      const content = there.get(theirs.path)
      if (!ours || !content) continue
      const isAlike = ours.kind === 'yaml' || (user.stack_id === stack.id && user.use_case === useCase.key)
      const found = isAlike ? read(ours, content, theirs.variables) : new Map<string, unknown>()
      const changed = writes.find(
        ({ technology, key, value }) =>
          technology === ours.technology && theirs.variables.includes(key) && found.has(key) && !isDeepStrictEqual(found.get(key), value),
      )
      if (isAlike && !changed) continue
      throw taken(theirs.path, user, changed && `this would change its ${changed.key}`)
    }
}

/** What is not edited, but made anew: as long as it comes out the same, it may be several components'. @throws Conflict */
function assertSharedStay(
  { planned }: Plan,
  users: readonly FileUser[],
  there: ReadonlyMap<string, Buffer>,
  files: readonly RenderedFile[],
): void {
  const changed = new Set(changedCopies(planned, there, files))
  for (const user of users)
    for (const { path } of user.files) if (changed.has(path)) throw taken(path, user, 'this would make it another one')
}

/**
 * Whoever may write in one project does not write files of another one, whatever the stack's destinations say.
 * @throws Conflict for a file of a component elsewhere that the caller may not update
 */
export function assertMayShare({ planned, place }: Plan, users: readonly FileUser[], may: Caller['may']): void {
  const paths = new Set(planned.map(({ path }) => path))
  for (const user of users) {
    const shared = user.files.find(({ path }) => paths.has(path))
    if (!shared || (user.project === place.project && user.environment === place.environment)) continue
    const { project, environment, canonical } = user
    if (may('organization:component:update', `project:${project}:environment:${environment}:component:${canonical}`)) continue
    throw conflict(`The file ${shared.path} of the config repository belongs to a component elsewhere that you may not change`, [
      `${shared.path}: is written by a component of another environment`,
    ])
  }
}

function taken(path: string, user: FileUser, reason: string | undefined) {
  const who = `the component ${user.canonical} of ${user.project}/${user.environment}`
  return conflict(
    `The file ${path} of the config repository belongs to ${who}${reason ? `, and ${reason}` : ''}: use another environment, or a stack whose destinations hold ($ .component $)`,
    [`${path}: is written by ${who}`],
  )
}

/** The values that the component's files hold on this tip. */
export async function currentOn(form: FormUseCase, tip: Snapshot | null, present: Present): Promise<FormValues> {
  const contents = tip ? await tip.read(present.files.map(({ path }) => path)) : new Map<string, Buffer>()
  return told(() => currentValues(form, readerOf(present, contents)))
}

function distinct(planned: PlannedFile[]): PlannedFile[] {
  const seen = new Set<string>()
  for (const { path, technology, key } of planned) {
    if (seen.has(path)) throw new FormatError(`two files of the use case have the destination ${path}; one is ${technology}.${key}`)
    seen.add(path)
  }
  return planned
}

const toldLater = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw error instanceof FormatError ? unusable(error) : error
  })

/** A mistake in a file of the stack, as an answer. */
export function told<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof FormatError ? unusable(error) : error
  }
}
