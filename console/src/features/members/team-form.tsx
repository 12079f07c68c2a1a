import { MultiSelect, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { useMemberOptions } from '@/features/projects/options.ts'
import { isCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { useRoleOptions } from './role-options.ts'

interface TeamFormProps {
  organization: string
  /** Absent: a new one. */
  team?: Schema<'Team'>
  /** With the team, once it is saved. */
  close: (team?: Schema<'Team'>) => void
}

export function TeamForm({ organization, team, close }: TeamFormProps) {
  const { t } = useTranslation(['members', 'common'])
  const roles = useRoleOptions(organization)
  const members = useMemberOptions(organization)
  const form = useForm({
    initialValues: {
      name: team?.name ?? '',
      canonical: '',
      owner: team?.owner?.username ?? '',
      roles_canonical: team?.roles.map(({ canonical }) => canonical) ?? [],
    },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length < 3 ? t('team.shortName') : null),
      canonical: (canonical) => (canonical === '' || isCanonical(canonical) ? null : t('team.wrongCanonical')),
      roles_canonical: (chosen) => (chosen.length === 0 ? t('team.noRole') : null),
    },
  })
  const done = {
    stale: ['getTeams', 'getTeam'] as const,
    onSuccess: ({ data }: { data: Schema<'Team'> }) => {
      tell(t(team ? 'team.saved' : 'team.created', { name: data.name }))
      close(data)
    },
    onError: (problem: Parameters<typeof showProblem>[1]) => showProblem(form, problem),
  }
  const create = useChange('createTeam', done)
  const update = useChange('updateTeam', done)
  const submit = ({ name, canonical, owner, roles_canonical }: typeof form.values) => {
    const body = { name: name.trim(), roles_canonical, ...(owner ? { owner } : {}) }
    const path = { organization_canonical: organization }
    if (team) update.mutate({ path: { ...path, team_canonical: team.canonical }, body: { ...body, canonical: team.canonical } })
    else create.mutate({ path, body: { ...body, ...(canonical ? { canonical } : {}) } })
  }
  // Roles that the team has already stay choosable: only what is added is compared with the caller's own rules.
  const had = new Set(team?.roles.map(({ canonical }) => canonical))
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
      <Stack>
        <TextInput label={t('team.name')} required data-autofocus {...form.getInputProps('name')} />
        {!team && (
          <TextInput
            label={t('team.canonical')}
            description={t('team.canonicalHint')}
            placeholder={suggestedCanonical(form.values.name)}
            {...form.getInputProps('canonical')}
          />
        )}
        <MultiSelect
          label={t('team.roles')}
          description={roles.why ?? (roles.limited ? t('role.limited') : t('team.rolesHint'))}
          data={roles.options.map((option) => ({ ...option, disabled: option.disabled && !had.has(option.value) }))}
          searchable
          required
          {...form.getInputProps('roles_canonical')}
        />
        <Select
          label={t('team.owner')}
          description={members.why ?? t(team ? 'team.ownerHint' : 'team.newOwnerHint')}
          data={members.data}
          searchable
          clearable={!team}
          clearButtonProps={{ 'aria-label': t('common:table.clear') }}
          {...form.getInputProps('owner')}
          value={form.values.owner || null}
          onChange={(owner) => form.setFieldValue('owner', owner ?? '')}
        />
        <ProblemAlert problem={create.error ?? update.error} />
        <FormButtons close={close} verb={t(team ? 'common:actions.save' : 'team.create')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}
