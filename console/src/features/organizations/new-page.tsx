import { Button, Group, Paper, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { useOrganizations } from '@/features/shell/organizations.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { bodyOf, NameFields, useNamesForm } from './name-fields.tsx'

export function NewOrganization() {
  const { t } = useTranslation(['organizations', 'common'])
  const navigate = useNavigate()
  const form = useNamesForm()
  const first = useOrganizations().length === 0
  const found = useChange('createOrg', {
    stale: ['getOrgs'],
    onSuccess({ data: { canonical, name } }) {
      tell(t('new.done', { name }))
      void navigate({ to: '/organizations/$organization', params: { organization: canonical } })
    },
    onError: (problem) => showProblem(form, problem),
  })
  return (
    <Page title={t(first ? 'new.first' : 'new.title')} description={t('new.description')}>
      <Paper withBorder p="md" maw={620}>
        <form
          noValidate
          onSubmit={form.onSubmit(
            (names) => found.mutate({ body: bodyOf(names) }),
            (errors) => focusFirst(form, errors),
          )}
        >
          <Stack>
            <NameFields form={form} />
            <ProblemAlert problem={found.error} />
            <Group justify="end">
              {!first && (
                <ButtonLink variant="default" to="/">
                  {t('common:actions.cancel')}
                </ButtonLink>
              )}
              <Button type="submit" loading={found.isPending}>
                {t('new.submit')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Page>
  )
}
