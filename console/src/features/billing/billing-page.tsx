import { Stack } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Page } from '@/kit/page.tsx'
import { LicencePart } from './licence.tsx'
import { SubscriptionPart } from './subscription.tsx'

export function BillingPage() {
  const { t } = useTranslation('billing')
  const { organization } = useParams({ from: '/_in/organizations/$organization/billing' })
  return (
    <Page title={t('title')} description={t('description')}>
      <Stack>
        <LicencePart organization={organization} />
        <SubscriptionPart organization={organization} />
      </Stack>
    </Page>
  )
}
