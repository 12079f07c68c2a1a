/** The form as a developer will see it: everything can be tried, nothing is sent. */
import { Alert, Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { StackForm } from '@/features/stack-forms/stack-form.tsx'
import { useStackForm } from '@/features/stack-forms/use-stack-form.ts'
import { Asked } from '@/kit/states.tsx'
import type { StackTabProps } from './stack-overview.tsx'
import { UseCaseChoice } from './use-case-choice.tsx'

export function StackFormPreview({ organization, configs, useCase, search, change }: StackTabProps) {
  const { t } = useTranslation('catalogue')
  return (
    <Asked of={configs}>
      {({ data }) => {
        const config = useCase === undefined ? undefined : data[useCase]
        return (
          <Stack gap="md">
            <UseCaseChoice configs={data} value={useCase} onChange={(key) => change({ use_case: key, section: undefined })} />
            <Text size="sm">{t('form.explain')}</Text>
            {config?.forms && (
              <Preview
                key={useCase}
                organization={organization}
                form={config.forms}
                section={search.section}
                onSection={(section) => change({ section })}
              />
            )}
          </Stack>
        )
      }}
    </Asked>
  )
}

interface PreviewProps {
  organization: string
  form: Schema<'FormUseCase'>
  section: string | undefined
  onSection: (name: string) => void
}

function Preview({ organization, form, section, onSection }: PreviewProps) {
  const { t } = useTranslation('catalogue')
  const place = useMemo(() => ({ organization }), [organization])
  const filled = useStackForm(form, place)
  return (
    <Stack gap="md">
      <StackForm state={filled.state} hands={filled.hands} openAll={false} section={section} onSection={onSection} />
      {filled.isChanged && (
        <Alert color={filled.state.problems > 0 ? 'yellow' : 'green'} role="status">
          {filled.state.problems > 0 ? t('form.wrong', { count: filled.state.problems }) : t('form.right')}
        </Alert>
      )}
    </Stack>
  )
}
