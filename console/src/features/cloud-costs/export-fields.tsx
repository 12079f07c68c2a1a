/** Where a billing export lies, by the kind of place. */
import { Checkbox, Select, SimpleGrid, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { focusFirst } from './form.ts'

export const engines = ['AWSStorage', 'AzureCostExport', 'GCPCostStorage', 'GCPStorage'] as const
export type Engine = (typeof engines)[number]

/** Fields of each kind; those with a star have to be filled. */
const fieldsOf = {
  AWSStorage: ['bucket*', 'region*', 'key', 'endpoint'],
  AzureCostExport: ['blob_service_url*', 'name', 'scope'],
  GCPCostStorage: ['project_id*', 'dataset*', 'table'],
  GCPStorage: ['bucket*', 'object'],
} as const satisfies Record<Engine, readonly string[]>

type FieldName =
  | 'bucket'
  | 'region'
  | 'key'
  | 'endpoint'
  | 'blob_service_url'
  | 'name'
  | 'scope'
  | 'project_id'
  | 'dataset'
  | 'table'
  | 'object'

const credentialTypes: Record<Engine, readonly string[]> = {
  AWSStorage: ['aws'],
  AzureCostExport: ['azure'],
  GCPCostStorage: ['gcp'],
  GCPStorage: ['gcp'],
}

export interface ExportValues {
  engine: Engine
  credential: string
  fields: Partial<Record<FieldName, string>>
  s3_force_path_style: boolean
  skip_verify_ssl: boolean
}

export const noExport: ExportValues = {
  engine: 'AWSStorage',
  credential: '',
  fields: {},
  s3_force_path_style: false,
  skip_verify_ssl: false,
}

export function exportValuesOf(backend: Schema<'ExternalBackend'> | undefined): ExportValues {
  if (!backend) return noExport
  const { engine, ...rest } = backend.configuration as { engine: string } & Record<string, unknown>
  const known = engines.find((one) => one === engine) ?? 'AWSStorage'
  return {
    engine: known,
    credential: backend.credential_canonical ?? '',
    fields: Object.fromEntries(Object.entries(rest).filter((entry): entry is [FieldName, string] => typeof entry[1] === 'string')),
    s3_force_path_style: rest['s3_force_path_style'] === true,
    skip_verify_ssl: rest['skip_verify_ssl'] === true,
  }
}

/** Names of fields that are still missing. */
export const missingOf = ({ engine, fields, credential }: ExportValues): string[] => [
  ...fieldsOf[engine]
    .filter((name) => name.endsWith('*'))
    .flatMap((name) => (fields[name.slice(0, -1) as FieldName]?.trim() ? [] : [name.slice(0, -1)])),
  ...(credential === '' ? ['credential'] : []),
]

export function backendOf({ engine, credential, fields, ...switches }: ExportValues): Schema<'NewExternalBackend'> {
  const names = fieldsOf[engine].map((name) => name.replace('*', '') as FieldName)
  const filled = Object.fromEntries(names.flatMap((name) => (fields[name]?.trim() ? [[name, fields[name]?.trim()]] : [])))
  const configuration = { engine, ...filled, ...(engine === 'AWSStorage' ? switches : {}) }
  return { purpose: 'cost_explorer', credential_canonical: credential, configuration } as Schema<'NewExternalBackend'>
}

interface FieldsProps {
  organization: string
  values: ExportValues
  onChange: (values: ExportValues) => void
  /** By name of the field. */
  errors: Readonly<Record<string, string>>
}

export function ExportFields({ organization, values, onChange, errors }: FieldsProps) {
  const { t } = useTranslation('cloud-costs')
  const credentials = useAsk('listCredentials', { path: { organization_canonical: organization } })
  const fitting = (credentials.data?.data ?? []).filter(({ type }) => credentialTypes[values.engine].includes(type))
  return (
    <>
      <Select
        label={t('export.engine')}
        required
        allowDeselect={false}
        value={values.engine}
        data={engines.map((value) => ({ value, label: t(`export.engines.${value}`) }))}
        onChange={(engine) => onChange({ ...values, engine: engine as Engine, credential: '' })}
      />
      <Select
        label={t('export.credential')}
        description={
          credentials.data && fitting.length === 0
            ? t('export.noCredential')
            : t('export.credentialText', { types: credentialTypes[values.engine].join(', ') })
        }
        required
        disabled={fitting.length === 0}
        value={values.credential || null}
        data={fitting.map(({ canonical, name }) => ({ value: canonical, label: name }))}
        error={errors['credential'] ?? errors['credential_canonical']}
        onChange={(credential) => onChange({ ...values, credential: credential ?? '' })}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {fieldsOf[values.engine].map((marked) => {
          const name = marked.replace('*', '') as FieldName
          return (
            <TextInput
              key={name}
              label={t(`export.fields.${name}`)}
              description={t(`export.texts.${name}`, { defaultValue: '' }) || undefined}
              required={marked.endsWith('*')}
              value={values.fields[name] ?? ''}
              error={errors[name]}
              onChange={(event) => onChange({ ...values, fields: { ...values.fields, [name]: event.currentTarget.value } })}
            />
          )
        })}
      </SimpleGrid>
      {values.engine === 'AWSStorage' && (
        <>
          <Checkbox
            label={t('export.pathStyle')}
            checked={values.s3_force_path_style}
            onChange={(event) => onChange({ ...values, s3_force_path_style: event.currentTarget.checked })}
          />
          <Checkbox
            label={t('export.skipVerify')}
            checked={values.skip_verify_ssl}
            onChange={(event) => onChange({ ...values, skip_verify_ssl: event.currentTarget.checked })}
          />
        </>
      )}
    </>
  )
}

/** `external_backend.configuration.bucket` → `bucket`. */
const exportErrors = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([path, message]) => [path.split('.').at(-1) ?? path, message]))

/** What is said beside the fields; the first that is wrong takes the focus. */
export function useExportErrors() {
  const { t } = useTranslation('cloud-costs')
  const [errors, setErrors] = useState<Record<string, string>>({})
  const show = (found: Record<string, string>) => {
    setErrors(found)
    if (Object.keys(found).length > 0) focusFirst()
  }
  return {
    errors,
    showMissing: (fields: readonly string[]) => show(Object.fromEntries(fields.map((field) => [field, t('form.missing')]))),
    /** For `onError` of a change. */
    showRefused: ({ fields }: Problem) => show(exportErrors(fields)),
  }
}
