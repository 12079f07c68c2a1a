/** An invitation to an organization, for whoever holds its link: with an account, or without one. */

import { Alert, Button, Stack, Text, Title } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { call, endSession, restoreSession } from '@/api/client.ts'
import { queryClient, useAsk, useChange } from '@/api/query.ts'
import type { BrowserSession } from '@/api/session.ts'
import { confirm } from '@/kit/confirm.tsx'
import { ButtonLink, LinkTo } from '@/kit/link.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { useGoOn } from './destination.ts'
import { Frame } from './frame.tsx'
import { useOnce } from './once.ts'

export function InvitationPage() {
  const { t } = useTranslation('sign-in')
  const { token } = useSearch({ from: '/invitation' })
  const invitation = useAsk('getPendingMemberInvitation', { path: { verification_token: token ?? '' } }, { enabled: token !== undefined })
  const session = useOnce('invitation', async () => (await restoreSession()) ?? null)
  const [declined, setDeclined] = useState(false)
  if (declined) return <Frame title={t('invitation.declinedTitle')}>{t('invitation.declined')}</Frame>
  if (token === undefined) return <Frame title={t('invitation.title')}>{t('invitation.noToken')}</Frame>
  return (
    <Frame title={t('invitation.title')}>
      <Asked of={invitation}>
        {({
          data: {
            email,
            organization_canonical: canonical,
            organization_name: name,
            role_name: role,
            invited_by: inviter,
            expires_at: expires,
          },
        }) => (
          <Stack>
            <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
              {name ?? canonical}
            </Title>
            {inviter && <Text>{t('invitation.by', { inviter })}</Text>}
            {role && <Text>{t('invitation.role', { role })}</Text>}
            <Text style={{ overflowWrap: 'anywhere' }}>{t('invitation.for', { email })}</Text>
            {expires !== undefined && (
              <Text size="sm" c="dimmed">
                {t('invitation.until')} <When at={expires} />
              </Text>
            )}
            <Asked of={session}>
              {(mine) => (mine ? <Join email={email} token={token} session={mine} organization={canonical} /> : <Come token={token} />)}
            </Asked>
            <Decline token={token} done={() => setDeclined(true)} />
          </Stack>
        )}
      </Asked>
    </Frame>
  )
}

function Come({ token }: { token: string }) {
  const { t } = useTranslation('sign-in')
  const to = `/invitation?${new URLSearchParams({ token })}`
  return (
    <>
      <ButtonLink to="/sign-up" search={{ invitation: token }} fullWidth>
        {t('invitation.signUp')}
      </ButtonLink>
      <ButtonLink to="/login" search={{ to, invitation: token }} variant="default" fullWidth>
        {t('invitation.signIn')}
      </ButtonLink>
    </>
  )
}

interface JoinProps {
  email: string
  token: string
  session: BrowserSession
  organization: string | undefined
}

function Join({ email, token, session: { account }, organization }: JoinProps) {
  const { t } = useTranslation('sign-in')
  const goOn = useGoOn()
  const person = `${account.given_name} ${account.family_name}`
  const join = useChange('acceptInvitation', {
    onSuccess: () => {
      queryClient.clear()
      tell(t('invitation.joined'))
      goOn(organization === undefined ? '/' : `/organizations/${organization}`)
    },
  })
  const address = account.emails.find((one) => one.email.toLowerCase() === email.toLowerCase())
  if (!address?.verified)
    return (
      <>
        <Alert color="yellow">{t(address ? 'invitation.unverified' : 'invitation.another', { person, email })}</Alert>
        <LinkTo to="/account">{t('invitation.addresses')}</LinkTo>
        <Button variant="default" onClick={() => void endSession().then(() => window.location.reload())}>
          {t('invitation.signOut')}
        </Button>
      </>
    )
  return (
    <>
      <ProblemAlert problem={join.error} />
      <Button fullWidth loading={join.isPending} onClick={() => join.mutate({ path: { verification_token: token } })}>
        {t('invitation.join', { person })}
      </Button>
    </>
  )
}

function Decline({ token, done }: { token: string; done: () => void }) {
  const { t } = useTranslation('sign-in')
  const ask = () =>
    confirm({
      title: t('invitation.declineTitle'),
      children: t('invitation.declineText'),
      verb: t('invitation.decline'),
      act: async () => {
        await call('declineInvitation', { path: { verification_token: token } })
        done()
      },
    })
  return (
    <Button variant="subtle" color="red" onClick={ask}>
      {t('invitation.decline')}
    </Button>
  )
}
