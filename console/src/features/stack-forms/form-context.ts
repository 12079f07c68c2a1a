/** What every field of a form shares. */
import { createContext, useContext } from 'react'
import type { FieldState, FormPlace } from './engine.ts'
import type { Reading } from './widget-props.ts'

export interface FormHands {
  place: FormPlace
  variables: ReadonlyMap<string, unknown>
  /** The entity of a key that is shown, for what refers to another field. */
  fieldOf(key: string): FieldState | undefined
  /** Undefined takes the value away again: the form decides. */
  set(field: FieldState, value: unknown): void
  /** What stands in the field from now on, and what it means. */
  type(field: FieldState, text: unknown, reading: Reading): void
  /** Problems of fields that nobody has come to yet are not shown before somebody wants to go on. */
  isTouched(field: FieldState): boolean
  touch(field: FieldState): void
  /** A form to look at. */
  readOnly: boolean
}

const Context = createContext<FormHands | undefined>(undefined)

export const FormProvider = Context.Provider

export function useHands(): FormHands {
  const hands = useContext(Context)
  if (!hands) throw new Error('a field outside of a form')
  return hands
}
