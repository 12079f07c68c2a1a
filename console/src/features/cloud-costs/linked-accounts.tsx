import { Modal, Stack, TextInput } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import type { AccountPath } from '@/api/upload.ts'
import { ActionSign } from '@/kit/action-button.tsx'
import { DataTable } from '@/kit/data-table.tsx'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Asked, Empty, ProblemAlert } from '@/kit/states.tsx'

type Linked = Schema<'CloudCostManagementLinkedAccount'>

/** Accounts on this bill; their numbers can be given names. */
export function LinkedAccounts({ path }: { path: AccountPath }) {
  const { t } = useTranslation('cloud-costs')
  const asked = useAsk('getCloudCostManagementLinkedAccounts', { path })
  const [text, setText] = useState('')
  const [named, setNamed] = useState<Linked>()
  const fits = ({ name, account_id }: Linked) => `${name} ${account_id}`.toLowerCase().includes(text.toLowerCase())
  return (
    <Stack>
      <TextInput label={t('linked.search')} maw={360} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Asked of={asked}>
        {({ data }) => (
          <DataTable
            label={t('linked.label')}
            columns={[
              { key: 'name', title: t('accounts.name'), width: 'minmax(180px, 1fr)', cell: ({ name }) => name },
              { key: 'id', title: t('accounts.id'), width: 'minmax(180px, 1fr)', cell: ({ account_id }) => account_id },
              { key: 'provider', title: t('dimensions.provider'), width: '120px', cell: ({ cloud_provider }) => cloud_provider },
              {
                key: 'rename',
                title: t('linked.rename'),
                width: '120px',
                cell: (row) => (
                  <ActionSign
                    operation="updateCloudCostManagementLinkedAccount"
                    path={{ ...path, cloud_provider_account_id: row.account_id }}
                    label={t('linked.renameOne', { name: row.name })}
                    onClick={() => setNamed(row)}
                  >
                    <IconPencil size={16} />
                  </ActionSign>
                ),
              },
            ]}
            rows={data.filter(fits)}
            rowKey={({ id }) => id}
            empty={<Empty title={t('linked.empty')}>{t('linked.emptyText')}</Empty>}
          />
        )}
      </Asked>
      <Modal
        opened={named !== undefined}
        onClose={() => setNamed(undefined)}
        title={t('linked.renameOne', { name: named?.account_id ?? '' })}
      >
        {named && <RenameForm path={path} linked={named} close={() => setNamed(undefined)} />}
      </Modal>
    </Stack>
  )
}

export function RenameForm({ path, linked, close }: { path: AccountPath; linked: Linked; close: () => void }) {
  const { t } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const [name, setName] = useState(linked.name)
  const question = { path: { ...path, cloud_provider_account_id: linked.account_id } }
  const stale = ['getCloudCostManagementLinkedAccounts', 'getCloudCostManagementFilterVaules'] as const
  const undo = useChange('updateCloudCostManagementLinkedAccount', { stale, onError: tellProblem })
  const rename = useChange('updateCloudCostManagementLinkedAccount', {
    stale,
    onSuccess: () => {
      tell(t('linked.renamed', { name }), () => undo.mutate({ ...question, body: { name: linked.name } }))
      close()
    },
  })
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') rename.mutate({ ...question, body: { name: name.trim() } })
      }}
    >
      <Stack>
        <TextInput
          label={t('accounts.name')}
          description={t('linked.nameText')}
          required
          data-autofocus
          value={name}
          error={name.trim() === '' ? t('form.missing') : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ProblemAlert problem={rename.error} />
        <FormButtons close={close} verb={common('actions.save')} busy={rename.isPending} />
      </Stack>
    </form>
  )
}
