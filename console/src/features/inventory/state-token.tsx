import { Button, CopyButton, Group, Paper, Stack, Text } from '@mantine/core'
import { IconEye, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { SectionTitle } from './state-page.tsx'
import type { ComponentPath } from './state-search.ts'

/** How Terraform on somebody's own machine works with this state: with its token, shown when it is asked for. */
export function StateToken({ path }: { path: ComponentPath }) {
  const { t } = useTranslation(['inventory', 'common'])
  const [token, setToken] = useState<string>()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const rotate = useChange('rotateStateToken')
  const show = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      setToken((await dataOf('getStateToken', { path })).jwt)
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const askRotate = () =>
    confirm({
      title: t('token.rotateTitle'),
      children: t('token.rotateText'),
      verb: t('token.rotate'),
      act: async () => {
        const { data } = await rotate.mutateAsync({ path })
        setToken(data.jwt)
        tell(t('token.rotated'))
      },
    })
  const snippet = token === undefined ? '' : backendOf(window.location.origin, token)
  return (
    <Paper withBorder p="md">
      <SectionTitle>{t('token.title')}</SectionTitle>
      <Stack>
        <Text size="sm">{t('token.hint')}</Text>
        {token !== undefined && <Code value={snippet} language="hcl" label={t('token.title')} />}
        <ProblemAlert problem={problem} />
        <Group wrap="wrap">
          {token === undefined ? (
            <ActionButton
              operation="getStateToken"
              path={path}
              variant="default"
              loading={busy}
              leftSection={<IconEye size={16} />}
              onClick={() => void show()}
            >
              {t('token.show')}
            </ActionButton>
          ) : (
            <>
              <CopyButton value={snippet}>
                {({ copied, copy }) => (
                  <Button variant="default" onClick={copy}>
                    {copied ? t('common:actions.copied') : t('common:actions.copy')}
                  </Button>
                )}
              </CopyButton>
              <Button variant="default" onClick={() => setToken(undefined)}>
                {t('token.hide')}
              </Button>
            </>
          )}
          <ActionButton
            operation="rotateStateToken"
            path={path}
            variant="light"
            color="red"
            leftSection={<IconRefresh size={16} />}
            onClick={askRotate}
          >
            {t('token.rotate')}
          </ActionButton>
        </Group>
      </Stack>
    </Paper>
  )
}

const backendOf = (origin: string, token: string): string => `terraform {
  backend "http" {
    address        = "${origin}/inventory?jwt=${token}"
    lock_address   = "${origin}/inventory/lock?jwt=${token}"
    unlock_address = "${origin}/inventory/lock?jwt=${token}"
    lock_method    = "POST"
    unlock_method  = "DELETE"
  }
}
`
