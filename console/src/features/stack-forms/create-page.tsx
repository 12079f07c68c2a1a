/** A component, from choosing its stack to its running pipeline. Every step is an address. */
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { usePlaceNames } from '@/features/components/place-names.ts'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { CreateForm } from './create-form.tsx'
import { Created } from './created.tsx'
import type { CreateSearch } from './search.ts'
import { StackPicker } from './stack-picker.tsx'

export interface Place {
  organization: string
  project: string
  environment: string
}

interface CreatePageProps {
  place: Place
  search: CreateSearch
}

export function CreatePage({ place, search }: CreatePageProps) {
  const { t } = useTranslation('stack-forms')
  const names = usePlaceNames(place)
  const go = useNavigate() as (to: { search: CreateSearch; replace?: boolean; to: '.' }) => Promise<void>
  if (search.created) return <Created {...place} component={search.created} />
  if (!search.stack)
    return (
      <Page title={t('create.title')} description={t('create.choose', names)}>
        <StackPicker
          {...place}
          search={search.q ?? ''}
          onSearch={(q) => void go({ to: '.', search: q === '' ? {} : { q }, replace: true })}
        />
      </Page>
    )
  return (
    <Chosen
      key={search.stack}
      place={place}
      search={{ ...search, stack: search.stack }}
      go={(next, replace = false) => void go({ to: '.', search: next, replace })}
    />
  )
}

interface ChosenProps {
  place: Place
  search: CreateSearch & { stack: string }
  go: (search: CreateSearch, replace?: boolean) => void
}

function Chosen({ place, search, go }: ChosenProps) {
  const { t } = useTranslation('stack-forms')
  const path = { organization_canonical: place.organization, service_catalog_ref: search.stack }
  const stack = useAsk('getServiceCatalog', { path })
  const configs = useAsk('getServiceCatalogConfig', {
    path,
    query: { project_canonical: place.project, environment_canonical: place.environment },
  })
  return (
    <Asked of={stack}>
      {({ data: chosen }) => (
        <Asked of={configs}>
          {({ data }) => {
            const useCases = Object.keys(data)
            const useCase = useCases.find((key) => key === search.use_case) ?? useCases[0]
            const config = useCase === undefined ? undefined : data[useCase]
            if (useCase === undefined || !config) return <Empty title={t('create.noUseCase')} />
            return (
              <CreateForm
                key={useCase}
                place={place}
                stack={chosen}
                configs={data}
                useCase={useCase}
                config={config}
                search={search}
                go={go}
              />
            )
          }}
        </Asked>
      )}
    </Asked>
  )
}
