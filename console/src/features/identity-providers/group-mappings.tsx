import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { RoleOptions } from '@/features/members/role-options.ts'
import { useTeamOptions } from '@/features/projects/options.ts'
import { newMapping, type ProviderValues } from './provider-values.ts'

interface MappingsProps {
  organization: string
  form: UseFormReturnType<ProviderValues>
  roles: RoleOptions
}

/** What people of a group get. Their order counts: the first that fits decides the role. */
export function GroupMappings({ organization, form, roles }: MappingsProps) {
  const { t } = useTranslation(['identity-providers', 'common'])
  const teams = useTeamOptions(organization)
  const clear = { 'aria-label': t('common:table.clear') }
  return (
    <Fieldset legend={t('groups.title')}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('groups.hint')}
        </Text>
        {form.values.group_mappings.map(({ id }, place) => {
          const at = `group_mappings.${place}` as const
          const number = place + 1
          return (
            <Group key={id} align="start" gap="xs" wrap="wrap">
              <TextInput label={t('groups.group', { number })} required flex="1 1 160px" {...form.getInputProps(`${at}.group`)} />
              <Select
                label={t('groups.role', { number })}
                data={roles.options}
                clearable
                clearButtonProps={clear}
                searchable
                flex="1 1 160px"
                {...form.getInputProps(`${at}.role_canonical`)}
                value={form.values.group_mappings[place]?.role_canonical || null}
                onChange={(role) => form.setFieldValue(`${at}.role_canonical`, role ?? '')}
              />
              <Select
                label={t('groups.team', { number })}
                data={teams.data}
                clearable
                clearButtonProps={clear}
                searchable
                flex="1 1 160px"
                {...form.getInputProps(`${at}.team_canonical`)}
                value={form.values.group_mappings[place]?.team_canonical || null}
                onChange={(team) => form.setFieldValue(`${at}.team_canonical`, team ?? '')}
              />
              <Tooltip label={t('groups.remove', { number })}>
                <ActionIcon
                  variant="subtle"
                  color="red"
                  size="lg"
                  mt={25}
                  aria-label={t('groups.remove', { number })}
                  onClick={() => form.removeListItem('group_mappings', place)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Tooltip>
            </Group>
          )
        })}
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => form.insertListItem('group_mappings', newMapping())}
          >
            {t('groups.add')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  )
}
