/** What a component is made of, worked out before anything is written. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { forbidden, invalid, notFound } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import type { FormUseCase, FormValues } from '../../formats/forms/types.ts'
import { computeValues, type TechnologyValue, type ValueProblem } from '../../formats/forms/values.ts'
import type { UseCase } from '../../formats/stack-definition/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { GitRemote } from '../../outside/git/types.ts'
import { openRemote } from '../git.ts'
import { listStacksByIds, type StackRow } from '../stacks/queries.ts'
import { getStack } from '../stacks/stacks.ts'
import { unusable } from './changes.ts'
import { formOf, samplesOf, useCaseOf } from './config.ts'
import { type Place, type Surroundings, surroundingsOf } from './facts.ts'
import { openPatience, type Patience } from './patience.ts'
import type { ComponentFile } from './queries.ts'
import { type Interpolate, interpolatorOf, type PlannedFile, planFiles } from './render.ts'

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

function distinct(planned: PlannedFile[]): PlannedFile[] {
  const seen = new Set<string>()
  for (const { path, technology, key } of planned) {
    if (seen.has(path)) throw new FormatError(`two files of the use case have the destination ${path}; one is ${technology}.${key}`)
    seen.add(path)
  }
  return planned
}

export const toldLater = <T>(work: Promise<T>): Promise<T> =>
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
