import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconListCheck, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ActionPicker } from './action-picker.tsx'
import { RuleFields } from './rule-fields.tsx'
import { type EditedRule, newRule, type Policy } from './rules.ts'
import type { World } from './world.ts'

interface EditorProps {
  rules: readonly EditedRule[]
  onChange: (change: (rules: readonly EditedRule[]) => EditedRule[]) => void
  policies: readonly Policy[]
  world: World
  /** By path in the body: `rules[2].action`. */
  refused: Readonly<Record<string, string>>
}

export function RuleEditor({ rules, onChange, policies, world, refused }: EditorProps) {
  const { t } = useTranslation('access-rules')
  const [picking, setPicking] = useState(false)
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="wrap">
        <Title order={2} size="h4">
          {t('rules.title')}
        </Title>
        <Group gap="xs" wrap="wrap">
          <Button variant="light" size="xs" leftSection={<IconListCheck size={16} />} onClick={() => setPicking(true)}>
            {t('rules.pick')}
          </Button>
          <Button variant="default" size="xs" leftSection={<IconPlus size={16} />} onClick={() => onChange((old) => [...old, newRule()])}>
            {t('rules.add')}
          </Button>
        </Group>
      </Group>
      <Text size="sm" c="dimmed">
        {t(rules.length === 0 ? 'rules.none' : 'rules.hint')}
      </Text>
      <Stack gap="sm" component="ol" m={0} p={0}>
        {rules.map((rule, index) => (
          <RuleFields
            key={rule.key}
            rule={rule}
            number={index + 1}
            policies={policies}
            world={world}
            onRules={onChange}
            refusedAction={refused[`rules[${index}].action`]}
            refusedResources={Object.entries(refused).find(([path]) => path.startsWith(`rules[${index}].resources`))?.[1]}
          />
        ))}
      </Stack>
      <ActionPicker
        opened={picking}
        close={() => setPicking(false)}
        policies={policies}
        world={world}
        onPick={(picked) => onChange((old) => [...old.filter(({ action }) => action !== ''), ...picked])}
      />
    </Stack>
  )
}
