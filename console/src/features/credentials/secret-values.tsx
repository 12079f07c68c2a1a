import { Box, Button, Code, CopyButton, Group, Progress, Stack, Text } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import type { PathParameters } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import type { Raw } from './credential-fields.ts'

/** Seconds for which values stay on the screen. */
const shownFor = 30

/** The names of the keys; their values for a while, when asked for. They are kept nowhere else: not even with what was asked before. */
export function SecretValues({ path, keys }: { path: PathParameters<'getCredential'>; keys: readonly string[] }) {
  const { t } = useTranslation('credentials')
  const [values, setValues] = useState<Record<string, string>>()
  const [left, setLeft] = useState(0)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()

  useEffect(() => {
    if (!values) return
    const until = Date.now() + shownFor * 1000
    const timer = setInterval(() => {
      const rest = Math.ceil((until - Date.now()) / 1000)
      setLeft(rest)
      if (rest <= 0) setValues(undefined)
    }, 500)
    return () => clearInterval(timer)
  }, [values])

  const show = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { raw } = await dataOf('getCredential', { path })
      setLeft(shownFor)
      setValues(textsOf(raw))
    } catch (error) {
      if (!isProblem(error)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Stack gap="sm">
      {keys.map((key) => (
        <Box key={key}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text size="sm" fw={600} ff="monospace">
              {key}
            </Text>
            {values && <Copy label={key} value={values[key] ?? ''} />}
          </Group>
          {values ? (
            <Code block mah={200} tabIndex={0} aria-label={key}>
              {values[key] || t('details.emptyValue')}
            </Code>
          ) : (
            <Text size="sm" aria-hidden>
              ••••••••••••
            </Text>
          )}
        </Box>
      ))}
      <ProblemAlert problem={problem} />
      {values ? (
        <Group wrap="wrap">
          <Button variant="default" leftSection={<IconEyeOff size={16} />} onClick={() => setValues(undefined)}>
            {t('details.hide')}
          </Button>
          <Text size="sm" role="status">
            {t('details.hiddenIn', { count: left })}
          </Text>
          <Progress value={(left / shownFor) * 100} w="100%" size="xs" aria-hidden />
        </Group>
      ) : (
        <Group>
          <ActionButton
            operation="getCredential"
            path={path}
            variant="default"
            loading={busy}
            leftSection={<IconEye size={16} />}
            onClick={() => void show()}
          >
            {t('details.show')}
          </ActionButton>
        </Group>
      )}
    </Stack>
  )
}

function Copy({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation('common')
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="subtle" onClick={copy} aria-label={`${t('actions.copy')} ${label}`}>
          {copied ? t('actions.copied') : t('actions.copy')}
        </Button>
      )}
    </CopyButton>
  )
}

function textsOf(raw: Raw): Record<string, string> {
  const values = (raw.raw ?? raw) as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value, null, 2)]),
  )
}
