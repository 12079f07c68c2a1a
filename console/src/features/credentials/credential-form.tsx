import { Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import {
  type CredentialType,
  type CredentialValues,
  credentialTypes,
  fieldsOf,
  isJson,
  pathOf,
  type Raw,
  rawOf,
} from './credential-fields.ts'
import { CustomValues } from './custom-values.tsx'
import { SecretFields } from './secret-fields.tsx'
import { valuesOf } from './values-of.ts'

interface FormProps {
  organization: string
  /** Absent: a new one. */
  credential: Schema<'CredentialSimple'> | undefined
  raw: Raw | undefined
  close: (canonical?: string) => void
}

export function CredentialForm({ organization, credential, raw, close }: FormProps) {
  const { t } = useTranslation(['credentials', 'common'])
  const path = { organization_canonical: organization }
  const members = useAsk('getOrgMembers', { path })
  const check = useCheck()
  const form = useForm<CredentialValues>({
    initialValues: valuesOf(credential, raw),
    validateInputOnChange: true,
    validate: check,
  })
  const done = ({ data }: { data: Schema<'Credential'> }) => {
    tell(t(credential ? 'form.saved' : 'form.created', { name: data.name }))
    close(data.canonical)
  }
  const refused = ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields)
  const create = useChange('createCredential', { stale: ['listCredentials', 'getEvents'], onSuccess: done, onError: refused })
  const update = useChange('updateCredential', { stale: ['listCredentials', 'getEvents'], onSuccess: done, onError: refused })
  const { busy, problem } = credential
    ? { busy: update.isPending, problem: update.error }
    : { busy: create.isPending, problem: create.error }
  const submit = (values: CredentialValues) => {
    const { name, description, type, owner } = values
    const body = { name, description, type, path: values.path || pathOf(name), raw: rawOf(values), ...(owner ? { owner } : {}) }
    if (credential)
      update.mutate({
        path: { ...path, credential_canonical: credential.canonical },
        body: { ...body, canonical: credential.canonical },
      } as Parameters<typeof update.mutate>[0])
    else
      create.mutate({ path, body: { ...body, ...(values.canonical ? { canonical: values.canonical } : {}) } } as Parameters<
        typeof create.mutate
      >[0])
  }
  const owners = [
    ...new Set([...(members.data?.data ?? []).flatMap(({ username }) => (username ? [username] : [])), form.values.owner].filter(Boolean)),
  ]
  return (
    <form noValidate onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
      <Stack>
        <TextInput label={t('form.name')} required withAsterisk data-autofocus key={form.key('name')} {...form.getInputProps('name')} />
        <TextInput label={t('form.description')} key={form.key('description')} {...form.getInputProps('description')} />
        {!credential && (
          <Select
            label={t('form.type')}
            description={t(`typeHints.${form.values.type}`)}
            allowDeselect={false}
            data={credentialTypes.map((type) => ({ value: type, label: t(`types.${type}`) }))}
            value={form.values.type}
            onChange={(type) => form.setValues({ type: type as CredentialType, raw: {} })}
          />
        )}
        {form.values.type === 'custom' ? (
          <CustomValues form={form} />
        ) : (
          <SecretFields form={form} fields={fieldsOf[form.values.type]} known={raw !== undefined} />
        )}
        <TextInput
          label={t('form.path')}
          description={t('form.pathHint', { path: form.values.path || pathOf(form.values.name) || '…' })}
          placeholder={pathOf(form.values.name)}
          readOnly={credential?.canonical === 'vault'}
          key={form.key('path')}
          {...form.getInputProps('path')}
        />
        {!credential && (
          <TextInput
            label={t('form.canonical')}
            description={t('form.canonicalHint')}
            placeholder={pathOf(form.values.name)}
            key={form.key('canonical')}
            {...form.getInputProps('canonical')}
          />
        )}
        <Select
          label={t('form.owner')}
          description={t(credential ? 'form.ownerHint' : 'form.newOwnerHint')}
          data={owners}
          searchable
          clearable={!credential}
          key={form.key('owner')}
          {...form.getInputProps('owner')}
          value={form.values.owner || null}
          onChange={(owner) => form.setFieldValue('owner', owner ?? '')}
        />
        <ProblemAlert problem={problem} />
        <FormButtons close={close} verb={t(credential ? 'common:actions.save' : 'form.create')} busy={busy} />
      </Stack>
    </form>
  )
}

/** What the contract asks for, said while somebody types. */
function useCheck() {
  const { t } = useTranslation('credentials')
  return ({ name, path, canonical, type, raw, custom }: CredentialValues): Record<string, string | undefined> => {
    const problems: Record<string, string | undefined> = {}
    if (name.trim() === '') problems['name'] = t('wrong.empty')
    if (path !== '' && !/^[\w\-./]+$/.test(path)) problems['path'] = t('wrong.path')
    if (canonical !== '' && !/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/.test(canonical)) problems['canonical'] = t('wrong.canonical')
    if (type === 'custom')
      custom.forEach(({ key, value, kind }, place) => {
        if (!/^[\w.-]{1,254}$/.test(key)) problems[`custom.${place}.key`] = t('wrong.customKey')
        else if (custom.findIndex((one) => one.key === key) !== place) problems[`custom.${place}.key`] = t('wrong.twice')
        if (kind === 'json' && !isJson(value)) problems[`custom.${place}.value`] = t('wrong.json')
      })
    else
      for (const { key, optional } of fieldsOf[type]) {
        const value = raw[key] ?? ''
        if (!optional && value === '') problems[`raw.${key}`] = t('wrong.empty')
        else if (key === 'json_key' && !isJson(value)) problems[`raw.${key}`] = t('wrong.json')
      }
    return problems
  }
}
