import { Alert, Button, Group, Paper, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { CodeDiff } from '@/kit/code.tsx'
import { Asked } from '@/kit/states.tsx'
import { SectionTitle } from './state-page.tsx'
import type { ComponentPath } from './state-search.ts'

/** Longer documents are not compared in a browser. */
const longest = 3_000_000

/** Two versions beside each other: asked for by a button, because states hold secrets in clear text. */
export function StateDifference({ path, versions, close }: { path: ComponentPath; versions: readonly number[]; close: () => void }) {
  const { t } = useTranslation('inventory')
  const [older = 0, newer = 0] = [...versions].sort((a, b) => a - b)
  const [wanted, setWanted] = useState(false)
  const documents = useQuery<{ before: string; after: string }, Problem>({
    queryKey: ['getStateVersion', 'to compare', path, older, newer],
    queryFn: async ({ signal }) => {
      const textOf = async (id: number) =>
        pretty(await (await send('getStateVersion', { path: { ...path, state_version_id: id } }, { signal })).text())
      const [before, after] = await Promise.all([textOf(older), textOf(newer)])
      return { before, after }
    },
    enabled: wanted,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  return (
    <Paper withBorder p="md">
      <SectionTitle>{t('state.difference')}</SectionTitle>
      {wanted ? (
        <Asked of={documents}>
          {({ before, after }) =>
            before.length + after.length > longest ? (
              <Alert color="yellow">{t('state.tooLong')}</Alert>
            ) : before === after ? (
              <Alert color="gray">{t('state.same')}</Alert>
            ) : (
              <CodeDiff before={before} after={after} language="json" label={t('state.difference')} />
            )
          }
        </Asked>
      ) : (
        <Stack align="start">
          <Alert color="yellow">{t('state.secrets')}</Alert>
          <Group>
            <ActionButton operation="getStateVersion" path={{ ...path, state_version_id: older }} onClick={() => setWanted(true)}>
              {t('state.showDifference')}
            </ActionButton>
            <Button variant="default" onClick={close}>
              {t('state.chooseOthers')}
            </Button>
          </Group>
        </Stack>
      )}
    </Paper>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
