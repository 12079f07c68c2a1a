import { Alert, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconPin, IconPinnedOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { type ResourcePlace, resourcePath } from './check-resource.tsx'
import { VersionText } from './version-text.tsx'

const stale = ['getResource', 'getPipelineResources'] as const

export function PinBox({ place, resource }: { place: ResourcePlace; resource: Schema<'Resource'> }) {
  const { t } = useTranslation('pipelines')
  const path = resourcePath(place)
  const { pinned_version: version, pinned_in_config: inConfig, pin_comment: comment = '' } = resource
  const form = useForm({ initialValues: { pin_comment: comment } })
  const save = useChange('resourceSetPinComment', { stale, onSuccess: () => tell(t('pin.commentSaved')) })
  const unpin = useChange('unpinResource', {
    stale,
    onSuccess: () => tell(t('pin.unpinned', { name: place.resource })),
    onError: tellProblem,
  })
  if (!version) return null
  return (
    <Alert color="violet" icon={<IconPin />} title={t('pin.title')}>
      <Stack gap="sm">
        <Group gap="xs" wrap="wrap">
          <VersionText version={version} />
          <Text size="sm">{t(inConfig ? 'pin.inConfig' : 'pin.about')}</Text>
        </Group>
        {!inConfig && (
          <form onSubmit={form.onSubmit((body) => save.mutate({ path, body }))}>
            <Group align="end" wrap="wrap">
              <TextInput
                label={t('pin.comment')}
                placeholder={t('pin.commentHint')}
                flex={1}
                miw={200}
                {...form.getInputProps('pin_comment')}
              />
              <ActionButton operation="resourceSetPinComment" path={path} type="submit" variant="default" loading={save.isPending}>
                {t('pin.saveComment')}
              </ActionButton>
              <ActionButton
                operation="unpinResource"
                path={path}
                leftSection={<IconPinnedOff size={18} />}
                loading={unpin.isPending}
                onClick={() => unpin.mutate({ path })}
              >
                {t('pin.unpin')}
              </ActionButton>
            </Group>
          </form>
        )}
        <ProblemAlert problem={save.error} />
      </Stack>
    </Alert>
  )
}
