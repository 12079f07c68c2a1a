/** What happened to the account, for 90 days: whoever finds something that was not them ends the sessions and changes the password. */
import { Badge, Group } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import type { Data } from '@/api/types.ts'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { AccountFrame } from './account-frame.tsx'
import { deviceOf } from './user-agent.ts'

type Row = Data<'listAccountEvents'>[number]

const colors: Record<string, string> = {
  sign_in: 'green',
  sign_in_failed: 'red',
  identity_linked: 'blue',
  identity_unlinked: 'yellow',
  second_factor_changed: 'blue',
  password_changed: 'yellow',
  sessions_ended: 'yellow',
}

export function ActivityPage() {
  const { t } = useTranslation('account')
  const rows = usePagedList('listAccountEvents', {})
  const columns = useMemo<Column<Row>[]>(
    () => [
      { key: 'when', title: t('activity.when'), width: '160px', cell: ({ created_at }) => <When at={created_at} /> },
      {
        key: 'what',
        title: t('activity.what'),
        width: 'minmax(180px, 220px)',
        cell: ({ action }) => (
          <Badge variant="light" color={colors[action] ?? 'gray'}>
            {t(`activity.actions.${action as 'sign_in'}`, { defaultValue: action })}
          </Badge>
        ),
      },
      {
        key: 'message',
        title: t('activity.message'),
        width: 'minmax(320px, 2fr)',
        cell: ({ message }) => <span title={message}>{message}</span>,
      },
      { key: 'address', title: t('activity.address'), width: 'minmax(120px, 160px)', cell: ({ address }) => address },
      {
        key: 'device',
        title: t('activity.device'),
        width: 'minmax(140px, 1fr)',
        cell: ({ user_agent }) => <span title={user_agent}>{deviceOf(user_agent)}</span>,
      },
    ],
    [t],
  )
  return (
    <AccountFrame title={t('activity.title')} description={t('activity.description')}>
      <DataTable
        label={t('activity.title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={<Empty title={t('activity.none')}>{t('activity.noneHint')}</Empty>}
      />
      <Group gap="xs">
        {t('activity.notYou')}
        <LinkTo to="/account/security">{t('activity.endSessions')}</LinkTo>
        <LinkTo to="/account">{t('activity.changePassword')}</LinkTo>
      </Group>
    </AccountFrame>
  )
}
