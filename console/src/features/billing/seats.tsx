import { Progress, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** How many of the seats are taken. @param all undefined: no limit */
export function Seats({ taken, all }: { taken: number; all: number | undefined }) {
  const { t } = useTranslation('billing')
  if (all === undefined) return <Text size="sm">{t('seats.unlimited', { count: taken })}</Text>
  const share = all === 0 ? 100 : Math.min(100, (taken / all) * 100)
  return (
    <Stack gap={4} maw={480}>
      <Text size="sm">{t('seats.taken', { taken, count: all })}</Text>
      <Progress value={share} color={taken >= all ? 'red' : share > 85 ? 'yellow' : 'brand'} aria-label={t('seats.title')} size="lg" />
      {taken >= all && <Text size="sm">{t('seats.full')}</Text>}
    </Stack>
  )
}
