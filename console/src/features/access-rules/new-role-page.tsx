import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { RoleForm } from './role-form.tsx'

const id = '/_in/organizations/$organization/roles/+new'

export function NewRolePage() {
  const { t } = useTranslation('access-rules')
  const { organization } = useParams({ from: id })
  const { copy } = useSearch({ from: id })
  const { why } = useMay('createRole', { organization_canonical: organization })
  const navigate = useNavigate()
  const original = useAsk(
    'getRole',
    { path: { organization_canonical: organization, role_canonical: copy ?? '' } },
    { enabled: copy !== undefined },
  )
  const done = ({ canonical }: { canonical: string }) =>
    void navigate({ to: '/organizations/$organization/roles/$role', params: { organization, role: canonical }, ignoreBlocker: true })
  return (
    <Page title={t('roles.create')} description={why ?? t('role.newHint')}>
      {copy === undefined ? (
        <RoleForm organization={organization} from={undefined} done={done} why={why} />
      ) : (
        <Asked of={original}>
          {({ data }) => (
            <RoleForm organization={organization} from={{ ...data, name: t('role.copyOf', { name: data.name }) }} done={done} why={why} />
          )}
        </Asked>
      )}
    </Page>
  )
}
