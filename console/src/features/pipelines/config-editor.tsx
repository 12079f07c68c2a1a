/** The configuration as people write it, with its variables; what would change is shown before it is saved. */
import { Alert, Button, Checkbox, Group, List, Modal, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { isProblem } from '@/api/problem.ts'
import { useAsk, useChange } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { type Draft, useDraft } from '@/kit/draft.ts'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { Diffs, isSame } from './diffs.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { problemsOf } from './problems.ts'
import { useDiff } from './use-diff.ts'

interface ConfigEditorProps {
  place: PipelinePlace
  onSaved: () => void
}

export function ConfigEditor({ place, onSaved }: ConfigEditorProps) {
  const path = pipelinePath(place)
  const pipeline = useAsk('getPipeline', { path })
  return (
    <Asked of={pipeline}>
      {({ data: { config_version } }) => (
        <AtVersion key={Object.values(place).join('/')} place={place} newest={config_version} onSaved={onSaved} />
      )}
    </Asked>
  )
}

type Version = number | undefined

/** The text of the version at which editing began, whatever was saved since. Without versions of its own, a pipeline has what runs. */
function AtVersion({ place, newest, onSaved }: ConfigEditorProps & { newest: Version }) {
  const path = pipelinePath(place)
  const draft = useDraft(newest, newest)
  const version = draft.from
  const saved = useAsk('getPipelineConfigVersion', { path: { ...path, config_version: version ?? 0 } }, { enabled: version !== undefined })
  const running = useAsk('getPipelineConfig', { path }, { enabled: version === undefined })
  const variables = useAsk('getPipelineVariables', { path })
  const shared = { place, draft, newest, onSaved }
  return (
    <Asked of={variables}>
      {({ data: vars }) =>
        version === undefined ? (
          <Asked of={running}>{({ data }) => <Editor key={draft.key} {...shared} config={data} variables={vars.yaml_vars} />}</Asked>
        ) : (
          <Asked of={saved}>
            {({ data }) => (
              <Editor
                key={draft.key}
                {...shared}
                config={data.passed_config ?? data.config}
                variables={data.yaml_vars || vars.yaml_vars}
                sample={vars.has_saved_yaml_vars ? undefined : vars}
              />
            )}
          </Asked>
        )
      }
    </Asked>
  )
}

interface EditorProps extends ConfigEditorProps {
  draft: Draft<Version>
  newest: Version
  config: string
  variables: string
  sample?: Data<'getPipelineVariables'> | undefined
}

function Editor({ place, draft, newest, config, variables, sample, onSaved }: EditorProps) {
  const { t } = useTranslation(['pipelines', 'common'])
  const path = pipelinePath(place)
  // The variables have no version: as they were when somebody began.
  const [begun] = useState({ config, variables })
  const [text, setText] = useState(config)
  const [vars, setVars] = useState(variables)
  const [check, setCheck] = useState(false)
  const [asking, setAsking] = useState(false)
  const touched = text !== begun.config || vars !== begun.variables
  const [typed] = useDebouncedValue(`${text}\u0000${vars}`, 500)
  const mayCompare = useMay('diffPipeline', path)
  const diff = useDiff(path, { passed_config: text, yaml_vars: vars }, touched && mayCompare.allowed, typed)
  const save = useChange('updatePipeline', {
    stale: [
      'getPipeline',
      'getPipelines',
      'getPipelineConfig',
      'getPipelineConfigVersions',
      'getPipelineVariables',
      'syncedPipeline',
      'getPipelineResources',
    ],
    onSuccess({ data: { warnings, config_version } }) {
      setAsking(false)
      draft.saved(config_version, config_version)
      tell(t('config.saved'))
      for (const warning of warnings ?? []) tell(warning)
      onSaved()
    },
  })
  const refused = save.error ?? diff.problem
  const problems = problemsOf(refused, 'passed_config')
  return (
    <Stack>
      <Unsaved
        when={touched}
        stays={({ tab }) => tab === undefined}
        draft={draft}
        meanwhile={newest === undefined ? undefined : t('config.meanwhile', { version: newest })}
      />
      <Code
        value={text}
        language="yaml"
        label={t('config.config')}
        onChange={setText}
        problems={problems}
        minHeight={320}
        maxHeight={640}
      />
      {problems.length > 0 && (
        <Alert color="red" title={t('config.wrong', { count: problems.length })} role="status">
          <List size="sm">
            {problems.map(({ message }) => (
              <List.Item key={message}>{message}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Stack gap={4}>
        <Title order={2} size="h4">
          {t('config.variables')}
        </Title>
        <Text size="sm">{t(sample ? 'config.variablesSample' : 'config.variablesAbout')}</Text>
      </Stack>
      <Code
        value={vars}
        language="yaml"
        label={t('config.variables')}
        onChange={setVars}
        problems={problemsOf(refused, 'yaml_vars')}
        minHeight={100}
        maxHeight={320}
      />
      <Checkbox label={t('config.checkCredentials')} checked={check} onChange={({ currentTarget: { checked } }) => setCheck(checked)} />
      {problems.length === 0 && <ProblemAlert problem={refused} />}
      <Group justify="end" wrap="wrap">
        <Text size="sm" role="status">
          {!touched
            ? t('config.untouched')
            : diff.problem
              ? ''
              : diff.pending
                ? t('config.comparing')
                : diff.diffs && isSame(diff.diffs)
                  ? t('diff.none')
                  : ''}
        </Text>
        <Button
          variant="default"
          disabled={!touched}
          onClick={() => {
            setText(begun.config)
            setVars(begun.variables)
          }}
        >
          {t('config.revert')}
        </Button>
        <ActionButton
          operation="updatePipeline"
          path={path}
          why={!touched ? t('config.untouched') : isProblem(diff.problem, 422) ? t('config.wrongFirst') : undefined}
          onClick={() => setAsking(true)}
        >
          {t('config.review')}
        </ActionButton>
      </Group>
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('config.reviewTitle')} size="xl">
        <Stack>
          <Text size="sm">{t('config.reviewAbout')}</Text>
          {diff.diffs ? <Diffs diffs={diff.diffs} /> : <Text size="sm">{mayCompare.why}</Text>}
          <ProblemAlert problem={save.error} />
          <Group justify="end">
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('common:actions.cancel')}
            </Button>
            <Button
              data-autofocus
              loading={save.isPending}
              onClick={() => save.mutate({ path, body: { passed_config: text, yaml_vars: vars, check_credentials: check } })}
            >
              {t('config.save')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  )
}
