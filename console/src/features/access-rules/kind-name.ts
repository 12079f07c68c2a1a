import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type messages from './messages/en.json'

type Known = keyof (typeof messages)['kinds']

/** `service_catalog` → "Stack"; kinds that nobody named yet are shown as rules write them. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation('access-rules')
  return useCallback((kind: string) => t(`kinds.${kind as Known}`, { defaultValue: kind.replaceAll('_', ' ') }), [t])
}
