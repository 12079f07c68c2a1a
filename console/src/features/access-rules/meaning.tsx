/** What a set of rules allows, in words and live: which actions, on which of the things that exist. */
import { Accordion, Alert, Badge, Group, List, Paper, Stack, Text, Title } from '@mantine/core'
import { useDeferredValue, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useKindName } from './kind-name.ts'
import { actionsOf, askedOf, type EditedRule, entityOf, isOpen, kindsOf, may, type Policy, setOf, verbOf } from './rules.ts'
import { TryIt } from './try-it.tsx'
import type { Thing, World } from './world.ts'

interface MeaningProps {
  rules: readonly EditedRule[]
  policies: readonly Policy[]
  world: World
}

export function Meaning(props: MeaningProps) {
  const rules = useDeferredValue(props.rules)
  return (
    <Stack>
      <Actions {...props} rules={rules} />
      <Reach {...props} rules={rules} />
      <TryIt {...props} rules={rules} />
    </Stack>
  )
}

function Actions({ rules, policies }: MeaningProps) {
  const { t } = useTranslation('access-rules')
  const nameOf = useKindName()
  const { groups, count } = useMemo(() => {
    const codes = new Set(rules.flatMap(({ action }) => actionsOf(action, policies).map(({ code }) => code)))
    const found = new Map<string, { allowed: Policy[]; all: number }>()
    for (const policy of policies) {
      const kind = entityOf(policy)
      const group = found.get(kind) ?? { allowed: [], all: 0 }
      group.all++
      if (codes.has(policy.code)) group.allowed.push(policy)
      found.set(kind, group)
    }
    return { groups: [...found].filter(([, { allowed }]) => allowed.length > 0), count: codes.size }
  }, [rules, policies])
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4">
        {t('meaning.actions', { count, all: policies.length })}
      </Title>
      {count === 0 && (
        <Text size="sm" mt="xs">
          {t('meaning.noActions')}
        </Text>
      )}
      <Accordion mt="xs" chevronPosition="left">
        {groups.map(([kind, { allowed, all }]) => (
          <Accordion.Item key={kind} value={kind}>
            <Accordion.Control>
              <Group gap="xs" justify="space-between" wrap="nowrap">
                <Text size="sm">{nameOf(kind)}</Text>
                <Badge color={allowed.length === all ? 'green' : 'gray'}>{t('picker.of', { count: allowed.length, all })}</Badge>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <List size="sm" spacing={4}>
                {allowed.map(({ code, description }) => (
                  <List.Item key={code}>{description}</List.Item>
                ))}
              </List>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Paper>
  )
}

const mostShown = 25

interface Reached {
  thing: Thing
  verbs: string[]
  all: boolean
}

function Reach({ rules, policies, world }: MeaningProps) {
  const { t, i18n } = useTranslation('access-rules')
  const nameOf = useKindName()
  const groups = useMemo(() => reachOf(rules, policies, world.things), [rules, policies, world])
  const some = groups.filter(({ reached }) => reached.length > 0)
  const outside = groups.filter(({ reached }) => reached.length === 0).map(({ kind }) => nameOf(kind))
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4">
        {t('meaning.reach')}
      </Title>
      {world.ready && some.length === 0 && (
        <Text size="sm" mt="xs">
          {t('meaning.reachesNothing')}
        </Text>
      )}
      <Accordion mt="xs" chevronPosition="left">
        {some.map(({ kind, reached, all }) => (
          <Accordion.Item key={kind} value={kind}>
            <Accordion.Control>
              <Group gap="xs" justify="space-between" wrap="nowrap">
                <Text size="sm">{nameOf(kind)}</Text>
                <Badge>{t('picker.of', { count: reached.length, all })}</Badge>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="xs">
                {reached.slice(0, mostShown).map((one) => (
                  <OneReached key={one.thing.resource} {...one} />
                ))}
                {reached.length > mostShown && (
                  <Text size="sm" c="dimmed">
                    {t('meaning.more', { count: reached.length - mostShown })}
                  </Text>
                )}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {some.length > 0 && outside.length > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('meaning.outside', { kinds: new Intl.ListFormat(i18n.language).format(outside) })}
        </Text>
      )}
    </Paper>
  )
}

function OneReached({ thing: { name, inside }, verbs, all }: Reached) {
  const { t } = useTranslation('access-rules')
  return (
    <div>
      <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
        {inside ? `${inside} / ${name}` : name}
      </Text>
      <Group gap={4}>
        {all ? (
          <Badge size="sm" color="green">
            {t('meaning.everything')}
          </Badge>
        ) : (
          verbs.map((verb) => (
            <Badge key={verb} size="sm" color="gray">
              {verb}
            </Badge>
          ))
        )}
      </Group>
    </div>
  )
}

function reachOf(rules: readonly EditedRule[], policies: readonly Policy[], things: readonly Thing[]) {
  const set = setOf(rules)
  const groups = new Map<string, { kind: string; reached: Reached[]; all: number }>()
  const asked = new Map<string, Policy[]>()
  for (const policy of policies) {
    if (isOpen(policy)) continue
    const kinds = askedOf(policy)
    asked.set(kinds, [...(asked.get(kinds) ?? []), policy])
  }
  for (const thing of things) {
    const group = groups.get(thing.kind) ?? { kind: thing.kind, reached: [], all: 0 }
    groups.set(thing.kind, group)
    group.all++
    const own = (asked.get(kindsOf(thing.resource)) ?? []).filter((policy) => entityOf(policy) === thing.kind)
    const allowed = own.filter((policy) => may(set, policy, thing.resource))
    if (allowed.length > 0) group.reached.push({ thing, verbs: allowed.map(verbOf), all: allowed.length === own.length })
  }
  return [...groups.values()]
}

/** What differs from what is saved, in words. */
export function Changes({ changes }: { changes: ReturnType<typeof import('./rules.ts').changesBetween> }) {
  const { t } = useTranslation('access-rules')
  if (changes.length === 0) return null
  return (
    <Paper withBorder p="md" role="region" aria-label={t('changes.title')}>
      <Title order={2} size="h4" mb="xs">
        {t('changes.title')}
      </Title>
      <Stack gap="xs">
        {changes.map(({ added, policies, resources }) => (
          <Alert
            key={`${added} ${resources.join(' ')}`}
            color={added ? 'green' : 'red'}
            p="xs"
            title={t(added ? 'changes.gains' : 'changes.loses', {
              count: policies.length,
              where: resources.length === 0 ? t('changes.everywhere') : resources.join(', '),
            })}
          >
            <List size="sm">
              {policies.slice(0, 8).map(({ code, description }) => (
                <List.Item key={code}>{description}</List.Item>
              ))}
              {policies.length > 8 && <List.Item>{t('meaning.more', { count: policies.length - 8 })}</List.Item>}
            </List>
          </Alert>
        ))}
      </Stack>
    </Paper>
  )
}
