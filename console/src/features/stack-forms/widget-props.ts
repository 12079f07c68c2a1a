import type { FieldState } from './engine.ts'

/** What a widget is given. Label, description and error go to the input itself, so that screen readers say them with it. */
export interface WidgetProps {
  field: FieldState
  /** To a value that is chosen; undefined takes it away. */
  set: (value: unknown) => void
  /** To what is typed, by `typing`. */
  type: (text: unknown, reading: Reading) => void
  onBlur: () => void
  error: string | undefined
  /** In words: why it cannot be used yet. */
  waiting: string | undefined
  readOnly: boolean
}

/** What a text means, or in words why it means nothing: a problem of the form until it is mended. */
export type Reading = { value: unknown; mistake?: undefined } | { mistake: string }

/**
 * For inputs whose text is not the value itself. What is typed stays as it was typed, and the value follows from it; what comes from elsewhere
 * (the default, what was saved, a choice) is written as a text.
 * @returns what the input shows, and what is told what becomes of it
 */
export function typing<Text>(
  { field, type }: WidgetProps,
  read: (text: Text) => Reading,
  write: (value: unknown) => Text,
): [Text, (text: Text) => void] {
  return [field.typed ? (field.typed.text as Text) : write(field.value), (text) => type(text, read(text))]
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
