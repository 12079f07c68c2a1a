import { Button, Group, Paper, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useChange } from '@/api/query.ts'
import { useMemberOptions } from '@/features/projects/options.ts'
import { isCanonical, suggestedCanonical } from '@/kit/canonical.ts'
import { focusFirst, showProblem } from '@/kit/form.ts'
import { ButtonLink } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { SecretOnce } from '@/kit/secret.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { KeyUses } from './key-uses.tsx'
import { usePolicies } from './policies.ts'
import { RuleEditor } from './rule-editor.tsx'
import { bodyOf, type EditedRule } from './rules.ts'
import { WithMeaning } from './with-meaning.tsx'
import { useWorld } from './world.ts'

export function NewKeyPage() {
  const { t } = useTranslation('access-rules')
  const { organization } = useParams({ from: '/_in/organizations/$organization/api-keys_/+new' })
  const [token, setToken] = useState<string>()
  if (token === undefined) return <KeyForm organization={organization} done={setToken} />
  return (
    <Page title={t('keys.made')}>
      <SecretOnce value={token}>{t('keys.once')}</SecretOnce>
      <KeyUses organization={organization} />
      <Group>
        <ButtonLink to="/organizations/$organization/api-keys" params={{ organization }} variant="default">
          {t('keys.all')}
        </ButtonLink>
      </Group>
    </Page>
  )
}

function KeyForm({ organization, done }: { organization: string; done: (token: string) => void }) {
  const { t } = useTranslation('access-rules')
  const path = { organization_canonical: organization }
  const { why } = useMay('createAPIKey', path)
  const { policies, why: whyNoPolicies } = usePolicies(organization)
  const world = useWorld(organization)
  const members = useMemberOptions(organization)
  const [rules, setRules] = useState<EditedRule[]>([])
  const [lacking, setLacking] = useState(false)
  const form = useForm({
    initialValues: { name: '', canonical: '', description: '', owner: '' },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length < 3 ? t('role.wrongName') : null),
      canonical: (canonical) => (canonical === '' || isCanonical(canonical) ? null : t('role.wrongCanonical')),
    },
  })
  const create = useChange('createAPIKey', {
    stale: ['getAPIKeys'],
    onSuccess: ({ data }) => done(data.token ?? ''),
    onError: (problem) => showProblem(form, problem),
  })
  const submit = ({ name, canonical, description, owner }: typeof form.values) => {
    const meant = bodyOf(rules)
    setLacking(meant.length === 0)
    if (meant.length === 0 || why !== undefined) return
    create.mutate({
      path,
      body: {
        name: name.trim(),
        description,
        rules: meant,
        ...(canonical ? { canonical } : {}),
        ...(owner ? { owner } : {}),
      },
    })
  }
  return (
    <Page title={t('keys.create')} description={why ?? t('keys.newHint')}>
      <form onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
        <WithMeaning rules={rules} policies={policies} world={world} why={whyNoPolicies}>
          <Stack>
            <Unsaved when={form.isDirty() || rules.length > 0} />
            <Paper withBorder p="md">
              <Stack>
                <TextInput label={t('keys.name')} required {...form.getInputProps('name')} />
                <TextInput label={t('keys.purpose')} {...form.getInputProps('description')} />
                <TextInput
                  label={t('role.canonical')}
                  description={t('role.canonicalHint')}
                  placeholder={suggestedCanonical(form.values.name)}
                  {...form.getInputProps('canonical')}
                />
                <Select
                  label={t('keys.owner')}
                  description={members.why ?? t('keys.newOwnerHint')}
                  data={members.data}
                  searchable
                  value={form.values.owner || null}
                  onChange={(owner) => form.setFieldValue('owner', owner ?? '')}
                />
              </Stack>
            </Paper>
            <RuleEditor rules={rules} onChange={setRules} policies={policies} world={world} refused={create.error?.fields ?? {}} />
            {lacking && (
              <Paper withBorder p="sm" role="alert">
                {t('keys.noRule')}
              </Paper>
            )}
            <ProblemAlert problem={create.error} />
            <Group>
              <Button type="submit" loading={create.isPending} disabled={why !== undefined}>
                {t('keys.create')}
              </Button>
            </Group>
          </Stack>
        </WithMeaning>
      </form>
    </Page>
  )
}
