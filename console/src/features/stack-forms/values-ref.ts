/** What a field offers: as the form says, or as an address answers that depends on other fields. */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isTransient } from '@/api/query.ts'
import type { FieldState } from './engine.ts'
import { textOf } from './engine.ts'
import { useHands } from './form-context.ts'

export interface Offered {
  offered: unknown
  /** In words: why there is nothing to choose from. */
  note: string | undefined
}

const token = /\$\{([^}]+)\}/g

export function useOffered({ entity, offered }: FieldState): Offered {
  const { t } = useTranslation('stack-forms')
  const { place, variables } = useHands()
  const reference = entity.values_ref ?? ''
  const missing = [...reference.matchAll(token)].map(([, key = '']) => key).filter((key) => textOf(variables.get(key)) === '')
  const url = reference.replace(token, (_, key: string) => encodeURIComponent(textOf(variables.get(key))))
  // Another field may be typed into it: nobody fetches every letter of that.
  const [settled] = useDebouncedValue(url, 600)
  // Asked by the API, which the address can be reached from and which looks at where it leads.
  const answer = useQuery({
    queryKey: ['valuesRefForms', place.organization, settled],
    queryFn: ({ signal }) =>
      dataOf('valuesRefForms', { path: { organization_canonical: place.organization }, body: { url: settled } }, { signal }),
    enabled: reference !== '' && missing.length === 0 && settled === url,
    staleTime: 5 * 60_000,
    retry: (failures, error) => failures < 2 && isTransient(error),
  })
  if (reference === '') return { offered, note: undefined }
  if (missing.length > 0) return { offered, note: t('field.needs', { keys: missing.join(', ') }) }
  // What is known is of another address.
  if (settled !== url) return { offered, note: undefined }
  if (answer.error) return { offered, note: t('field.valuesRef', { reason: answer.error.message }) }
  return { offered: answer.data ?? offered, note: undefined }
}
