import { Alert, Modal, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { dataOf } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import type { Schema } from '@/api/types.ts'
import { Asked, NotFound } from '@/kit/states.tsx'
import { useCredential } from './credential-drawer.tsx'
import type { Raw } from './credential-fields.ts'
import { CredentialForm } from './credential-form.tsx'

interface EditorProps {
  organization: string
  mode: 'new' | 'edit' | undefined
  canonical: string | undefined
  /** With the credential to show next, after it was saved. */
  close: (canonical?: string) => void
}

export function CredentialEditor({ organization, mode, canonical, close }: EditorProps) {
  const { t } = useTranslation('credentials')
  const found = useCredential(organization, mode === 'edit' ? canonical : undefined)
  const title = mode === 'new' ? t('form.createTitle') : t('form.editTitle', { name: found.data?.data[0]?.name ?? canonical ?? '' })
  return (
    <Modal opened={mode !== undefined} onClose={() => close()} size="lg" title={title}>
      {mode === 'new' && <CredentialForm organization={organization} credential={undefined} raw={undefined} close={close} />}
      {mode === 'edit' && (
        <Asked of={found}>
          {({ data: [credential] }) =>
            credential ? <Opened organization={organization} credential={credential} close={close} /> : <NotFound />
          }
        </Asked>
      )}
    </Modal>
  )
}

/** With its present values for who may read them; otherwise all of them have to be written anew, because a change replaces them all. */
function Opened({
  organization,
  credential,
  close,
}: Pick<EditorProps, 'organization' | 'close'> & { credential: Schema<'CredentialSimple'> }) {
  const { t } = useTranslation('credentials')
  const path = { organization_canonical: organization, credential_canonical: credential.canonical }
  const may = useMay('getCredential', path)
  const values = useQuery<Raw, Problem>({
    queryKey: ['getCredential', 'to edit', path],
    queryFn: async ({ signal }) => (await dataOf('getCredential', { path }, { signal })).raw,
    enabled: may.allowed,
    // Secrets are forgotten with the dialog.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  if (may.allowed)
    return (
      <Asked of={values}>{(raw) => <CredentialForm organization={organization} credential={credential} raw={raw} close={close} />}</Asked>
    )
  return (
    <Stack>
      <Alert color="yellow">{t('form.unreadable')}</Alert>
      <CredentialForm organization={organization} credential={credential} raw={undefined} close={close} />
    </Stack>
  )
}
