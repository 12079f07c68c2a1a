/** What the forms of cloud costs have in common. */
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { tell } from '@/kit/notice.tsx'

/** The first field that is wrong takes the focus, once its message is there. */
export const focusFirst = (): void =>
  void setTimeout(() => document.querySelector<HTMLElement>('form [aria-invalid="true"], form [data-error="true"]')?.focus(), 0)

/** For `useChange`: an account that was added, in whatever way, is shown. */
export function useAccountAdded(organization: string) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate()
  return {
    stale: ['getCloudCostManagementAccounts'] as const,
    onSuccess({ data: { canonical, name } }: { data: Schema<'CloudCostManagementAccount'> }) {
      tell(t('accounts.created', { name }))
      void navigate({
        to: '/organizations/$organization/cloud-cost-management/accounts/$account',
        params: { organization, account: canonical },
      })
    },
  }
}
