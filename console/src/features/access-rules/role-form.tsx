import { Button, Group, Paper, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { isCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import type { Draft } from '@/kit/draft.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { Changes } from './meaning.tsx'
import { usePolicies } from './policies.ts'
import { RuleEditor } from './rule-editor.tsx'
import { bodyOf, changesBetween, type EditedRule, editedRules, isSame } from './rules.ts'
import { WithMeaning } from './with-meaning.tsx'
import { useWorld } from './world.ts'

interface RoleFormProps {
  organization: string
  /** What the form begins with. */
  from: Pick<Schema<'Role'>, 'name' | 'description' | 'rules'> | undefined
  /** The role that is changed; absent: a new one. */
  role?: Schema<'Role'>
  draft?: Draft<Schema<'Role'>>
  done: (role: Schema<'Role'>) => void
  /** Why it cannot be saved. */
  why?: string | undefined
}

export function RoleForm({ organization, from, role, draft, done, why }: RoleFormProps) {
  const { t } = useTranslation(['access-rules', 'common'])
  const { policies, why: whyNoPolicies } = usePolicies(organization)
  const world = useWorld(organization)
  const [begun] = useState<EditedRule[]>(() => editedRules(from?.rules ?? []))
  const [rules, setRules] = useState(begun)
  const saved = useMemo(() => editedRules(role?.rules ?? []), [role])
  const changes = useMemo(() => (role ? changesBetween(saved, rules, policies) : []), [role, saved, rules, policies])
  const form = useForm({
    initialValues: { name: from?.name ?? '', canonical: '', description: from?.description ?? '' },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length < 3 || name.length > 100 ? t('role.wrongName') : null),
      canonical: (canonical) => (canonical === '' || isCanonical(canonical) ? null : t('role.wrongCanonical')),
    },
  })
  const outcome = {
    stale: ['getRoles', 'getRole', 'getAccess', 'getOrgMembers', 'getTeams'] as const,
    onSuccess: ({ data }: { data: Schema<'Role'> }) => {
      tell(t(role ? 'role.saved' : 'role.created', { name: data.name }))
      done(data)
    },
    onError: (problem: Parameters<typeof showProblem>[1]) => showProblem(form, problem),
  }
  const create = useChange('createRole', outcome)
  const update = useChange('updateRole', outcome)
  const submit = ({ name, canonical, description }: typeof form.values) => {
    const path = { organization_canonical: organization }
    const body = { name: name.trim(), description, rules: bodyOf(rules) }
    if (role) update.mutate({ path: { ...path, role_canonical: role.canonical }, body })
    else create.mutate({ path, body: { ...body, ...(canonical ? { canonical } : {}) } })
  }
  const problem = create.error ?? update.error
  return (
    <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
      <WithMeaning rules={rules} policies={policies} world={world} why={whyNoPolicies}>
        <Stack>
          <Unsaved when={form.isDirty() || !isSame(begun, rules)} draft={draft} />
          <Paper withBorder p="md">
            <Stack>
              <TextInput label={t('role.name')} required {...form.getInputProps('name')} />
              {!role && (
                <TextInput
                  label={t('role.canonical')}
                  description={t('role.canonicalHint')}
                  placeholder={suggestedCanonical(form.values.name)}
                  {...form.getInputProps('canonical')}
                />
              )}
              <Textarea label={t('role.description')} autosize minRows={1} {...form.getInputProps('description')} />
            </Stack>
          </Paper>
          <RuleEditor rules={rules} onChange={setRules} policies={policies} world={world} refused={problem?.fields ?? {}} />
          <ProblemAlert problem={problem} />
          <Group>
            <Button
              type="submit"
              loading={create.isPending || update.isPending}
              {...(why === undefined
                ? {}
                : { 'data-disabled': true, 'aria-disabled': true, 'aria-description': why, type: 'button' as const })}
            >
              {t(role ? 'common:actions.save' : 'role.create')}
            </Button>
          </Group>
          <Changes changes={changes} />
        </Stack>
      </WithMeaning>
    </form>
  )
}
