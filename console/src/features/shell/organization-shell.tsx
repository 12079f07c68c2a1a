/** What is the same on all pages of an organization. */
import { Alert, Anchor } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useAccess } from '@/access/use-may.ts'
import { rememberOrganization } from './organizations.ts'

export function OrganizationShell() {
  const { t, i18n } = useTranslation('shell')
  const { organization } = useParams({ from: '/_in/organizations/$organization' })
  const blocked = useAccess(organization)?.blocked ?? []
  useEffect(() => rememberOrganization(organization), [organization])
  return (
    <>
      {blocked.length > 0 && (
        <Alert color="orange" role="status" icon={<IconAlertTriangle />} title={t('blocked.title')} mb="md">
          {blocked
            .map((reason) => (i18n.exists(`shell:blocked.${reason}`) ? t(`blocked.${reason as 'licence_expired'}`) : reason))
            .join(' ')}{' '}
          {t('blocked.what')}{' '}
          <Anchor component={Link} to={`/organizations/${organization}/billing`} inherit>
            {t('blocked.link')}
          </Anchor>
        </Alert>
      )}
      <Outlet />
    </>
  )
}
