import { oneOf, someOf, textOf } from '@/kit/search.ts'
import { type CredentialType, credentialTypes } from './credential-fields.ts'

/** What of the page stands in its address. */
export interface CredentialsSearch {
  name?: string | undefined
  types?: CredentialType[] | undefined
  /** Whose details are open. */
  credential?: string | undefined
  panel?: 'new' | 'edit' | undefined
}

export const credentialsSearch = (search: Record<string, unknown>): CredentialsSearch => ({
  name: textOf(search['name']),
  types: someOf(search['types'], credentialTypes),
  credential: textOf(search['credential']),
  panel: oneOf(search['panel'], ['new', 'edit']),
})
