/** A password to choose: what is asked of it, and how good it is. */
import { PasswordInput, type PasswordInputProps, Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'

export type Strength = 'short' | 'weak' | 'fair' | 'strong'

/** Length counts most; what repeats, or is part of the name, does not count. */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  if (password.length < 8) return 'short'
  const words = known.flatMap((text) => text.toLowerCase().split(/[@.\s_-]+/)).filter(({ length }) => length > 2)
  const own = words.reduce((rest, word) => rest.replaceAll(word, ''), password.toLowerCase())
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/].filter((kind) => kind.test(password)).length
  const worth = Math.min(own.length, new Set(own).size * 1.6) + kinds * 1.5
  return worth < 11 ? 'weak' : worth < 16 ? 'fair' : 'strong'
}

const looks = { short: [10, 'red'], weak: [35, 'red'], fair: [65, 'yellow'], strong: [100, 'green'] } as const

interface NewPasswordProps extends PasswordInputProps {
  value: string
  /** Names and addresses, which everybody tries first. */
  known?: readonly string[]
}

export function NewPassword({ value, known = [], ...rest }: NewPasswordProps) {
  const { t } = useTranslation('sign-in')
  const strength = strengthOf(value, known)
  const [share, color] = looks[strength]
  return (
    <PasswordInput
      {...rest}
      value={value}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ 'aria-label': t('fields.reveal') }}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      descriptionProps={{ component: 'div', 'aria-live': 'polite' }}
      description={
        <>
          {value !== '' && <Progress value={share} color={color} size="sm" mb={4} aria-hidden />}
          {value === '' ? t('strength.rule') : t(`strength.${strength}`)}
        </>
      }
    />
  )
}
