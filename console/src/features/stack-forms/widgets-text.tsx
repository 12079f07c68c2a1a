/** Fields to type into. */
import { NumberInput, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CredentialSign } from './credential-picker.tsx'
import { textOf, typedAs } from './engine.ts'
import { ListField, MapField } from './structured.tsx'
import { labelled, type WidgetProps } from './widget-props.ts'
import { YamlField } from './yaml-field.tsx'

export function SimpleText(props: WidgetProps) {
  const { entity, value } = props.field
  if (entity.type === 'array') return isPlainList(value) ? <ListField {...props} /> : <YamlField {...props} />
  if (entity.type === 'map') return isPlainMap(value) ? <MapField {...props} /> : <YamlField {...props} />
  const common = labelled(props)
  return (
    <TextInput
      {...common}
      value={textOf(value)}
      onChange={(event) => props.set(typedAs(entity.type, event.currentTarget.value))}
      inputMode={entity.type === 'string' ? 'text' : 'decimal'}
      autoComplete="off"
      spellCheck={false}
      rightSectionWidth={entity.unit ? 96 : undefined}
      rightSection={<Ending {...props} />}
      rightSectionPointerEvents="all"
    />
  )
}

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
  const { entity, value } = props.field
  if (entity.type === 'array' || entity.type === 'map') return <YamlField {...props} />
  return (
    <Textarea
      {...labelled(props)}
      value={textOf(value)}
      onChange={(event) => props.set(typedAs(entity.type, event.currentTarget.value))}
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
  // While somebody empties the field to type another number, the default must not jump in.
  const [emptied, setEmptied] = useState(false)
  const { t } = useTranslation('stack-forms')
  // A credential's key may stand for a number: it is typed as it is.
  if (typeof value === 'string' && value !== '') return <SimpleText {...props} />
  const common = labelled(props)
  return (
    <NumberInput
      {...common}
      error={emptied ? t('field.number') : common.error}
      value={emptied || typeof value !== 'number' ? '' : value}
      onChange={(next) => {
        setEmptied(next === '')
        if (next !== '') props.set(typeof next === 'number' ? next : typedAs(entity.type, next))
      }}
      onBlur={() => {
        if (emptied) props.set(undefined)
        setEmptied(false)
        props.onBlur()
      }}
      allowDecimal={entity.type === 'float'}
      suffix={entity.unit ? ` ${entity.unit}` : undefined}
    />
  )
}

export function OnOff(props: WidgetProps) {
  const { value } = props.field
  if (typeof value === 'string') return <SimpleText {...props} />
  const { withAsterisk: _, ...common } = labelled(props)
  return <Switch {...common} checked={value === true} onChange={(event) => props.set(event.currentTarget.checked)} />
}

const isPlainList = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))

const isPlainMap = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((item) => typeof item === 'string'))
