import type { FieldState } from './engine.ts'

/** What a widget is given. Label, description and error go to the input itself, so that screen readers say them with it. */
export interface WidgetProps {
  field: FieldState
  set: (value: unknown) => void
  onBlur: () => void
  error: string | undefined
  /** In words: why it cannot be used yet. */
  waiting: string | undefined
  readOnly: boolean
}

export const labelled = ({ field: { id, entity }, error, waiting, readOnly, onBlur }: WidgetProps) => ({
  id,
  label: entity.name,
  description: [entity.description?.trim(), waiting].filter(Boolean).join(' — ') || undefined,
  error,
  withAsterisk: entity.required === true,
  'aria-required': entity.required === true,
  disabled: waiting !== undefined || readOnly,
  onBlur,
})
