import { Button, FileButton, Group, Paper, Progress, Stack, Text } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { refresh } from '@/api/query.ts'
import { type AccountPath, uploadBill } from '@/api/upload.ts'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { bytes, percent } from './format.ts'

interface Sending {
  file: File
  share: number
  stop: () => void
}

/** A place to drop a bill, or to choose one; what is on its way shows how far it is. */
export function UploadBill({ path, onImport }: { path: AccountPath; onImport: (id: number) => void }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const { why } = useMay('uploadCloudCostBill', path)
  const [sending, setSending] = useState<Sending>()
  const [problem, setProblem] = useState<Problem>()
  const stop = useRef<() => void>(undefined)
  useEffect(() => () => stop.current?.(), [])

  const send = async (file: File | null) => {
    if (!file || why || sending) return
    const controller = new AbortController()
    stop.current = () => controller.abort()
    setProblem(undefined)
    setSending({ file, share: 0, stop: stop.current })
    try {
      const { data } = await uploadBill(path, file, {
        signal: controller.signal,
        onProgress: (share) => setSending((now) => now && { ...now, share }),
      })
      await refresh('listCloudCostImports')
      onImport(data.id)
    } catch (error) {
      if (isProblem(error)) setProblem(error)
      else if (!controller.signal.aborted) throw error
    } finally {
      setSending(undefined)
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    void send(event.dataTransfer.files[0] ?? null)
  }
  return (
    <Paper withBorder p="md" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {/* Beside this tab there is nothing that would go on sending. */}
      <Unsaved
        when={sending !== undefined}
        stays={({ tab }) => tab === undefined}
        title={t('upload.leaveTitle')}
        text={t('upload.leaveText', { name: sending?.file.name })}
      />
      <Stack gap="sm">
        <Group gap="sm" wrap="wrap" align="start">
          <FileButton
            onChange={(file) => void send(file)}
            disabled={why !== undefined || sending !== undefined}
            inputProps={{ 'aria-label': t('upload.file') }}
          >
            {(props) => (
              <Button {...props} leftSection={<IconUpload size={16} aria-hidden />} variant="default">
                {t('upload.choose')}
              </Button>
            )}
          </FileButton>
          <Text size="sm" flex="1 1 260px">
            {why ?? t('upload.text')}
          </Text>
        </Group>
        {sending && (
          <Group gap="sm" wrap="nowrap" role="status">
            <Stack gap={4} flex={1}>
              <Text size="sm" truncate>
                {t('upload.sending', {
                  name: sending.file.name,
                  size: bytes(sending.file.size, i18n.language),
                  share: percent(sending.share, i18n.language),
                })}
              </Text>
              <Progress value={sending.share * 100} aria-label={t('upload.progress')} />
            </Stack>
            <Button variant="subtle" size="compact-sm" onClick={sending.stop}>
              {common('actions.cancel')}
            </Button>
          </Group>
        )}
        <ProblemAlert problem={problem} />
      </Stack>
    </Paper>
  )
}
