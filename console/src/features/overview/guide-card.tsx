import { Button, Group, Paper, Progress, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Data } from '@/api/types.ts'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { steps, useGuideHidden, useProgress } from './first-steps.ts'

/** On the overview, until there is a component or somebody puts it aside. */
export function GuideCard({ organization, summary }: { organization: string; summary: Data<'getSummary'> }) {
  const { t } = useTranslation('overview')
  const { hidden, hide } = useGuideHidden(organization)
  const { done, next } = useProgress(organization, summary) ?? {}
  if (done === undefined || next === undefined || hidden === undefined) return null
  if (hidden)
    return (
      <LinkTo size="sm" to="/organizations/$organization/first-steps" params={{ organization }}>
        {t('guide.reopen')}
      </LinkTo>
    )
  const putAside = () => {
    hide(true)
    tell(t('guide.hidden'), () => hide(false))
  }
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="first-steps">
      <Title order={2} size="h4" id="first-steps">
        {t('guide.title')}
      </Title>
      <Text size="sm" mt={4} mb="sm">
        {t('guide.progress', { done: done.size, total: steps.length, next: t(`steps.${next}.title`) })}
      </Text>
      <Progress value={(100 * done.size) / steps.length} aria-label={t('guide.title')} mb="md" />
      <Group>
        <ButtonLink to="/organizations/$organization/first-steps" params={{ organization }}>
          {t(done.size === 0 ? 'guide.start' : 'guide.continue')}
        </ButtonLink>
        <Button variant="subtle" onClick={putAside}>
          {t('guide.hide')}
        </Button>
      </Group>
    </Paper>
  )
}
