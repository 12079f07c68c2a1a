/** The parameters of URLs, as the rules call them. */
import type { PipelinePath } from './queries.ts'

interface ComponentPath {
  project_canonical: string
  environment_canonical: string
  component_canonical: string
}

export const componentOf = (path: ComponentPath) => ({
  project: path.project_canonical,
  environment: path.environment_canonical,
  component: path.component_canonical,
})

/** The path of a pipeline, as every operation below it has it. */
export const pipelineOf = (path: ComponentPath & { inpath_pipeline_name: string }): PipelinePath => ({
  ...componentOf(path),
  pipeline: path.inpath_pipeline_name,
})
