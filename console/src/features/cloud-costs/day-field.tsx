/** A day that is chosen, or typed piece by piece: told when it is whole, not while somebody is at `0002` on the way to 2026. */
import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Day, isDay } from './period.ts'

/** No cloud was billed before. */
const first: Day = '1990-01-01'

interface DayFieldProps {
  label: string
  value: Day | undefined
  error?: string | undefined
  onChange: (day: Day) => void
  /** Without it there is always a day: who empties the field gets the one back that was there. */
  onClear?: () => void
}

export function DayField({ label, value, error, onChange, onClear }: DayFieldProps) {
  const { t } = useTranslation('cloud-costs')
  const field = useRef<HTMLInputElement>(null)
  // What is chosen in the calendar of the browser is whole at once; what is typed, with Enter or when the focus goes.
  const isTyping = useRef(false)
  const [typed, setTyped] = useState<string>()
  const isEarly = typed !== undefined && isDay(typed) && typed < first
  const [isTold, setTold] = useState(false)
  // What is chosen elsewhere is followed, but not under the hands of who types.
  useEffect(() => {
    if (document.activeElement !== field.current) setTyped((text) => (text === value ? text : undefined))
  }, [value])
  const tell = (text: string | undefined) => {
    setTold(true)
    if (text === undefined || text === value) return
    if (text === '' && onClear && !field.current?.validity.badInput) return onClear()
    if (!isDay(text)) return setTyped(undefined)
    if (text >= first) onChange(text)
  }
  return (
    <TextInput
      ref={field}
      type="date"
      label={label}
      min={first}
      value={typed ?? value ?? ''}
      error={isEarly && isTold ? t('toolbar.tooEarly') : error}
      onKeyDown={({ key }) => {
        isTyping.current = true
        if (key === 'Enter') tell(typed)
      }}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text)
        setTold(false)
        if (!isTyping.current) tell(text)
      }}
      onBlur={() => {
        isTyping.current = false
        tell(typed)
      }}
    />
  )
}
