/** The accounts elsewhere by which the person signs in. */
import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { leaveFor } from '@/features/sign-in/leaving.ts'
import { hostOf, useWays } from '@/features/sign-in/providers.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import classes from './account.module.css'
import { Section } from './account-frame.tsx'

export function Identities() {
  const { t } = useTranslation('account')
  const identities = useAsk('listIdentities', {})
  const ways = useWays()
  const unlink = useChange('deleteIdentity', { stale: ['listIdentities', 'listSessions'], onSuccess: () => tell(t('identities.unlinked')) })
  return (
    <Section
      title={t('identities.title')}
      description={t('identities.description')}
      actions={
        <Group gap="xs">
          {ways?.ways.map(({ key, label, icon, address }) => (
            <Button
              key={key}
              size="compact-sm"
              variant="default"
              leftSection={icon}
              onClick={() => leaveFor(address, { intent: 'link', to: '/account/security' })}
            >
              {t('identities.link', { provider: label })}
            </Button>
          ))}
        </Group>
      }
    >
      <Asked of={identities}>
        {({ data }) =>
          data.length === 0 ? (
            <Text size="sm">{t(ways && ways.ways.length === 0 ? 'identities.noProvider' : 'identities.none')}</Text>
          ) : (
            <ul className={classes.list}>
              {data.map(({ id, social_type, issuer, subject, email, organization_canonical: organization, created_at, last_used_at }) => {
                const provider = t(`identities.types.${social_type}`)
                return (
                  <li key={id} className={classes.line}>
                    <Group justify="space-between" wrap="wrap">
                      <div className={classes.words}>
                        <Text fw={500} className={classes.name}>
                          {provider} · {email ?? subject}
                        </Text>
                        <Text component="div" size="sm" c="dimmed" className={classes.name}>
                          {organization ? t('identities.of', { organization }) : hostOf(issuer)} · {t('identities.linked')}{' '}
                          <When at={created_at} /> · {t('identities.used')} <When at={last_used_at} />
                        </Text>
                      </div>
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="red"
                        aria-label={t('identities.unlinkThis', { provider, name: email ?? subject })}
                        onClick={() =>
                          confirm({
                            title: t('identities.unlinkTitle', { provider }),
                            children: t('identities.unlinkText'),
                            verb: t('identities.unlink'),
                            act: () => unlink.mutateAsync({ path: { identity_id: id } }),
                          })
                        }
                      >
                        {t('identities.unlink')}
                      </Button>
                    </Group>
                  </li>
                )
              })}
            </ul>
          )
        }
      </Asked>
    </Section>
  )
}
