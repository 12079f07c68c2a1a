import { Autocomplete, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconEraser } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { buildPath, type JobPlace, jobPath } from './place.ts'
import { leavesOf, stepsOf } from './plan.ts'

/** @param last its plan tells which tasks there are */
export function ClearCaches({ place, last }: { place: JobPlace; last: Schema<'Build'> | undefined }) {
  const { t } = useTranslation('pipelines')
  const [opened, { open, close }] = useDisclosure(false)
  const plan = useAsk(
    'getBuildPlan',
    { path: buildPath({ ...place, build: String(last?.id ?? 0) }) },
    { enabled: opened && last !== undefined },
  )
  const tasks = [...new Set(leavesOf(stepsOf(plan.data?.data.plan)).flatMap(({ step, name }) => (step === 'task' ? [name] : [])))]
  const form = useForm({
    initialValues: { step_name: '', cache_path: '' },
    validate: { step_name: (name) => (name.trim() === '' ? t('cache.taskNeeded') : null) },
  })
  const clear = useChange('clearTaskCache', {
    onSuccess({ data: { caches_removed: count } }) {
      tell(t('cache.done', { count }))
      close()
    },
  })
  return (
    <>
      <ActionButton
        operation="clearTaskCache"
        path={{ ...jobPath(place), step_name: '' }}
        variant="default"
        leftSection={<IconEraser size={18} />}
        onClick={open}
      >
        {t('cache.open')}
      </ActionButton>
      <Modal opened={opened} onClose={close} title={t('cache.title', { name: place.job })}>
        <form
          onSubmit={form.onSubmit(({ step_name, cache_path }) =>
            clear.mutate({
              path: { ...jobPath(place), step_name: step_name.trim() },
              query: cache_path.trim() ? { cache_path: cache_path.trim() } : {},
            }),
          )}
        >
          <Stack>
            <Text size="sm">{t('cache.about')}</Text>
            <Autocomplete label={t('cache.task')} data={tasks} required data-autofocus {...form.getInputProps('step_name')} />
            <TextInput label={t('cache.path')} description={t('cache.pathAbout')} {...form.getInputProps('cache_path')} />
            <ProblemAlert problem={clear.error} />
            <FormButtons close={close} verb={t('cache.verb')} busy={clear.isPending} color="red" />
          </Stack>
        </form>
      </Modal>
    </>
  )
}
