import { Paper } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { BudgetForm } from './budget-form.tsx'

export function BudgetNewPage({ organization }: { organization: string }) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate()
  const path = { organization_canonical: organization }
  const create = useChange('createCostBudget', {
    stale: ['listCostBudgets'],
    onSuccess: ({ data }) => {
      tell(t('budgets.created', { name: data.name }))
      void navigate({
        to: '/organizations/$organization/cloud-cost-management/budgets/$budget',
        params: { organization, budget: data.canonical },
        ignoreBlocker: true,
      })
    },
  })
  return (
    <Page title={t('budgets.create')}>
      <Paper withBorder p="md" maw={860}>
        <BudgetForm
          organization={organization}
          verb={t('budgets.create')}
          problem={create.error}
          busy={create.isPending}
          onSubmit={(body) => create.mutate({ path, body })}
          close={() =>
            void navigate({
              to: '/organizations/$organization/cloud-cost-management/budgets',
              params: { organization },
              ignoreBlocker: true,
            })
          }
        />
      </Paper>
    </Page>
  )
}
