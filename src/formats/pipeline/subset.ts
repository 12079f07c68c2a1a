import type { ConfigProblem, PipelineConfig } from './types.ts'
export interface EngineCapabilities {
  tasks: boolean
  /** Repository without a tag, and where its tasks run. */
  images: ReadonlyMap<string, string>
  hasType(type: string): boolean
}
export function unsupportedByEmbedded(config: PipelineConfig, capabilities: EngineCapabilities): ConfigProblem[] {
  void [config, capabilities]
  return []
}
