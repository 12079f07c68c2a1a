import { NumberInput, Select, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { dimensions, useAmount } from './amounts.ts'
import { type Quota, stale } from './quotas-page.tsx'

interface FormProps {
  organization: string
  quota?: Quota
  close: () => void
}

export function QuotaForm(props: FormProps) {
  const path = { organization_canonical: props.organization }
  const pools = useAsk('listResourcePools', { path })
  const teams = useAsk('getTeams', { path })
  return (
    <Asked of={pools}>
      {() => (
        <Asked of={teams}>
          {() => (
            <AmountsForm
              {...props}
              pools={pools.data?.data ?? []}
              teams={(teams.data?.data ?? []) as { canonical: string; name: string }[]}
            />
          )}
        </Asked>
      )}
    </Asked>
  )
}

interface AmountsFormProps extends FormProps {
  pools: Quota['resource_pool'][]
  teams: readonly { canonical: string; name: string }[]
}

function AmountsForm({ organization, quota, close, pools, teams }: AmountsFormProps) {
  const { t } = useTranslation('quotas')
  const amount = useAmount()
  const { t: common } = useTranslation()
  const path = { organization_canonical: organization }
  const whole = (value: number | string) => (Number.isInteger(value) && Number(value) >= 0 ? null : t('form.whole'))
  const form = useForm<{
    team_canonical: string
    resource_pool_canonical: string
    cpu: number | string
    memory: number | string
    storage: number | string
  }>({
    initialValues: {
      team_canonical: quota?.team.canonical ?? '',
      resource_pool_canonical: quota?.resource_pool.canonical ?? pools[0]?.canonical ?? '',
      cpu: quota?.cpu ?? 0,
      memory: quota?.memory ?? 0,
      storage: quota?.storage ?? 0,
    },
    validateInputOnChange: true,
    validate: {
      team_canonical: (team) => (team === '' ? t('form.missing') : null),
      resource_pool_canonical: (pool) => (pool === '' ? t('form.missing') : null),
      cpu: whole,
      memory: whole,
      storage: whole,
    },
  })
  const done = (message: string) => ({
    stale,
    onSuccess: () => {
      tell(message)
      close()
    },
    onError: ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields),
  })
  const create = useChange('createQuota', done(t('quotas.created')))
  const update = useChange('updateQuota', done(t('quotas.saved')))
  const pool = pools.find(({ canonical }) => canonical === form.values.resource_pool_canonical)
  const submit = (values: typeof form.values) => {
    const amounts = { cpu: Number(values.cpu), memory: Number(values.memory), storage: Number(values.storage) }
    if (quota) update.mutate({ path: { ...path, quota_id: quota.id }, body: amounts })
    else
      create.mutate({
        path,
        body: { ...amounts, team_canonical: values.team_canonical, resource_pool_canonical: values.resource_pool_canonical },
      })
  }
  return (
    <form noValidate onSubmit={form.onSubmit(submit)}>
      <Stack>
        <Select
          label={t('quotas.team')}
          required
          searchable
          disabled={quota !== undefined}
          data={teams.map(({ canonical, name }) => ({ value: canonical, label: name }))}
          {...form.getInputProps('team_canonical')}
        />
        <Select
          label={t('quotas.pool')}
          required
          disabled={quota !== undefined}
          allowDeselect={false}
          data={pools.map(({ canonical, name }) => ({ value: canonical, label: name }))}
          {...form.getInputProps('resource_pool_canonical')}
        />
        {dimensions.map((dimension) => {
          const free = pool && Math.max(0, pool[dimension] - pool[`allocated_${dimension}`] + (quota?.[dimension] ?? 0))
          return (
            <NumberInput
              key={dimension}
              label={t(`amountsIn.${dimension}`)}
              description={
                pool && free !== undefined
                  ? t('form.free', { free: amount(free, dimension), of: amount(pool[dimension], dimension) })
                  : undefined
              }
              min={0}
              allowDecimal={false}
              thousandSeparator=" "
              {...form.getInputProps(dimension)}
              error={
                form.errors[dimension] ??
                (free !== undefined && Number(form.values[dimension]) > free
                  ? t('form.tooMuch', { free: amount(free, dimension) })
                  : undefined)
              }
            />
          )
        })}
        {quota && <Text size="sm">{t('form.below')}</Text>}
        <ProblemAlert problem={create.error ?? update.error} />
        <FormButtons close={close} verb={quota ? common('actions.save') : t('quotas.create')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}
