import { Button, List, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { call } from '@/api/client.ts'
import { confirm } from '@/kit/confirm.tsx'
import { Section } from './account-frame.tsx'
import type { Account } from './update.ts'

export function DeleteAccount({ account: { username } }: { account: Account }) {
  const { t } = useTranslation('account')
  const ask = () =>
    confirm({
      title: t('delete.question'),
      children: (
        <Stack gap="xs">
          <Text>{t('delete.what')}</Text>
          <List size="sm">
            <List.Item>{t('delete.memberships')}</List.Item>
            <List.Item>{t('delete.sessions')}</List.Item>
            <List.Item>{t('delete.owned')}</List.Item>
          </List>
        </Stack>
      ),
      verb: t('delete.go'),
      name: username,
      async act() {
        await call('deleteUserAccount', {})
        // Loaded anew, so that nothing of the person stays in memory.
        window.location.assign('/console/login?from=deleted')
      },
    })
  return (
    <Section
      title={t('delete.title')}
      description={t('delete.description')}
      actions={
        <Button color="red" variant="outline" onClick={ask}>
          {t('delete.go')}
        </Button>
      }
    />
  )
}
