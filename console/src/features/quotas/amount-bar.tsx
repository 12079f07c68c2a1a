import { Progress, Stack, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Amounts, type Dimension, dimensions, useAmount } from './amounts.ts'

interface BarProps {
  dimension: Dimension
  /** What there is. */
  of: number
  used: number
  /** Given out, of a pool: the part of it that is not used is drawn lighter. */
  allocated?: number
}

/** How much of one kind is used, in figures and as a bar. */
export function AmountBar({ dimension, of, used, allocated }: BarProps) {
  const { t } = useTranslation('quotas')
  const amount = useAmount()
  const text = (value: number) => amount(value, dimension)
  const share = (value: number) => (of > 0 ? Math.min(100, (value / of) * 100) : value > 0 ? 100 : 0)
  const usedShare = share(used)
  const label = t(`amounts.${dimension}`)
  return (
    <Stack gap={2} miw={0}>
      <Text size="xs" truncate>
        {allocated === undefined
          ? t('bar.used', { used: text(used), of: text(of) })
          : t('bar.given', { given: text(allocated), of: text(of) })}
      </Text>
      <Progress.Root size="md">
        <Tooltip label={t('bar.usedTip', { what: label, used: text(used) })}>
          <Progress.Section
            value={usedShare}
            color={used > of ? 'red' : used >= of * 0.9 ? 'orange' : 'teal'}
            aria-label={t('bar.usedTip', { what: label, used: text(used) })}
          />
        </Tooltip>
        {allocated !== undefined && allocated > used && (
          <Tooltip label={t('bar.givenTip', { what: label, given: text(allocated) })}>
            <Progress.Section
              value={share(allocated) - usedShare}
              color="indigo.3"
              aria-label={t('bar.givenTip', { what: label, given: text(allocated) })}
            />
          </Tooltip>
        )}
      </Progress.Root>
    </Stack>
  )
}

/** All three, beside each other where there is room. */
export function AmountBars({ of, used, allocated }: { of: Amounts; used: Amounts; allocated?: Amounts }) {
  const { t } = useTranslation('quotas')
  return (
    <Stack gap="sm">
      {dimensions.map((dimension) => (
        <div key={dimension}>
          <Text size="sm" fw={600}>
            {t(`amounts.${dimension}`)}
          </Text>
          <AmountBar
            dimension={dimension}
            of={of[dimension]}
            used={used[dimension]}
            {...(allocated ? { allocated: allocated[dimension] } : {})}
          />
        </div>
      ))}
    </Stack>
  )
}
