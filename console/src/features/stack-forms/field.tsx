/** One field of a form: its widget, what is wrong with it, and the way back to what the form says. */
import { Alert, Anchor, Box, Button, Code, Group } from '@mantine/core'
import { type ComponentType, memo } from 'react'
import { useTranslation } from 'react-i18next'
import { CredentialField } from './credential-picker.tsx'
import { type Entity, type FieldState, textOf } from './engine.ts'
import { useHands } from './form-context.ts'
import type { WidgetProps } from './widget-props.ts'
import { AutoComplete, Dropdown, Radios, SliderList, SliderRange } from './widgets-choice.tsx'
import { BranchField, RepositoryField, ResourceField } from './widgets-platform.tsx'
import { Numeric, OnOff, SimpleText, TextArea } from './widgets-text.tsx'

const widgets: Record<Exclude<Entity['widget'], 'hidden'>, ComponentType<WidgetProps>> = {
  auto_complete: AutoComplete,
  dropdown: Dropdown,
  radios: Radios,
  slider_list: SliderList,
  slider_range: SliderRange,
  number: Numeric,
  simple_text: SimpleText,
  switch: OnOff,
  text_area: TextArea,
  cy_cred: CredentialField,
  cy_scs: RepositoryField,
  cy_crs: RepositoryField,
  cy_branch: BranchField,
  cy_inventory_resource: ResourceField,
}

export const Field = memo(function Field({ field }: { field: FieldState }) {
  const { t } = useTranslation('stack-forms')
  const hands = useHands()
  const { entity } = field
  if (entity.widget === 'hidden') return null
  const Widget = widgets[entity.widget]
  const unset = (entity.depends_on ?? []).filter((key) => textOf(hands.variables.get(key)) === '')
  const names = unset.map((key) => hands.fieldOf(key)?.entity.name ?? key).join(', ')
  const error = hands.isTouched(field) ? field.problems.map((problem) => inWords(problem, t('field.required'))).join(' ') : ''
  const changed = field.isGiven && entity.default !== undefined && !hands.readOnly
  return (
    <Box>
      <Widget
        field={field}
        set={(value) => hands.set(field, value)}
        type={(text, reading) => hands.type(field, text, reading)}
        onBlur={() => hands.touch(field)}
        error={error === '' ? undefined : error}
        waiting={unset.length > 0 ? t('field.needs', { keys: names }) : undefined}
        readOnly={hands.readOnly}
      />
      {changed && (
        <Anchor component="button" type="button" size="xs" mt={4} onClick={() => hands.set(field, undefined)}>
          {t('field.reset', { name: entity.name })}
        </Anchor>
      )}
      <Mismatch field={field} />
    </Box>
  )
})

/** The files that share a variable say different things: one of them has to be chosen. */
function Mismatch({ field }: { field: FieldState }) {
  const { t } = useTranslation('stack-forms')
  const hands = useHands()
  const { mismatch_values: values } = field.entity
  if (!values || values.length === 0) return null
  return (
    <Alert color="yellow" mt="xs" title={t('field.mismatch')}>
      <Group gap="xs">
        {values.map((value) => (
          <Button key={textOf(value)} size="compact-sm" variant="default" disabled={hands.readOnly} onClick={() => hands.set(field, value)}>
            <Code>{textOf(value)}</Code>
          </Button>
        ))}
      </Group>
    </Alert>
  )
}

/** The API's checks end a sentence about the variable; here its name stands above. */
const inWords = (problem: string, required: string): string =>
  problem.startsWith('is required') ? required : `${problem.charAt(0).toUpperCase()}${problem.slice(1)}`
