/** The kinds of external backend: which fields each has, what it is for, and which credential opens it. */
import type { Schema } from '@/api/types.ts'

export type Backend = Schema<'ExternalBackend'>
export type Engine = Schema<'ExternalBackendConfiguration'>['engine']
export type Purpose = Schema<'NewExternalBackend'>['purpose']
type CredentialType = Schema<'CredentialSimple'>['type']

export const purposes = ['remote_tfstate', 'logs', 'events', 'cost_explorer'] as const satisfies readonly Purpose[]

export const backendFields = [
  'region',
  'bucket',
  'container',
  'key',
  'blob',
  'object',
  'endpoint',
  'url',
  'name',
  'blob_service_url',
  'scope',
  'project_id',
  'dataset',
  'table',
  'server',
  'version',
  'urls',
  'sources',
  's3_force_path_style',
  'skip_verify_ssl',
  'allow_unverified_ssl',
] as const
export type BackendField = (typeof backendFields)[number]

export interface EngineFacts {
  purposes: readonly Purpose[]
  credential: CredentialType
  needsCredential: boolean
  required: readonly BackendField[]
  optional: readonly BackendField[]
  /** Needed for the state of one place; a default finds it for each component. */
  file?: BackendField
}

const s3: EngineFacts = {
  purposes: ['remote_tfstate'],
  credential: 'aws',
  needsCredential: true,
  required: ['bucket', 'region'],
  optional: ['key', 'endpoint', 's3_force_path_style', 'skip_verify_ssl'],
  file: 'key',
}
const azure: EngineFacts = {
  purposes: ['remote_tfstate'],
  credential: 'azure_storage',
  needsCredential: true,
  required: ['container'],
  optional: ['blob', 'endpoint'],
  file: 'blob',
}
const gcs: EngineFacts = {
  purposes: ['remote_tfstate'],
  credential: 'gcp',
  needsCredential: true,
  required: ['bucket'],
  optional: ['object'],
  file: 'object',
}
const swift: EngineFacts = {
  purposes: ['remote_tfstate'],
  credential: 'swift',
  needsCredential: true,
  required: ['container', 'region'],
  optional: ['object', 'skip_verify_ssl'],
  file: 'object',
}
const http: EngineFacts = {
  purposes: ['remote_tfstate'],
  credential: 'basic_auth',
  needsCredential: false,
  required: ['url'],
  optional: [],
}
const costs = { purposes: ['cost_explorer'], needsCredential: true, required: [] } as const

export const engines: Readonly<Record<Engine, EngineFacts>> = {
  AWSStorage: { ...s3, purposes: ['remote_tfstate', 'cost_explorer'] },
  AWSRemoteTFState: s3,
  AzureStorage: azure,
  AzureRemoteTFState: azure,
  GCPStorage: { ...gcs, purposes: ['remote_tfstate', 'cost_explorer'] },
  GCPRemoteTFState: gcs,
  SwiftStorage: swift,
  SwiftRemoteTFState: swift,
  GitLabHTTPStorage: { ...http, needsCredential: true },
  HTTPStorage: http,
  AWSCloudWatchLogs: { purposes: ['logs', 'events'], credential: 'aws', needsCredential: true, required: ['region'], optional: [] },
  ElasticsearchLogs: {
    purposes: ['logs', 'events'],
    credential: 'elasticsearch',
    needsCredential: false,
    required: ['urls', 'version', 'sources'],
    optional: [],
  },
  AzureCostExport: { ...costs, credential: 'azure', optional: ['name', 'blob_service_url', 'scope'] },
  GCPCostStorage: { ...costs, credential: 'gcp', optional: ['project_id', 'dataset', 'table'] },
  VMwareVsphere: { ...costs, credential: 'vmware', optional: ['server', 'allow_unverified_ssl'] },
}

export const engineNames = Object.keys(engines) as Engine[]
export const isFlag = (field: BackendField): boolean =>
  field === 's3_force_path_style' || field === 'skip_verify_ssl' || field === 'allow_unverified_ssl'

export interface BackendValues {
  purpose: Purpose
  engine: Engine
  everywhere: boolean
  project: string
  environment: string
  component: string
  credential: string
  rotate: boolean
  fields: Record<BackendField, string>
  flags: Record<string, boolean>
}

export function valuesOfBackend(backend: Backend | undefined): BackendValues {
  const configuration = (backend?.configuration ?? {}) as Record<string, unknown>
  const text = (field: BackendField): string => {
    const value = configuration[field]
    if (field === 'urls') return Array.isArray(value) ? value.join('\n') : ''
    if (field === 'sources') return JSON.stringify(value ?? exampleSources, null, 2)
    return typeof value === 'string' ? value : ''
  }
  return {
    purpose: (backend?.purpose as Purpose | undefined) ?? 'remote_tfstate',
    engine: backend?.configuration?.engine ?? 'AWSStorage',
    everywhere: backend?.default ?? true,
    project: backend?.project_canonical ?? '',
    environment: backend?.environment_canonical ?? '',
    component: backend?.component_canonical ?? '',
    credential: backend?.credential_canonical ?? '',
    rotate: false,
    fields: Object.fromEntries(backendFields.map((field) => [field, text(field)])) as BackendValues['fields'],
    flags: Object.fromEntries(backendFields.filter(isFlag).map((field) => [field, configuration[field] === true])),
  }
}

const exampleSources = { prod: { app: { index: 'app-*', mapping: { host: 'host.name', message: 'message', timestamp: '@timestamp' } } } }

/** What of the form goes into the API's `configuration`. */
export function configurationOf({ engine, fields, flags }: BackendValues): Schema<'ExternalBackendConfiguration'> {
  const { required, optional } = engines[engine]
  const pairs = [...required, ...optional].flatMap((field): [string, unknown][] => {
    if (isFlag(field)) return flags[field] ? [[field, true]] : []
    if (field === 'urls') return [[field, fields.urls.split(/\s+/).filter((one) => one !== '')]]
    if (field === 'sources') return [[field, JSON.parse(fields.sources)]]
    return fields[field] === '' ? [] : [[field, fields[field]]]
  })
  return { engine, ...Object.fromEntries(pairs) } as Schema<'ExternalBackendConfiguration'>
}
