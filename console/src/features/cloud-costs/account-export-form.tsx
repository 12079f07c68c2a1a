import { Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { backendOf, ExportFields, missingOf, noExport, useExportErrors } from './export-fields.tsx'
import { useAccountAdded } from './form.ts'

export function ExportAccountForm({ organization, close }: { organization: string; close: () => void }) {
  const { t } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const added = useAccountAdded(organization)
  const [name, setName] = useState('')
  const [values, setValues] = useState(noExport)
  const { errors, showMissing, showRefused } = useExportErrors()
  const create = useChange('createCloudCostManagementAccount', {
    ...added,
    onError: showRefused,
  })
  const submit = () => {
    const missing = missingOf(values)
    showMissing(missing)
    if (missing.length > 0) return
    create.mutate({ path, body: { ...(name.trim() === '' ? {} : { name: name.trim() }), external_backend: backendOf(values) } })
  }
  return (
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
          description={t('accounts.nameText')}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ExportFields organization={organization} values={values} onChange={setValues} errors={errors} />
        <ProblemAlert problem={create.error} />
        <FormButtons close={close} verb={t('accounts.create')} busy={create.isPending} />
      </Stack>
    </form>
  )
}
