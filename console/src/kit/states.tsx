/** What a page shows while there is nothing to show: loading, empty, refused, not there. Always in words that say what to do. */
import { Alert, Button, Center, Code, Group, Loader, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconCloudOff, IconInbox, IconLock, IconMoodPuzzled, IconZoomQuestion } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem, type Problem } from '@/api/problem.ts'
import { LinkTo } from './link.tsx'

export function Pending() {
  const { t } = useTranslation()
  return (
    <Center mih={160} role="status" aria-label={t('states.loading')}>
      <Loader />
    </Center>
  )
}

interface MessageProps {
  icon: ReactNode
  title: string
  children?: ReactNode
  /** What to do about it: a button or a link. */
  action?: ReactNode
}

function Message({ icon, title, children, action }: MessageProps) {
  return (
    <Center mih={200} p="md">
      <Stack align="center" gap="xs" maw={520}>
        <ThemeIcon variant="light" size={48} radius="xl" aria-hidden>
          {icon}
        </ThemeIcon>
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        {children && (
          <Text component="div" ta="center" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  )
}

/** A list without rows: what would be here, and how to make the first one. */
export const Empty = ({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) => (
  <Message icon={<IconInbox />} title={title} action={action}>
    {children}
  </Message>
)

/** What an answer that is no success becomes on a page. */
export function Refused({ error, again }: { error: unknown; again?: (() => void) | undefined }) {
  const { t } = useTranslation()
  const problem = isProblem(error) ? error : undefined
  const retry = again && (
    <Button variant="default" onClick={again}>
      {t('actions.again')}
    </Button>
  )
  if (problem?.status === 401)
    return (
      <Message icon={<IconLock />} title={t('states.signedOut')} action={<SignInAgain />}>
        {problem.message}
      </Message>
    )
  if (problem?.status === 403)
    return (
      <Message icon={<IconLock />} title={t('states.forbidden')}>
        {problem.message}
      </Message>
    )
  if (problem?.status === 404)
    return (
      <Message icon={<IconZoomQuestion />} title={t('states.notFound')}>
        {problem.message}
      </Message>
    )
  if (problem?.status === 0)
    return (
      <Message icon={<IconCloudOff />} title={t('states.failed')} action={retry}>
        {t('states.unreachable')}
      </Message>
    )
  return (
    <Message icon={<IconMoodPuzzled />} title={t('states.failed')} action={retry}>
      {problem ? <ProblemText problem={problem} /> : String((error as Error)?.message ?? error)}
    </Message>
  )
}

export const NotFound = () => {
  const { t } = useTranslation()
  return <Message icon={<IconZoomQuestion />} title={t('states.notFound')} />
}

function SignInAgain() {
  const { t } = useTranslation()
  const to = useRouterState({ select: ({ location }) => location.href })
  return (
    <LinkTo to="/login" search={{ to }}>
      {t('actions.signIn')}
    </LinkTo>
  )
}

function ProblemText({ problem }: { problem: Problem }) {
  const { t } = useTranslation()
  return (
    <Stack gap={4}>
      <span>{problem.message || t(problem.status === 502 ? 'states.unreadable' : 'states.failed')}</span>
      {problem.faults
        .flatMap(({ details }) => details ?? [])
        .map((detail) => (
          <span key={detail}>{detail}</span>
        ))}
      {problem.status >= 500 && problem.requestId && <Code>{t('states.requestId', { id: problem.requestId })}</Code>}
    </Stack>
  )
}

interface AlertProps {
  problem: Problem | null | undefined
  /** Where asking once more is all that can be done. */
  again?: () => void
}

/** Above a form or a button that was refused; announced by screen readers. */
export function ProblemAlert({ problem, again }: AlertProps) {
  const { t } = useTranslation()
  if (!problem) return null
  return (
    <Alert color="red" role="alert" title={problem.status === 0 ? t('states.failed') : undefined}>
      {problem.status === 0 ? t('states.unreachable') : <ProblemText problem={problem} />}
      {again && (
        <Button variant="default" size="xs" mt="xs" display="block" onClick={again}>
          {t('actions.again')}
        </Button>
      )}
    </Alert>
  )
}

/** What was asked, once it is there: otherwise loading, or why not. What is there stays while it is asked again. */
export function Asked<T>({
  of: query,
  pending,
  children,
}: {
  of: UseQueryResult<T, Problem>
  pending?: ReactNode
  children: (answer: T) => ReactNode
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error) return <Refused error={query.error} again={() => void query.refetch()} />
  return <>{pending ?? <Pending />}</>
}

export const Toolbar = ({ children }: { children: ReactNode }) => (
  <Group gap="sm" wrap="wrap" align="end">
    {children}
  </Group>
)
