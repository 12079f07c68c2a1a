/** The mailed link that finishes a sign-in. It waits for a click: programs that read mail follow links too, and it works once. */

import { Button, Stack } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf, restoreSession } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { LinkTo } from '@/kit/link.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { type Account, AskFirst, accountOf, namesOf } from './ask-first.tsx'
import { useEnter } from './destination.ts'
import { Frame } from './frame.tsx'
import { isAwaited, tellWaiting } from './waiting.ts'

export function ConfirmPage() {
  const { t } = useTranslation('sign-in')
  const { token: link } = useSearch({ from: '/login_/confirm' })
  const enter = useEnter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [unasked, setUnasked] = useState<{ token: string; account: Account }>()
  const finish = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { token } = await dataOf('emailAuthenticationVerification', { path: { authentication_token: link ?? '' } })
      const account = await accountOf(token)
      if (await isAwaited(namesOf(account))) {
        await enter(token)
        tellWaiting()
      } else {
        await restoreSession()
        setUnasked({ token, account })
      }
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const again = <LinkTo to="/login">{t('return.again')}</LinkTo>
  if (unasked)
    return (
      <Frame title={t('return.titles.unasked')}>
        <AskFirst {...unasked} />
      </Frame>
    )
  return (
    <Frame title={t('confirm.title')} description={t(link ? 'confirm.description' : 'confirm.noToken')} aside={again}>
      <Stack>
        <ProblemAlert problem={problem} />
        {link && !problem && (
          <Button fullWidth loading={busy} onClick={() => void finish()}>
            {t('confirm.go')}
          </Button>
        )}
      </Stack>
    </Frame>
  )
}
