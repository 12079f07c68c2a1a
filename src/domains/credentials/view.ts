import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import type { CredentialRow } from './queries.ts'
import type { CredentialType } from './raw.ts'

export function viewCredentialSimple(row: CredentialRow): Schema<'CredentialSimple'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    description: row.description,
    type: row.type as CredentialType,
    path: row.path,
    keys: row.keys,
    in_use: row.in_use,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    ...(row.owner ? { owner: viewUser(row.owner) } : {}),
  }
}

export function viewCredential(row: CredentialRow, raw: Schema<'CredentialRaw'>): Schema<'Credential'> {
  return { ...viewCredentialSimple(row), raw }
}
