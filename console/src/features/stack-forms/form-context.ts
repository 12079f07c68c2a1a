/** What every field of a form shares. */
import { createContext, useContext } from 'react'
import type { FieldState, FormPlace } from './engine.ts'

export interface FormHands {
  place: FormPlace
  variables: ReadonlyMap<string, unknown>
  /** The entity of a key that is shown, for what refers to another field. */
  fieldOf(key: string): FieldState | undefined
  set(field: FieldState, value: unknown): void
  /** Takes the value away again: the form decides. */
  reset(field: FieldState): void
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
