/** The plan of a build as nested steps, each with its state, how long it took, and what it wrote. */
import { Alert, Badge, Box, Code, Collapse, Group, Paper, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LogView } from '@/kit/log-view.tsx'
import { type BuildRecord, type StepRecord, untouched } from './build-log.ts'
import { StateIcon } from './build-state.tsx'
import classes from './build-steps.module.css'
import { Elapsed } from './elapsed.tsx'
import { type GroupNode, type LeafNode, leavesOf, type PlanNode } from './plan.ts'
import { VersionText } from './version-text.tsx'

export interface LineTarget {
  step?: string
  line?: number
}

interface StepsProps {
  nodes: readonly PlanNode[]
  record: BuildRecord
  /** Of the build; what had begun by its end ended with it. */
  status: string
  target: LineTarget
  hrefOf: (target: LineTarget) => string
  onTarget: (target: LineTarget) => void
}

type ShownState = StepRecord['state'] | 'skipped'

/** A step that never told its end ended with the build. */
function stateIn({ state }: StepRecord, status: string): ShownState {
  const over = !['pending', 'started'].includes(status)
  if (over && state === 'waiting') return 'skipped'
  if (over && state === 'started') return status === 'aborted' ? 'aborted' : 'errored'
  return state
}

export function BuildSteps(props: StepsProps) {
  return (
    <Stack component="ol" gap="xs" className={classes.steps}>
      {props.nodes.map((node) => (
        <li key={`${node.kind}-${node.id}-${node.kind === 'group' ? node.group : ''}`}>
          {node.kind === 'leaf' ? <Step {...props} node={node} /> : <Several {...props} node={node} />}
        </li>
      ))}
    </Stack>
  )
}

function Several({ node, ...props }: StepsProps & { node: GroupNode }) {
  const { t } = useTranslation('pipelines')
  const label = t(`plan.${node.group}`, { note: node.note ?? '' })
  // A hook that never ran, and has nothing to say, is only noise in a build that went well.
  const touched = leavesOf(node.children).some(({ id }) => props.record.steps.has(id))
  return (
    <Box className={classes.group} data-quiet={!touched}>
      <Text size="sm" fw={600} mb={4}>
        {label}
      </Text>
      <BuildSteps {...props} nodes={node.children} />
    </Box>
  )
}

function Step({ node, record, status, target, hrefOf, onTarget }: StepsProps & { node: LeafNode }) {
  const { t } = useTranslation('pipelines')
  const id = useId()
  const step = record.steps.get(node.id) ?? untouched
  const state = stateIn(step, status)
  const [chosen, setChosen] = useState<boolean>()
  const targeted = target.step === node.id
  const open = chosen ?? (targeted || state === 'started' || state === 'failed' || state === 'errored' || state === 'aborted')
  const ended = step.ended ?? (state === 'started' ? undefined : step.began)
  return (
    <Paper withBorder className={classes.step}>
      <UnstyledButton className={classes.head} aria-expanded={open} aria-controls={id} onClick={() => setChosen(!open)}>
        <Group gap="xs" wrap="wrap" component="span">
          <IconChevronRight size={16} className={classes.chevron} data-open={open} aria-hidden />
          <StateIcon state={state === 'waiting' ? 'none' : state} />
          <Badge size="sm" variant="default" component="span">
            {t(`plan.${node.step}`)}
          </Badge>
          <Text span size="sm" fw={600} className={classes.name}>
            {node.name}
          </Text>
          {step.version && <VersionText version={step.version} />}
        </Group>
        <Text span size="sm" className={classes.end}>
          {t(`state.${state === 'waiting' ? 'waiting' : state}`)} <Elapsed from={step.began} to={ended} />
        </Text>
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        {open && (
          <Stack gap="xs" p="sm" pt={0}>
            <Facts node={node} step={step} />
            {step.errors.map((message) => (
              <Alert key={message} color="red" p="xs">
                {message}
              </Alert>
            ))}
            {step.dropped > 0 && <Text size="sm">{t('log.dropped', { count: step.dropped })}</Text>}
            {step.lost > 0 && <Text size="sm">{t('log.lost', { count: step.lost })}</Text>}
            {step.lines.length > 0 ? (
              <LogView
                label={t('log.of', { name: node.name })}
                lines={step.lines}
                dropped={step.dropped}
                links={{
                  line: targeted ? target.line : undefined,
                  hrefOf: (line) => hrefOf({ step: node.id, line }),
                  onLine: (line) => onTarget({ step: node.id, line }),
                }}
                fileName={`${node.name}.txt`}
              />
            ) : (
              <Text size="sm">{t(state === 'waiting' ? 'log.notYet' : state === 'skipped' ? 'log.skipped' : 'log.empty')}</Text>
            )}
          </Stack>
        )}
      </Collapse>
    </Paper>
  )
}

function Facts({ node, step }: { node: LeafNode; step: StepRecord }) {
  const { t } = useTranslation('pipelines')
  const { metadata, image, exitStatus } = step
  if (!image && metadata.length === 0 && !exitStatus && !node.type) return null
  return (
    <Stack gap={4} component="dl" m={0}>
      {node.type && <Fact term={t('resource.type')}>{node.type}</Fact>}
      {image && <Fact term={t('plan.image')}>{image}</Fact>}
      {exitStatus !== undefined && exitStatus !== 0 && <Fact term={t('plan.exit')}>{exitStatus}</Fact>}
      {metadata.map(({ name, value }) => (
        <Fact key={name} term={name}>
          {value}
        </Fact>
      ))}
    </Stack>
  )
}

const Fact = ({ term, children }: { term: string; children: string | number }) => (
  <Group gap="xs" wrap="wrap">
    <Text component="dt" size="sm">
      {term}
    </Text>
    <Code component="dd" m={0} className={classes.fact}>
      {children}
    </Code>
  </Group>
)
