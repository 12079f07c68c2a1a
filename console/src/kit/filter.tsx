/** Filters that are in the address: what somebody looks at can be sent to somebody else. `validateSearch` of the route has to know their names. */
import { CloseButton, Select, type SelectProps, TextInput, type TextInputProps } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { useTyped } from './use-typed.ts'

export type SearchValue = string | number | boolean | readonly string[] | undefined

/** Reads and writes search parameters of the page that is open; '' and undefined take one away, and the `page` of a list with any other. */
export function useSearchValues(): readonly [
  values: Readonly<Record<string, unknown>>,
  set: (change: Record<string, SearchValue>) => void,
] {
  const values = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const set = useCallback(
    (change: Record<string, SearchValue>) =>
      void navigate({
        to: '.',
        search: ((old: Record<string, unknown>) =>
          Object.fromEntries(
            Object.entries({ ...old, page: undefined, ...change }).filter(([, value]) => value !== undefined && value !== ''),
          )) as never,
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  return [values, set]
}

interface Named {
  /** Of the search parameter. */
  name: string
  label: string
}

/** Text, looked for once somebody stops typing. */
export function TextFilter({ name, label, ...rest }: Named & Omit<TextInputProps, 'name' | 'label' | 'value' | 'onChange'>) {
  const { t } = useTranslation()
  const [values, set] = useSearchValues()
  const there = typeof values[name] === 'string' ? values[name] : ''
  const [text, type] = useTyped(there, (next) => set({ [name]: next }))
  return (
    <TextInput
      type="search"
      leftSection={<IconSearch size={16} aria-hidden />}
      w={{ base: '100%', xs: 260 }}
      {...rest}
      label={label}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      rightSection={text === '' ? null : <CloseButton size="sm" aria-label={t('table.clear')} onClick={() => type('')} />}
    />
  )
}

export function ChoiceFilter({
  name,
  label,
  options,
  ...rest
}: Named & { options: readonly { value: string; label: string }[] } & Omit<SelectProps, 'name' | 'label' | 'data' | 'value' | 'onChange'>) {
  const { t } = useTranslation()
  const [values, set] = useSearchValues()
  return (
    <Select
      clearable
      searchable={options.length > 8}
      placeholder={t('table.all')}
      w={{ base: '100%', xs: 200 }}
      {...rest}
      clearButtonProps={{ 'aria-label': t('table.clear') }}
      label={label}
      data={[...options]}
      value={typeof values[name] === 'string' ? values[name] : null}
      onChange={(value) => set({ [name]: value ?? undefined })}
    />
  )
}
