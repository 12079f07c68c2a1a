/** A range of days in the address, each as `2026-11-21`. */
import '@mantine/dates/styles.css'
import { DatePickerInput, DatesProvider } from '@mantine/dates'
import 'dayjs/locale/fr'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchValues } from './filter.tsx'

interface DatesFilterProps {
  label: string
  /** Of the search parameters. */
  from?: string
  to?: string
  clearable?: boolean
}

export function DatesFilter({ label, from = 'from', to = 'to', clearable = true }: DatesFilterProps) {
  const { t, i18n } = useTranslation()
  const [values, set] = useSearchValues()
  const day = (name: string) => (typeof values[name] === 'string' ? values[name] : null)
  // Between the two choices the range is half: it is written to the address when it is whole.
  const [half, setHalf] = useState<[string | null, string | null]>()
  return (
    <DatesProvider settings={{ locale: i18n.language, firstDayOfWeek: 1 }}>
      <DatePickerInput
        type="range"
        label={label}
        placeholder={t('table.anyTime')}
        w={{ base: '100%', xs: 270 }}
        valueFormat="D MMM YYYY"
        clearable={clearable}
        clearButtonProps={{ 'aria-label': t('table.clear') }}
        value={half ?? [day(from), day(to)]}
        onChange={([first, last]) => {
          if (first !== null && last === null) return setHalf([first, null])
          setHalf(undefined)
          set({ [from]: first ?? undefined, [to]: last ?? undefined })
        }}
      />
    </DatesProvider>
  )
}
