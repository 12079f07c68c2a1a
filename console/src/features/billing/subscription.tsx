import { Alert, Anchor, Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { money, When } from '@/kit/when.tsx'
import { Seats } from './seats.tsx'

export function SubscriptionPart({ organization }: { organization: string }) {
  const { t } = useTranslation('billing')
  const path = { organization_canonical: organization }
  const plans = useAsk('listPlans', { path })
  const subscription = useAsk('getSubscription', { path })
  const none = subscription.error?.status === 404
  return (
    <Paper withBorder p="md" component="section" aria-label={t('subscription.title')}>
      <Stack>
        <Title order={2} size="h4">
          {t('subscription.title')}
        </Title>
        <Asked of={plans}>
          {({ data }) =>
            none && data.length === 0 ? (
              <Text size="sm">{t('subscription.noBilling')}</Text>
            ) : (
              <>
                {none ? (
                  <Text size="sm">{t('subscription.none')}</Text>
                ) : (
                  <Asked of={subscription}>{(answer) => <State organization={organization} state={answer.data} />}</Asked>
                )}
                <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
                  {data.map((plan) => (
                    <Plan key={plan.canonical} plan={plan} current={subscription.data?.data.plan?.canonical === plan.canonical} />
                  ))}
                </SimpleGrid>
              </>
            )
          }
        </Asked>
      </Stack>
    </Paper>
  )
}

const known = ['none', 'incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled'] as const

function State({ organization, state }: { organization: string; state: Schema<'SubscriptionState'> }) {
  const { t } = useTranslation('billing')
  const path = { organization_canonical: organization }
  const portal = useChange('createBillingPortal', { onSuccess: ({ data }) => window.location.assign(data.url), onError: tellProblem })
  const status = known.find((one) => one === state.status)
  const well = state.status === 'active' || state.status === 'trialing'
  return (
    <Stack gap="sm">
      {state.blocked_at && (
        <Alert color="red">
          {t('subscription.blocked')} <When at={state.blocked_at} full />
        </Alert>
      )}
      <Group gap="xs">
        <Text fw={600}>{state.plan?.name ?? t('subscription.noPlan')}</Text>
        <Badge color={well ? 'green' : 'yellow'}>{status ? t(`statuses.${status}`) : state.status}</Badge>
      </Group>
      {state.expires_at && (
        <Text size="sm" component="div">
          {t(state.cancel_at_period_end ? 'subscription.ends' : 'subscription.paidUntil')} <When at={state.expires_at} full />
        </Text>
      )}
      <Seats taken={state.current_members} all={state.members_count} />
      {state.invoice_url && (
        <Anchor href={state.invoice_url} target="_blank" rel="noreferrer" size="sm">
          {t('subscription.pay')}
        </Anchor>
      )}
      {state.provider === 'stripe' ? (
        <Group>
          <ActionButton
            operation="createBillingPortal"
            path={path}
            variant="default"
            loading={portal.isPending}
            onClick={() => portal.mutate({ path })}
          >
            {t('subscription.portal')}
          </ActionButton>
        </Group>
      ) : (
        <Text size="sm">{t('subscription.marketplace')}</Text>
      )}
    </Stack>
  )
}

function Plan({ plan, current }: { plan: Schema<'BillingPlan'>; current: boolean }) {
  const { t, i18n } = useTranslation('billing')
  const { organization } = useParams({ from: '/_in/organizations/$organization/billing' })
  const path = { organization_canonical: organization }
  const subscribe = useChange('createSubscription')
  // Prices are in the smallest unit: how many make one is the currency's own business.
  const currency = (plan.currency ?? 'eur').toUpperCase()
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  const price = plan.price === undefined ? t('plan.free') : money(plan.price / 10 ** digits, currency, i18n.language)
  const ask = () =>
    confirm({
      title: t('plan.askTitle', { name: plan.name }),
      children: t('plan.askText', { price }),
      verb: t('plan.subscribe'),
      act: async () => {
        await subscribe.mutateAsync({ path, body: { plan_canonical: plan.canonical } })
        tell(t('plan.done', { name: plan.name }))
        await refresh('getSubscription', 'getAccess', 'getOrg', 'getOrgs')
      },
    })
  return (
    <Paper withBorder p="md">
      <Stack gap="xs" h="100%" justify="space-between">
        <Group justify="space-between">
          <Title order={3} size="h5">
            {plan.name}
          </Title>
          {current && <Badge color="green">{t('plan.current')}</Badge>}
        </Group>
        {plan.description && <Text size="sm">{plan.description}</Text>}
        <Text size="sm">
          {plan.price === undefined ? price : t(plan.interval === 'year' ? 'plan.perYear' : 'plan.perMonth', { price })}
        </Text>
        <Text size="sm">{plan.members_count === undefined ? t('plan.noLimit') : t('plan.members', { count: plan.members_count })}</Text>
        {plan.trial_days ? <Text size="sm">{t('plan.trial', { count: plan.trial_days })}</Text> : null}
        <ActionButton operation="createSubscription" path={path} why={current ? t('plan.already') : undefined} onClick={ask}>
          {t('plan.subscribe')}
        </ActionButton>
      </Stack>
    </Paper>
  )
}
