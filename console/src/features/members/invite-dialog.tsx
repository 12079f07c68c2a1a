/** Several people at once: each address is an invitation of its own, so one that is refused does not hold up the others. */
import { Alert, List, Modal, Select, Stack, TagsInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '@/api/client.ts'
import { isProblem } from '@/api/problem.ts'
import { refresh } from '@/api/query.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { useRoleOptions } from './role-options.ts'

interface InviteProps {
  organization: string
  opened: boolean
  close: () => void
}

export function InviteDialog({ organization, opened, close }: InviteProps) {
  const { t } = useTranslation('members')
  return (
    <Modal opened={opened} onClose={close} title={t('invite.title')} size="lg">
      <InviteForm organization={organization} close={close} />
    </Modal>
  )
}

const address = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/

interface Refusal {
  email: string
  why: string
}

function InviteForm({ organization, close }: Omit<InviteProps, 'opened'>) {
  const { t } = useTranslation(['members', 'common'])
  const roles = useRoleOptions(organization)
  const [refusals, setRefusals] = useState<readonly Refusal[]>([])
  const [busy, setBusy] = useState(false)
  const form = useForm({
    initialValues: { emails: [] as string[], role: 'organization-member' },
    validate: {
      emails: (emails) => {
        const wrong = emails.find((email) => !address.test(email))
        if (wrong) return t('invite.wrongAddress', { email: wrong })
        return emails.length === 0 ? t('invite.noAddress') : null
      },
      role: (role) => (role ? null : t('invite.noRole')),
    },
  })
  const submit = async ({ emails, role }: typeof form.values) => {
    setBusy(true)
    const refused: Refusal[] = []
    for (const email of emails) {
      try {
        await call('inviteUserToOrgMember', {
          path: { organization_canonical: organization },
          body: { email, role_canonical: role },
        })
      } catch (error) {
        if (!isProblem(error)) throw error
        refused.push({ email, why: error.status === 0 ? t('common:states.unreachable') : error.message })
      }
    }
    setBusy(false)
    setRefusals(refused)
    const count = emails.length - refused.length
    if (count > 0) tell(t('invite.done', { count }))
    await refresh('getOrgMembers')
    if (refused.length === 0) return close()
    form.setFieldValue(
      'emails',
      refused.map(({ email }) => email),
    )
  }
  return (
    <form
      onSubmit={form.onSubmit(
        (values) => void submit(values),
        (errors) => focusFirst(form, errors),
      )}
    >
      <Stack>
        <TagsInput
          label={t('invite.emails')}
          description={t('invite.emailsHint')}
          required
          data-autofocus
          splitChars={[',', ';', ' ', '\n']}
          acceptValueOnBlur
          clearable
          clearButtonProps={{ 'aria-label': t('common:table.clear') }}
          {...form.getInputProps('emails')}
        />
        <Select
          label={t('invite.role')}
          description={roles.why ?? (roles.limited ? t('role.limited') : t('invite.roleHint'))}
          data={roles.options.length > 0 ? roles.options : [{ value: 'organization-member', label: 'organization-member' }]}
          allowDeselect={false}
          searchable
          required
          {...form.getInputProps('role')}
        />
        {refusals.length > 0 && (
          <Alert color="red" role="alert" title={t('invite.refused', { count: refusals.length })}>
            <List size="sm">
              {refusals.map(({ email, why }) => (
                <List.Item key={email}>
                  <b>{email}</b> {why}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <FormButtons close={close} verb={t('invite.submit')} busy={busy} />
      </Stack>
    </form>
  )
}
