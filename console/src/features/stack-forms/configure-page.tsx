/** A component that exists, to be configured again: its form begins with what its files hold. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Asked, Empty } from '@/kit/states.tsx'
import { useConfiguration } from './configuration.ts'
import { ConfigureForm } from './configure-form.tsx'
import type { ConfigureSearch } from './search.ts'

export interface ConfigurePageProps {
  place: { organization: string; project: string; environment: string; component: string }
  search: ConfigureSearch
  /** @param isSafe nothing that was filled in is lost by it, or somebody wants that */
  go: (search: ConfigureSearch, isSafe?: boolean) => void
}

export function ConfigurePage({ place, search, go }: ConfigurePageProps) {
  const { t } = useTranslation('stack-forms')
  const path = {
    organization_canonical: place.organization,
    project_canonical: place.project,
    environment_canonical: place.environment,
    component_canonical: place.component,
  }
  const [round, setRound] = useState(0)
  const configuration = useConfiguration(path, round)
  return (
    <Asked of={configuration}>
      {(begun) => {
        const useCase = search.use_case && begun.configs[search.use_case] ? search.use_case : begun.component.use_case
        const config = begun.configs[useCase]
        if (!config) return <Empty title={t('configure.gone', { useCase })} />
        return (
          <ConfigureForm
            key={`${useCase} ${round}`}
            place={place}
            begun={begun}
            useCase={useCase}
            config={config}
            search={search}
            go={go}
            anew={() => setRound(round + 1)}
          />
        )
      }}
    </Asked>
  )
}
