/** One rule: an action or a pattern of them, and what it is limited to; typed, or chosen among what there is. */
import { ActionIcon, Autocomplete, Group, Paper, Stack, TagsInput, Text, Tooltip } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useKindName } from './kind-name.ts'
import { actionsOf, type EditedRule, entityOf, type Policy, wrongAction, wrongResource } from './rules.ts'
import type { World } from './world.ts'

interface RuleFieldsProps {
  rule: EditedRule
  number: number
  policies: readonly Policy[]
  world: World
  /** Of all rules: it stays the same function, so that typing in one draws no other. */
  onRules: (change: (rules: readonly EditedRule[]) => EditedRule[]) => void
  /** What the API said of them. */
  refusedAction?: string | undefined
  refusedResources?: string | undefined
}

export const RuleFields = memo(function RuleFields(props: RuleFieldsProps) {
  const { rule, number, policies, world, onRules, refusedAction, refusedResources } = props
  const { t } = useTranslation('access-rules')
  const onChange = (next: EditedRule) => onRules((old) => old.map((one) => (one.key === next.key ? next : one)))
  const onRemove = () => onRules((old) => old.filter(({ key }) => key !== rule.key))
  const suggestions = useActionSuggestions(policies)
  const matched = actionsOf(rule.action, policies).length
  const wrong = rule.action === '' ? undefined : wrongAction(rule.action, policies)
  const explained = policies.find(({ code }) => code === rule.action)?.description
  return (
    <Paper withBorder p="sm" component="li" style={{ listStyle: 'none' }}>
      <Stack gap="xs">
        <Group align="start" wrap="nowrap" gap="xs">
          <Autocomplete
            flex={1}
            miw={0}
            size="sm"
            label={t('rule.action', { number })}
            placeholder="organization:project:*"
            spellCheck={false}
            autoComplete="off"
            data={suggestions}
            limit={60}
            maxDropdownHeight={280}
            value={rule.action}
            onChange={(action) => onChange({ ...rule, action: action.trim() })}
            error={refusedAction ?? (wrong && t(`wrong.${wrong}`))}
            description={explained ?? (rule.action === '' || wrong ? undefined : t('rule.matches', { count: matched }))}
            renderOption={({ option }) => <ActionOption option={option} policies={policies} />}
          />
          <Tooltip label={t('rule.remove', { number })}>
            <ActionIcon variant="subtle" color="red" mt={24} size="lg" aria-label={t('rule.remove', { number })} onClick={onRemove}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Resources rule={rule} number={number} world={world} onChange={onChange} refused={refusedResources} />
      </Stack>
    </Paper>
  )
})

function ActionOption({ option, policies }: { option: { value: string }; policies: readonly Policy[] }) {
  const { t } = useTranslation('access-rules')
  const said = policies.find(({ code }) => code === option.value)?.description
  return (
    <div>
      <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
        {option.value}
      </Text>
      <Text size="xs" c="dimmed">
        {said ?? t('rule.matches', { count: actionsOf(option.value, policies).length })}
      </Text>
    </div>
  )
}

/** The patterns of each kind of thing stand before its single actions. */
function useActionSuggestions(policies: readonly Policy[]) {
  const nameOf = useKindName()
  return useMemo(() => {
    const groups = new Map<string, string[]>()
    for (const policy of policies) {
      const group = nameOf(entityOf(policy))
      groups.set(group, [...(groups.get(group) ?? []), policy.code])
    }
    const seen = new Set<string>(['organization:**'])
    const own = [...groups].map(([group, codes]) => {
      const stems = [...new Set(codes.map((code) => code.slice(0, code.lastIndexOf(':'))))].filter((stem) => stem !== 'organization')
      const items = [...stems.map((stem) => `${stem}:*`), ...codes].filter((item) => !seen.has(item) && seen.add(item))
      return { group, items }
    })
    return [{ group: nameOf('everything'), items: ['organization:**'] }, ...own]
  }, [policies, nameOf])
}

interface ResourcesProps {
  rule: EditedRule
  number: number
  world: World
  onChange: (rule: EditedRule) => void
  refused: string | undefined
}

function Resources({ rule, number, world, onChange, refused }: ResourcesProps) {
  const { t } = useTranslation('access-rules')
  const wrong = rule.resources.map((resource) => [resource, wrongResource(resource)] as const).find(([, why]) => why)
  const wrongText = wrong?.[1] && `${wrong[0]}: ${t(`wrong.${wrong[1]}`)}`
  return (
    <ResourcesInput
      label={t('rule.resources', { number })}
      description={rule.resources.length === 0 ? t('rule.anywhere') : undefined}
      value={rule.resources}
      onChange={(resources) => onChange({ ...rule, resources })}
      world={world}
      error={refused ?? wrongText}
    />
  )
}

interface ResourcesInputProps {
  label: string
  description?: string | undefined
  value: string[]
  onChange: (resources: string[]) => void
  world: World
  error?: string | undefined
}

/** Things are found by their name, and written as rules have them. */
export function ResourcesInput({ label, description, value, onChange, world, error }: ResourcesInputProps) {
  const { t } = useTranslation(['access-rules', 'common'])
  const nameOf = useKindName()
  const { data, names } = useMemo(() => {
    const named = new Map<string, string>()
    for (const { resource, kind, name, inside } of world.things) {
      const said = `${nameOf(kind)} · ${inside ? `${inside} / ` : ''}${name}`
      named.set(resource, said)
      if (kind === 'project' || kind === 'environment') named.set(`${resource}:**`, t('resource.below', { name: said }))
    }
    return { data: [...named.keys()], names: named }
  }, [world, nameOf, t])
  return (
    <TagsInput
      size="sm"
      label={label}
      description={description}
      placeholder={value.length === 0 ? t('resource.any') : undefined}
      spellCheck={false}
      data={data}
      value={value}
      onChange={onChange}
      acceptValueOnBlur
      splitChars={[',', ' ', '\n']}
      limit={50}
      clearable
      clearButtonProps={{ 'aria-label': t('common:table.clear') }}
      maxDropdownHeight={280}
      error={error}
      filter={({ options, search, limit }) => {
        const words = search.toLowerCase().split(/\s+/)
        const fits = (text: string) => words.every((word) => text.includes(word))
        return options
          .filter((option) => 'value' in option && fits(`${option.value} ${names.get(String(option.value)) ?? ''}`.toLowerCase()))
          .slice(0, limit)
      }}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{names.get(String(option.value)) ?? option.value}</Text>
          <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
            {option.value}
          </Text>
        </div>
      )}
    />
  )
}
