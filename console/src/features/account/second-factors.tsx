/** What signing in asks for beside the password, and what the organizations of the person demand. */
import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core'
import { IconDeviceMobile, IconFingerprint, IconKey } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import classes from './account.module.css'
import { Section } from './account-frame.tsx'
import { AddPasskey } from './add-passkey.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { SetUpTotp } from './set-up-totp.tsx'
import { SensitiveProblem } from './stale-sign-in.tsx'
import { type Account, sameAs, useUpdateAccount } from './update.ts'

export function SecondFactors() {
  const { t } = useTranslation('account')
  const factors = useAsk('getSecondFactors', {})
  const account = useAsk('getUserAccount', {})
  return (
    <Section title={t('factors.title')} description={t('factors.description')}>
      <Demands />
      <Asked of={factors}>
        {({ data: known }) => <Asked of={account}>{({ data }) => <Factors known={known} account={data} />}</Asked>}
      </Asked>
    </Section>
  )
}

/** Organizations that let nobody in without one. */
function Demands() {
  const { t } = useTranslation('account')
  const { data } = useAsk('getOrgs', {})
  const demanding = (data?.data ?? []).filter(({ mfa_enabled }) => mfa_enabled)
  if (demanding.length === 0) return null
  const organizations = demanding.map(({ name }) => name).join(', ')
  return <Alert>{t('factors.demanded', { count: demanding.length, organizations })}</Alert>
}

function Factors({ known, account }: { known: Data<'getSecondFactors'>; account: Account }) {
  const { t } = useTranslation('account')
  const [open, setOpen] = useState<'totp' | 'passkey'>()
  const [codes, setCodes] = useState<readonly string[]>()
  const stale = ['getSecondFactors', 'getUserAccount'] as const
  const update = useUpdateAccount()
  const removeTotp = useChange('deleteTotp', { stale })
  const removePasskey = useChange('deletePasskey', { stale })
  const renew = useChange('createRecoveryCodes', { stale, onSuccess: ({ data }) => setCodes(data.recovery_codes) })
  const has = known.totp || known.passkeys.length > 0
  const hint = !known.mfa_enabled ? 'factors.off' : has ? 'factors.on' : 'factors.byMail'
  return (
    <Stack>
      <Switch
        label={t('factors.ask')}
        description={t(hint)}
        checked={known.mfa_enabled}
        disabled={update.isPending}
        onChange={({ currentTarget: { checked } }) =>
          update.mutate(
            { body: { ...sameAs(account), mfa_enabled: checked } },
            { onSuccess: () => tell(t(checked ? 'factors.turnedOn' : 'factors.turnedOff')) },
          )
        }
      />
      <SensitiveProblem problem={update.error ?? renew.error} />
      <ul className={classes.list}>
        <Line
          icon={<IconDeviceMobile aria-hidden />}
          name={t('totp.title')}
          note={t(known.totp ? 'totp.there' : 'totp.what')}
          action={
            known.totp ? (
              <Button
                size="compact-sm"
                variant="subtle"
                color="red"
                onClick={() =>
                  confirm({
                    title: t('totp.removeTitle'),
                    children: t('totp.removeText'),
                    verb: t('totp.remove'),
                    act: () => removeTotp.mutateAsync({}),
                  })
                }
              >
                {t('totp.remove')}
              </Button>
            ) : (
              <Button size="compact-sm" variant="default" onClick={() => setOpen('totp')}>
                {t('totp.setUp')}
              </Button>
            )
          }
        />
        {known.passkeys.map(({ id, name, backed_up, created_at, last_used_at }) => (
          <Line
            key={id}
            icon={<IconFingerprint aria-hidden />}
            name={name}
            note={
              <>
                {t(backed_up ? 'passkeys.synced' : 'passkeys.oneDevice')} · {t('passkeys.added')} <When at={created_at} /> ·{' '}
                {t('passkeys.used')} <When at={last_used_at} />
              </>
            }
            action={
              <Button
                size="compact-sm"
                variant="subtle"
                color="red"
                aria-label={t('passkeys.removeThis', { name })}
                onClick={() =>
                  confirm({
                    title: t('passkeys.removeTitle', { name }),
                    children: t('passkeys.removeText'),
                    verb: t('passkeys.remove'),
                    act: () => removePasskey.mutateAsync({ path: { passkey_id: id } }),
                  })
                }
              >
                {t('passkeys.remove')}
              </Button>
            }
          />
        ))}
        <Line
          icon={<IconFingerprint aria-hidden />}
          name={t(known.passkeys.length > 0 ? 'passkeys.another' : 'passkeys.title')}
          note={t('passkeys.what')}
          action={
            <Button size="compact-sm" variant="default" onClick={() => setOpen('passkey')}>
              {t('passkeys.add')}
            </Button>
          }
        />
        {has && (
          <Line
            icon={<IconKey aria-hidden />}
            name={t('codes.title')}
            note={t('codes.left', { count: known.recovery_codes })}
            action={
              <Button
                size="compact-sm"
                variant="default"
                loading={renew.isPending}
                onClick={() =>
                  confirm({
                    title: t('codes.renewTitle'),
                    children: t('codes.renewText'),
                    verb: t('codes.renew'),
                    act: () => renew.mutateAsync({}),
                  })
                }
              >
                {t('codes.renew')}
              </Button>
            }
          />
        )}
      </ul>
      <SetUpTotp opened={open === 'totp'} close={() => setOpen(undefined)} onCodes={setCodes} />
      <AddPasskey opened={open === 'passkey'} close={() => setOpen(undefined)} onCodes={setCodes} />
      <RecoveryCodes codes={codes} close={() => setCodes(undefined)} />
    </Stack>
  )
}

function Line({ icon, name, note, action }: { icon: ReactNode; name: string; note: ReactNode; action: ReactNode }) {
  return (
    <li className={classes.line}>
      <Group justify="space-between" wrap="wrap">
        <Group wrap="nowrap" className={classes.words}>
          <span className={classes.icon}>{icon}</span>
          <div className={classes.name}>
            <Text fw={500}>{name}</Text>
            <Text component="div" size="sm" c="dimmed">
              {note}
            </Text>
          </div>
        </Group>
        {action}
      </Group>
    </li>
  )
}
