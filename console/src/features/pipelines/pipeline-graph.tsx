import { IconCloudDownload, IconCloudUpload, IconPin } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { Graph, type GraphNode } from '@/kit/graph.tsx'
import { colorOf, jobState, StateIcon } from './build-state.tsx'
import { shapeOf } from './graph-of.ts'

interface PipelineGraphProps {
  name: string
  jobs: readonly Schema<'Job'>[]
  resources: readonly Schema<'Resource'>[]
  selected: string | undefined
  onSelect: (id: string) => void
}

export function PipelineGraph({ name, jobs, resources, selected, onSelect }: PipelineGraphProps) {
  const { t } = useTranslation('pipelines')
  const shape = useMemo(() => shapeOf(jobs), [jobs])
  const nodes: GraphNode[] = [
    ...shape.resources.map(({ id, name }): GraphNode => {
      const resource = resources.find((one) => one.name === name)
      const pinned = resource?.pinned_version !== undefined
      const broken = resource?.check_error !== undefined
      const Icon = pinned ? IconPin : id.startsWith('written') ? IconCloudUpload : IconCloudDownload
      const state = broken ? t('resource.checkFailed') : pinned ? t('resource.pinned') : undefined
      return {
        id,
        label: name,
        note: state ?? resource?.type,
        state,
        icon: <Icon size={18} aria-hidden />,
        color: broken ? 'red' : pinned ? 'violet' : 'gray',
        shape: 'pill',
      }
    }),
    ...jobs.map((job): GraphNode => {
      const state = jobState(job)
      const build = job.next_build ?? job.finished_build
      const said = job.paused ? `${t('state.paused')} · ${t(`state.${state}`)}` : t(`state.${state}`)
      return {
        id: `job:${job.name}`,
        label: job.name,
        note: build ? `${said} · #${build.name}` : said,
        icon: <StateIcon state={job.paused ? 'paused' : state} />,
        color: colorOf(job.paused ? 'paused' : state),
        live: state === 'started',
      }
    }),
  ]
  const edges = shape.lines.map(({ from, to, triggers, carries }) => ({
    from,
    to,
    dashed: !triggers,
    label: carries.length > 1 ? t('graph.carries', { count: carries.length }) : carries[0],
  }))
  return <Graph label={t('graph.label', { name })} nodes={nodes} edges={edges} height={440} selected={selected} onSelect={onSelect} />
}
