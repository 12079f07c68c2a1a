import { Text } from '@mantine/core'
import { IconSettings } from '@tabler/icons-react'
import { useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ComponentTable } from '@/features/components/component-table.tsx'
import { usePlaceNames } from '@/features/components/place-names.ts'
import { TextFilter } from '@/kit/filter.tsx'
import { ButtonLink } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty, Toolbar } from '@/kit/states.tsx'
import { IfAllowed } from './if-allowed.tsx'
import { ColorDot } from './looks.tsx'
import { NewComponentLink } from './project-page.tsx'

const route = '/_in/organizations/$organization/projects/$project/environments/$environment/'

export function EnvironmentPage() {
  const place = useParams({ from: route })
  const path = { organization_canonical: place.organization, project_canonical: place.project, environment_canonical: place.environment }
  const environment = useAsk('getEnvironment', { path })
  return <Asked of={environment}>{({ data }) => <WholeEnvironment place={place} environment={data} />}</Asked>
}

interface WholeProps {
  place: { organization: string; project: string; environment: string }
  environment: Schema<'Environment'>
}

function WholeEnvironment({ place, environment: { canonical, name = canonical, color } }: WholeProps) {
  const { t } = useTranslation('projects')
  const { q = '' } = useSearch({ from: route })
  const names = usePlaceNames(place)
  const path = { organization_canonical: place.organization, project_canonical: place.project, environment_canonical: place.environment }
  const components = useAsk('getComponents', { path })
  const mayPipelines = useMay('getEnvironmentPipelines', path).allowed
  const pipelines = useAsk('getEnvironmentPipelines', { path }, { every: 10_000, enabled: mayPipelines }).data?.data
  return (
    <Page
      title={name}
      description={t('environments.of', { project: names.project })}
      beside={<ColorDot color={color} size={16} />}
      actions={
        <>
          <IfAllowed operation="updateEnvironment" path={path} label={t('frame.settings')}>
            <ButtonLink
              variant="default"
              size="xs"
              leftSection={<IconSettings size={14} aria-hidden />}
              to="/organizations/$organization/projects/$project/environments/$environment/settings"
              params={place}
            >
              {t('frame.settings')}
            </ButtonLink>
          </IfAllowed>
          <NewComponentLink {...place} />
        </>
      }
    >
      <Asked of={components}>
        {({ data }) => {
          const wanted = q.toLowerCase()
          const shown = data.filter(({ name, canonical, service_catalog: stack }) =>
            [name, canonical, stack.name, stack.canonical].some((text) => text.toLowerCase().includes(wanted)),
          )
          if (data.length === 0)
            return (
              <Empty title={t('environments.noComponents')} action={<NewComponentLink {...place} />}>
                {t('environments.noComponentsHint')}
              </Empty>
            )
          return (
            <>
              {data.length > 5 && (
                <Toolbar>
                  <TextFilter name="q" label={t('environments.filter')} />
                </Toolbar>
              )}
              <ComponentTable
                {...place}
                label={t('environments.componentsOf', { name })}
                components={shown}
                pipelines={pipelines}
                empty={<Text>{t('list.nothing')}</Text>}
              />
            </>
          )
        }}
      </Asked>
    </Page>
  )
}
