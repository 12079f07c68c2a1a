import { Alert, Group, List, Loader, Stack, Text } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from '@/kit/states.tsx'
import { money } from '@/kit/when.tsx'
import { colourOf, type PolicySeverity } from './policies-search.ts'
import type { Evaluated } from './use-evaluation.ts'

/** What the policy says, as it is typed. */
export function Evaluation({ evaluated: { result, problem, busy }, severity }: { evaluated: Evaluated; severity: PolicySeverity }) {
  const { t } = useTranslation('policies')
  return (
    <Stack gap="sm" aria-live="polite" aria-busy={busy}>
      <ProblemAlert problem={problem} />
      {!result && !problem && <Text size="sm">{t(busy ? 'result.busy' : 'result.nothing')}</Text>}
      {result && result.problems.length > 0 && (
        <Alert color="red" icon={<IconX />} title={t('result.unreadable')}>
          <List size="sm">
            {result.problems.map(({ line, column, message }) => (
              <List.Item key={`${line}:${column} ${message}`}>{t('result.problem', { line, column, message })}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {result && result.problems.length === 0 && (
        <>
          {result.violated ? (
            <Alert color={colourOf[severity]} icon={<IconX />} title={t('result.refused', { severity: t(`severities.${severity}`) })}>
              {result.reasons.length === 0 ? t('result.noReasons') : <Reasons reasons={result.reasons} />}
            </Alert>
          ) : (
            <Alert color="green" icon={<IconCheck />} title={t('result.allowed')}>
              {t('result.allowedHint')}
            </Alert>
          )}
          <Cost cost={result.cost} />
        </>
      )}
      {busy && result && (
        <Group gap="xs">
          <Loader size="xs" aria-hidden />
          <Text size="xs">{t('result.busy')}</Text>
        </Group>
      )}
    </Stack>
  )
}

export const Reasons = ({ reasons }: { reasons: readonly string[] }) => (
  <List size="sm">
    {reasons.map((reason) => (
      <List.Item key={reason} style={{ overflowWrap: 'anywhere' }}>
        {reason}
      </List.Item>
    ))}
  </List>
)

function Cost({ cost }: { cost: NonNullable<Evaluated['result']>['cost'] }) {
  const { t, i18n } = useTranslation('policies')
  if (cost?.planned_cost === undefined) return <Text size="sm">{t('result.noCost')}</Text>
  const amount = (text: string | undefined) => money(text ?? '0', 'USD', i18n.language)
  return (
    <Text size="sm">
      {t('result.cost', { planned: amount(cost.planned_cost), prior: amount(cost.prior_cost) })}
      {cost.skipped_resource_addresses &&
        cost.skipped_resource_addresses.length > 0 &&
        ` ${t('result.unpriced', { count: cost.skipped_resource_addresses.length })}`}
    </Text>
  )
}
