import { Alert, Autocomplete, Paper, Select, Stack, Title } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { matches } from '../../../../src/access/rules.ts'
import { useKindName } from './kind-name.ts'
import { askedOf, type EditedRule, entityOf, isOpen, kindsOf, may, type Policy, setOf } from './rules.ts'
import type { World } from './world.ts'

/** "May somebody with these rules do this there?", answered as the API would. */
export function TryIt({ rules, policies, world }: { rules: readonly EditedRule[]; policies: readonly Policy[]; world: World }) {
  const { t } = useTranslation('access-rules')
  const nameOf = useKindName()
  const [code, setCode] = useState<string | null>(null)
  const [resource, setResource] = useState('')
  const policy = policies.find((one) => one.code === code)
  const options = useMemo(() => {
    const groups = new Map<string, { value: string; label: string }[]>()
    for (const one of policies) {
      const group = nameOf(entityOf(one))
      groups.set(group, [...(groups.get(group) ?? []), { value: one.code, label: one.description }])
    }
    return [...groups].map(([group, items]) => ({ group, items }))
  }, [policies, nameOf])
  const places = policy ? world.things.filter((thing) => kindsOf(thing.resource) === askedOf(policy)) : []
  const choose = (next: string | null) => {
    setCode(next)
    const found = policies.find((one) => one.code === next)
    const fits = world.things.filter((thing) => found && kindsOf(thing.resource) === askedOf(found))
    setResource(fits.length === 1 ? (fits[0]?.resource ?? '') : '')
  }
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        {t('try.title')}
      </Title>
      <Stack gap="sm">
        <Select
          label={t('try.action')}
          placeholder={t('try.chooseAction')}
          data={options}
          searchable
          value={code}
          onChange={choose}
          maxDropdownHeight={280}
        />
        <Autocomplete
          label={t(policy && isOpen(policy) ? 'try.inside' : 'try.resource')}
          placeholder={policy ? policy.entities?.map((entity) => `${entity}:…`).join(':') : undefined}
          data={places.map((thing) => ({ value: thing.resource, label: thing.resource }))}
          limit={60}
          spellCheck={false}
          value={resource}
          onChange={setResource}
          disabled={!policy}
        />
        {policy && resource !== '' && <Verdict rules={rules} policy={policy} resource={resource.trim()} />}
      </Stack>
    </Paper>
  )
}

function Verdict({ rules, policy, resource }: { rules: readonly EditedRule[]; policy: Policy; resource: string }) {
  const { t } = useTranslation('access-rules')
  const allowed = may(setOf(rules), policy, resource)
  const number = allowed ? rules.findIndex((rule) => may(setOf([rule]), policy, resource)) + 1 : 0
  const about = rules.filter(({ action }) => matches(action, policy.code)).length
  return (
    <Alert color={allowed ? 'green' : 'red'} icon={allowed ? <IconCheck /> : <IconX />} role="status">
      {allowed ? t('try.yes', { number }) : t(about > 0 ? 'try.elsewhere' : 'try.no', { count: about })}
    </Alert>
  )
}
