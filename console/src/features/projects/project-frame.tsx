import { Stack } from '@mantine/core'
import { Outlet, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Tab, TabsNav } from '@/kit/tabs-nav.tsx'

const here = '/organizations/$organization/projects/$project'
const tabs = ['', 'kpis', 'settings'] as const

/** Around the pages of a project itself. Its environments and their components have frames of their own. */
export function ProjectFrame() {
  const { t } = useTranslation('projects')
  const params = useParams({ strict: false })
  const { organization, project, environment } = params
  if (organization === undefined || project === undefined || environment !== undefined) return <Outlet />
  return (
    <Stack gap="lg">
      <TabsNav label={t('frame.label')}>
        {tabs.map((tab) => (
          <Tab key={tab} to={tab === '' ? here : `${here}/${tab}`} params={{ organization, project }}>
            {t(`frame.${tab === '' ? 'overview' : tab}`)}
          </Tab>
        ))}
      </TabsNav>
      <Outlet />
    </Stack>
  )
}
