/** Which keys a credential of each type has, and how somebody writes them. */
import type { Schema } from '@/api/types.ts'

export type CredentialType = Schema<'NewCredential'>['type']
export type Raw = Schema<'CredentialRaw'>
export type Key = Exclude<keyof Raw, 'raw'>

export interface Field {
  key: Key
  /** Not hidden: it names something, and opens nothing. */
  open?: boolean
  long?: boolean
  optional?: boolean
}

export const credentialTypes = [
  'ssh',
  'aws',
  'gcp',
  'azure',
  'azure_storage',
  'basic_auth',
  'elasticsearch',
  'swift',
  'vmware',
  'custom',
] as const satisfies readonly CredentialType[]

const login: readonly Field[] = [{ key: 'username', open: true }, { key: 'password' }]

export const fieldsOf: Record<Exclude<CredentialType, 'custom'>, readonly Field[]> = {
  ssh: [{ key: 'ssh_key', long: true }],
  aws: [{ key: 'access_key', open: true }, { key: 'secret_key' }],
  gcp: [{ key: 'json_key', long: true }],
  azure: [
    { key: 'client_id', open: true },
    { key: 'client_secret' },
    { key: 'subscription_id', open: true },
    { key: 'tenant_id', open: true },
    { key: 'environment', open: true, optional: true },
  ],
  azure_storage: [{ key: 'account_name', open: true }, { key: 'access_key' }],
  basic_auth: login,
  elasticsearch: [...login, { key: 'ca_cert', open: true, long: true, optional: true }],
  swift: [{ key: 'auth_url', open: true }, ...login, { key: 'domain_id', open: true, optional: true }, { key: 'tenant_id', open: true }],
  vmware: login,
}

export const azureClouds = ['public', 'usgovernment', 'china', 'german'] as const

export interface CustomValue {
  id: number
  key: string
  /** The text, or the JSON of whatever else it is. */
  value: string
  kind: 'text' | 'json'
}

let lastId = 0
export const newCustomValue = (key = '', value: unknown = ''): CustomValue => {
  lastId += 1
  return typeof value === 'string'
    ? { id: lastId, key, value, kind: 'text' }
    : { id: lastId, key, value: JSON.stringify(value, null, 2), kind: 'json' }
}

export interface CredentialValues {
  name: string
  description: string
  canonical: string
  type: CredentialType
  path: string
  owner: string
  raw: Partial<Record<Key, string>>
  custom: CustomValue[]
}

/** As the API wants it: exactly the keys of the type. @throws SyntaxError for a custom value that is no JSON; the form has checked that */
export function rawOf({ type, raw, custom }: Pick<CredentialValues, 'type' | 'raw' | 'custom'>): Raw {
  if (type === 'custom')
    return { raw: Object.fromEntries(custom.map(({ key, value, kind }) => [key.trim(), kind === 'json' ? JSON.parse(value) : value])) }
  const pairs = fieldsOf[type].flatMap(({ key }) => {
    const value = raw[key] ?? ''
    // The cloud of Azure is public when it is not said; the others may be empty, but have to be there.
    return key === 'environment' && value === '' ? [] : [[key, value] as const]
  })
  return Object.fromEntries(pairs) as Raw
}

export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What the API makes of a name, to show beside it before it is sent. */
export const pathOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
