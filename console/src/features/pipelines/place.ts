/** Where a pipeline is: as the addresses of the console have it, and as the API does. */
import type { PathParameters, Schema } from '@/api/types.ts'

export const componentRoute = '/organizations/$organization/projects/$project/environments/$environment/components/$component'
export const pipelinesRoute = `${componentRoute}/pipelines` as const
export const pipelineRoute = `${pipelinesRoute}/$pipeline` as const
export const configRoute = `${pipelineRoute}/config` as const
export const jobRoute = `${pipelineRoute}/jobs/$job` as const
export const buildRoute = `${jobRoute}/builds/$build` as const
export const resourceRoute = `${pipelineRoute}/resources/$resource` as const

export interface ComponentPlace {
  organization: string
  project: string
  environment: string
  component: string
}
export interface PipelinePlace extends ComponentPlace {
  pipeline: string
}
export interface JobPlace extends PipelinePlace {
  job: string
}
export interface BuildPlace extends JobPlace {
  build: string
}

export type ComponentPath = PathParameters<'createPipeline'>
export type PipelinePath = PathParameters<'getPipeline'>
export type JobPath = PathParameters<'getJob'>
export type BuildPath = PathParameters<'getBuild'>

export const componentPath = ({ organization, project, environment, component }: ComponentPlace): ComponentPath => ({
  organization_canonical: organization,
  project_canonical: project,
  environment_canonical: environment,
  component_canonical: component,
})
export const pipelinePath = (place: PipelinePlace): PipelinePath => ({ ...componentPath(place), inpath_pipeline_name: place.pipeline })
export const jobPath = (place: JobPlace): JobPath => ({ ...pipelinePath(place), job_name: place.job })
export const buildPath = (place: BuildPlace): BuildPath => ({ ...jobPath(place), build_id: place.build })

export const placeOf = (organization: string, { project, environment, component, name }: Schema<'Pipeline'>): PipelinePlace => ({
  organization,
  project: project.canonical,
  environment: environment.canonical,
  component: component.canonical,
  pipeline: name,
})

/** Milliseconds between looks: often while something runs, now and then to see whether something began. */
export const lookAgain = (jobs: readonly Schema<'Job'>[] | undefined): number => (jobs?.some(({ next_build }) => next_build) ? 2000 : 8000)
