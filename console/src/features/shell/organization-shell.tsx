/** What is the same on all pages of an organization. */
import { Alert, Anchor } from '@mantine/core'
import { IconAlertTriangle, IconLock } from '@tabler/icons-react'
import { Link, Outlet, useParams, useRouterState } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { type AccessHere, useAccess } from '@/access/use-may.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { rememberOrganization } from './organizations.ts'

export function OrganizationShell() {
  const { t } = useTranslation(['shell', 'common'])
  const { organization } = useParams({ from: '/_in/organizations/$organization' })
  const access = useAccess(organization)
  useEffect(() => rememberOrganization(organization), [organization])
  // Every page would be refused, each in its own way.
  if (access?.lacks) return <Demanded organization={access.organization} lacks={access.lacks} />
  const blockedBy = access?.blocked_by ?? []
  return (
    <>
      {blockedBy.length > 0 && (
        <Alert color="orange" role="status" icon={<IconAlertTriangle />} title={t('blocked.title')} mb="md">
          {blockedBy.map((reason) => t(`common:access.blockedBy.${reason}`)).join(' ')} {t('blocked.what')}{' '}
          <Anchor component={Link} to={`/organizations/${organization}/billing`} inherit>
            {t('blocked.link')}
          </Anchor>
        </Alert>
      )}
      <Outlet />
    </>
  )
}

/** The session is good, and not for this organization: what it asks for, and the way to sign in to it and back to this page. */
function Demanded({ organization, lacks }: Required<Pick<AccessHere, 'organization' | 'lacks'>>) {
  const { t } = useTranslation(['shell', 'common'])
  const to = useRouterState({ select: ({ location }) => location.href })
  return (
    <Page title={t('demands.title', { organization: organization.name })}>
      <Alert color="orange" role="status" icon={<IconLock />} title={t(`common:access.demands.${lacks}`)}>
        <ButtonLink to="/login" search={{ organization: organization.canonical, again: true, to }} mt="xs">
          {t('demands.again', { organization: organization.name })}
        </ButtonLink>
      </Alert>
    </Page>
  )
}
