import { Code, Drawer, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { fullName } from '@/features/members/person.tsx'
import { useMemberOptions } from '@/features/projects/options.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { ago, When } from '@/kit/when.tsx'
import { RuleTable } from './rule-table.tsx'

interface DrawerProps {
  organization: string
  canonical: string | undefined
  close: () => void
}

export function KeyDrawer({ organization, canonical, close }: DrawerProps) {
  const found = useAsk(
    'getAPIKey',
    { path: { organization_canonical: organization, api_key_canonical: canonical ?? '' } },
    { enabled: canonical !== undefined },
  )
  return (
    <Drawer opened={canonical !== undefined} onClose={close} title={found.data?.data.name ?? canonical}>
      <Asked of={found}>{({ data }) => <Details key={data.canonical} organization={organization} apiKey={data} close={close} />}</Asked>
    </Drawer>
  )
}

function Details({ organization, apiKey, close }: { organization: string; apiKey: Schema<'APIKey'>; close: () => void }) {
  const { t, i18n } = useTranslation(['access-rules', 'common'])
  const [editing, setEditing] = useState(false)
  const path = { organization_canonical: organization, api_key_canonical: apiKey.canonical }
  const remove = useChange('deleteAPIKey')
  const ask = () =>
    confirm({
      title: t('keys.deleteTitle', { name: apiKey.name }),
      children: apiKey.last_used ? t('keys.deleteUsed', { when: ago(apiKey.last_used, i18n.language) }) : t('keys.deleteUnused'),
      verb: t('keys.delete'),
      name: apiKey.canonical,
      act: async () => {
        await remove.mutateAsync({ path })
        close()
        tell(t('keys.deleted', { name: apiKey.name }))
        await refresh('getAPIKeys')
      },
    })
  if (editing) return <EditKey organization={organization} apiKey={apiKey} close={() => setEditing(false)} />
  return (
    <Stack gap="lg">
      {apiKey.description && <Text size="sm">{apiKey.description}</Text>}
      <Stack gap={4}>
        <Text size="sm">
          <Term>{t('keys.token')}</Term> <Code>{`…${apiKey.last_seven}`}</Code>
        </Text>
        <Text size="sm" component="div">
          <Term>{t('keys.lastUsed')}</Term> <When at={apiKey.last_used} />
        </Text>
        <Text size="sm">
          <Term>{t('keys.owner')}</Term> {apiKey.owner ? fullName(apiKey.owner) : '—'}
        </Text>
      </Stack>
      <section>
        <Title order={3} size="h5">
          {t('rules.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('keys.final')}
        </Text>
        <RuleTable rules={apiKey.rules} />
      </section>
      <Group>
        <ActionButton operation="updateAPIkey" path={path} variant="default" onClick={() => setEditing(true)}>
          {t('common:actions.edit')}
        </ActionButton>
        <ActionButton operation="deleteAPIKey" path={path} color="red" variant="light" onClick={ask}>
          {t('keys.delete')}
        </ActionButton>
      </Group>
    </Stack>
  )
}

const Term = ({ children }: { children: string }) => (
  <Text span size="sm" c="dimmed" pe={6}>
    {children}
  </Text>
)

function EditKey({ organization, apiKey, close }: { organization: string; apiKey: Schema<'APIKey'>; close: () => void }) {
  const { t } = useTranslation(['access-rules', 'common'])
  const members = useMemberOptions(organization)
  const form = useForm({
    initialValues: { name: apiKey.name, description: apiKey.description ?? '', owner: apiKey.owner?.username ?? '' },
    validateInputOnChange: true,
    validate: { name: (name) => (name.trim().length < 3 ? t('role.wrongName') : null) },
  })
  const update = useChange('updateAPIkey', {
    stale: ['getAPIKeys', 'getAPIKey'],
    onSuccess: ({ data }) => {
      tell(t('keys.saved', { name: data.name }))
      close()
    },
    onError: (problem) => showProblem(form, problem),
  })
  const submit = ({ name, description, owner }: typeof form.values) =>
    update.mutate({
      path: { organization_canonical: organization, api_key_canonical: apiKey.canonical },
      // Naming the same owner again asks for a right that whoever only renames does not need.
      body: { name: name.trim(), description, ...(owner && owner !== apiKey.owner?.username ? { owner } : {}) },
    })
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
      <Stack>
        <TextInput label={t('keys.name')} required data-autofocus {...form.getInputProps('name')} />
        <TextInput label={t('keys.purpose')} {...form.getInputProps('description')} />
        <Select
          label={t('keys.owner')}
          description={members.why ?? t('keys.ownerHint')}
          data={members.data}
          searchable
          allowDeselect={false}
          {...form.getInputProps('owner')}
          value={form.values.owner || null}
          onChange={(owner) => form.setFieldValue('owner', owner ?? '')}
        />
        <ProblemAlert problem={update.error} />
        <FormButtons close={close} verb={t('common:actions.save')} busy={update.isPending} />
      </Stack>
    </form>
  )
}
