import { IconUserPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ActionButton } from '@/kit/action-button.tsx'
import { useSearchValues } from '@/kit/filter.tsx'
import { Page } from '@/kit/page.tsx'
import { Tab, TabsNav } from '@/kit/tabs-nav.tsx'
import { InviteDialog } from './invite-dialog.tsx'

/** What members and invitations have in common. */
export function MembersFrame({ organization, children }: { organization: string; children: ReactNode }) {
  const { t } = useTranslation('members')
  const [values, set] = useSearchValues()
  const params = { organization }
  return (
    <Page title={t('list.title')} description={t('list.description')} actions={<Invite organization={organization} />}>
      <TabsNav label={t('list.title')}>
        <Tab to="/organizations/$organization/members" params={params}>
          {t('tabs.members')}
        </Tab>
        <Tab to="/organizations/$organization/members/invitations" params={params}>
          {t('tabs.invitations')}
        </Tab>
      </TabsNav>
      {children}
      <InviteDialog organization={organization} opened={values['panel'] === 'invite'} close={() => set({ panel: undefined })} />
    </Page>
  )
}

export function Invite({ organization }: { organization: string }) {
  const { t } = useTranslation('members')
  const [, set] = useSearchValues()
  return (
    <ActionButton
      operation="inviteUserToOrgMember"
      path={{ organization_canonical: organization }}
      leftSection={<IconUserPlus size={16} />}
      onClick={() => set({ panel: 'invite' })}
    >
      {t('invite.open')}
    </ActionButton>
  )
}
