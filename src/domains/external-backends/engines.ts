/** The kinds of backend: what each is for, which credential it takes, and which of its fields must hold what. */
import type { Schema } from '../../contract/operation.ts'
import type { CredentialType } from '../credentials/raw.ts'
import { checkSources, checkUrls } from './elasticsearch.ts'
import { type Check, flag, hostOrUrl, matching, text, url } from './fields.ts'

export type Configuration = Schema<'ExternalBackendConfiguration'>
export type Engine = Configuration['engine']
export type Purpose = Schema<'NewExternalBackend'>['purpose']

export interface EngineRules {
  purposes: readonly Purpose[]
  credential: CredentialType
  /** Without it the service answers strangers, or cannot be used. */
  needsCredential: boolean
  /** In the order in which they are told. */
  fields: Readonly<Record<string, Check>>
  required: readonly string[]
  /** Names one file: for Terraform states of one place it must be given, and a default computes it for each component. */
  file?: string
}

/** Parts of hosts are made of it. */
const awsRegion = matching(/^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/, 'must be a region of AWS such as eu-west-1')
const region = matching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be the name of a region: letters, digits, "-", "_" and "."')
const bucket = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'must be the name of a bucket: letters, digits, ".", "-" and "_"')
const container = matching(/^[A-Za-z0-9$_][A-Za-z0-9._ -]{0,254}$/, 'must be the name of a container, without slashes')
const file = text(1024)

const s3: EngineRules = {
  purposes: ['remote_tfstate'],
  credential: 'aws',
  needsCredential: true,
  fields: { bucket, region, key: file, endpoint: url, s3_force_path_style: flag, skip_verify_ssl: flag },
  required: ['bucket', 'region'],
  file: 'key',
}
const azureBlob: EngineRules = {
  purposes: ['remote_tfstate'],
  credential: 'azure_storage',
  needsCredential: true,
  fields: { container, blob: file, endpoint: url },
  required: ['container'],
  file: 'blob',
}
const gcs: EngineRules = {
  purposes: ['remote_tfstate'],
  credential: 'gcp',
  needsCredential: true,
  fields: { bucket, object: file },
  required: ['bucket'],
  file: 'object',
}
const swift: EngineRules = {
  purposes: ['remote_tfstate'],
  credential: 'swift',
  needsCredential: true,
  fields: { container, region, object: file, skip_verify_ssl: flag },
  required: ['container', 'region'],
  file: 'object',
}
const http: EngineRules = {
  purposes: ['remote_tfstate'],
  credential: 'basic_auth',
  needsCredential: false,
  fields: { url },
  required: ['url'],
}
const costs = { purposes: ['cost_explorer'], needsCredential: true, required: [] } as const

export const engines: Readonly<Record<Engine, EngineRules>> = {
  AWSCloudWatchLogs: {
    purposes: ['logs', 'events'],
    credential: 'aws',
    needsCredential: true,
    fields: { region: awsRegion },
    required: ['region'],
  },
  AWSStorage: { ...s3, purposes: ['remote_tfstate', 'cost_explorer'] },
  AWSRemoteTFState: s3,
  AzureStorage: azureBlob,
  AzureRemoteTFState: azureBlob,
  AzureCostExport: { ...costs, credential: 'azure', fields: { name: text(260), blob_service_url: url, scope: text(1024) } },
  ElasticsearchLogs: {
    purposes: ['logs', 'events'],
    credential: 'elasticsearch',
    needsCredential: false,
    fields: {
      urls: checkUrls,
      version: matching(/^[78](?:\.\d{1,3}){0,2}$/, 'must be a version of Elasticsearch that can be read: 7 or 8'),
      sources: checkSources,
    },
    required: ['urls', 'version', 'sources'],
  },
  GCPStorage: { ...gcs, purposes: ['remote_tfstate', 'cost_explorer'] },
  GCPRemoteTFState: gcs,
  GCPCostStorage: { ...costs, credential: 'gcp', fields: { project_id: text(64), dataset: text(1024), table: text(1024) } },
  GitLabHTTPStorage: { ...http, needsCredential: true },
  HTTPStorage: http,
  SwiftStorage: swift,
  SwiftRemoteTFState: swift,
  VMwareVsphere: { ...costs, credential: 'vmware', fields: { server: hostOrUrl, allow_unverified_ssl: flag } },
}
