/** An account whose costs are on the bill of another. Whose it is, is proven by its credential: the provider is asked. */
import { Alert, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { Pending, ProblemAlert } from '@/kit/states.tsx'
import { useAccountAdded } from './form.ts'

const types = ['aws', 'azure', 'gcp']

export function ChildAccountForm({ organization, close }: { organization: string; close: () => void }) {
  const { t } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const added = useAccountAdded(organization)
  const [name, setName] = useState('')
  const [credential, setCredential] = useState('')
  const credentials = useAsk('listCredentials', { path })
  const fitting = (credentials.data?.data ?? []).filter(({ type }) => types.includes(type))
  const [missing, setMissing] = useState(false)
  const parent = useAsk(
    'getCloudCostManagementAccountsHasParent',
    { path, query: { credential_canonical: credential } },
    { enabled: credential !== '' },
  )
  const create = useChange('createCloudCostManagementAccountChild', added)
  const found = parent.error ? undefined : parent.data?.data
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setMissing(true)
        if (found)
          create.mutate({
            path,
            body: {
              credential_canonical: credential,
              parent_account_id: found.account_id,
              ...(name.trim() === '' ? {} : { name: name.trim() }),
            },
          })
      }}
    >
      <Stack>
        <Select
          label={t('child.credential')}
          description={credentials.data && fitting.length === 0 ? t('export.noCredential') : t('child.credentialText')}
          required
          disabled={fitting.length === 0}
          error={missing && credential === '' ? t('form.missing') : undefined}
          value={credential || null}
          data={fitting.map(({ canonical, name: label }) => ({ value: canonical, label }))}
          onChange={(value) => setCredential(value ?? '')}
        />
        {credential !== '' && parent.isLoading && <Pending />}
        {found && (
          <Alert color="teal" title={t('child.found', { name: found.name })}>
            {t('child.foundText', { account: found.account_id, provider: found.cloud_provider.name })}
          </Alert>
        )}
        {parent.error?.status === 404 ? (
          <Alert color="yellow" title={t('child.none')}>
            {t('child.noneText')}
          </Alert>
        ) : (
          <ProblemAlert problem={parent.error} />
        )}
        <TextInput
          label={t('accounts.name')}
          description={t('accounts.nameText')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ProblemAlert problem={create.error} />
        <FormButtons close={close} verb={t('child.attach')} busy={create.isPending || parent.isLoading} />
      </Stack>
    </form>
  )
}
