import { PipelineProblems } from './problems.ts'
import type { ConfigProblem, JsonObject, PipelineConfig, TaskConfig } from './types.ts'

export { PipelineProblems }

export interface ReadPipeline {
  config: PipelineConfig
  warnings: ConfigProblem[]
}

export function readPipeline(text: string): ReadPipeline {
  throw new PipelineProblems([{ path: '', message: `not built yet ${text.length}` }])
}
export function checkPipeline(value: unknown): ReadPipeline {
  throw new PipelineProblems([{ path: '', message: `not built yet ${typeof value}` }])
}
export function readTaskConfig(text: string): TaskConfig {
  throw new PipelineProblems([{ path: '', message: `not built yet ${text.length}` }])
}
/** Only YAML to JSON: variables are filled in before it is checked. */
export function parsePipeline(text: string): JsonObject {
  throw new PipelineProblems([{ path: '', message: `not built yet ${text.length}` }])
}
