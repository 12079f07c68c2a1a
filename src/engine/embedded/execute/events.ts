/** The events of steps, by Concourse's names and in its versions. */
import { isJsonMap } from '../../../formats/json-value.ts'
import type { JsonObject, TaskConfig, Version } from '../../../formats/pipeline/types.ts'
import { seconds } from '../../../time.ts'
import type { LogSource } from './log-lines.ts'
import type { Secrets } from './redact.ts'
import type { ExecutorPorts, Metadata } from './types.ts'

/** What one step tells. Nothing in it has to be redacted before. */
export type Tell = (type: EventType, data?: JsonObject) => void

type Ports = Pick<ExecutorPorts, 'emit' | 'now'>

const versions = {
  error: '4.1',
  'initialize-task': '4.0',
  'start-task': '5.0',
  'finish-task': '4.0',
  'initialize-get': '2.0',
  'start-get': '1.0',
  'finish-get': '5.1',
  'initialize-put': '2.0',
  'start-put': '1.0',
  'finish-put': '5.1',
  initialize: '1.0',
  start: '1.0',
  finish: '1.0',
  'selected-worker': '1.0',
  'set-pipeline-changed': '1.0',
} as const
export type EventType = keyof typeof versions

export const worker = { selected_worker: 'embedded' }

/** @param id of the step in the plan; undefined: about the build as a whole */
export function tellOf({ emit, now }: Ports, secrets: Secrets, id: string | undefined): Tell {
  const origin = id === undefined ? {} : { id }
  return (type, data = {}) => {
    const told = secrets.json(data)
    if (isJsonMap(told)) emit({ type, version: versions[type], data: { time: timeOf(now), origin, ...told } })
  }
}

/** For output, which is redacted already. */
export const tellLogOf =
  ({ emit, now }: Ports, id: string) =>
  (source: LogSource, payload: string): void =>
    emit({ type: 'log', version: '5.1', data: { time: timeOf(now), origin: { id, source }, payload } })

const timeOf = (now: () => number): number => seconds(new Date(now()))

export const finished = (exitStatus: number, version: Version | null, metadata: readonly Metadata[]): JsonObject => ({
  exit_status: exitStatus,
  version: version && { ...version },
  metadata: metadata.map(({ name, value }) => ({ name, value })),
})

/** As much of a task as its events show. */
export function shownTask({ platform, image_resource: image, rootfs_uri, run, inputs = [] }: TaskConfig): JsonObject {
  const { repository, tag } = { repository: image?.source?.['repository'], tag: image?.source?.['tag'] }
  const named = typeof repository === 'string' ? repository + (typeof tag === 'string' ? `:${tag}` : '') : ''
  return {
    config: {
      platform,
      image: rootfs_uri ?? named,
      run: { path: run.path, args: run.args ?? [], dir: run.dir ?? '' },
      inputs: inputs.map(({ name, path = '' }) => ({ name, path })),
    },
  }
}
