import { Stack } from '@mantine/core'
import { Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { Refused } from '@/kit/states.tsx'
import { Tab, TabsNav } from '@/kit/tabs-nav.tsx'
import { componentPath, useComponentPlace } from './places.ts'

const tabs = ['', 'configure', 'pipelines', 'infrastructure', 'state', 'costs', 'settings'] as const
const here = '/organizations/$organization/projects/$project/environments/$environment/components/$component'

/** Around every page of a component: what else there is about it. Each tab is a place of its own, with a heading of its own. */
export function ComponentFrame() {
  const { t } = useTranslation('components')
  const place = useComponentPlace()
  const component = useAsk('getComponent', { path: componentPath(place) })
  if (component.error?.status === 404) return <Refused error={component.error} />
  return (
    <Stack gap="lg">
      <TabsNav label={t('frame.label', { name: component.data?.data.name ?? place.component })}>
        {tabs.map((tab) => (
          <Tab
            key={tab}
            to={tab === '' ? here : `${here}/${tab}`}
            params={place}
            activeOptions={{ exact: tab === '', includeSearch: false }}
          >
            {t(`frame.${tab === '' ? 'overview' : tab}`)}
          </Tab>
        ))}
      </TabsNav>
      <Outlet />
    </Stack>
  )
}
