/** Fields to type into. */
import { NumberInput, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CredentialSign } from './credential-picker.tsx'
import { textOf, typedAs } from './engine.ts'
import { ListField, MapField } from './structured.tsx'
import { labelled, type Reading, typing, type WidgetProps } from './widget-props.ts'
import { YamlField } from './yaml-field.tsx'

/** True from the first time on: an input is not exchanged for another one because of what is typed into it. */
export function useFromThenOn(now: boolean): boolean {
  const [was, setWas] = useState(now)
  if (now && !was) setWas(true)
  return now || was
}

export function SimpleText(props: WidgetProps) {
  const { entity, value } = props.field
  const isNested = useFromThenOn(entity.type === 'array' ? !isPlainList(value) : entity.type === 'map' && !isPlainMap(value))
  if (isNested) return <YamlField {...props} />
  if (entity.type === 'array') return <ListField {...props} />
  if (entity.type === 'map') return <MapField {...props} />
  const [text, change] = asTyped(props)
  return (
    <TextInput
      {...labelled(props)}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      inputMode={entity.type === 'string' ? 'text' : 'decimal'}
      autoComplete="off"
      spellCheck={false}
      rightSectionWidth={entity.unit ? 96 : undefined}
      rightSection={<Ending {...props} />}
      rightSectionPointerEvents="all"
    />
  )
}

const asTyped = (props: WidgetProps) => typing(props, (text: string) => ({ value: typedAs(props.field.entity.type, text) }), textOf)

/** The unit, and the way to a credential's key for texts. */
function Ending({ field: { entity }, set, readOnly, waiting }: WidgetProps) {
  if (entity.unit) return <Unit unit={entity.unit} />
  return entity.type === 'string' && !readOnly && waiting === undefined ? <CredentialSign name={entity.name} onPick={set} /> : null
}

export const Unit = ({ unit }: { unit: string }) => (
  <Text size="xs" c="var(--mantine-color-text)" px={6} truncate>
    {unit}
  </Text>
)

export function TextArea(props: WidgetProps) {
  const { entity } = props.field
  if (entity.type === 'array' || entity.type === 'map') return <YamlField {...props} />
  const [text, change] = asTyped(props)
  return (
    <Textarea
      {...labelled(props)}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      rightSection={<Ending {...props} />}
      rightSectionPointerEvents="all"
    />
  )
}

export function Numeric(props: WidgetProps) {
  const { entity, value } = props.field
  const number = useNumber(props)
  // A credential's key may stand for a number: it is typed as it is.
  const isText = useFromThenOn(typeof value === 'string' && value !== '')
  if (isText) return <SimpleText {...props} />
  return (
    <NumberInput
      {...labelled(props)}
      {...number}
      allowDecimal={entity.type === 'float'}
      suffix={entity.unit ? ` ${entity.unit}` : undefined}
    />
  )
}

/** A number that is typed: `-` and `0.` are on the way to one. */
export function useNumber(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { entity } = props.field
  const read = (text: number | string): Reading => {
    // While somebody empties the field to type another number, the default must not jump in.
    if (text === '' && entity.default === undefined) return { value: undefined }
    const number = text === '' ? Number.NaN : Number(text)
    return Number.isFinite(number) ? { value: number } : { mistake: t('field.number') }
  }
  const [value, onChange] = typing<number | string>(props, read, (value) => (typeof value === 'number' ? value : ''))
  return {
    value,
    onChange,
    onBlur() {
      if (value === '' && props.field.typed) props.set(undefined)
      props.onBlur()
    },
  }
}

export function OnOff(props: WidgetProps) {
  const { value } = props.field
  const isText = useFromThenOn(typeof value === 'string')
  if (isText) return <SimpleText {...props} />
  const { withAsterisk: _, ...common } = labelled(props)
  return <Switch {...common} checked={value === true} onChange={(event) => props.set(event.currentTarget.checked)} />
}

const isPlainList = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))

const isPlainMap = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((item) => typeof item === 'string'))
