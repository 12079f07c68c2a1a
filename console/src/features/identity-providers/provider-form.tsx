import { Button, Fieldset, Group, SegmentedControl, Select, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { useRoleOptions } from '@/features/members/role-options.ts'
import { focusFirst } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { GroupMappings } from './group-mappings.tsx'
import { attributeNames, bodyOf, type ProviderValues, valuesOf } from './provider-values.ts'

interface FormProps {
  organization: string
  provider?: Schema<'IdentityProvider'>
  done: (provider: Schema<'IdentityProvider'>) => void
  /** Why it cannot be saved. */
  why: string | undefined
}

export function ProviderForm({ organization, provider, done, why }: FormProps) {
  const { t } = useTranslation(['identity-providers', 'common'])
  const roles = useRoleOptions(organization)
  const form = useForm<ProviderValues>({
    initialValues: valuesOf(provider),
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length < 3 ? t('wrong.name') : null),
      metadata_url: (url, { source }) => (source === 'url' && !/^https:\/\/\S+$/.test(url.trim()) ? t('wrong.url') : null),
      metadata: (text, { source }) => (source === 'text' && !text.includes('<') ? t('wrong.metadata') : null),
      group_mappings: { group: (group) => (group.trim() === '' ? t('wrong.group') : null) },
    },
  })
  const outcome = {
    stale: ['listIdentityProviders', 'getIdentityProvider'] as const,
    onSuccess: ({ data }: { data: Schema<'IdentityProvider'> }) => {
      tell(t(provider ? 'form.saved' : 'form.added', { name: data.name }))
      done(data)
    },
    onError: ({ fields }: { fields: Record<string, string> }) => {
      form.setErrors(fields)
      focusFirst(form as never, fields)
    },
  }
  const create = useChange('createIdentityProvider', outcome)
  const update = useChange('updateIdentityProvider', outcome)
  const submit = (values: ProviderValues) => {
    if (why !== undefined) return
    const path = { organization_canonical: organization }
    if (provider) update.mutate({ path: { ...path, identity_provider_canonical: provider.canonical }, body: bodyOf(values) })
    else create.mutate({ path, body: bodyOf(values) })
  }
  const whyNotRequired = provider?.last_sign_in_at ? undefined : t('form.requiredLater')
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form as never, errors))}>
      <Stack>
        <TextInput label={t('form.name')} description={t('form.nameHint')} required {...form.getInputProps('name')} />
        <Fieldset legend={t('form.metadata')}>
          <Stack>
            <SegmentedControl
              aria-label={t('form.metadata')}
              data={[
                ...(provider ? [{ value: 'keep', label: t('form.keep') }] : []),
                { value: 'url', label: t('form.byUrl') },
                { value: 'text', label: t('form.byText') },
              ]}
              {...form.getInputProps('source')}
            />
            {form.values.source === 'url' && (
              <TextInput
                label={t('form.url')}
                description={t('form.urlHint')}
                placeholder="https://"
                type="url"
                required
                {...form.getInputProps('metadata_url')}
              />
            )}
            {form.values.source === 'text' && (
              <Textarea
                label={t('form.text')}
                description={t('form.textHint')}
                autosize
                minRows={5}
                maxRows={14}
                spellCheck={false}
                required
                {...form.getInputProps('metadata')}
              />
            )}
          </Stack>
        </Fieldset>
        <Fieldset legend={t('form.people')}>
          <Stack>
            <Switch
              label={t('form.enabled')}
              description={t('form.enabledHint')}
              {...form.getInputProps('enabled', { type: 'checkbox' })}
            />
            <Switch
              label={t('form.required')}
              description={whyNotRequired ?? t('form.requiredHint')}
              {...form.getInputProps('required', { type: 'checkbox' })}
            />
            <Switch
              label={t('form.provision')}
              description={t('form.provisionHint')}
              {...form.getInputProps('provision', { type: 'checkbox' })}
            />
            <Switch
              label={t('form.initiated')}
              description={t('form.initiatedHint')}
              {...form.getInputProps('idp_initiated', { type: 'checkbox' })}
            />
            <Select
              label={t('form.role')}
              description={roles.why ?? t('form.roleHint')}
              data={
                roles.options.length > 0
                  ? roles.options
                  : [{ value: form.values.default_role_canonical, label: form.values.default_role_canonical }]
              }
              searchable
              allowDeselect={false}
              {...form.getInputProps('default_role_canonical')}
            />
          </Stack>
        </Fieldset>
        <GroupMappings organization={organization} form={form} roles={roles} />
        <Fieldset legend={t('form.attributes')}>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {attributeNames.map((name) => (
              <TextInput
                key={name}
                label={t(`attributes.${name}`)}
                placeholder={t('form.usual')}
                {...form.getInputProps(`attributes.${name}`)}
              />
            ))}
          </SimpleGrid>
        </Fieldset>
        <ProblemAlert problem={create.error ?? update.error} />
        <Group>
          <Button type="submit" loading={create.isPending || update.isPending} disabled={why !== undefined}>
            {t(provider ? 'common:actions.save' : 'list.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
