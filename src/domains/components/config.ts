/** A use case as its form's page shows it: the form, the files, and the values that a component has now. */
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { withCurrent } from '../../formats/forms/current.ts'
import type { FormUseCase } from '../../formats/forms/types.ts'
import type { UseCase } from '../../formats/stack-definition/types.ts'
import type { InterpolationFacts } from '../../formats/template/keys.ts'
import { readAllStackFiles, readStackFiles, type StackRow } from '../stacks/queries.ts'
import { OutOfPatience, openPatience } from './patience.ts'
import { type Interpolate, interpolateDeep, interpolatorOf, textOf } from './render.ts'
import type { ReadValue } from './values.ts'

type Config = Schema<'ServiceCatalogConfig'>

/** @throws Invalid naming the use cases that there are */
export function useCaseOf(stack: StackRow, key: string, field = 'body.use_case'): UseCase {
  const useCase = stack.definition.use_cases.find((candidate) => candidate.key === key)
  if (useCase) return useCase
  const known = stack.definition.use_cases.map((candidate) => candidate.key).join(', ')
  throw invalid(`The stack ${stack.canonical} has no use case ${key}: it has ${known || 'none'}`, [`${field}: must be one of ${known}`])
}

/** A stack without a form, or whose form has mistakes, has one without sections. */
export const formOf = (stack: StackRow, key: string): FormUseCase =>
  stack.forms?.use_cases.find(({ name }) => name === key) ?? { name: key, sections: [] }

/** The files of the stack that the use cases need, by path; all of them where folders may be named. */
export async function samplesOf(tx: OrgTx, stack: StackRow, useCases: readonly UseCase[]): Promise<Map<string, Buffer>> {
  const files = useCases.flatMap((useCase) => useCase.files)
  if (files.some(({ technology }) => technology === 'custom')) return readAllStackFiles(tx, stack)
  return readStackFiles(
    tx,
    stack,
    files.flatMap((file) => ('path' in file ? [file.path] : [])),
  )
}

/** Every use case of the stack, or one, with what is not known yet left in the texts. */
export async function viewConfigs(
  stack: StackRow,
  key: string | undefined,
  samples: ReadonlyMap<string, Buffer>,
  facts: InterpolationFacts,
  current: { useCase: string; read: ReadValue } | null,
): Promise<Record<string, Config>> {
  const chosen = stack.definition.use_cases.filter((useCase) => key === undefined || useCase.key === key)
  if (key !== undefined && chosen.length === 0) throw notFound(`use case ${key} of the stack ${stack.canonical}`)
  const patience = openPatience()
  const configs: [string, Config][] = []
  try {
    for (const useCase of chosen) configs.push([useCase.key, await viewOne(useCase)])
  } catch (error) {
    if (!(error instanceof OutOfPatience)) throw error
    const advice = key === undefined ? ': ask for one use case at a time' : ''
    throw invalid(`The files of the stack ${stack.canonical} are too much to be shown${advice}`, [`use_case: ${error.message}`], error)
  }
  return Object.fromEntries(configs)

  async function viewOne(useCase: UseCase): Promise<Config> {
    const interpolate = softly(interpolatorOf(stack.definition.engine, { ...facts, useCase: useCase.key }, 'keep', patience))
    const contents = new Map<string, string>()
    for (const file of useCase.files) {
      await patience.rest()
      const sample = 'path' in file ? samples.get(file.path) : undefined
      if ('path' in file && sample) contents.set(file.path, interpolate(shown(sample)))
    }
    const read = current?.useCase === useCase.key ? current.read : () => undefined
    return viewConfig(useCase, withDefaults(formOf(stack, useCase.key), interpolate, read), interpolate, contents)
  }
}

/** @param contents by path below the stack's directory */
export function viewConfig(
  useCase: UseCase,
  forms: Config['forms'],
  interpolate: Interpolate,
  contents: ReadonlyMap<string, string>,
): Config {
  const content = (path: string) => contents.get(path) ?? ''
  const file = ({ path, destination }: { path: string; destination: string }) => ({
    path,
    content: content(path),
    destination: interpolate(destination),
  })
  const find = (key: string) => useCase.files.find((candidate) => candidate.technology === 'pipeline' && candidate.key === key)
  const pipeline = find('pipeline')
  const variables = find('variables')
  const named = (technology: 'terraform' | 'ansible') => {
    const files = useCase.files.flatMap((candidate) => (candidate.technology === technology ? [candidate] : []))
    return files.length === 0 ? {} : { [technology]: Object.fromEntries(files.map((one) => [one.key, file(one)])) }
  }
  const pipelinePath = pipeline && 'path' in pipeline ? pipeline.path : ''
  return {
    name: useCase.name,
    description: useCase.description,
    cloud_provider: useCase.cloud_provider ?? '',
    ...(forms ? { forms } : {}),
    pipeline: {
      pipeline: { path: pipelinePath, content: content(pipelinePath) },
      variables:
        variables && 'destination' in variables && 'path' in variables ? file(variables) : { path: '', content: '', destination: '' },
    },
    ...named('terraform'),
    ...named('ansible'),
  }
}

/** Clients send the defaults back, so their tokens are filled in as far as they are known. */
function withDefaults(form: FormUseCase, interpolate: Interpolate, read: ReadValue): Config['forms'] {
  const filled: FormUseCase = {
    ...form,
    sections: form.sections.map((section) => ({
      ...section,
      groups: section.groups.map((group) => ({
        ...group,
        vars: group.vars.map((entity) =>
          entity.default === undefined ? entity : { ...entity, default: interpolateDeep(entity.default, interpolate) },
        ),
      })),
    })),
  }
  return withCurrent(filled, read)
}

/** A page that shows a stack must not fail because one of its files has a mistake: creating a component will say so. */
const softly =
  (interpolate: Interpolate): Interpolate =>
  (text, more) => {
    try {
      return interpolate(text, more)
    } catch (error) {
      if (error instanceof FormatError && !(error instanceof OutOfPatience)) return text
      throw error
    }
  }

function shown(content: Buffer): string {
  try {
    return textOf(content)
  } catch {
    return ''
  }
}
