import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { AccountFrame } from './account-frame.tsx'
import { Identities } from './identities.tsx'
import { SecondFactors } from './second-factors.tsx'
import { Sessions } from './sessions.tsx'

export function SecurityPage() {
  const { t } = useTranslation('account')
  return (
    <AccountFrame title={t('security.title')} description={t('security.description')}>
      <Stack gap="lg">
        <SecondFactors />
        <Identities />
        <Sessions />
      </Stack>
    </AccountFrame>
  )
}
