/** The configuration as people write it, with its variables; what would change is shown before it is saved. */
import { Alert, Button, Checkbox, Group, List, Modal, Stack, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Data } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Code } from '@/kit/code.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { Unsaved } from '@/kit/unsaved.tsx'
import { Diffs, isSame } from './diffs.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'
import { problemsOf } from './problems.ts'
import { useDiff } from './use-diff.ts'

export function ConfigEditor({ place, onSaved }: { place: PipelinePlace; onSaved: () => void }) {
  const path = pipelinePath(place)
  const pipeline = useAsk('getPipeline', { path })
  const version = pipeline.data?.data.config_version
  const saved = useAsk('getPipelineConfigVersion', { path: { ...path, config_version: version ?? 0 } }, { enabled: version !== undefined })
  const running = useAsk('getPipelineConfig', { path }, { enabled: pipeline.data !== undefined && version === undefined })
  const variables = useAsk('getPipelineVariables', { path })
  if (version === undefined && running.data)
    return (
      <Asked of={variables}>
        {({ data }) => <Editor place={place} config={running.data.data} variables={data.yaml_vars} onSaved={onSaved} />}
      </Asked>
    )
  return (
    <Asked of={saved}>
      {({ data }) => (
        <Asked of={variables}>
          {({ data: vars }) => (
            <Editor
              key={version}
              place={place}
              config={data.passed_config ?? data.config}
              variables={data.yaml_vars || vars.yaml_vars}
              sample={vars.has_saved_yaml_vars ? undefined : vars}
              onSaved={onSaved}
            />
          )}
        </Asked>
      )}
    </Asked>
  )
}

interface EditorProps {
  place: PipelinePlace
  config: string
  variables: string
  sample?: Data<'getPipelineVariables'> | undefined
  onSaved: () => void
}

function Editor({ place, config, variables, sample, onSaved }: EditorProps) {
  const { t } = useTranslation(['pipelines', 'common'])
  const path = pipelinePath(place)
  // As it was when somebody began: what others save meanwhile must not replace what is being typed.
  const [begun] = useState({ config, variables })
  const [text, setText] = useState(config)
  const [vars, setVars] = useState(variables)
  const [check, setCheck] = useState(false)
  const [asking, setAsking] = useState(false)
  const touched = text !== begun.config || vars !== begun.variables
  const [typed] = useDebouncedValue(`${text}\u0000${vars}`, 500)
  const diff = useDiff(path, { passed_config: text, yaml_vars: vars }, touched, typed)
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
    onSuccess({ data: { warnings } }) {
      setAsking(false)
      tell(t('config.saved'))
      for (const warning of warnings ?? []) tell(warning)
      onSaved()
    },
  })
  const refused = save.error ?? diff.problem
  const problems = problemsOf(refused, 'passed_config')
  return (
    <Stack>
      <Unsaved when={touched} stays={({ tab }) => tab === undefined} />
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
          why={!touched ? t('config.untouched') : diff.problem ? t('config.wrongFirst') : undefined}
          onClick={() => setAsking(true)}
        >
          {t('config.review')}
        </ActionButton>
      </Group>
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('config.reviewTitle')} size="xl">
        <Stack>
          <Text size="sm">{t('config.reviewAbout')}</Text>
          {diff.diffs && <Diffs diffs={diff.diffs} />}
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
