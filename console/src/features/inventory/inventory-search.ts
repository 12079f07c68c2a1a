import type { Schema } from '@/api/types.ts'
import { like, oneOf, textOf } from '@/kit/search.ts'

export type Resource = Schema<'InventoryResource'>

/** Filters by a value that occurs: of the address, of the API, and where the answer lists the values. */
export const choices = {
  type: { attribute: 'resources_type', values: 'types' },
  provider: { attribute: 'resources_provider', values: 'providers' },
  project: { attribute: 'project_canonical', values: 'project_canonicals' },
  environment: { attribute: 'environment_canonical', values: 'environment_canonicals' },
  component: { attribute: 'component_canonical', values: 'component_canonicals' },
  label: { attribute: 'resources_label', values: 'labels' },
  module: { attribute: 'resources_module', values: 'modules' },
  mode: { attribute: 'resources_mode', values: 'modes' },
} as const
export type Choice = keyof typeof choices
export const choiceNames = Object.keys(choices) as Choice[]

export const columnNames = [
  'type',
  'provider',
  'project',
  'environment',
  'mode',
  'module',
  'label',
  'category',
  'cpu',
  'memory',
  'storage',
] as const
export type ColumnName = (typeof columnNames)[number]
export const usualColumns: readonly ColumnName[] = ['type', 'provider', 'project', 'environment', 'label']

export const orders = [
  'resources_name:asc',
  'resources_name:desc',
  'resources_type:asc',
  'resources_type:desc',
  'resources_provider:asc',
  'resources_label:asc',
] as const
export const conditions = ['eq', 'neq', 'gt', 'lt', 'rlike'] as const

export type InventorySearch = { [K in Choice]?: string | undefined } & {
  tab?: 'history' | 'labels' | undefined
  name?: string | undefined
  /** Conditions on attributes, `tags.env[eq]=prod`. */
  where?: string[] | undefined
  /** Names of columns, and paths into the attributes. */
  columns?: string[] | undefined
  order?: (typeof orders)[number] | undefined
  resource?: number | undefined
  panel?: 'new' | 'edit' | undefined
}

export function inventorySearch(search: Record<string, unknown>): InventorySearch {
  const resource = Number(search['resource'])
  return {
    ...Object.fromEntries(choiceNames.map((name) => [name, textOf(search[name])])),
    tab: oneOf(search['tab'], ['history', 'labels']),
    name: textOf(search['name']),
    where: textsOf(search['where'])?.filter((one) => partsOf(one) !== undefined),
    columns: textsOf(search['columns']),
    order: oneOf(search['order'], orders),
    resource: Number.isSafeInteger(resource) && resource > 0 ? resource : undefined,
    panel: oneOf(search['panel'], ['new', 'edit']),
  }
}

const textsOf = (value: unknown): string[] | undefined => {
  const found = (Array.isArray(value) ? value : []).filter((one): one is string => typeof one === 'string')
  return found.length > 0 ? found : undefined
}

export const partsOf = (condition: string): { path: string; condition: string; value: string } | undefined => {
  const [, path, name, value] = /^(.+)\[(eq|neq|gt|lt|rlike)\]=(.*)$/s.exec(condition) ?? []
  return path && name && value !== undefined ? { path, condition: name, value } : undefined
}

/** The question to the API: what is asked of an attribute more than once has to hold each time. */
export function filtersOf(search: InventorySearch): Record<string, string[]> {
  const filters: Record<string, string[]> = {}
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) filters[name] = [...(filters[name] ?? []), value]
  }
  for (const name of choiceNames) add(`${choices[name].attribute}[eq]`, search[name])
  for (const text of search.where ?? []) {
    const parts = partsOf(text)
    if (parts) add(`${parts.path}[${parts.condition}]`, parts.value)
  }
  add('resources_name[rlike]', like(search.name))
  add('order_by', search.order ?? orders[0])
  return filters
}

/** `provider["registry.terraform.io/hashicorp/aws"]` is `aws` to people. */
export const shortProvider = (provider: string): string => /([^/"]+)"\]$/.exec(provider)?.[1] ?? provider.replace(/^provider\./, '')

/** What stands at `disks[0].size`. */
export function valueAt(resource: Resource, path: string): unknown {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '')
  const walk = (from: unknown) =>
    steps.reduce<unknown>(
      (value, step) => (value === null || typeof value !== 'object' ? undefined : (value as Record<string, unknown>)[step]),
      from,
    )
  return walk(resource.attributes) ?? walk(resource.custom_attributes)
}

export const shown = (value: unknown): string =>
  value === undefined || value === null ? '—' : typeof value === 'object' ? JSON.stringify(value) : String(value)
