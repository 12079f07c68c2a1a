import type { Schema } from '@/api/types.ts'
import { type CredentialValues, newCustomValue, type Raw } from './credential-fields.ts'

/** @param raw the present values; absent for somebody who may not read them, who has to write them anew */
export function valuesOf(credential: Schema<'CredentialSimple'> | undefined, raw: Raw | undefined): CredentialValues {
  const custom = Object.entries((raw?.raw ?? {}) as Record<string, unknown>).map(([key, value]) => newCustomValue(key, value))
  const { raw: _, ...texts } = raw ?? {}
  const known = credential?.type === 'custom' ? credential.keys.map((key) => newCustomValue(key)) : []
  return {
    name: credential?.name ?? '',
    description: credential?.description ?? '',
    canonical: credential?.canonical ?? '',
    type: credential?.type ?? 'basic_auth',
    path: credential?.path ?? '',
    owner: credential?.owner?.username ?? '',
    raw: texts,
    custom: custom.length > 0 ? custom : known.length > 0 ? known : [newCustomValue()],
  }
}
