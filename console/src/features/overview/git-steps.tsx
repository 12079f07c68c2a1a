import { Button, PasswordInput, SegmentedControl, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ProblemAlert } from '@/kit/states.tsx'

interface StepProps {
  organization: string
}

export function CredentialStep({ organization }: StepProps) {
  const { t } = useTranslation('overview')
  const path = { organization_canonical: organization }
  const form = useForm({
    initialValues: { type: 'basic_auth' as 'basic_auth' | 'ssh', username: '', password: '', key: '' },
    validate: {
      username: (username, { type }) => (type === 'basic_auth' && username === '' ? t('errors.missing') : null),
      password: (password, { type }) => (type === 'basic_auth' && password === '' ? t('errors.missing') : null),
      key: (key, { type }) => (type === 'ssh' && key.trim() === '' ? t('errors.missing') : null),
    },
  })
  const create = useChange('createCredential', {
    stale: ['getSummary', 'listCredentials'],
    onError: (problem) => showProblem(form, problem, { 'raw.username': 'username', 'raw.password': 'password', 'raw.ssh_key': 'key' }),
  })
  const submit = ({ type, username, password, key }: typeof form.values) =>
    create.mutate({
      path,
      body: { name: 'Git', path: 'git', type, raw: type === 'ssh' ? { ssh_key: key } : { username, password } },
    })
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
      <Stack align="start">
        <SegmentedControl
          aria-label={t('steps.credential.kind')}
          data={[
            { value: 'basic_auth', label: t('steps.credential.basic') },
            { value: 'ssh', label: t('steps.credential.ssh') },
          ]}
          {...form.getInputProps('type')}
        />
        {form.values.type === 'ssh' ? (
          <Textarea
            label={t('steps.credential.key')}
            required
            autosize
            minRows={4}
            maxRows={10}
            w="100%"
            autoComplete="off"
            {...form.getInputProps('key')}
          />
        ) : (
          <SimpleGrid cols={{ base: 1, sm: 2 }} w="100%">
            <TextInput label={t('steps.credential.username')} required autoComplete="off" {...form.getInputProps('username')} />
            <PasswordInput label={t('steps.credential.password')} required autoComplete="off" {...form.getInputProps('password')} />
          </SimpleGrid>
        )}
        <ProblemAlert problem={create.error} />
        <Submit operation="createCredential" organization={organization} pending={create.isPending} />
      </Stack>
    </form>
  )
}

export function SourceStep({ organization }: StepProps) {
  const { t } = useTranslation('overview')
  const create = useChange('createServiceCatalogSource', { stale: ['getSummary', 'getServiceCatalogSources', 'listServiceCatalogs'] })
  return (
    <RepositoryForm
      organization={organization}
      operation="createServiceCatalogSource"
      branch="master"
      credentialLabel={t('steps.source.credential')}
      create={create}
      submit={({ url, branch, credential }) =>
        create.mutate({
          path: { organization_canonical: organization },
          body: { name: nameOf(url, 'Catalogue'), url, branch, ...(credential ? { credential_canonical: credential } : {}) },
        })
      }
    />
  )
}

export function RepositoryStep({ organization }: StepProps) {
  const { t } = useTranslation('overview')
  const create = useChange('createConfigRepository', { stale: ['getSummary', 'listConfigRepositories'] })
  return (
    <RepositoryForm
      organization={organization}
      operation="createConfigRepository"
      branch="main"
      credentialLabel={t('steps.repository.credential')}
      credentialRequired
      create={create}
      submit={({ url, branch, credential }) =>
        create.mutate({
          path: { organization_canonical: organization },
          body: { name: nameOf(url, 'Configuration'), url, branch, credential_canonical: credential ?? '', default: true },
        })
      }
    />
  )
}

interface Repository {
  url: string
  branch: string
  credential: string | null
}

interface FormProps {
  organization: string
  operation: 'createServiceCatalogSource' | 'createConfigRepository'
  branch: string
  credentialLabel: string
  credentialRequired?: boolean
  create: { error: Parameters<typeof ProblemAlert>[0]['problem']; isPending: boolean }
  submit: (values: Repository) => void
}

function RepositoryForm({ organization, operation, branch, credentialLabel, credentialRequired = false, create, submit }: FormProps) {
  const { t } = useTranslation('overview')
  const credentials = useAsk('listCredentials', {
    path: { organization_canonical: organization },
    query: { credential_types: ['ssh', 'basic_auth'] },
  })
  const choices = (credentials.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))
  const form = useForm<Repository>({
    initialValues: { url: '', branch, credential: null },
    validate: {
      url: (url) => (url.trim() === '' ? t('errors.missing') : null),
      branch: (name) => (name.trim() === '' ? t('errors.missing') : null),
    },
  })
  // The only one there is, where one is needed, is what is meant.
  const credential = form.values.credential ?? (credentialRequired ? (choices[0]?.value ?? null) : null)
  const send = (values: Repository) => submit({ url: values.url.trim(), branch: values.branch.trim(), credential })
  return (
    <form onSubmit={form.onSubmit(send, (errors) => focusFirst(form, errors))} noValidate>
      <Stack align="start">
        <TextInput
          label={t('steps.url')}
          placeholder="https://git.example.com/platform/stacks.git"
          required
          w="100%"
          autoComplete="off"
          {...form.getInputProps('url')}
          error={form.errors['url'] ?? create.error?.fields['url']}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} w="100%">
          <TextInput label={t('steps.branch')} required autoComplete="off" {...form.getInputProps('branch')} />
          <Select
            label={credentialLabel}
            data={choices}
            clearable={!credentialRequired}
            allowDeselect={!credentialRequired}
            required={credentialRequired}
            {...form.getInputProps('credential')}
            value={credential}
          />
        </SimpleGrid>
        <ProblemAlert problem={create.error} />
        <Submit operation={operation} organization={organization} pending={create.isPending} />
      </Stack>
    </form>
  )
}

interface SubmitProps {
  operation: 'createCredential' | 'createServiceCatalogSource' | 'createConfigRepository'
  organization: string
  pending: boolean
}

function Submit({ operation, organization, pending }: SubmitProps) {
  const { t } = useTranslation('overview')
  if (pending) return <Button loading>{t('steps.go')}</Button>
  return (
    <ActionButton operation={operation} path={{ organization_canonical: organization }} type="submit">
      {t('steps.go')}
    </ActionButton>
  )
}

/** `https://host/platform/web-stacks.git` is called `web-stacks`. */
function nameOf(url: string, otherwise: string): string {
  const last =
    url
      .replace(/\.git\/?$/, '')
      .split(/[/:]/)
      .at(-1) ?? ''
  return last.length >= 3 ? last : otherwise
}
