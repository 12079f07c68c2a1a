/** Fields to choose from what the form, or an address that it names, offers. */
import {
  Autocomplete,
  Checkbox,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  Radio,
  Select,
  Slider,
  Stack,
  TagsInput,
  Text,
} from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Item, itemsOf, keyOf, property, textOf, typedAs } from './engine.ts'
import { useOffered } from './values-ref.ts'
import { labelled, typing, type WidgetProps } from './widget-props.ts'
import { SimpleText, Unit, useFromThenOn, useNumber } from './widgets-text.tsx'

const several = ({ field: { entity } }: WidgetProps): boolean => property(entity.widget_config, 'multiselect') === true

/** With the present value among them, whether it is offered or not: what is there has to be seen. */
function withPresent(items: readonly Item[], values: readonly unknown[]): Item[] {
  const known = new Set(items.map(({ key }) => key))
  const strangers = values.filter((value) => value !== undefined && value !== '' && !known.has(keyOf(value)))
  return [...items, ...strangers.map((value) => ({ key: keyOf(value), label: textOf(value), value }))]
}

const asData = (items: readonly Item[]) => items.map(({ key, label }) => ({ value: key, label }))
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

export function Dropdown(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { field, set } = props
  const { offered, note } = useOffered(field)
  const common = labelled(props)
  const present = several(props) ? listOf(field.value) : [field.value]
  const items = withPresent(itemsOf(offered), present)
  const toValue = (key: string) => items.find((item) => item.key === key)?.value
  const shared = {
    ...common,
    error: note ?? common.error,
    data: asData(items),
    searchable: items.length > 7,
    nothingFoundMessage: t('field.nothing'),
  }
  const clear = { clearButtonProps: { 'aria-label': t('field.clear', { name: field.entity.name }) } }
  if (several(props))
    return (
      <MultiSelect {...shared} {...clear} searchable value={present.map(keyOf)} onChange={(keys) => set(keys.map(toValue))} clearable />
    )
  return (
    <Select
      {...shared}
      {...clear}
      value={field.value === undefined || field.value === '' ? null : keyOf(field.value)}
      onChange={(key) => set(key === null ? undefined : toValue(key))}
      clearable={field.entity.required !== true}
      allowDeselect={false}
    />
  )
}

export function Radios(props: WidgetProps) {
  const { field, set } = props
  const { offered, note } = useOffered(field)
  const { id, disabled, ...common } = labelled(props)
  const items = withPresent(itemsOf(offered), several(props) ? listOf(field.value) : [field.value])
  const toValue = (key: string) => items.find((item) => item.key === key)?.value
  const vertical = property(field.entity.widget_config, 'orientation') !== 'horizontal'
  const Line = vertical ? Stack : Group
  const wrapper = { ...common, error: note ?? common.error }
  if (several(props))
    return (
      <Checkbox.Group {...wrapper} value={listOf(field.value).map(keyOf)} onChange={(keys) => set(keys.map(toValue))}>
        <Line gap="xs" mt={6}>
          {items.map(({ key, label }, index) => (
            <Checkbox key={key} value={key} label={label} disabled={disabled} {...(index === 0 ? { id } : {})} />
          ))}
        </Line>
      </Checkbox.Group>
    )
  return (
    <Radio.Group {...wrapper} value={field.value === undefined ? '' : keyOf(field.value)} onChange={(key) => set(toValue(key))}>
      <Line gap="xs" mt={6}>
        {items.map(({ key, label }, index) => (
          <Radio key={key} value={key} label={label} disabled={disabled} {...(index === 0 ? { id } : {})} />
        ))}
      </Line>
    </Radio.Group>
  )
}

/** What is offered is a suggestion: anything may be typed. */
export function AutoComplete(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { field, set } = props
  const { offered, note } = useOffered(field)
  const items = itemsOf(offered)
  const common = labelled(props)
  const labels = [...new Set(items.map(({ label }) => label))]
  const labelOf = (value: unknown) => items.find(({ key }) => key === keyOf(value))?.label ?? textOf(value)
  const toValue = (text: string): unknown => items.find(({ label }) => label === text)?.value ?? typedAs(field.entity.type, text)
  if (several(props))
    return (
      <TagsInput
        {...common}
        data={labels}
        value={listOf(field.value).map(labelOf)}
        onChange={(texts) => set(texts.map(toValue))}
        clearable
        clearButtonProps={{ 'aria-label': t('field.clear', { name: field.entity.name }) }}
      />
    )
  const { unit } = field.entity
  // A value that is typed may be the beginning of another one: its label does not take its place.
  const [text, change] = typing(props, (text: string) => ({ value: toValue(text) }), labelOf)
  return (
    <Autocomplete
      {...common}
      description={[common.description, note].filter(Boolean).join(' — ') || undefined}
      data={labels}
      value={text}
      onChange={change}
      limit={200}
      {...(unit ? { rightSection: <Unit unit={unit} />, rightSectionWidth: 96 } : {})}
    />
  )
}

export function SliderList(props: WidgetProps) {
  const { field, set } = props
  const { offered } = useOffered(field)
  const { id, disabled, label, description, error, withAsterisk, onBlur } = labelled(props)
  const items = withPresent(itemsOf(offered), [field.value])
  const at = items.findIndex(({ key }) => field.value !== undefined && key === keyOf(field.value))
  const unit = field.entity.unit ? ` ${field.entity.unit}` : ''
  const said = (index: number) => `${items[index]?.label ?? ''}${unit}`
  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error} withAsterisk={withAsterisk}>
      <Group gap="md" wrap="nowrap" mt={6} onBlur={onBlur}>
        <Slider
          flex={1}
          min={0}
          max={Math.max(items.length - 1, 1)}
          value={Math.max(at, 0)}
          onChange={(index) => set(items[index]?.value)}
          label={said}
          marks={items.map((_, value) => ({ value }))}
          disabled={disabled || items.length === 0}
          thumbProps={{ id, 'aria-label': field.entity.name, 'aria-valuetext': said(Math.max(at, 0)) } as object}
          thumbLabel={field.entity.name}
        />
        <Text size="sm" miw={96} ta="end" aria-hidden>
          {at === -1 ? '–' : said(at)}
        </Text>
      </Group>
    </Input.Wrapper>
  )
}

export function SliderRange(props: WidgetProps) {
  const { field, set } = props
  const { offered } = useOffered(field)
  const { id, disabled, label, description, error, withAsterisk, onBlur } = labelled(props)
  const [low, high] = Array.isArray(offered) ? (offered as unknown[]) : []
  const { value, entity } = field
  const number = useNumber(props)
  const isText = useFromThenOn(typeof value === 'string' && value !== '')
  if (typeof low !== 'number' || typeof high !== 'number' || isText) return <SimpleText {...props} />
  const present = typeof value === 'number' ? value : low
  const step = entity.type === 'integer' ? 1 : Number(((high - low) / 100).toPrecision(1)) || 0.01
  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error} withAsterisk={withAsterisk}>
      <Group gap="md" wrap="nowrap" mt={6} onBlur={onBlur}>
        <Slider
          flex={1}
          min={low}
          max={high}
          step={step}
          value={Math.min(Math.max(present, low), high)}
          onChange={set}
          label={(number) => `${number}${entity.unit ? ` ${entity.unit}` : ''}`}
          disabled={disabled}
          thumbLabel={entity.name}
        />
        <NumberInput
          id={id}
          aria-label={entity.name}
          w={132}
          {...number}
          allowDecimal={entity.type === 'float'}
          step={step}
          disabled={disabled}
          error={error !== undefined}
          suffix={entity.unit ? ` ${entity.unit}` : undefined}
        />
      </Group>
    </Input.Wrapper>
  )
}
