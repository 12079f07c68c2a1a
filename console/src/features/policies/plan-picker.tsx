/** A Terraform plan: an example, a file, a text, or what a component's pipeline stored last. */
import { Button, FileButton, Group, SegmentedControl, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Code } from '@/kit/code.tsx'
import { ComponentPlan } from './component-plan.tsx'
import { type ExamplePlan, examplePlanNames, examplePlans } from './examples.ts'

export interface Plan {
  text: string
  /** What policies see as `input.project_canonical` and `input.environment_canonical`. */
  project: string
  environment: string
}

export const firstPlan: Plan = { text: examplePlans.largeMachine, project: 'shop', environment: 'prod' }

const sources = ['example', 'text', 'component'] as const
/** Longer ones are checked, but not shown: an editor of such a text stands still. */
const longestShown = 400_000

interface PickerProps {
  organization: string
  plan: Plan
  onChange: (plan: Plan) => void
  /** The place is chosen elsewhere. */
  placed?: boolean
}

export function PlanPicker({ organization, plan, onChange, placed = false }: PickerProps) {
  const { t } = useTranslation('policies')
  const [source, setSource] = useState<(typeof sources)[number]>('example')
  const [example, setExample] = useState<ExamplePlan>('largeMachine')
  const [file, setFile] = useState('')
  const upload = async (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen.name)
    onChange({ ...plan, text: await chosen.text() })
  }
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('plan.source')}
        data={sources.map((one) => ({ value: one, label: t(`plan.sources.${one}`) }))}
        value={source}
        onChange={(next) => {
          setSource(next as typeof source)
          setFile('')
          if (next === 'example') onChange({ ...plan, text: examplePlans[example] })
        }}
      />
      {source === 'example' && (
        <Select
          label={t('plan.example')}
          data={examplePlanNames.map((name) => ({ value: name, label: t(`plan.examples.${name}`) }))}
          value={example}
          allowDeselect={false}
          onChange={(name) => {
            const chosen = name as ExamplePlan
            setExample(chosen)
            onChange({ ...plan, text: examplePlans[chosen] })
          }}
        />
      )}
      {source === 'text' && (
        <Group gap="sm">
          <FileButton onChange={(chosen) => void upload(chosen)} accept="application/json,.json">
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>
                {t('plan.upload')}
              </Button>
            )}
          </FileButton>
          <Text size="sm">{file || t('plan.hint')}</Text>
        </Group>
      )}
      {source === 'component' && <ComponentPlan organization={organization} onPlan={onChange} />}
      {!placed && source !== 'component' && (
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label={t('plan.project')}
            value={plan.project}
            onChange={({ currentTarget }) => onChange({ ...plan, project: currentTarget.value })}
          />
          <TextInput
            label={t('plan.environment')}
            value={plan.environment}
            onChange={({ currentTarget }) => onChange({ ...plan, environment: currentTarget.value })}
          />
        </SimpleGrid>
      )}
      {plan.text.length > longestShown ? (
        <Text size="sm">{t('plan.long', { count: Math.round(plan.text.length / 1024) })}</Text>
      ) : (
        <Code
          value={plan.text}
          language="json"
          label={t('plan.label')}
          maxHeight={300}
          {...(source === 'text' ? { onChange: (text: string) => onChange({ ...plan, text }) } : {})}
        />
      )}
    </Stack>
  )
}
