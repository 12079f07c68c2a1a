/** The steps of a plan: which kind each is, and its fields. */
import { isJsonMap } from '../json-value.ts'
import {
  type At,
  bool,
  duration,
  type Fields,
  inside,
  integer,
  jsonMap,
  listOf,
  mapOf,
  namesOf,
  notEmpty,
  oneOf,
  type Reader,
  record,
  text,
  texts,
  version,
  wrong,
} from './fields.ts'
import { Findings } from './problems.ts'
import { limits, readTask } from './read-task.ts'
import type {
  DoStep,
  GetStep,
  Hooks,
  InParallelStep,
  Json,
  JsonObject,
  LoadVarStep,
  PutStep,
  RunStep,
  SetPipelineStep,
  Step,
  StepModifiers,
  TaskStep,
  TryStep,
} from './types.ts'

/** One step with everything inside it. Notes what it saw in `at.steps`. */
export const readStep: Reader<Step> = (value, at) => {
  if (!isJsonMap(value)) return wrong(at, 'must be a step: a map with one of get, put, task, do, in_parallel, try, set_pipeline, load_var')
  const [kind, second] = [...kinds.keys()].filter((name) => Object.hasOwn(value, name))
  if (kind === undefined) return withoutKind(value, at)
  if (second !== undefined) return ofSeveralKinds(value, [kind, second], at)
  const step = kinds.get(kind)?.(value, at)
  if (!step) return undefined
  at.steps.push({ step, path: at.path })
  checkStep(step, value, at)
  return step
}

/** Fields of the one are none of the other, so only what the step uses is looked at: it is used. */
function ofSeveralKinds(value: JsonObject, [kind, second]: [string, string], at: At): undefined {
  wrong(at, `is several steps at once (${kind} and ${second}): each must be a step of its own`)
  kinds.get(kind)?.(value, { ...at, findings: new Findings() })
  const { get, put, resource } = value
  const used = typeof resource === 'string' ? { resource } : {}
  if (typeof get === 'string') at.steps.push({ step: { get, ...used }, path: at.path })
  if (typeof put === 'string') at.steps.push({ step: { put, ...used }, path: at.path })
}

/** The steps inside an `aggregate` are looked at all the same: what they use is used. */
function withoutKind(value: JsonObject, at: At): undefined {
  if (!Object.hasOwn(value, 'aggregate'))
    return wrong(at, 'has no step: it needs one of get, put, task, do, in_parallel, try, set_pipeline, load_var')
  readSteps(value['aggregate'] ?? null, inside(at, 'aggregate'))
  return wrong(inside(at, 'aggregate'), 'does not exist any more: use in_parallel')
}

/** Late: a step holds steps. */
const step: Reader<Step> = (value, at) => readStep(value, at)
export const readSteps: Reader<Step[]> = listOf(step)

export const hooks: Fields<Hooks> = { on_success: step, on_failure: step, on_error: step, on_abort: step, ensure: step }

const name = notEmpty(text)

const manyAtOnce: Reader<number | 'all'> = (value, at) => (value === 'all' ? value : integer(1)(value, at))

/** A list, or a variable that becomes one when the build runs. */
const values: Reader<Json> = (value, at) =>
  Array.isArray(value) || (typeof value === 'string' && value.startsWith('(('))
    ? value
    : wrong(at, 'must be a list, or a variable that is one')

type Across = NonNullable<StepModifiers['across']>[number]
const across = record<Across>('across', { var: name, values, max_in_flight: manyAtOnce }, ['var', 'values'])

type Untagged = Omit<StepModifiers, 'tags'>
const untagged: Fields<Untagged> = { ...hooks, attempts: integer(1), timeout: duration, across: listOf(across), fail_fast: bool }
const tagged: Fields<StepModifiers> = { ...untagged, tags: namesOf(text) }

const inputsOfPut: Reader<'all' | 'detect' | string[]> = (value, at) =>
  Array.isArray(value)
    ? texts(value, at)
    : value === 'all' || value === 'detect'
      ? value
      : wrong(at, 'must be all, detect or a list of names')

const getVersion: Reader<NonNullable<GetStep['version']>> = (value, at) =>
  isJsonMap(value)
    ? version(value, at)
    : value === 'latest' || value === 'every'
      ? value
      : wrong(at, 'must be latest, every, or a map with a version')

const steps = record<Exclude<InParallelStep['in_parallel'], Step[]>>(
  'in_parallel',
  { steps: readSteps, limit: integer(0), fail_fast: bool },
  ['steps'],
)
const inParallel: Reader<InParallelStep['in_parallel']> = (value, at) => (isJsonMap(value) ? steps(value, at) : readSteps(value, at))

const kinds = new Map<string, Reader<Step>>([
  [
    'get',
    record<GetStep>(
      'a get step',
      { ...tagged, get: name, resource: name, version: getVersion, passed: namesOf(text), params: jsonMap, trigger: bool },
      ['get'],
    ),
  ],
  [
    'put',
    record<PutStep>(
      'a put step',
      { ...tagged, put: name, resource: name, params: jsonMap, inputs: inputsOfPut, get_params: jsonMap, no_get: bool },
      ['put'],
    ),
  ],
  [
    'task',
    record<TaskStep>(
      'a task step',
      {
        ...tagged,
        task: name,
        config: readTask,
        file: name,
        params: jsonMap,
        vars: jsonMap,
        image: text,
        input_mapping: mapOf(text),
        output_mapping: mapOf(text),
        privileged: bool,
        hermetic: bool,
        container_limits: limits,
      },
      ['task'],
    ),
  ],
  ['do', record<Untagged & DoStep>('a do step', { ...untagged, tags: noTags, do: readSteps }, ['do'])],
  ['in_parallel', record<InParallelStep>('an in_parallel step', { ...untagged, tags: noTags, in_parallel: inParallel }, ['in_parallel'])],
  ['try', record<TryStep>('a try step', { ...untagged, tags: noTags, try: step }, ['try'])],
  [
    'set_pipeline',
    record<SetPipelineStep>(
      'a set_pipeline step',
      { ...untagged, tags: noTags, set_pipeline: name, file: name, team: text, vars: jsonMap, var_files: texts, instance_vars: jsonMap },
      ['set_pipeline', 'file'],
    ),
  ],
  [
    'load_var',
    record<LoadVarStep>(
      'a load_var step',
      { ...untagged, tags: noTags, load_var: name, file: name, format: oneOf('json', 'yaml', 'yml', 'raw', 'trim'), reveal: bool },
      ['load_var', 'file'],
    ),
  ],
  [
    'run',
    record<RunStep>('a run step', { ...tagged, run: name, type: name, params: jsonMap, privileged: bool, container_limits: limits }, [
      'run',
      'type',
    ]),
  ],
])

/** Only what runs in a container has tags. */
function noTags(_value: Json, at: At): undefined {
  return wrong(at, 'is no field of this step: only get, put, task and run have tags')
}

function checkStep(step: Partial<Step>, value: JsonObject, at: At): void {
  if ('task' in value) checkTask(step as Partial<TaskStep>, value, at)
  if ('across' in step) checkAcross(step.across ?? [], at)
  else if ('fail_fast' in step) wrong(inside(at, 'fail_fast'), 'is a field of across, which this step does not have')
  if ('set_pipeline' in step && step.set_pipeline === 'self')
    for (const field of ['team', 'instance_vars'] as const)
      if (step[field] !== undefined) at.findings.warning([...at.path, field], 'is ignored when a pipeline sets itself')
}

function checkTask({ config, image }: Partial<TaskStep>, value: JsonObject, at: At): void {
  const [hasConfig, hasFile] = [(value['config'] ?? null) !== null, (value['file'] ?? null) !== null]
  if (hasConfig && hasFile) wrong(at, 'has both config and file: a task is given by one of them')
  if (!hasConfig && !hasFile) wrong(at, 'has neither config nor file: a task is given by one of them')
  if (image !== undefined && (config?.image_resource || config?.rootfs_uri))
    at.findings.warning([...at.path, 'image'], 'is taken, and the image in config is not')
}

function checkAcross(vars: readonly Partial<Across>[], at: At): void {
  if (vars.length === 0) wrong(inside(at, 'across'), 'must have at least one variable')
  const seen = new Set<string>()
  for (const [index, { var: variable }] of vars.entries()) {
    if (variable === undefined) continue
    if (seen.has(variable)) wrong(inside(inside(inside(at, 'across'), index), 'var'), `is there twice: ${variable}`)
    seen.add(variable)
  }
}
