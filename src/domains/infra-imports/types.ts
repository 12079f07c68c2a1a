import type { Schema } from '../../contract/operation.ts'

export type NewImport = Schema<'NewInfraImport'>
export type Configuration = Schema<'CloudProviderConfiguration'>

/** Who asked, as the row keeps it. */
export interface Requester {
  kind: 'user' | 'api_key'
  id: number
  name: string
  /** Of a key: its owner, as long as there is one. */
  ownerId: number | null
}
