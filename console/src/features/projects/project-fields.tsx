import { Select, type SelectProps, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { ColorField, IconField } from './look-fields.tsx'
import { type ProviderName, useMemberOptions, useProviderOptions, useRepositoryOptions, useTeamOptions } from './options.ts'

export interface ProjectValues {
  name: string
  canonical: string
  description: string
  repository: string | null
  owner: string | null
  team: string | null
  provider: ProviderName | null
  /** Free texts, as other programs write them. */
  color: string | undefined
  icon: string | undefined
}

/** Which field of the form a field of the API is. */
export const projectFields: Record<string, keyof ProjectValues> = {
  name: 'name',
  canonical: 'canonical',
  description: 'description',
  config_repository_canonical: 'repository',
  owner: 'owner',
  team_canonical: 'team',
  cloud_provider: 'provider',
}

interface FieldsProps {
  organization: string
  form: UseFormReturnType<ProjectValues>
  /** Why nobody else can be made the owner. */
  ownerFixed?: string | undefined
  repositoryHint: string
  /** A project that has a team keeps one. */
  teamStays?: boolean
}

/** Beside each other they stand in line, however long what is said of them. */
const below: NonNullable<SelectProps['inputWrapperOrder']> = ['label', 'input', 'description', 'error']

/** Everything but the canonical, which only a new project can choose. */
export function ProjectFields({ organization, form, ownerFixed, repositoryHint, teamStays = false }: FieldsProps) {
  const { t } = useTranslation('projects')
  const repositories = useRepositoryOptions(organization)
  const members = useMemberOptions(organization)
  const teams = useTeamOptions(organization)
  const providers = useProviderOptions(organization)
  return (
    <Stack>
      <Textarea label={t('fields.description')} autosize minRows={2} maxRows={8} {...form.getInputProps('description')} />
      <Select
        label={t('fields.repository')}
        description={repositories.why ?? repositoryHint}
        data={withPresent(repositories.data, form.values.repository)}
        searchable
        required
        allowDeselect={false}
        {...form.getInputProps('repository')}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={t('fields.owner')}
          inputWrapperOrder={below}
          description={ownerFixed ?? members.why ?? t('fields.ownerHint')}
          data={withPresent(members.data, form.values.owner)}
          searchable
          limit={200}
          disabled={ownerFixed !== undefined}
          {...form.getInputProps('owner')}
        />
        <Select
          label={t('fields.team')}
          inputWrapperOrder={below}
          description={teams.why ?? t('fields.teamHint')}
          data={withPresent(teams.data, form.values.team)}
          searchable
          clearable={!teamStays}
          clearButtonProps={{ 'aria-label': t('fields.noTeam') }}
          limit={200}
          {...form.getInputProps('team')}
        />
      </SimpleGrid>
      <Select
        label={t('fields.provider')}
        description={providers.why ?? t('fields.providerHint')}
        data={withPresent(providers.data, form.values.provider)}
        clearable
        clearButtonProps={{ 'aria-label': t('fields.noProvider') }}
        {...form.getInputProps('provider')}
      />
      <IconField value={form.values.icon} onChange={(icon) => form.setFieldValue('icon', icon)} />
      <ColorField value={form.values.color} onChange={(color) => form.setFieldValue('color', color)} />
    </Stack>
  )
}

/** What is chosen stays visible, also to somebody who may not list the others. */
function withPresent(data: { value: string; label: string }[], present: string | null): { value: string; label: string }[] {
  return present === null || data.some(({ value }) => value === present) ? data : [{ value: present, label: present }, ...data]
}

export function NameField({ form, autoFocus = false }: { form: UseFormReturnType<ProjectValues>; autoFocus?: boolean }) {
  const { t } = useTranslation('projects')
  return (
    <TextInput
      label={t('fields.name')}
      required
      autoComplete="off"
      data-autofocus={autoFocus || undefined}
      {...form.getInputProps('name')}
    />
  )
}
