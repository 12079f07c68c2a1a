/** A set_pipeline: the pipeline that runs takes its new configuration from a file. */
import { emptyMap, isJsonMap } from '../../../formats/json-value.ts'
import { diffPipelines } from '../../../formats/pipeline/diff.ts'
import { checkPipeline, PipelineProblems, parsePipeline } from '../../../formats/pipeline/read.ts'
import type { JsonObject, PipelineConfig, SetPipelineStep } from '../../../formats/pipeline/types.ts'
import { fillVars, lookupIn, readVars } from '../../../formats/pipeline/vars.ts'
import { StepError } from './errors.ts'
import type { Leaf } from './leaf.ts'
import type { Running } from './running.ts'

/** `failed` when the file is no valid pipeline, with what is wrong in the log. */
export async function runSetPipeline(step: SetPipelineStep, running: Running, leaf: Leaf): Promise<'succeeded' | 'failed'> {
  const { build, ports } = running
  leaf.tell('initialize')
  refuseOthers(step, build.pipeline)
  const given = await givenVars(step, running)
  const path = await running.vars.fillText(step.file, 'file')
  leaf.tell('start')
  const text = await running.artifacts.read(path, 'file')
  const config = readWith(text, given, leaf)
  if (!config) {
    leaf.tell('finish', { succeeded: false })
    return 'failed'
  }
  leaf.log.write('stdout', `setting pipeline ${build.pipeline}:\n${diffText(build.config, config)}`)
  const { changed } = await ports.setPipeline(config)
  leaf.log.write('stdout', changed ? 'done\n' : 'nothing changed\n')
  leaf.tell('set-pipeline-changed', { changed })
  leaf.tell('finish', { succeeded: true })
  return 'succeeded'
}

function refuseOthers({ set_pipeline: name, team, instance_vars }: SetPipelineStep, self: string): void {
  if (name !== 'self' && name !== self)
    throw new StepError(`set_pipeline: the embedded engine sets only the pipeline that runs: write self, not ${name}`)
  if (team !== undefined && team !== '') throw new StepError('team: the embedded engine does not set pipelines of other teams')
  if (instance_vars && Object.keys(instance_vars).length > 0)
    throw new StepError('instance_vars: the embedded engine has no instances of pipelines; configure Concourse to use them')
}

/** Those of the step go before those of files, and a later file before an earlier one. */
async function givenVars({ vars, var_files = [] }: SetPipelineStep, running: Running): Promise<JsonObject> {
  const all = emptyMap()
  for (const file of var_files) {
    const path = await running.vars.fillText(file, 'var_files')
    Object.assign(all, readVars(await running.artifacts.read(path, 'var_files')))
  }
  return { ...all, ...(await running.vars.fillMap(vars, 'vars')) }
}

function readWith(text: string, given: JsonObject, leaf: Leaf): PipelineConfig | undefined {
  try {
    const filled = fillVars(parsePipeline(text), lookupIn(given), 'keep')
    const { config, warnings } = checkPipeline(isJsonMap(filled) ? filled : {})
    for (const { path, message } of warnings) leaf.log.note(`warning: ${path} ${message}`)
    return config
  } catch (error) {
    if (!(error instanceof PipelineProblems)) throw error
    leaf.log.note('invalid pipeline:')
    for (const { path, message } of error.problems) leaf.log.note(`- ${path} ${message}`)
    return undefined
  }
}

function diffText(old: PipelineConfig, next: PipelineConfig): string {
  const diffs = diffPipelines(old, next)
  const sections = (['groups', 'resources', 'resource_types', 'jobs'] as const).flatMap((section) =>
    diffs[section].map(({ name, status, diff }) => {
      const lines = diff.map(({ delta_type, line }) => `${delta_type} ${line}\n`)
      return `${section}: ${name} is ${status}\n${lines.join('')}`
    }),
  )
  return sections.join('')
}
