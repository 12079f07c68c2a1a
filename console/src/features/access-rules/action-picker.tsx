/** Actions by what they are about, with their explanations: chosen ones become rules, each limited to the same things. */
import { Accordion, Badge, Checkbox, Group, Modal, ScrollArea, Stack, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { useKindName } from './kind-name.ts'
import { ResourcesInput } from './rule-fields.tsx'
import { type EditedRule, entityOf, newRule, type Policy, wrongResource } from './rules.ts'
import type { World } from './world.ts'

interface PickerProps {
  opened: boolean
  close: () => void
  policies: readonly Policy[]
  world: World
  onPick: (rules: EditedRule[]) => void
}

export function ActionPicker(props: PickerProps) {
  const { t } = useTranslation('access-rules')
  return (
    <Modal opened={props.opened} onClose={props.close} size="xl" title={t('picker.title')}>
      <Picker {...props} />
    </Modal>
  )
}

function Picker({ close, policies, world, onPick }: PickerProps) {
  const { t } = useTranslation('access-rules')
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [resources, setResources] = useState<string[]>([])
  const groups = useGroups(policies, text)
  const toggle = (codes: readonly string[], on: boolean) =>
    setChosen((old) => [...old.filter((code) => !codes.includes(code)), ...(on ? codes : [])])
  const wrong = resources.some(wrongResource)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        // Portals do not hide events from React: the form of the page would be sent too.
        event.stopPropagation()
        if (chosen.length === 0 || wrong) return
        onPick(chosen.map((code) => newRule(code, resources)))
        close()
      }}
    >
      <Stack>
        <TextInput
          label={t('picker.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          data-autofocus
        />
        <ScrollArea.Autosize mah="40vh" type="auto" viewportProps={{ tabIndex: -1 }}>
          {groups.length === 0 && <Text size="sm">{t('picker.nothing')}</Text>}
          <Accordion multiple chevronPosition="left" variant="separated" {...(text ? { value: groups.map(({ kind }) => kind) } : {})}>
            {groups.map(({ kind, name, members }) => {
              const codes = members.map(({ code }) => code)
              const count = codes.filter((code) => chosen.includes(code)).length
              return (
                <Accordion.Item key={kind} value={kind}>
                  <Accordion.Control>
                    <Group gap="xs">
                      <span>{name}</span>
                      {count > 0 && <Badge>{t('picker.of', { count, all: codes.length })}</Badge>}
                    </Group>
                  </Accordion.Control>
                  <Accordion.Panel>
                    <Stack gap="xs">
                      <Checkbox
                        label={t('picker.all')}
                        checked={count === codes.length}
                        indeterminate={count > 0 && count < codes.length}
                        onChange={(event) => toggle(codes, event.currentTarget.checked)}
                      />
                      {members.map(({ code, description }) => (
                        <Checkbox
                          key={code}
                          ml="lg"
                          label={description}
                          description={code}
                          checked={chosen.includes(code)}
                          onChange={(event) => toggle([code], event.currentTarget.checked)}
                        />
                      ))}
                    </Stack>
                  </Accordion.Panel>
                </Accordion.Item>
              )
            })}
          </Accordion>
        </ScrollArea.Autosize>
        <ResourcesInput
          label={t('picker.where')}
          description={t('picker.whereHint')}
          value={resources}
          onChange={setResources}
          world={world}
          error={wrong ? t('wrong.resourceBegin') : undefined}
        />
        <FormButtons close={close} verb={t('picker.add', { count: chosen.length })} disabled={chosen.length === 0 || wrong} />
      </Stack>
    </form>
  )
}

function useGroups(policies: readonly Policy[], text: string) {
  const nameOf = useKindName()
  return useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const groups = new Map<string, Policy[]>()
    for (const policy of policies) {
      const kind = entityOf(policy)
      const said = `${policy.code} ${policy.description} ${nameOf(kind)}`.toLowerCase()
      if (words.every((word) => said.includes(word))) groups.set(kind, [...(groups.get(kind) ?? []), policy])
    }
    return [...groups].map(([kind, members]) => ({ kind, name: nameOf(kind), members })).sort((a, b) => a.name.localeCompare(b.name))
  }, [policies, text, nameOf])
}
