/** Billing exports as external backends name them: whose they are, whether they can be read, and how. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import type { SourceSpec } from '../../outside/bills/sources.ts'
import type { Configuration, Engine } from '../external-backends/engines.ts'

type Raw = Schema<'CredentialRaw'>
type Values = Readonly<Record<string, unknown>>

interface Export {
  /** Canonical of the provider. */
  provider: string
  /** Fields that name the place: two accounts with the same would count everything twice. And what they are called for short. */
  place: Readonly<Record<string, (value: string) => string>>
  /** @returns what is missing, each `field: what must be` */
  missing(values: Values): string[]
  name(values: Values): string
  spec(values: Values, raw: Raw, awsEndpoint: string | undefined): SourceSpec
}

const text = (values: Values, name: string): string => {
  const value = values[name]
  return typeof value === 'string' ? value.trim() : ''
}
const lacking = (values: Values, ...names: string[]) =>
  names.filter((name) => text(values, name) === '').map((name) => `${name}: is missing`)

const asIs = (value: string): string => value
/** `/cur/daily/` is `cur/daily`. */
const asPrefix = (value: string): string => value.split('/').filter(Boolean).join('/')
/** Host and path, and nothing else that an address may hold: what comes of it is shown. */
const asAddress = (value: string): string => {
  if (!URL.canParse(value)) return ''
  const { host, pathname } = new URL(value)
  return `${host}/${asPrefix(pathname)}`.replace(/\/$/, '')
}

const exports: Partial<Record<Engine, Export>> = {
  AWSStorage: {
    provider: 'aws',
    place: { bucket: asIs, key: asPrefix, endpoint: asAddress },
    missing: () => [],
    name: (values) => `AWS ${text(values, 'bucket')}`,
    spec(values, raw, awsEndpoint) {
      const endpoint = text(values, 'endpoint') || undefined
      return {
        kind: 's3',
        bucket: text(values, 'bucket'),
        region: text(values, 'region'),
        prefix: text(values, 'key'),
        endpoint: endpoint ?? awsEndpoint,
        isOperators: endpoint === undefined && awsEndpoint !== undefined,
        pathStyle: values['s3_force_path_style'] === true,
        skipVerify: values['skip_verify_ssl'] === true,
        accessKey: raw.access_key ?? '',
        secretKey: raw.secret_key ?? '',
      }
    },
  },
  AzureCostExport: {
    provider: 'azurerm',
    place: { blob_service_url: asAddress, name: asIs, scope: (value) => asPrefix(value).toLowerCase() },
    missing(values) {
      const url = text(values, 'blob_service_url')
      const isOpen = url !== '' && !/^https:/i.test(url)
      const parsed = URL.canParse(url) ? new URL(url) : undefined
      const hasContainer = parsed?.pathname.split('/').some(Boolean)
      return [
        ...(/[?#]/.test(url) || parsed?.username || parsed?.password
          ? ['blob_service_url: must be an address without a query, a signature or a user: what is secret belongs into the credential']
          : []),
        ...(isOpen ? ['blob_service_url: must begin with https://'] : []),
        ...(hasContainer ? [] : lacking(values, 'name', 'scope').map((problem) => `${problem}, and blob_service_url names no container`)),
      ]
    },
    name: (values) => `Azure ${text(values, 'name') || asAddress(text(values, 'blob_service_url'))}`,
    spec: (values, raw) => ({
      kind: 'azure',
      blobServiceUrl: text(values, 'blob_service_url'),
      name: text(values, 'name'),
      scope: text(values, 'scope'),
      tenantId: raw.tenant_id ?? '',
      clientId: raw.client_id ?? '',
      clientSecret: raw.client_secret ?? '',
      environment: raw.environment ?? 'public',
    }),
  },
  GCPCostStorage: {
    provider: 'google',
    place: { project_id: asIs, dataset: asIs, table: asIs },
    missing: (values) => lacking(values, 'project_id', 'dataset'),
    name: (values) => `Google ${text(values, 'dataset')}`,
    spec: (values, raw) => ({
      kind: 'bigquery',
      projectId: text(values, 'project_id'),
      dataset: text(values, 'dataset'),
      table: text(values, 'table'),
      keyFile: raw.json_key ?? '',
    }),
  },
  GCPStorage: {
    provider: 'google',
    place: { bucket: asIs, object: asPrefix },
    missing: () => [],
    name: (values) => `Google ${text(values, 'bucket')}`,
    spec: (values, raw) => ({
      kind: 'gcs',
      bucket: text(values, 'bucket'),
      prefix: text(values, 'object'),
      keyFile: raw.json_key ?? '',
    }),
  },
}

const exportOf = ({ engine }: { engine: string }): Export | undefined => new Map(Object.entries(exports)).get(engine)

/**
 * @param field that holds the configuration, for the errors
 * @returns canonical of the provider
 * @throws Invalid when there is nothing that could be imported
 */
export function assertExport(configuration: Configuration, field: string): string {
  const found = exportOf(configuration)
  if (!found)
    throw invalid(
      configuration.engine === 'VMwareVsphere'
        ? 'vSphere writes no bills that could be imported: make a cloud cost account whose bills come as files, and upload them as FOCUS'
        : `${configuration.engine} holds no billing export`,
      [`${field}.engine: must be one of ${Object.keys(exports).join(', ')}`],
    )
  const missing = found.missing(configuration as Values)
  if (missing.length > 0)
    throw invalid(
      `The billing export of ${configuration.engine} cannot be found with this`,
      missing.map((problem) => `${field}.${problem}`),
    )
  return found.provider
}

export const exportName = (configuration: Values): string =>
  exportOf({ engine: String(configuration['engine']) })?.name(configuration) ?? 'Costs'

/** Field to value, of what names the place. */
export function placeOf(configuration: Values): Record<string, string> {
  const engine = String(configuration['engine'])
  const fields = Object.entries(exportOf({ engine })?.place ?? {})
  return { engine, ...Object.fromEntries(fields.map(([name, short]) => [name, short(text(configuration, name))])) }
}

/** @returns undefined for what holds no export */
export const specOf = (configuration: Values, raw: Raw, awsEndpoint: string | undefined): SourceSpec | undefined =>
  exportOf({ engine: String(configuration['engine']) })?.spec(configuration, raw, awsEndpoint)
