import { Group, Input, Radio, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ColorDot, type ColorName, colorNames, colorOf, Drawing, type IconName, iconNames, iconOf } from './looks.tsx'

interface FieldProps<Value> {
  /** Perhaps what another program wrote, which stays until something else is chosen. */
  value: string | undefined
  onChange: (value: Value) => void
}

export function ColorField({ value, onChange }: FieldProps<ColorName>) {
  const { t } = useTranslation('projects')
  return (
    <Radio.Group label={t('looks.color')} value={colorOf(value)} onChange={(next) => onChange(next as ColorName)}>
      <SimpleGrid cols={{ base: 2, xs: 3, sm: 5 }} spacing="xs" mt={6}>
        {colorNames.map((color) => (
          <Radio
            key={color}
            value={color}
            label={
              <Group gap={6} wrap="nowrap">
                <ColorDot color={color} />
                <Text size="sm">{t(`looks.colors.${color}`)}</Text>
              </Group>
            }
          />
        ))}
      </SimpleGrid>
    </Radio.Group>
  )
}

export function IconField({ value, onChange }: FieldProps<IconName>) {
  const { t } = useTranslation('projects')
  const shown = iconOf(value)
  return (
    <Radio.Group label={t('looks.icon')} value={shown} onChange={(next) => onChange(next as IconName)}>
      <Group gap="xs" mt={6}>
        {iconNames.map((icon) => (
          <Radio.Card
            key={icon}
            value={icon}
            w={40}
            h={40}
            aria-label={t(`looks.icons.${icon}`)}
            display="grid"
            style={chosen(icon === shown)}
          >
            <Drawing icon={icon} size={20} />
          </Radio.Card>
        ))}
      </Group>
      <Input.Description mt={4}>{t(`looks.icons.${shown}`)}</Input.Description>
    </Radio.Group>
  )
}

const chosen = (isChosen: boolean) => ({
  placeItems: 'center',
  ...(isChosen ? { borderColor: 'var(--mantine-primary-color-filled)', background: 'var(--mantine-primary-color-light)' } : {}),
})
