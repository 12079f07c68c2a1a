/** Where the person is signed in. */
import { Badge, Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { signOut } from '@/features/shell/sign-out.ts'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import classes from './account.module.css'
import { Section } from './account-frame.tsx'
import { deviceOf } from './user-agent.ts'

type Session = Data<'listSessions'>[number]

export function Sessions() {
  const { t } = useTranslation('account')
  const sessions = useAsk('listSessions', {})
  const stale = ['listSessions', 'listAccountEvents'] as const
  const end = useChange('revokeSession', { stale, onSuccess: () => tell(t('sessions.ended')) })
  const endOthers = useChange('revokeOtherSessions', { stale, onSuccess: () => tell(t('sessions.endedOthers')) })
  const others = (sessions.data?.data ?? []).filter(({ current }) => !current)
  const askFor = (session: Session) =>
    confirm({
      title: t('sessions.endTitle', { device: deviceOf(session.user_agent) }),
      children: t('sessions.endText'),
      verb: t('sessions.end'),
      act: () => end.mutateAsync({ path: { session_id: session.id } }),
    })
  return (
    <Section
      title={t('sessions.title')}
      description={t('sessions.description')}
      actions={
        others.length > 0 && (
          <Button
            size="compact-sm"
            variant="outline"
            color="red"
            onClick={() =>
              confirm({
                title: t('sessions.othersTitle'),
                children: t('sessions.othersText', { count: others.length }),
                verb: t('sessions.endOthers'),
                act: () => endOthers.mutateAsync({}),
              })
            }
          >
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      <Asked of={sessions}>
        {({ data }) => (
          <ul className={classes.list} aria-label={t('sessions.title')}>
            {data.map((session) => (
              <li key={session.id} className={classes.line}>
                <Line session={session} end={() => (session.current ? void signOut() : askFor(session))} />
              </li>
            ))}
          </ul>
        )}
      </Asked>
    </Section>
  )
}

function Line({ session, end }: { session: Session; end: () => void }) {
  const { t } = useTranslation('account')
  const {
    user_agent,
    current,
    method,
    second_factor,
    organization_canonical: organization,
    address,
    created_at,
    last_used_at,
    expires_at,
  } = session
  const way = t(`sessions.methods.${method}`)
  const device = deviceOf(user_agent)
  return (
    <Group justify="space-between" wrap="wrap">
      <div className={classes.words}>
        <Group gap="xs">
          <Text fw={500} className={classes.name} title={user_agent}>
            {device}
          </Text>
          {current && <Badge variant="light">{t('sessions.this')}</Badge>}
        </Group>
        <Text component="div" size="sm" c="dimmed" className={classes.name}>
          {second_factor && !(method === 'passkey' && second_factor === 'passkey')
            ? t('sessions.wayAnd', { way, factor: t(`sessions.factors.${second_factor}`) })
            : way}
          {organization && ` · ${t('sessions.only', { organization })}`} · {t('sessions.from', { address })}
        </Text>
        <Text component="div" size="sm" c="dimmed">
          {t('sessions.began')} <When at={created_at} /> · {t('sessions.used')} <When at={last_used_at} /> · {t('sessions.ends')}{' '}
          <When at={expires_at} />
        </Text>
      </div>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        onClick={end}
        {...(current ? {} : { 'aria-label': t('sessions.endThis', { device }) })}
      >
        {t(current ? 'sessions.signOut' : 'sessions.end')}
      </Button>
    </Group>
  )
}
