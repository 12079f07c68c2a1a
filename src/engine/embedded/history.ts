import type { PipelineConfig, ResourceConfig } from '../../formats/pipeline/types.ts'
import { digestOf } from './store/text.ts'

/** Versions belong to what they were found in: a resource of another type or source begins a new list. */
export function historyOf({ resource_types }: PipelineConfig, { type, source }: ResourceConfig): string {
  const custom = resource_types?.find(({ name }) => name === type)
  return digestOf([type, source ?? {}, custom ? [custom.type, custom.source ?? {}, custom.defaults ?? {}] : null])
}
