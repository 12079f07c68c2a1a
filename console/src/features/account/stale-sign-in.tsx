/** What changes how a person signs in asks for a sign-in of the last hour: the way to one is part of the refusal. */
import { Stack } from '@mantine/core'
import { useRouterState } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'

const staleSignIn = 'StaleSignIn'

export function SensitiveProblem({ problem }: { problem: Problem | null | undefined }) {
  const { t } = useTranslation('account')
  const to = useRouterState({ select: ({ location }) => location.href })
  if (!problem) return null
  return (
    <Stack gap="xs" align="start">
      <ProblemAlert problem={problem} />
      {problem.faults.some(({ code }) => code === staleSignIn) && (
        <ButtonLink to="/login" search={{ again: true, from: 'stale', to }} variant="light" size="xs">
          {t('stale.again')}
        </ButtonLink>
      )}
    </Stack>
  )
}
