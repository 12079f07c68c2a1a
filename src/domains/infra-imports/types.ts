import type { Schema } from '../../contract/operation.ts'

export type NewImport = Schema<'NewInfraImport'>
export type Configuration = Schema<'CloudProviderConfiguration'>

/** By number: another one may have the canonical later. */
export interface Credentials {
  account: number
  /** Of the external backend, if it has one. */
  backend: number | null
}

/** As the row keeps it. */
export interface ImportRequest {
  body: NewImport
  by: Requester
  credentials: Credentials
}

/** Who asked, as the row keeps it. */
export interface Requester {
  kind: 'user' | 'api_key'
  id: number
  name: string
  /** Of a key: its owner, as long as there is one. */
  ownerId: number | null
}
