/** Opens what a cloud cost account names. */
import type { AddressGuard } from '../address-guard.ts'
import { type AzureHosts, openAzureBlob } from './azure-blob.ts'
import { openBigQuery } from './bigquery.ts'
import { openFiles } from './files.ts'
import { type GoogleStorageHosts, openGcs } from './gcs.ts'
import { objectSource } from './objects.ts'
import { openS3 } from './s3.ts'
import type { BillSource, FindStatements } from './types.ts'

/** Everything that is needed to read an export, secrets included: it travels to the process that reads, and is never stored. */
export type SourceSpec =
  | {
      kind: 's3'
      bucket: string
      region: string
      prefix: string
      endpoint: string | undefined
      /** The endpoint is of the operator, who may name any address. */
      isOperators?: boolean
      pathStyle: boolean
      skipVerify: boolean
      accessKey: string
      secretKey: string
    }
  | {
      kind: 'azure'
      blobServiceUrl: string
      name: string
      scope: string
      tenantId: string
      clientId: string
      clientSecret: string
      /** `public`, `usgovernment`, `china`. */
      environment?: string
    }
  | { kind: 'bigquery'; projectId: string; dataset: string; table: string; keyFile: string }
  | { kind: 'gcs'; bucket: string; prefix: string; keyFile: string }
  /** Files and folders of the operator; never named by a tenant. */
  | { kind: 'files'; paths: string[] }

export interface SourceDeps {
  guard: AddressGuard
  /** `statementsOf` of `formats/billing/manifests.ts`. What it throws comes out of `list()` as it is. */
  statementsOf: FindStatements
  /** Only this month, `2026-07-01`. */
  period?: string | undefined
  /** Milliseconds without a byte after which a connection counts as broken; 60,000 unless told. */
  silence?: number
  /** Milliseconds before trying again, doubled each time; 500 unless told. */
  pause?: number
  /** For tests. */
  hosts?: { azure?: AzureHosts; google?: GoogleStorageHosts }
}

/** @throws SourceError when it can be told at once that there is nothing to open */
export function openSource(spec: SourceSpec, deps: SourceDeps): BillSource {
  switch (spec.kind) {
    case 's3':
      return objectSource(openS3(spec, deps), deps)
    case 'azure':
      return objectSource(openAzureBlob(spec, deps), deps)
    case 'gcs':
      return objectSource(openGcs(spec, deps), deps)
    case 'bigquery':
      return openBigQuery(spec, deps)
    case 'files':
      return objectSource(openFiles(spec), deps)
  }
}
