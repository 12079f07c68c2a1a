import { SegmentedControl, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { CodeDiff } from '@/kit/code.tsx'
import { Asked } from '@/kit/states.tsx'
import { Diffs } from './diffs.tsx'
import { type PipelinePlace, pipelinePath } from './place.ts'

/** What changed from one saved configuration to another: as jobs and resources, or as text. */
export function VersionsCompared({ place, from, to }: { place: PipelinePlace; from: number; to: number }) {
  const { t } = useTranslation('pipelines')
  const [view, setView] = useState('text')
  const path = pipelinePath(place)
  const before = useAsk('getPipelineConfigVersion', { path: { ...path, config_version: from } })
  const after = useAsk('getPipelineConfigVersion', { path: { ...path, config_version: to }, query: { compare_to: from } })
  return (
    <Stack>
      <SegmentedControl
        aria-label={t('history.view')}
        value={view}
        onChange={setView}
        data={[
          { value: 'text', label: t('history.asText') },
          { value: 'parts', label: t('history.asParts') },
        ]}
      />
      <Asked of={before}>
        {({ data: old }) => (
          <Asked of={after}>
            {({ data }) =>
              view === 'parts' ? (
                <Diffs diffs={data.diffs} />
              ) : (
                <Stack>
                  <CodeDiff before={old.config} after={data.config} language="yaml" label={t('history.compared', { from, to })} />
                  {old.yaml_vars !== data.yaml_vars && (
                    <CodeDiff before={old.yaml_vars} after={data.yaml_vars} language="yaml" label={t('config.variables')} />
                  )}
                </Stack>
              )
            }
          </Asked>
        )}
      </Asked>
    </Stack>
  )
}
