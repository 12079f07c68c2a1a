/** Fields to choose something of the platform: a repository, its branch, a resource of the inventory. */
import { Autocomplete, Loader, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { property, textOf } from './engine.ts'
import { useHands } from './form-context.ts'
import { labelled, type WidgetProps } from './widget-props.ts'

interface Repository {
  name: string
  canonical: string
  url: string
  branch?: string | undefined
  credential_canonical?: string | undefined
}

/** Values are addresses, which pipelines can use as they are; a canonical that is saved already is recognized too. */
function useRepositories(widget: string): { repositories: readonly Repository[]; problem: string | undefined } {
  const { place } = useHands()
  const path = { organization_canonical: place.organization }
  const sources = useAsk('getServiceCatalogSources', { path, query: { page_size: 1000 } }, { enabled: widget === 'cy_scs' })
  const configs = useAsk('listConfigRepositories', { path, query: { page_size: 1000 } }, { enabled: widget === 'cy_crs' })
  const answer = widget === 'cy_scs' ? sources : configs
  return { repositories: answer.data?.data ?? [], problem: answer.error?.message }
}

const isChosen = (value: unknown) => (repository: Repository) => repository.url === value || repository.canonical === value

export function RepositoryField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { field, set } = props
  const { repositories, problem } = useRepositories(field.entity.widget)
  const common = labelled(props)
  const present = textOf(field.value)
  const chosen = repositories.find(isChosen(field.value))
  const byUrl = new Map(
    repositories.map(({ url, name, branch }) => [url, { value: url, label: [name, branch, url].filter(Boolean).join(' · ') }]),
  )
  if (present !== '' && !chosen) byUrl.set(present, { value: present, label: present })
  return (
    <Select
      {...common}
      description={[common.description, problem].filter(Boolean).join(' — ') || undefined}
      data={[...byUrl.values()]}
      value={chosen?.url ?? (present === '' ? null : present)}
      onChange={(url) => set(url ?? undefined)}
      searchable
      clearable={field.entity.required !== true}
      clearButtonProps={{ 'aria-label': t('field.clear', { name: field.entity.name }) }}
      nothingFoundMessage={t('field.nothing')}
    />
  )
}

export function BranchField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { place, fieldOf, variables } = useHands()
  const { field, set } = props
  const source = field.entity.source ?? ''
  const { repositories } = useRepositories(fieldOf(source)?.entity.widget ?? '')
  const address = textOf(variables.get(source))
  const repository = repositories.find(isChosen(address))
  const answer = useAsk(
    'getRepoBranches',
    {
      path: { organization_canonical: place.organization },
      query: {
        git_url: repository?.url ?? address,
        ...(repository?.credential_canonical ? { credential_canonical: repository.credential_canonical } : {}),
      },
    },
    { enabled: address !== '' },
  )
  const common = labelled(props)
  const needs = address === '' ? t('field.needs', { keys: fieldOf(source)?.entity.name ?? source }) : undefined
  return (
    <Autocomplete
      {...common}
      description={[common.description, needs, answer.error?.message].filter(Boolean).join(' — ') || undefined}
      data={answer.data?.data ?? []}
      value={textOf(field.value)}
      onChange={(branch) => set(branch)}
      rightSection={answer.isFetching ? <Loader size="xs" aria-hidden /> : null}
      limit={200}
    />
  )
}

const columns: Record<string, string> = {
  provider: 'resources_provider',
  type: 'resources_type',
  name: 'resources_name',
  module: 'resources_module',
  label: 'resources_label',
  project: 'project_canonical',
  environment: 'environment_canonical',
  component: 'component_canonical',
}

export function ResourceField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { place } = useHands()
  const { field, set } = props
  const { widget_config: settings, type } = field.entity
  const attribute = textOf(property(settings, 'attribute'))
  const answer = useAsk('listInventoryResources', {
    path: { organization_canonical: place.organization },
    filters: { ...filtersOf(property(settings, 'filters')), page_size: '500' },
  })
  const common = labelled(props)
  const found = (answer.data?.data ?? []).flatMap((resource) => {
    const value = attributeOf(resource.attributes, attribute) ?? attributeOf(resource.custom_attributes, attribute)
    return value === undefined || value === null ? [] : [{ value, resource }]
  })
  const items = new Map(
    found.map(({ value, resource: { name, project_canonical: project, environment_canonical: environment } }) => [
      textOf(value),
      { value: textOf(value), label: [name, textOf(value), [project, environment].filter(Boolean).join('/')].filter(Boolean).join(' · ') },
    ]),
  )
  const present = textOf(field.value)
  if (present !== '' && !items.has(present)) items.set(present, { value: present, label: present })
  const none = answer.data && found.length === 0 ? t('field.noResource', { attribute }) : undefined
  const toValue = (text: string) => (type === 'string' ? text : (found.find(({ value }) => textOf(value) === text)?.value ?? text))
  return (
    <Select
      {...common}
      description={[common.description, none, answer.error?.message].filter(Boolean).join(' — ') || undefined}
      data={[...items.values()]}
      value={present === '' ? null : present}
      onChange={(text) => set(text === null ? undefined : toValue(text))}
      searchable
      clearable={field.entity.required !== true}
      clearButtonProps={{ 'aria-label': t('field.clear', { name: field.entity.name }) }}
      nothingFoundMessage={t('field.nothing')}
      limit={200}
    />
  )
}

function filtersOf(filters: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, wanted] of Object.entries((filters ?? {}) as Record<string, unknown>)) {
    const column = columns[name]
    if (column) found[`${column}[eq]`] = textOf(wanted)
    else if (wanted && typeof wanted === 'object') for (const [path, value] of Object.entries(wanted)) found[`${path}[eq]`] = textOf(value)
  }
  return found
}

/** `tags.Name` is within `tags`; a name with dots may also stand there as it is. */
function attributeOf(attributes: unknown, path: string): unknown {
  const whole = property(attributes, path)
  return whole ?? path.split('.').reduce<unknown>((at, name) => (Array.isArray(at) ? at[Number(name)] : property(at, name)), attributes)
}
