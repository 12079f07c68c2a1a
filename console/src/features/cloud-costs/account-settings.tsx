import { Group, Paper, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Deletion } from '@/kit/deletion.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { backendOf, ExportFields, exportValuesOf, missingOf, useExportErrors } from './export-fields.tsx'
import type { AccountKind } from './pages-search.ts'

interface SettingsProps {
  organization: string
  account: Schema<'CloudCostManagementAccount'>
  kind: AccountKind
}

const stale = ['getCloudCostManagementAccount', 'getCloudCostManagementAccounts', 'listCloudCostImports'] as const

export function AccountSettings({ organization, account, kind }: SettingsProps) {
  const { t } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const path = { organization_canonical: organization, cloud_cost_management_account_canonical: account.canonical }
  const [name, setName] = useState(account.name)
  const [enabled, setEnabled] = useState(account.enabled)
  const [hasExport, setHasExport] = useState(kind === 'export')
  const [values, setValues] = useState(() => exportValuesOf(account.external_backend))
  const { errors, showMissing, showRefused } = useExportErrors()
  const save = useChange('updateCloudCostManagementAccount', {
    stale,
    onSuccess: () => tell(t('account.saved')),
    onError: showRefused,
  })
  const submit = () => {
    const missing = [...(name.trim() === '' ? ['name'] : []), ...(hasExport ? missingOf(values) : [])]
    showMissing(missing)
    if (missing.length > 0) return
    save.mutate({ path, body: { name: name.trim(), enabled, ...(hasExport ? { external_backend: backendOf(values) as never } : {}) } })
  }
  return (
    <Stack>
      <Paper withBorder p="md" component="section">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <Stack>
            <TextInput
              label={t('accounts.name')}
              required
              value={name}
              error={errors['name']}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Switch
              label={t('account.enabled')}
              description={t('account.enabledText')}
              checked={enabled}
              onChange={(event) => setEnabled(event.currentTarget.checked)}
            />
            {kind === 'files' && (
              <Switch
                label={t('account.attach')}
                description={t('account.attachText')}
                checked={hasExport}
                onChange={(event) => setHasExport(event.currentTarget.checked)}
              />
            )}
            {hasExport && <ExportFields organization={organization} values={values} onChange={setValues} errors={errors} />}
            <ProblemAlert problem={save.error} />
            <Group>
              <ActionButton operation="updateCloudCostManagementAccount" path={path} type="submit" loading={save.isPending}>
                {common('actions.save')}
              </ActionButton>
            </Group>
          </Stack>
        </form>
      </Paper>
      <DeleteAccount organization={organization} account={account} path={path} />
    </Stack>
  )
}

function DeleteAccount({
  organization,
  account,
  path,
}: Pick<SettingsProps, 'organization' | 'account'> & {
  path: Parameters<typeof ActionButton<'deleteCloudCostManagementAccount'>>[0]['path']
}) {
  const { t } = useTranslation('cloud-costs')
  const navigate = useNavigate()
  const remove = useChange('deleteCloudCostManagementAccount', {
    stale,
    onSuccess: () => {
      tell(t('account.deleted', { name: account.name }))
      void navigate({ to: '/organizations/$organization/cloud-cost-management/accounts', params: { organization } })
    },
  })
  return (
    <Deletion
      operation="deleteCloudCostManagementAccount"
      path={path}
      question={{
        title: t('account.deleteTitle', { name: account.name }),
        children: t('account.deleteText'),
        verb: t('account.delete'),
        name: account.name,
        act: () => remove.mutateAsync({ path }),
      }}
    >
      <Text size="sm">{t('account.deleteText')}</Text>
    </Deletion>
  )
}
