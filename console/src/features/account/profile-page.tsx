import { Avatar, Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { check } from '@/features/sign-in/form-help.ts'
import { PersonFields, type PersonValues } from '@/features/sign-in/person-fields.tsx'
import { chooseLanguage, isLanguage } from '@/i18n/index.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { imageOf } from '@/kit/look.ts'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { AccountFrame, Section } from './account-frame.tsx'
import { Addresses } from './addresses.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { PasswordChange } from './password-change.tsx'
import { type Account, nameOf, useUpdateAccount } from './update.ts'

export function ProfilePage() {
  const { t } = useTranslation('account')
  const account = useAsk('getUserAccount', {})
  return (
    <AccountFrame title={t('profile.title')} description={t('profile.description')}>
      <Asked of={account}>
        {({ data }) => (
          <Stack gap="lg">
            <Profile account={data} />
            <Addresses account={data} />
            <PasswordChange account={data} />
            <DeleteAccount account={data} />
          </Stack>
        )}
      </Asked>
    </AccountFrame>
  )
}

type Values = PersonValues & { picture_url: string }

function Profile({ account }: { account: Account }) {
  const { t } = useTranslation(['account', 'common'])
  const form = useForm<Values>({
    initialValues: {
      given_name: account.given_name,
      family_name: account.family_name,
      username: account.username,
      country_code: account.country?.code ?? null,
      locale: account.locale,
      picture_url: account.picture_url ?? '',
    },
    validate: { given_name: check.name, family_name: check.name, username: check.username, picture_url: check.url },
    validateInputOnBlur: true,
  })
  const update = useUpdateAccount(({ locale }) => {
    form.resetDirty()
    if (isLanguage(locale) && locale !== account.locale) void chooseLanguage(locale)
    tell(t('profile.saved'))
  })
  const submit = ({ country_code, picture_url, ...values }: Values) =>
    update.mutate(
      {
        body: {
          ...values,
          mfa_enabled: account.mfa_enabled,
          ...(country_code ? { country_code } : {}),
          ...(picture_url ? { picture_url } : {}),
        },
      },
      { onError: (problem) => showProblem(form, problem) },
    )
  return (
    <Section title={t('profile.person')}>
      <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))} noValidate>
        <Group align="start" wrap="wrap" gap="lg">
          <Avatar size="lg" src={imageOf(account.picture_url ?? '') ?? null} name={nameOf(account)} color="initials" aria-hidden />
          <Stack flex={1} miw={0} maw={640}>
            <PersonFields props={form.getInputProps} />
            <TextInput
              label={t('profile.picture')}
              description={t('profile.pictureHint')}
              type="url"
              inputMode="url"
              {...form.getInputProps('picture_url')}
            />
            <ProblemAlert problem={update.error} />
            <Group>
              <Button type="submit" loading={update.isPending}>
                {t('common:actions.save')}
              </Button>
              {form.isDirty() && (
                <Button variant="default" onClick={form.reset}>
                  {t('profile.reset')}
                </Button>
              )}
            </Group>
          </Stack>
        </Group>
      </form>
    </Section>
  )
}
