/** The state of a form that somebody fills in: what was chosen, what follows from it, what is wrong. */
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import {
  type FieldState,
  type FormPlace,
  type FormState,
  type FormValues,
  merged,
  type Typed,
  type UseCaseForm,
  valueAt,
  withValue,
  workOut,
} from './engine.ts'
import type { FormHands } from './form-context.ts'

export interface FilledForm {
  state: FormState
  hands: FormHands
  /** What was chosen here: what is sent. Variables that are left out keep their values, or take their defaults. */
  chosen: FormValues
  /** The same, once nothing was typed for a moment: for what is asked of the API meanwhile. */
  settled: FormValues
  isChanged: boolean
  /** Every problem is shown from now on. */
  showAll(): void
  isShowingAll: boolean
}

const empty: FormValues = {}
const nobody: ReadonlySet<string> = new Set()
const nothing: ReadonlyMap<string, Typed> = new Map()

/** @param saved what the files of the component hold; `null` in what is chosen stands for "as if it were not there" */
export function useStackForm(form: UseCaseForm, place: FormPlace, saved: FormValues = empty, readOnly = false): FilledForm {
  const [chosen, setChosen] = useState<FormValues>(empty)
  const [typed, setTyped] = useState(nothing)
  const [touched, setTouched] = useState<ReadonlySet<string>>(nobody)
  const [isShowingAll, setShowingAll] = useState(false)
  const { organization, project, environment, component } = place
  const given = useMemo(() => merged(saved, chosen), [saved, chosen])
  // Not a moment later: fields show what follows from it, and a field that lags behind loses what is typed into it.
  const state = useMemo(
    () => workOut(form, given, { organization, project, environment, component }, typed),
    [form, given, organization, project, environment, component, typed],
  )
  const [settled] = useDebouncedValue(chosen, 600)
  const touch = ({ id }: FieldState) => setTouched((old) => (old.has(id) ? old : new Set([...old, id])))
  // What the files hold is taken away by saying so; what was only chosen here, by saying nothing.
  const choose = (field: FieldState, value: unknown) =>
    setChosen((old) => withValue(old, field, value === undefined && valueAt(saved, field) !== undefined ? null : value))
  const hands: FormHands = {
    place,
    variables: state.variables,
    readOnly,
    fieldOf: (key) =>
      state.sections.flatMap(({ groups }) => groups.flatMap(({ fields }) => fields)).find(({ entity }) => entity.key === key),
    set(field, value) {
      touch(field)
      setTyped((old) => new Map([...old].filter(([id]) => id !== field.id)))
      choose(field, value)
    },
    type(field, text, reading) {
      touch(field)
      setTyped((old) => new Map([...old, [field.id, { text, mistake: reading.mistake }]]))
      if (reading.mistake === undefined) choose(field, reading.value)
    },
    isTouched: (field) => isShowingAll || touched.has(field.id),
    touch,
  }
  return {
    state,
    hands,
    chosen,
    settled,
    isChanged: chosen !== empty || state.wrong.some(({ typed }) => typed?.mistake !== undefined),
    showAll: () => setShowingAll(true),
    isShowingAll,
  }
}

/** To the first wrong field, wherever in the form it is, once it is there to be seen. */
export function focusFirst({ wrong: [first] }: FormState): void {
  if (!first) return
  setTimeout(() => {
    const found = document.getElementById(first.id)
    found?.scrollIntoView({ block: 'center' })
    found?.focus({ preventScroll: true })
  }, 60)
}
