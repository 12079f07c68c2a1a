/** What is about to be written: each file with what changes in it. */
import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconFile, IconFilePlus } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Code, CodeDiff } from '@/kit/code.tsx'
import type { LineCounts } from './line-counts.ts'
import { type FileChange, languageOf } from './preview.ts'
import classes from './stack-form.module.css'

interface FileChangesProps {
  changes: readonly FileChange[]
  /** The configuration of a pipeline that is new, or of another use case. */
  pipeline?: string | undefined
}

export function FileChanges({ changes, pipeline }: FileChangesProps) {
  const { t } = useTranslation('stack-forms')
  const changed = changes.filter(({ before, after, exists }) => !exists || before !== after)
  const same = changes.length - changed.length
  return (
    <Stack gap="md">
      <Text size="sm" role="status">
        {t('review.changed', { count: changed.length })}
        {same > 0 && ` ${t('review.same', { count: same })}`}
      </Text>
      {changed.map((change) => (
        <FileChanged key={change.path} change={change} open={changed.length <= 8} />
      ))}
      {pipeline !== undefined && pipeline !== '' && (
        <>
          <Title order={2} size="h4">
            {t('review.pipeline')}
          </Title>
          <Text size="sm">{t('review.pipelineExplain')}</Text>
          <FileChanged
            change={{ path: t('review.pipelineFile'), before: undefined, after: pipeline, exists: true }}
            open={false}
            isPipeline
          />
        </>
      )}
    </Stack>
  )
}

function FileChanged({ change, open, isPipeline = false }: { change: FileChange; open: boolean; isPipeline?: boolean }) {
  const { t } = useTranslation('stack-forms')
  const { path, before, after, exists } = change
  const [shown, setShown] = useState(open)
  const counts = useLineCounts(before ?? '', after)
  const kind = isPipeline ? 'yaml' : languageOf(path)
  return (
    <Paper withBorder p="sm">
      <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary className={classes.summary}>
          <Group component="span" gap="xs" display="inline-flex" wrap="nowrap" align="start" maw="calc(100% - 24px)">
            {exists ? (
              <IconFile size={16} aria-hidden className={classes.sign} />
            ) : (
              <IconFilePlus size={16} aria-hidden className={classes.sign} />
            )}
            <Group component="span" gap="xs">
              <span>{path}</span>
              {!exists && (
                <Badge variant="light" size="sm" component="span" tt="none">
                  {t('review.new')}
                </Badge>
              )}
              {counts && !isPipeline && (
                <Text span size="sm" ff="monospace">
                  {t('review.lines', { added: counts.added, removed: counts.removed })}
                </Text>
              )}
            </Group>
          </Group>
        </summary>
        {shown && (
          <Stack mt="sm" gap="xs">
            {exists && before === undefined && !isPipeline && <Text size="sm">{t('review.foreign')}</Text>}
            {after === undefined ? (
              <Text size="sm">{t('review.binary')}</Text>
            ) : before === undefined ? (
              <Code value={after} language={kind} label={path} />
            ) : (
              <CodeDiff before={before} after={after} language={kind} label={path} />
            )}
          </Stack>
        )}
      </details>
    </Paper>
  )
}

function useLineCounts(before: string, after: string | undefined): LineCounts | undefined {
  const [counts, setCounts] = useState<LineCounts>()
  useEffect(() => {
    if (after === undefined) return
    let isStale = false
    // Comes with the editor, which is large, and not with the form.
    void import('./line-counts.ts').then(({ countLines }) => {
      if (!isStale) setCounts(countLines(before, after))
    })
    return () => {
      isStale = true
    }
  }, [before, after])
  return counts
}
