/** The pages about one's own account. */
import { Alert, Group, Paper, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { currentSession } from '@/api/session.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import classes from './account.module.css'

export function AccountFrame({ title, description, children }: { title: string; description?: string; children: ReactNode }) {
  // The checks of fields speak in the words of the sign-up.
  const { t } = useTranslation(['account', 'sign-in'])
  const confinedTo = currentSession()?.session.organization_canonical
  return (
    <Page title={title} description={description}>
      <Group component="nav" aria-label={t('frame.label')} gap={0} className={classes.tabs}>
        <LinkTo to="/account" activeOptions={{ exact: true }} underline="never" className={classes.tab}>
          {t('frame.profile')}
        </LinkTo>
        <LinkTo to="/account/security" underline="never" className={classes.tab}>
          {t('frame.security')}
        </LinkTo>
        <LinkTo to="/account/activity" underline="never" className={classes.tab}>
          {t('frame.activity')}
        </LinkTo>
      </Group>
      {confinedTo !== undefined && <Alert color="yellow">{t('frame.confined', { organization: confinedTo })}</Alert>}
      {children}
    </Page>
  )
}

interface SectionProps {
  title: string
  description?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}

export function Section({ title, description, actions, children }: SectionProps) {
  return (
    <Paper withBorder p="md" component="section">
      <Stack>
        <Group justify="space-between" align="start" wrap="wrap">
          <Stack gap={2} className={classes.words}>
            <Title order={2} size="h4">
              {title}
            </Title>
            {description && <div className={classes.hint}>{description}</div>}
          </Stack>
          {actions}
        </Group>
        {children}
      </Stack>
    </Paper>
  )
}
