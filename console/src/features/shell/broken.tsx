/** A page that broke does not take the others along: the frame around it stays. */
import { Button, Code, Stack, Text } from '@mantine/core'
import { onlineManager } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { isProblem, Problem } from '@/api/problem.ts'
import { Page } from '@/kit/page.tsx'
import { Refused } from '@/kit/states.tsx'
import { isUnreachablePage } from './missing-page.ts'

export function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation('shell')
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  if (isUnreachablePage(error)) return <UnreachablePage />
  if (isProblem(error)) return <Refused error={error} again={again} />
  return (
    <Page title={t('broken.title')}>
      <Stack align="start">
        <Text>{t('broken.text')}</Text>
        {error instanceof Error && <Code>{error.message}</Code>}
        {/* After a new version of the console was put in place, the pieces of the old one are gone: only a whole load finds the new ones. */}
        <Button onClick={() => (isMissingPiece(error) ? window.location.reload() : again())}>{t('broken.reload')}</Button>
      </Stack>
    </Page>
  )
}

/** Browsers do not ask for a file of it a second time, only a whole load does: as soon as there is a connection, and not before. */
function UnreachablePage() {
  const load = () => {
    if (onlineManager.isOnline()) window.location.reload()
  }
  useEffect(() => onlineManager.subscribe(load))
  return <Refused error={new Problem(0, [])} again={load} />
}

const isMissingPiece = (error: unknown): boolean => error instanceof TypeError && /import|module/i.test(error.message)
