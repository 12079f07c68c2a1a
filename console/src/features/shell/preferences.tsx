/** Language and colour scheme, which belong to the browser and need no session. */
import { ActionIcon, type MantineColorScheme, Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseLanguage, isLanguage, languages } from '@/i18n/index.ts'

export function LanguageMenu() {
  const { t, i18n } = useTranslation('shell')
  return (
    <Choice
      label={t('language.label')}
      icon={<IconLanguage size={20} stroke={1.6} />}
      value={i18n.language}
      options={languages.map((language) => ({ value: language, label: t(`language.${language}`) }))}
      choose={(language) => isLanguage(language) && void chooseLanguage(language)}
    />
  )
}

const schemes = ['light', 'dark', 'auto'] as const satisfies readonly MantineColorScheme[]
const schemeIcons = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop }

export function SchemeMenu() {
  const { t } = useTranslation('shell')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Icon = schemeIcons[colorScheme]
  return (
    <Choice
      label={t('scheme.label')}
      icon={<Icon size={20} stroke={1.6} />}
      value={colorScheme}
      options={schemes.map((scheme) => ({ value: scheme, label: t(`scheme.${scheme}`) }))}
      choose={(chosen) => {
        const scheme = schemes.find((known) => known === chosen)
        if (scheme) setColorScheme(scheme)
      }}
    />
  )
}

interface ChoiceProps {
  label: string
  icon: ReactNode
  value: string
  options: readonly { value: string; label: string }[]
  choose: (value: string) => void
}

function Choice({ label, icon, value, options, choose }: ChoiceProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label}>
            {icon}
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={value} onChange={choose}>
          {options.map((option) => (
            <Menu.RadioItem
              key={option.value}
              value={option.value}
              lang={option.value === 'en' || option.value === 'fr' ? option.value : undefined}
            >
              {option.label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
