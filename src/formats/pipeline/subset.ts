/** What the embedded engine does not do of a pipeline, told when it is saved rather than when it runs. */
import { shown } from '../json-value.ts'
import { stepsOf } from './steps.ts'
import type { ConfigProblem, JobConfig, PipelineConfig, SetPipelineStep, Step, TaskConfig, TaskStep } from './types.ts'

export interface EngineCapabilities {
  /** Whether tasks of this organization run at all. */
  tasks: boolean
  /** By repository (see `repositoryOf`): where tasks of an image run. */
  images: ReadonlyMap<string, string>
  /** Whether the engine has a resource type of this name itself. */
  hasType(type: string): boolean
}

/**
 * Each thing that the engine would refuse or get wrong, with the path of its field; at most 100 and how many more there are.
 * Files of tasks, and what is a `((variable))`, are only known when the pipeline runs: whoever runs them has to look again.
 */
export function unsupportedByEmbedded(config: PipelineConfig, capabilities: EngineCapabilities): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const note: Note = (path, message) => problems.push({ path, message })
  checkSources(config, note)
  checkTypes(config, capabilities, note)
  for (const [index, job] of config.jobs.entries()) checkJob(job, `jobs[${index}]`, capabilities, note)
  return problems.length <= mostProblems
    ? problems
    : [...problems.slice(0, mostProblems), { path: '', message: `there are ${problems.length - mostProblems} more of such problems` }]
}

/** What the embedded engine leaves out without harm. */
export function ignoredByEmbedded(
  { display, resources = [], resource_types: types = [] }: PipelineConfig,
  hasType: EngineCapabilities['hasType'],
): ConfigProblem[] {
  const warnings: ConfigProblem[] = []
  for (const field of ['background_image', 'background_filter'] as const)
    if (display?.[field] !== undefined) warnings.push({ path: `display.${field}`, message: 'is not shown by the embedded engine' })
  for (const [index, { name }] of types.entries())
    if (hasType(name))
      warnings.push({ path: `resource_types[${index}]`, message: `is not used: the embedded engine has the type ${shown(name)} itself` })
  for (const [index, { webhook_token }] of resources.entries())
    if (webhook_token !== undefined)
      warnings.push({ path: `resources[${index}].webhook_token`, message: 'is not used: the embedded engine takes no webhooks' })
  return warnings
}

/**
 * What `images` is asked for: the repository as it is written, without tag and digest. Its registry stays, so `docker.io/a/b` is
 * not `a/b`. Undefined: the image names none.
 */
export function repositoryOf({ source }: NonNullable<TaskConfig['image_resource']>): string | undefined {
  const repository = source?.['repository']
  if (typeof repository !== 'string' || repository === '') return undefined
  const name = repository.lastIndexOf('/') + 1
  // A colon before the last slash is that of a port.
  const [mark] = /[@:]/.exec(repository.slice(name)) ?? []
  return mark === undefined ? repository : repository.slice(0, repository.indexOf(mark, name))
}

type Note = (path: string, message: string) => void

const mostProblems = 100

const cannot = (what: string): string => `the embedded engine does not ${what}; configure Concourse (CONCOURSE_URL) to use it`

const tasksAreOff = 'tasks are off on this server: the operator turns them on with ENGINE_TASKS'

function checkSources({ var_sources: sources = [], prototypes = [] }: PipelineConfig, note: Note): void {
  for (const [index, { type }] of sources.entries())
    if (type !== 'dummy') note(`var_sources[${index}].type`, cannot(`read variables from ${type}`))
  for (const index of prototypes.keys()) note(`prototypes[${index}]`, cannot('run prototypes'))
}

/** A type that is declared is told where it is declared, once, however many resources are of it. */
function checkTypes({ resources = [], resource_types: types = [] }: PipelineConfig, { hasType }: EngineCapabilities, note: Note): void {
  for (const [index, { name, tags }] of types.entries()) {
    if (!hasType(name))
      note(`resource_types[${index}].type`, cannot(`run the image of the resource type ${shown(name)}, and has none of that name itself`))
    checkTags(tags, `resource_types[${index}]`, note)
  }
  const declared = new Set(types.map(({ name }) => name))
  for (const [index, { type, tags }] of resources.entries()) {
    if (!hasType(type) && !declared.has(type)) note(`resources[${index}].type`, cannot(`have the resource type ${shown(type)}`))
    checkTags(tags, `resources[${index}]`, note)
  }
}

function checkTags(tags: readonly string[] | undefined, path: string, note: Note): void {
  if (tags && tags.length > 0) note(`${path}.tags`, cannot('have workers with tags'))
}

function checkJob(job: JobConfig, path: string, capabilities: EngineCapabilities, note: Note): void {
  checkTags(job.tags, path, note)
  for (const { step, path: below } of stepsOf(job)) checkStep(step, `${path}.${below}`, capabilities, note)
}

function checkStep(step: Step, path: string, capabilities: EngineCapabilities, note: Note): void {
  checkTags(step.tags, path, note)
  if (step.across) note(`${path}.across`, cannot('run a step across values'))
  if ('run' in step) note(`${path}.run`, cannot('run prototypes'))
  if ('set_pipeline' in step) checkSetPipeline(step, path, note)
  if ('task' in step) checkTask(step, path, capabilities, note)
}

function checkSetPipeline({ set_pipeline: name, team, instance_vars }: SetPipelineStep, path: string, note: Note): void {
  if (name !== 'self') note(`${path}.set_pipeline`, cannot('set another pipeline than the one that runs (self)'))
  if (team !== undefined) note(`${path}.team`, cannot('set pipelines of other teams'))
  if (instance_vars !== undefined) note(`${path}.instance_vars`, cannot('have instances of pipelines'))
}

function checkTask(step: TaskStep, path: string, capabilities: EngineCapabilities, note: Note): void {
  const { config, image } = step
  if (!capabilities.tasks) note(path, tasksAreOff)
  if (image !== undefined) note(`${path}.image`, cannot('run tasks in an image that a step made'))
  if (step.privileged) note(`${path}.privileged`, cannot('run privileged tasks'))
  if (step.hermetic) note(`${path}.hermetic`, cannot('keep tasks off the network'))
  checkLimits(step.container_limits, path, note)
  if (config) checkTaskConfig(config, `${path}.config`, image === undefined, capabilities, note)
}

function checkTaskConfig(
  { platform, image_resource: image, rootfs_uri, run, container_limits }: TaskConfig,
  path: string,
  usesImage: boolean,
  { images }: EngineCapabilities,
  note: Note,
): void {
  if (platform !== 'linux' && !isVariable(platform)) note(`${path}.platform`, cannot(`run tasks on ${shown(platform)}, only on linux`))
  if (rootfs_uri !== undefined) note(`${path}.rootfs_uri`, cannot('run tasks in a rootfs_uri'))
  if (run.user !== undefined) note(`${path}.run.user`, cannot('choose the user of a task'))
  checkLimits(container_limits, path, note)
  if (image && usesImage) checkImage(image, `${path}.image_resource`, images, note)
}

function checkLimits(limits: TaskConfig['container_limits'], path: string, note: Note): void {
  if (limits && Object.keys(limits).length > 0) note(`${path}.container_limits`, cannot("hold a task's own limits of processor and memory"))
}

function checkImage(
  image: NonNullable<TaskConfig['image_resource']>,
  path: string,
  images: EngineCapabilities['images'],
  note: Note,
): void {
  checkTags(image.tags, path, note)
  const repository = repositoryOf(image)
  if (repository === undefined) note(`${path}.source`, cannot(`run images of the type ${shown(image.type)} without a repository`))
  else if (!images.has(repository) && !isVariable(repository))
    note(
      `${path}.source.repository`,
      `the embedded engine does not run the image ${shown(repository)}; the operator says where its tasks run with ENGINE_IMAGES, or configure Concourse (CONCOURSE_URL) to use it`,
    )
}

const isVariable = (text: string): boolean => text.includes('((')
