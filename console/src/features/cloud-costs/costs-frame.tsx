/** The frame of every page about costs: its heading, and the ways to the others. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '@/kit/page.tsx'
import { Tab, TabsNav } from '@/kit/tabs-nav.tsx'

export const sections = {
  dashboard: '/organizations/$organization/cloud-cost-management',
  accounts: '/organizations/$organization/cloud-cost-management/accounts',
  budgets: '/organizations/$organization/cloud-cost-management/budgets',
  anomalies: '/organizations/$organization/cloud-cost-management/anomalies',
  tags: '/organizations/$organization/cloud-cost-management/tags',
  rates: '/organizations/$organization/cloud-cost-management/rates',
  report: '/organizations/$organization/cloud-cost-management/report',
  settings: '/organizations/$organization/cloud-cost-management/settings',
} as const
export type Section = keyof typeof sections

interface CostsFrameProps {
  organization: string
  title: string
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function CostsFrame({ organization, title, description, actions, children }: CostsFrameProps) {
  return (
    <Page title={title} description={description} actions={actions}>
      <SectionLinks organization={organization} />
      {children}
    </Page>
  )
}

function SectionLinks({ organization }: { organization: string }) {
  const { t } = useTranslation('cloud-costs')
  return (
    <TabsNav label={t('sections.label')}>
      {(Object.keys(sections) as Section[]).map((name) => (
        <Tab key={name} to={sections[name]} params={{ organization }}>
          {t(`sections.${name}`)}
        </Tab>
      ))}
    </TabsNav>
  )
}
