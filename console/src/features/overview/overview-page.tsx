import { SimpleGrid, Stack } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { Page } from '@/kit/page.tsx'
import { CostsCard, QuotasCard } from './costs-cards.tsx'
import { EventsCard } from './events-card.tsx'
import { Figures } from './figures.tsx'
import { GuideCard } from './guide-card.tsx'
import { ProjectsCard } from './projects-card.tsx'
import { TroubleCard } from './trouble-card.tsx'

export function OverviewPage() {
  const { t } = useTranslation('overview')
  const { organization } = useParams({ from: '/_in/organizations/$organization/' })
  const path = { organization_canonical: organization }
  const named = useAsk('getOrg', { path })
  const maySummary = useMay('getSummary', path).allowed
  const summary = useAsk('getSummary', { path }, { enabled: maySummary }).data?.data
  return (
    <Page title={named.data?.data.name ?? organization} description={t('description')}>
      {summary && <GuideCard organization={organization} summary={summary} />}
      {summary && <Figures organization={organization} summary={summary} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md" verticalSpacing="md">
        <Stack>
          <ProjectsCard organization={organization} />
          <CostsCard organization={organization} />
          <QuotasCard organization={organization} />
        </Stack>
        <Stack>
          <TroubleCard organization={organization} />
          <EventsCard organization={organization} />
        </Stack>
      </SimpleGrid>
    </Page>
  )
}
