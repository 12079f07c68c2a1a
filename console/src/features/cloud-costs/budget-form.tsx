import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { type FormRulesRecord, type UseFormReturnType, useForm } from '@mantine/form'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import type { Draft } from '@/kit/draft.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import type { Budget } from './budgets-page.tsx'
import { optionsOf } from './dashboard-filters.tsx'
import { focusFirst } from './form.ts'
import { monthAfter, today } from './period.ts'
import { currencies, filterNames } from './search.ts'
import { useFilterValues, useNames } from './use-names.ts'

type Body = Schema<'NewCostBudget'>
type FilterLists = Required<Schema<'CostBudgetFilters'>>
interface Values extends Omit<Body, 'filters' | 'amount'> {
  amount: number | string
  filters: FilterLists
  recipients: string[]
}

/** Of a budget: there are no kinds of machines among them. */
const names = filterNames.filter((name) => name !== 'instance_types')
const noFilters = Object.fromEntries(names.map((name) => [name, []])) as unknown as FilterLists

const valuesOf = (budget: Budget | undefined): Values =>
  budget
    ? {
        name: budget.name,
        amount: Number(budget.amount),
        currency: budget.currency as Values['currency'],
        span: budget.span,
        filters: { ...noFilters, ...budget.filters },
        thresholds: budget.thresholds,
        recipients: budget.recipients,
        enabled: budget.enabled,
        owner: budget.owner?.username,
      }
    : {
        name: '',
        amount: '',
        currency: 'USD',
        span: 'month',
        filters: noFilters,
        thresholds: [
          { percent: 80, of: 'actual' },
          { percent: 100, of: 'forecast' },
        ],
        recipients: [],
        enabled: true,
        owner: undefined,
      }

const bodyOf = ({ amount, filters, owner, ...rest }: Values): Body => ({
  ...rest,
  amount: String(amount),
  filters: Object.fromEntries(Object.entries(filters).filter(([, values]) => values.length > 0)),
  ...(owner ? { owner } : {}),
})

interface BudgetFormProps {
  organization: string
  budget?: Budget
  /** Of the budget, which others may save too. */
  draft?: Draft<Budget>
  verb: string
  problem: Problem | null
  busy: boolean
  onSubmit: (body: Body) => void
  close: () => void
}

export function BudgetForm({ organization, budget, draft, verb, problem, busy, onSubmit, close }: BudgetFormProps) {
  const { t } = useTranslation('cloud-costs')
  const form = useForm<Values>({
    initialValues: valuesOf(budget),
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('form.missing') : name.length > 200 ? t('form.long', { count: 200 }) : null),
      amount: (amount) => (amount === '' || Number(amount) <= 0 ? t('budgets.amountWrong') : null),
      recipients: (list) => (list.every((one) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(one)) ? null : t('budgets.addressWrong')),
      thresholds: {
        percent: (percent) => (Number.isInteger(percent) && percent >= 1 && percent <= 1000 ? null : t('budgets.percentWrong')),
      },
    },
  })
  const members = useAsk('getOrgMembers', { path: { organization_canonical: organization } })
  const refused = problem?.fields ?? {}
  const errorOf = (field: string) => form.errors[field] ?? refused[field]
  return (
    <form noValidate onSubmit={form.onSubmit((values) => onSubmit(bodyOf(values)), focusFirst)}>
      <Stack>
        <Unsaved when={form.isDirty()} stays={({ edit }) => budget === undefined || edit === true} draft={draft} />
        <TextInput label={t('budgets.name')} required data-autofocus {...form.getInputProps('name')} error={errorOf('name')} />
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <NumberInput
            label={t('budgets.amount')}
            required
            min={0}
            decimalScale={2}
            thousandSeparator=" "
            {...form.getInputProps('amount')}
            error={errorOf('amount')}
          />
          <Select label={t('toolbar.currency')} allowDeselect={false} data={[...currencies]} {...form.getInputProps('currency')} />
          <Select
            label={t('budgets.span')}
            allowDeselect={false}
            data={(['month', 'quarter', 'year'] as const).map((value) => ({ value, label: t(`spans.${value}`) }))}
            {...form.getInputProps('span')}
          />
        </SimpleGrid>
        <Thresholds form={form} />
        <TagsInput
          label={t('budgets.recipients')}
          description={t('budgets.recipientsText')}
          maxTags={20}
          splitChars={[',', ' ', ';']}
          {...form.getInputProps('recipients')}
          error={errorOf('recipients')}
        />
        <Select
          label={t('budgets.owner')}
          description={t(budget ? 'budgets.ownerStays' : 'budgets.ownerText')}
          searchable
          clearable={!budget}
          clearButtonProps={{ 'aria-label': t('filters.clearOne', { name: t('budgets.owner') }) }}
          data={(members.data?.data ?? []).flatMap(({ username, given_name, family_name }) =>
            username ? [{ value: username, label: `${given_name} ${family_name} (${username})` }] : [],
          )}
          {...form.getInputProps('owner')}
          value={form.values.owner ?? null}
          onChange={(owner) => form.setFieldValue('owner', owner ?? undefined)}
          error={errorOf('owner')}
        />
        <Switch
          label={t('budgets.enabled')}
          description={t('budgets.enabledText')}
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
        <FilterFields
          organization={organization}
          filters={form.values.filters}
          onChange={(filters) => form.setFieldValue('filters', filters)}
        />
        <ProblemAlert problem={problem} />
        <FormButtons close={close} verb={verb} busy={busy} />
      </Stack>
    </form>
  )
}

function Thresholds({ form }: { form: UseFormReturnType<Values, Values, FormRulesRecord<Values>> }) {
  const { t } = useTranslation('cloud-costs')
  const list = form.values.thresholds
  return (
    <Fieldset legend={t('budgets.thresholds')}>
      <Stack gap="xs">
        {list.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a threshold is nothing but its place
          <Group key={index} gap="xs" wrap="wrap" align="start">
            <NumberInput
              aria-label={t('budgets.percent')}
              w={110}
              min={1}
              max={1000}
              suffix=" %"
              allowDecimal={false}
              {...form.getInputProps(`thresholds.${index}.percent`)}
            />
            <Select
              aria-label={t('budgets.ofWhat')}
              flex="1 1 180px"
              allowDeselect={false}
              data={(['actual', 'forecast'] as const).map((value) => ({ value, label: t(`budgets.kinds.${value}`) }))}
              {...form.getInputProps(`thresholds.${index}.of`)}
            />
            <ActionIcon
              variant="subtle"
              size={36}
              disabled={list.length === 1}
              aria-label={t('budgets.removeThreshold', { number: index + 1 })}
              onClick={() => form.removeListItem('thresholds', index)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        {list.length < 10 && (
          <Group>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => form.insertListItem('thresholds', { percent: 100, of: 'actual' })}
            >
              {t('budgets.addThreshold')}
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  )
}

function FilterFields({
  organization,
  filters,
  onChange,
}: {
  organization: string
  filters: FilterLists
  onChange: (filters: FilterLists) => void
}) {
  const { t } = useTranslation('cloud-costs')
  const values = useFilterValues(organization, { begin: monthAfter(today(), -3), end: monthAfter(today(), 1) }).data?.data
  const nameOf = useNames(organization, values)
  return (
    <Fieldset legend={t('budgets.filters')}>
      <Text size="sm" mb="xs">
        {t('budgets.filtersText')}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {names.map((name) => (
          <MultiSelect
            key={name}
            label={t(`filters.${name}`)}
            value={filters[name]}
            data={optionsOf(name, values, filters[name], nameOf)}
            limit={200}
            maxValues={100}
            searchable
            nothingFoundMessage={t('filters.nothing')}
            onChange={(chosen) => onChange({ ...filters, [name]: chosen })}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  )
}
