/** A component with the forms of its stack: what a form begins with, and what is true by the time that it is to be written. */
import { useQuery } from '@tanstack/react-query'
import { dataOf } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import { isTransient } from '@/api/query.ts'
import type { Data, PathParameters, Schema } from '@/api/types.ts'
import { currentOf, type FormValues, same, textOf } from './engine.ts'

export interface Configuration {
  component: Schema<'Component'>
  configs: Data<'getServiceCatalogConfig'>
}

type Path = PathParameters<'getComponent'>

export async function readConfiguration(path: Path, signal?: AbortSignal): Promise<Configuration> {
  const { organization_canonical, ...query } = path
  const component = await dataOf('getComponent', { path }, { signal })
  const ofStack = { organization_canonical, service_catalog_ref: component.service_catalog.ref }
  return { component, configs: await dataOf('getServiceCatalogConfig', { path: ofStack, query }, { signal }) }
}

/**
 * Read once for each round, and kept: what changes on the server while somebody fills in the form is told when they want to write, and takes
 * nothing away from them.
 */
export const useConfiguration = (path: Path, round: number) =>
  useQuery<Configuration, Problem>({
    queryKey: ['configuration', path, round],
    queryFn: ({ signal }) => readConfiguration(path, signal),
    enabled: ({ state }) => state.data === undefined,
    gcTime: 0,
    retry: (failures, error) => failures < 2 && isTransient(error),
  })

/** In words: what is another now than it was, each in a line. */
export function differences(was: Configuration, is: Configuration, words: Record<'name' | 'description' | 'use_case', string>): string[] {
  const lines: string[] = []
  const compare = (what: string, before: unknown, after: unknown) => {
    if (!same(before, after)) lines.push(`${what}: ${textOf(before) || '–'} → ${textOf(after) || '–'}`)
  }
  const [before, after] = [was.component, is.component]
  compare(words.name, before.name, after.name)
  compare(words.description, before.description ?? '', after.description ?? '')
  compare(words.use_case, before.use_case, after.use_case)
  // Another use case is another form: its values are no changes of these.
  if (before.use_case !== after.use_case) return lines
  const form = was.configs[before.use_case]?.forms
  const values = [form, is.configs[before.use_case]?.forms].map((form): FormValues => (form ? currentOf(form) : {}))
  for (const { name, groups } of form?.sections ?? [])
    for (const group of groups)
      for (const { key, name: label } of group.vars) {
        const [old, now] = values.map((values) => values[name]?.[group.name]?.[key])
        compare(`${name} / ${group.name} / ${label}`, old, now)
      }
  return lines
}
