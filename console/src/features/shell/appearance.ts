/** The organization's own logo, colours and names, in the whole shell. */
import { useEffect } from 'react'
import { useAsk } from '@/api/query.ts'
import { type Look, preview, wear } from '@/kit/look.ts'

export { type Look, useLook } from '@/kit/look.ts'

/** While the calling page is open, the shell wears what is given, saved or not; undefined takes it off. */
export function useAppearancePreview(draft: Partial<Look> | undefined): void {
  useEffect(() => {
    preview(draft)
  }, [draft])
  useEffect(() => () => preview(undefined), [])
}

/** The shell wears what the organization has active; '' for none. */
export function useAppearanceOf(organization: string): void {
  const { data } = useAsk('getActiveAppearance', { path: { organization_canonical: organization } }, { enabled: organization !== '' })
  useEffect(() => wear(organization === '' ? undefined : data?.data), [organization, data])
}
