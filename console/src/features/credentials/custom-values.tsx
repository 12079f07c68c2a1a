import { ActionIcon, Button, Fieldset, Group, SegmentedControl, Stack, Textarea, TextInput, Tooltip } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { type CredentialValues, newCustomValue } from './credential-fields.ts'

/** Keys and values of somebody's own: texts, or any JSON. */
export function CustomValues({ form }: { form: UseFormReturnType<CredentialValues> }) {
  const { t } = useTranslation('credentials')
  return (
    <Fieldset legend={t('form.customValues')}>
      <Stack>
        {form.values.custom.map(({ id, kind }, place) => (
          <Stack key={id} gap="xs">
            <Group gap="xs" align="end" wrap="wrap">
              <TextInput
                label={t('form.customKey', { number: place + 1 })}
                required
                autoComplete="off"
                style={{ flex: '1 1 140px' }}
                {...form.getInputProps(`custom.${place}.key`)}
              />
              <SegmentedControl
                aria-label={t('form.customKind', { number: place + 1 })}
                data={[
                  { value: 'text', label: t('form.kindText') },
                  { value: 'json', label: t('form.kindJson') },
                ]}
                {...form.getInputProps(`custom.${place}.kind`)}
                value={kind}
              />
              <Tooltip label={t('form.removeValue', { number: place + 1 })}>
                <ActionIcon
                  variant="subtle"
                  color="red"
                  size="lg"
                  aria-label={t('form.removeValue', { number: place + 1 })}
                  onClick={() => form.removeListItem('custom', place)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Tooltip>
            </Group>
            <Textarea
              label={t('form.customValue', { number: place + 1 })}
              autosize
              minRows={1}
              maxRows={8}
              spellCheck={false}
              ff="monospace"
              {...form.getInputProps(`custom.${place}.value`)}
            />
          </Stack>
        ))}
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => form.insertListItem('custom', newCustomValue())}>
          {t('form.addValue')}
        </Button>
      </Stack>
    </Fieldset>
  )
}
