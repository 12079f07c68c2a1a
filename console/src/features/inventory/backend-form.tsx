import { Alert, Select, Stack, Switch, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import {
  type Backend,
  type BackendValues,
  configurationOf,
  type Engine,
  engineNames,
  engines,
  type Purpose,
  purposes,
  valuesOfBackend,
} from './backend-engines.ts'
import { BackendFields } from './backend-fields.tsx'
import { BackendPlace } from './backend-place.tsx'

/** Any of the kinds: its fields follow the engine, the engine follows the purpose. */
export function BackendForm({ organization, backend, close }: { organization: string; backend: Backend | undefined; close: () => void }) {
  const { t } = useTranslation(['inventory', 'common'])
  const path = { organization_canonical: organization }
  const form = useForm<BackendValues>({ initialValues: valuesOfBackend(backend), validateInputOnChange: true, validate: useCheck() })
  const { purpose, engine } = form.values
  const facts = engines[engine]
  const credentials = useAsk('listCredentials', { path, query: { credential_types: [facts.credential] } })
  const done = () => {
    tell(t(backend ? 'backends.saved' : 'backends.created'))
    close()
  }
  const refused = ({ fields }: { fields: Record<string, string> }) =>
    form.setErrors(
      Object.fromEntries(
        Object.entries(fields).map(([field, text]) => [
          field.replace(/^configuration\./, 'fields.').replace('credential_canonical', 'credential'),
          text,
        ]),
      ),
    )
  const stale = ['getExternalBackends', 'getExternalBackend', 'listCredentials'] as const
  const create = useChange('createExternalBackend', { stale, onSuccess: done, onError: refused })
  const update = useChange('updateExternalBackend', { stale, onSuccess: done, onError: refused })
  const submit = (values: BackendValues) => {
    const { everywhere, project, environment, component, credential } = values
    const placed = values.purpose !== 'cost_explorer' && !everywhere
    const body = {
      purpose: values.purpose,
      configuration: configurationOf(values),
      ...(credential ? { credential_canonical: credential } : {}),
      ...(values.purpose !== 'cost_explorer' && everywhere ? { default: true } : {}),
      ...(placed && project ? { project_canonical: project } : {}),
      ...(placed && environment ? { environment_canonical: environment } : {}),
      ...(placed && component ? { component_canonical: component } : {}),
    }
    if (backend)
      update.mutate({
        path: { ...path, external_backend_id: backend.id ?? 0 },
        body: { ...body, ...(values.rotate ? { rotate_token: true } : {}) },
      })
    else create.mutate({ path, body })
  }
  const fitting = engineNames.filter((name) => engines[name].purposes.includes(purpose))
  return (
    <form noValidate onSubmit={form.onSubmit(submit, (errors) => focusFirst(form, errors))}>
      <Stack>
        {backend ? (
          <Text size="sm">{t(`purposes.${purpose}`)}</Text>
        ) : (
          <Select
            label={t('backends.purpose')}
            data-autofocus
            description={t(`purposeHints.${purpose}`)}
            data={purposes.map((one) => ({ value: one, label: t(`purposes.${one}`) }))}
            value={purpose}
            allowDeselect={false}
            onChange={(next) => {
              const chosen = next as Purpose
              const first = engineNames.find((name) => engines[name].purposes.includes(chosen))
              form.setValues({
                purpose: chosen,
                credential: '',
                ...(first && !engines[engine].purposes.includes(chosen) ? { engine: first } : {}),
              })
            }}
          />
        )}
        <Select
          label={t('backends.engine')}
          data={fitting.map((name) => ({ value: name, label: t(`engines.${name}`) }))}
          value={engine}
          allowDeselect={false}
          onChange={(next) => form.setValues({ engine: next as Engine, credential: '' })}
        />
        {engine === 'VMwareVsphere' && <Alert color="yellow">{t('backends.vmware')}</Alert>}
        {purpose !== 'cost_explorer' && <BackendPlace organization={organization} form={form} />}
        <BackendFields form={form} facts={facts} />
        <Select
          label={t('backends.credential')}
          description={t('backends.credentialHint', { type: facts.credential })}
          placeholder={credentials.data?.data.length === 0 ? t('backends.noCredential', { type: facts.credential }) : undefined}
          required={facts.needsCredential}
          clearable={!facts.needsCredential}
          searchable
          data={(credentials.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
          {...form.getInputProps('credential')}
          value={form.values.credential || null}
          onChange={(credential) => form.setFieldValue('credential', credential ?? '')}
        />
        {backend && purpose === 'remote_tfstate' && !backend.component_canonical && (
          <Switch label={t('backends.rotate')} {...form.getInputProps('rotate', { type: 'checkbox' })} />
        )}
        {backend && purpose === 'remote_tfstate' && <Text size="sm">{t('backends.moving')}</Text>}
        <ProblemAlert problem={backend ? update.error : create.error} />
        <FormButtons
          close={close}
          verb={t(backend ? 'common:actions.save' : 'backends.createVerb')}
          busy={create.isPending || update.isPending}
        />
      </Stack>
    </form>
  )
}

function useCheck() {
  const { t } = useTranslation('inventory')
  return ({ purpose, engine, everywhere, project, credential, fields }: BackendValues): Record<string, string | undefined> => {
    const { required, file, needsCredential } = engines[engine]
    const problems: Record<string, string | undefined> = {}
    for (const field of required) if (fields[field].trim() === '') problems[`fields.${field}`] = t('wrong.empty')
    if (file && purpose === 'remote_tfstate' && !everywhere && fields[file] === '') problems[`fields.${file}`] = t('wrong.file')
    if (purpose !== 'cost_explorer' && !everywhere && project === '') problems['project'] = t('wrong.empty')
    if (needsCredential && credential === '') problems['credential'] = t('wrong.empty')
    for (const field of ['url', 'endpoint', 'blob_service_url'] as const)
      if (fields[field] !== '' && !/^https?:\/\/\S+$/i.test(fields[field])) problems[`fields.${field}`] = t('wrong.url')
    if (required.includes('sources'))
      try {
        JSON.parse(fields.sources)
      } catch {
        problems['fields.sources'] = t('wrong.json')
      }
    return problems
  }
}
