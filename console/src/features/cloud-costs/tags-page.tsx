import { Alert, Group, Progress, SimpleGrid, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Draft, useDraft } from '@/kit/draft.ts'
import { tell } from '@/kit/notice.tsx'
import { Asked, Pending, ProblemAlert, Refused } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { CostsFrame } from './costs-frame.tsx'
import { type PartRules, TagPart } from './tag-part.tsx'

type Mapping = Schema<'CloudCostManagementTagMapping'>
export const mappingParts = ['project', 'environment', 'component'] as const
type Rules = Record<(typeof mappingParts)[number], PartRules>

export function TagsPage({ organization }: { organization: string }) {
  const { t } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const mapping = useAsk('getCloudCostManagementTagMapping', { path })
  const keys = useAsk('getCloudCostManagementTags', { path })
  const none = isProblem(mapping.error, 404)
  return (
    <CostsFrame organization={organization} title={t('tags.title')} description={t('tags.description')}>
      {mapping.error && !none ? (
        <Refused error={mapping.error} again={() => void mapping.refetch()} />
      ) : mapping.data || none ? (
        <Asked of={keys}>
          {({ data }) => <MappingEditor key={organization} organization={organization} mapping={mapping.data?.data} keys={data} />}
        </Asked>
      ) : (
        <Pending />
      )}
    </CostsFrame>
  )
}

const rulesOf = (mapping: Mapping | undefined): Rules => ({
  project: { keys: mapping?.project_tags ?? [], regex: mapping?.project_regex ?? '' },
  environment: { keys: mapping?.environment_tags ?? [], regex: mapping?.environment_regex ?? '' },
  component: { keys: mapping?.component_tags ?? [], regex: mapping?.component_regex ?? '' },
})

const bodyOf = ({ project, environment, component }: Rules): Schema<'UpdateCloudCostManagementTagMapping'> => ({
  project_tags: project.keys,
  project_regex: project.regex,
  environment_tags: environment.keys,
  environment_regex: environment.regex,
  component_tags: component.keys,
  component_regex: component.regex,
})

/** What the rules would find, shortly after they were last typed at. */
function usePreview(organization: string, rules: Rules) {
  const [settled] = useDebouncedValue(rules, 400)
  return useQuery<Schema<'CloudCostTagMappingPreview'>, Problem>({
    queryKey: ['previewCloudCostTagMapping', organization, settled],
    queryFn: ({ signal }) =>
      dataOf('previewCloudCostTagMapping', { path: { organization_canonical: organization }, body: bodyOf(settled) }, { signal }),
    placeholderData: keepPreviousData,
  })
}

interface EditorProps {
  organization: string
  mapping: Mapping | undefined
  keys: readonly string[]
}

export function MappingEditor({ organization, mapping, keys }: EditorProps) {
  const { t } = useTranslation('cloud-costs')
  const draft = useDraft(mapping, mapping?.updated_at)
  return (
    <Stack>
      {!mapping && <Alert title={t('tags.none')}>{t('tags.noneText')}</Alert>}
      {mapping?.attribution && <Attribution organization={organization} />}
      <MappingForm key={draft.key} organization={organization} mapping={draft.from} draft={draft} keys={keys} />
    </Stack>
  )
}

function MappingForm({ organization, mapping, draft, keys }: EditorProps & { draft: Draft<Mapping | undefined> }) {
  const { t } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const path = { organization_canonical: organization }
  const [rules, setRules] = useState(() => rulesOf(mapping))
  const preview = usePreview(organization, rules)
  const save = useChange('putCloudCostManagementTagMapping', {
    stale: ['getCloudCostManagementTagMapping'],
    onSuccess({ data }) {
      tell(t('tags.saved'))
      draft.saved(data, data.updated_at)
    },
  })
  const isChanged = JSON.stringify(rules) !== JSON.stringify(rulesOf(mapping))
  const fields = { ...save.error?.fields, ...preview.error?.fields }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({ path, body: bodyOf(rules) })
      }}
    >
      <Stack>
        <Unsaved when={isChanged} draft={draft} />
        <SimpleGrid cols={{ base: 1, lg: 3 }}>
          {mappingParts.map((part) => (
            <TagPart
              key={part}
              part={part}
              rules={rules[part]}
              keys={keys}
              finding={preview.error ? undefined : preview.data?.[part]}
              error={fields[`${part}_regex`] ?? Object.entries(fields).find(([field]) => field.startsWith(`${part}_tags`))?.[1]}
              onChange={(changed) => setRules({ ...rules, [part]: changed })}
            />
          ))}
        </SimpleGrid>
        <ProblemAlert problem={save.error} />
        <Group>
          <ActionButton
            operation="putCloudCostManagementTagMapping"
            path={path}
            type="submit"
            loading={save.isPending}
            why={isChanged ? undefined : t('tags.unchanged')}
          >
            {common('actions.save')}
          </ActionButton>
          {isChanged && <Text size="sm">{t('tags.warning')}</Text>}
        </Group>
      </Stack>
    </form>
  )
}

/** How far past costs follow the mapping that was saved. */
function Attribution({ organization }: { organization: string }) {
  const { t } = useTranslation('cloud-costs')
  const question = { path: { organization_canonical: organization } }
  const done = useAsk('getCloudCostManagementTagMapping', question).data?.data.attribution?.done
  const { data } = useAsk('getCloudCostManagementTagMapping', question, { every: done === false ? 2000 : false })
  const attribution = data?.data.attribution
  if (!attribution) return null
  if (attribution.problem)
    return (
      <Alert color="red" title={t('tags.stuck')}>
        {attribution.problem}
      </Alert>
    )
  if (attribution.done)
    return (
      <Text size="sm" role="status">
        {t('tags.done', { count: attribution.months_total })}
      </Text>
    )
  return (
    <div role="status">
      <Text size="sm" mb={4}>
        {t('tags.progress', { done: attribution.months_done, count: attribution.months_total })}
      </Text>
      <Progress
        value={(attribution.months_done / Math.max(1, attribution.months_total)) * 100}
        animated
        aria-label={t('tags.progressLabel')}
      />
    </div>
  )
}
