import { Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { showProblem } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { DeleteComponent } from './delete-component.tsx'
import { MoveComponent } from './move-component.tsx'
import { type ComponentPlace, componentPath, useComponentPlace } from './places.ts'
import { SettingsForm, useRounds } from './settings-form.tsx'

export function ComponentSettings() {
  const { t } = useTranslation('components')
  const place = useComponentPlace()
  const component = useAsk('getComponent', { path: componentPath(place) })
  const { round, again } = useRounds(component)
  return (
    <Asked of={component}>
      {({ data }) => (
        <Page title={t('settings.title', { name: data.name })}>
          <Stack gap="lg" maw={820}>
            <RenameComponent key={round} place={place} now={data} again={again} />
            <MoveComponent place={place} component={data} />
            <DeleteComponent place={place} component={data} />
          </Stack>
        </Page>
      )}
    </Asked>
  )
}

const longestName = 255

interface RenameProps {
  place: ComponentPlace
  now: Schema<'Component'>
  /** Begins anew from what is true by then. */
  again: () => void
}

function RenameComponent({ place, now, again }: RenameProps) {
  // What the form began with: a newer one that comes in meanwhile must not make the API believe that it was seen.
  const [component, setComponent] = useState(now)
  const { t } = useTranslation('components')
  const path = componentPath(place)
  const form = useForm({
    initialValues: { name: component.name, description: component.description ?? '' },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('settings.nameMissing') : name.length > longestName ? t('settings.nameLong') : null),
    },
  })
  const update = useChange('updateComponent', {
    stale: ['getComponent', 'getComponents', 'getEnvironment', 'getProjectEnvironments', 'getOrganizationComponents'],
    onSuccess({ data }) {
      setComponent(data)
      form.resetDirty()
      tell(t('settings.saved'))
    },
    onError: (problem) => showProblem(form, problem, { name: 'name', description: 'description' }),
  })
  // No `vars`: the values in git stay as they are.
  const submit = ({ name, description }: typeof form.values) =>
    update.mutate({ path, body: { name: name.trim(), description, use_case: component.use_case, updated_at: component.updated_at } })
  return (
    <SettingsForm form={form} submit={submit} operation="updateComponent" path={path} change={update} again={again}>
      <TextInput label={t('settings.name')} required {...form.getInputProps('name')} />
      <TextInput label={t('settings.canonical')} description={t('settings.canonicalFixed')} value={component.canonical} readOnly />
      <Textarea label={t('settings.description')} autosize minRows={2} maxRows={8} {...form.getInputProps('description')} />
    </SettingsForm>
  )
}
