/** What a task step runs: its configuration from the pipeline or from a file of an artifact, with everything filled in. */
import { isJsonMap } from '../../../formats/json-value.ts'
import { readTaskConfig } from '../../../formats/pipeline/read.ts'
import type { Json, JsonObject, TaskConfig, TaskStep } from '../../../formats/pipeline/types.ts'
import { readVars } from '../../../formats/pipeline/vars.ts'
import { StepError } from './errors.ts'
import type { Running } from './running.ts'

export interface ReadyTask {
  config: TaskConfig
  /** Its parameters as environment variables. */
  env: Record<string, string>
}

/** @throws Error for a file that is not there or is no task, and for variables without a value */
export async function readyTask(step: TaskStep, { artifacts, vars, ports }: Running): Promise<ReadyTask> {
  refuseIsolation(step)
  const given = await vars.fillMap(step.vars, 'vars')
  const own = await vars.fillMap(step.params, 'params')
  const written = await writtenConfig(step, { artifacts, vars })
  // What the step says takes the place of a default before variables are looked up: that of the default may not exist.
  const { params: defaults = {} } = written
  if (!isJsonMap(defaults)) throw new StepError('params: must be a map of names and values')
  const rest = Object.fromEntries(Object.entries(defaults).filter(([name]) => !Object.hasOwn(own, name)))
  const filled = await vars.fillMap({ ...written, params: rest }, 'config', given)
  const { container_limits: limits } = step
  const all = { ...filled, ...(limits ? { container_limits: { ...mapOf(filled['container_limits']), ...limits } } : {}) }
  // Read again: what a variable stood for was not checked when the pipeline was saved. JSON is YAML.
  const config = readTaskConfig(JSON.stringify(all))
  const params = { ...mapOf(filled['params']), ...own }
  return { config: { ...config, params }, env: { ...envOf(params), ATC_EXTERNAL_URL: ports.apiUrl } }
}

async function writtenConfig({ file, config }: TaskStep, { artifacts, vars }: Pick<Running, 'artifacts' | 'vars'>): Promise<JsonObject> {
  if (file === undefined) return mapOf(JSON.parse(JSON.stringify(config ?? {})) as Json)
  const path = await vars.fillText(file, 'file')
  return readVars(await artifacts.read(path, 'file'))
}

/** What was asked for to keep something apart is not left out silently. */
function refuseIsolation({ image, hermetic }: TaskStep): void {
  if (image !== undefined)
    throw new StepError(`The embedded engine does not run tasks in the image of an artifact (${image}); configure Concourse to use it`)
  if (hermetic)
    throw new StepError('The embedded engine does not cut tasks off from the network ("hermetic"); configure Concourse to use it')
}

function envOf(params: JsonObject): Record<string, string> {
  const variables = Object.entries(params).map(([name, value]): [string, string] => {
    const text = typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
    if (name === '' || /[=\0]/.test(name))
      throw new StepError(`params: ${JSON.stringify(name)} cannot be the name of an environment variable`)
    if (text.includes('\0')) throw new StepError(`params: ${name} has a NUL character, which no environment variable can hold`)
    return [name, text]
  })
  return Object.fromEntries(variables)
}

const mapOf = (value: Json | undefined): JsonObject => (value !== undefined && isJsonMap(value) ? value : {})
