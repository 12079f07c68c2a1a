import { Alert } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Tab, TabsNav } from '@/kit/tabs-nav.tsx'

interface FrameProps {
  organization: string
  section: 'quotas' | 'pools'
  actions: ReactNode
  children: ReactNode
}

/** Quotas and the pools that they are cut from, with the way between them. */
export function QuotasFrame({ organization, section, actions, children }: FrameProps) {
  const { t } = useTranslation('quotas')
  const { data } = useAsk('getOrg', { path: { organization_canonical: organization } })
  return (
    <Page title={t(`${section}.title`)} description={t(`${section}.description`)} actions={actions}>
      <TabsNav label={t('sections')}>
        <Tab to="/organizations/$organization/quotas" params={{ organization }}>
          {t('quotas.title')}
        </Tab>
        <Tab to="/organizations/$organization/resource-pools" params={{ organization }}>
          {t('pools.title')}
        </Tab>
      </TabsNav>
      {data && !data.data.quotas && (
        <Alert color="yellow" title={t('off.title')}>
          {t('off.text')}{' '}
          <LinkTo underline="always" to="/organizations/$organization/settings" params={{ organization }} size="sm">
            {t('off.settings')}
          </LinkTo>
        </Alert>
      )}
      {children}
    </Page>
  )
}
