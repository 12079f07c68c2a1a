/** A session that ends while a page is open: the page stays, with everything that was written on it, until somebody signs in again. */
import { Alert, Group } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { restoreSession } from '@/api/client.ts'
import { refresh } from '@/api/query.ts'
import { currentSession, onSession } from '@/api/session.ts'
import { LinkTo } from '@/kit/link.tsx'

export function SessionEnded() {
  const { t } = useTranslation('shell')
  const ended = useSyncExternalStore(onSession, currentSession) === undefined
  const to = useRouterState({ select: ({ location }) => location.href })
  const username = useRef<string>(undefined)
  useEffect(() => {
    username.current = currentSession()?.account.username ?? username.current
    if (!ended) return
    // Whoever signed in in another tab comes back to this one.
    const look = () => {
      if (document.visibilityState === 'visible') void comeBack(username.current)
    }
    window.addEventListener('focus', look)
    document.addEventListener('visibilitychange', look)
    return () => {
      window.removeEventListener('focus', look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [ended])
  if (!ended) return null
  return (
    <Alert color="yellow" role="alert" icon={<IconLock />} title={t('session.ended')} mb="md">
      {t('session.keep')}
      <Group gap="md" mt="xs">
        <LinkTo to="/login" search={{ to }} target="_blank" size="sm" fw={600}>
          {t('session.newTab')}
        </LinkTo>
        <LinkTo to="/login" search={{ to }} size="sm" fw={600}>
          {t('session.here')}
        </LinkTo>
      </Group>
    </Alert>
  )
}

/** Somebody else may have signed in there: they see nothing of what this one knew. */
async function comeBack(username: string | undefined): Promise<void> {
  const session = await restoreSession().catch(() => undefined)
  if (!session) return
  if (session.account.username === username) await refresh()
  else window.location.reload()
}
