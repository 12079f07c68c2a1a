/** The files of a use case, and its Terraform to edit: in HCL to read, in Terraform's JSON to write. */
import { Accordion, Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dataOf } from '@/api/client.ts'
import { isProblem, type Problem } from '@/api/problem.ts'
import { useAsk, useChange } from '@/api/query.ts'
import { languageOf } from '@/features/stack-forms/preview.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { sameJson } from '../../../../src/formats/forms/json.ts'
import type { StackTabProps } from './stack-overview.tsx'
import { UseCaseChoice } from './use-case-choice.tsx'

export function StackFiles({ organization, stack, configs, useCase, change }: StackTabProps) {
  const { t } = useTranslation('catalogue')
  return (
    <Asked of={configs}>
      {({ data }) => {
        const config = useCase === undefined ? undefined : data[useCase]
        if (!config || useCase === undefined) return null
        const { pipeline, variables } = config.pipeline
        const files = [
          { ...pipeline, destination: '' },
          variables,
          ...Object.values(config.terraform ?? {}),
          ...Object.values(config.ansible ?? {}),
        ].filter(({ path }) => path !== '')
        return (
          <Stack gap="md">
            <UseCaseChoice configs={data} value={useCase} onChange={(key) => change({ use_case: key })} />
            <Accordion variant="contained" multiple order={3}>
              {files.map(({ path, destination, content }, index) => (
                <Accordion.Item key={`${path}\n${destination}`} value={String(index)}>
                  <Accordion.Control>
                    <Text size="sm" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                      {path}
                    </Text>
                    {destination !== '' && (
                      <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
                        {t('files.becomes', { destination })}
                      </Text>
                    )}
                  </Accordion.Control>
                  <Accordion.Panel>
                    <Code value={content} language={languageOf(path)} label={path} />
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
            <Terraform
              key={useCase}
              organization={organization}
              reference={stack.ref}
              useCase={useCase}
              foreign={stack.organization_canonical !== organization}
            />
          </Stack>
        )
      }}
    </Asked>
  )
}

interface TerraformProps {
  organization: string
  reference: string
  useCase: string
  /** Shared by an ancestor: it is changed there. */
  foreign: boolean
}

const none = {}

function Terraform({ organization, reference, useCase, foreign }: TerraformProps) {
  const { t } = useTranslation('catalogue')
  const path = { organization_canonical: organization, service_catalog_ref: reference, use_case_canonical: useCase }
  const saved = useAsk('getServiceCatalogTerraform', { path })
  const config = saved.error?.status === 404 ? none : (saved.data?.data.config as object | undefined)
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4" mb="xs">
        {t('files.terraform')}
      </Title>
      <Text size="sm" mb="sm">
        {t('files.terraformExplain')}
      </Text>
      {config ? <TerraformEditor path={path} saved={config} foreign={foreign} /> : <Asked of={saved}>{() => null}</Asked>}
    </Paper>
  )
}

interface TerraformEditorProps {
  path: { organization_canonical: string; service_catalog_ref: string; use_case_canonical: string }
  /** As it is on the server, whoever saved it. */
  saved: object
  foreign: boolean
}

function TerraformEditor({ path, saved, foreign }: TerraformEditorProps) {
  const { t } = useTranslation('catalogue')
  const [text, setText] = useState(JSON.stringify(saved, null, 2))
  const [kept, setKept] = useState(saved)
  const [seen, setSeen] = useState(saved)
  const [isElsewhere, setElsewhere] = useState(false)
  const [hcl, setHcl] = useState<string>()
  const [problems, setProblems] = useState<readonly string[]>([])
  const [refused, setRefused] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const save = useChange('updateServiceCatalogTerraform', {
    stale: ['getServiceCatalogTerraform', 'getServiceCatalogConfig'],
    onSuccess: (_, { body }) => {
      setKept(body.config as object)
      setElsewhere(false)
      tell(t('files.saved'))
    },
  })
  const config = parsed(text)
  const isKept = sameJson(config, kept)
  const readAgain = () => {
    setText(JSON.stringify(saved, null, 2))
    setKept(saved)
    setElsewhere(false)
  }
  // While nothing was typed it is what the server has; what was typed is not taken away.
  if (saved !== seen) {
    setSeen(saved)
    if (isKept) readAgain()
    else setElsewhere(!sameJson(saved, kept))
  }
  const place = { organization_canonical: path.organization_canonical }
  const check = async () => {
    if (!config) return
    setBusy(true)
    setRefused(null)
    try {
      const [{ errors }, written] = await Promise.all([
        dataOf('terraformValidate', { path: place, body: { config } as never }),
        dataOf('terraformJSONToHCL', { path: place, body: { config } as never }),
      ])
      setProblems((errors ?? []).map((error) => (typeof error === 'string' ? error : JSON.stringify(error))))
      setHcl(written.config)
    } catch (error) {
      if (!isProblem(error)) throw error
      setRefused(error)
    }
    setBusy(false)
  }
  return (
    <Stack gap="sm">
      <Unsaved
        when={!foreign && !isKept}
        stays={({ tab, use_case = path.use_case_canonical }) => tab === 'files' && use_case === path.use_case_canonical}
      />
      <Code value={text} language="json" label={t('files.terraform')} minHeight={160} {...(foreign ? {} : { onChange: setText })} />
      {config === undefined && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {t('files.noJson')}
        </Text>
      )}
      {problems.map((problem) => (
        <Text key={problem} size="sm" c="var(--mantine-color-error)">
          {problem}
        </Text>
      ))}
      <ProblemAlert problem={refused ?? save.error} />
      {isElsewhere && (
        <Alert color="yellow" role="alert" title={t('files.elsewhere')}>
          <Button size="compact-sm" variant="default" onClick={readAgain}>
            {t('files.readAgain')}
          </Button>
        </Alert>
      )}
      <Group justify="end" gap="sm">
        <Button variant="default" onClick={() => void check()} loading={busy} disabled={config === undefined}>
          {t('files.check')}
        </Button>
        <ActionButton
          operation="updateServiceCatalogTerraform"
          path={path}
          why={foreign ? t('files.foreign') : isKept ? t('files.unchanged') : config === undefined ? t('files.noJson') : undefined}
          loading={save.isPending}
          onClick={() => save.mutate({ path, body: { config } as never })}
        >
          {t('files.save')}
        </ActionButton>
      </Group>
      {hcl !== undefined && <Code value={hcl} language="hcl" label={t('files.hcl')} />}
    </Stack>
  )
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
