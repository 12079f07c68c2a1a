/** Address, credential and branch of a git repository, with the branches that it really has as soon as it can be reached. */
import { Autocomplete, Loader, Select, Text, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'

export interface GitValues {
  url: string
  credential_canonical: string
  branch: string
}

interface GitFieldsProps<Values extends GitValues> {
  organization: string
  form: UseFormReturnType<Values>
  credentialRequired?: boolean
}

export const looksLikeUrl = (url: string): boolean => /^(?:https?|ssh):\/\/[^\s/]+\/\S+$|^[\w.-]+@[\w.-]+:\S+$|^\/\S+$/.test(url.trim())

export function GitFields<Values extends GitValues>({ organization, form, credentialRequired = false }: GitFieldsProps<Values>) {
  const { t } = useTranslation('catalogue')
  const { url, credential_canonical: credential } = form.values
  const [[settledUrl, settledCredential]] = useDebouncedValue([url.trim(), credential] as const, 500)
  const credentials = useAsk('listCredentials', {
    path: { organization_canonical: organization },
    query: { credential_types: ['ssh', 'basic_auth'], page_size: 1000 },
  })
  const branches = useAsk(
    'getRepoBranches',
    {
      path: { organization_canonical: organization },
      query: { git_url: settledUrl, ...(settledCredential === '' ? {} : { credential_canonical: settledCredential }) },
    },
    { enabled: looksLikeUrl(settledUrl) && !(credentialRequired && settledCredential === '') },
  )
  const found = branches.data?.data
  const input = (name: keyof GitValues & string) => form.getInputProps(name as never)
  return (
    <>
      <TextInput
        label={t('git.url')}
        description={t('git.urlExplain')}
        withAsterisk
        autoComplete="off"
        spellCheck={false}
        {...input('url')}
        error={input('url').error ?? (branches.error && branches.error.status !== 403 ? branches.error.message : undefined)}
      />
      <Select
        label={t('git.credential')}
        description={credentialRequired ? t('git.credentialWrite') : t('git.credentialRead')}
        data={(credentials.data?.data ?? []).map(({ canonical, name, type }) => ({ value: canonical, label: `${name} · ${type}` }))}
        withAsterisk={credentialRequired}
        searchable
        clearable={!credentialRequired}
        clearButtonProps={{ 'aria-label': t('git.noCredential') }}
        {...input('credential_canonical')}
        value={credential === '' ? null : credential}
        onChange={(value) => form.setFieldValue('credential_canonical' as never, (value ?? '') as never)}
      />
      <Autocomplete
        label={t('git.branch')}
        withAsterisk
        data={found ?? []}
        limit={100}
        rightSection={branches.isFetching ? <Loader size="xs" role="status" aria-label={t('git.asking')} /> : null}
        {...input('branch')}
      />
      <Text size="sm" role="status" mih={20}>
        {found && (
          <>
            <IconCheck size={14} aria-hidden /> {t('git.reached', { count: found.length })}
            {form.values.branch !== '' && found.length > 0 && !found.includes(form.values.branch)
              ? ` ${t('git.noBranch', { branch: form.values.branch })}`
              : ''}
          </>
        )}
        {branches.error?.status === 403 && branches.error.message}
      </Text>
    </>
  )
}

/** What the API said of fields goes to them, the rest above. */
export const gitProblems = (t: (key: 'git.needed' | 'git.wrongUrl') => string, credentialRequired: boolean) => ({
  url: (url: string) => (looksLikeUrl(url) ? null : url.trim() === '' ? t('git.needed') : t('git.wrongUrl')),
  branch: (branch: string) => (branch.trim() === '' ? t('git.needed') : null),
  credential_canonical: (canonical: string) => (credentialRequired && canonical === '' ? t('git.needed') : null),
})
