/** Runs the plan of a build and tells its events. Nothing leaves the process. */
import { seconds } from '../../../src/formats/pipeline/durations.ts'
import type { GetStep, Json, PutStep, TaskStep } from '../../../src/formats/pipeline/types.ts'
import type { Node } from './plan.ts'
import { type Files, get, put, ScriptFailed } from './resource-types.ts'
import { runScript } from './scripts.ts'
import { addVersions, type BuildRow, emit, finish, type ResourceRow, type VersionRow, type World } from './world.ts'

type Outcome = 'succeeded' | 'failed' | 'errored' | 'aborted'

interface Run {
  world: World
  build: BuildRow
  artifacts: Map<string, Files>
  /** What puts made, for the gets behind them. */
  made: Map<string, VersionRow>
}

export async function runBuild(world: World, build: BuildRow, root: Node): Promise<void> {
  const run: Run = { world, build, artifacts: new Map(), made: new Map() }
  const outcome = await runNode(run, root, build.abort.signal)
  if (!world.closed.aborted) finish(world, build, build.abort.signal.aborted ? 'aborted' : outcome)
}

async function runNode(run: Run, node: Node, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) return 'aborted'
  const [first, second] = node.nodes
  switch (node.kind) {
    case 'do':
      for (const inner of node.nodes) {
        const outcome = await runNode(run, inner, signal)
        if (outcome !== 'succeeded') return outcome
      }
      return 'succeeded'
    case 'in_parallel':
      return runTogether(run, node, signal)
    case 'try':
      return first && (await runNode(run, first, signal)) === 'aborted' ? 'aborted' : 'succeeded'
    case 'timeout':
      return first ? runInTime(run, node, first, signal) : 'succeeded'
    case 'retry':
      return first ? runAgain(run, node, first, signal) : 'succeeded'
    case 'hook':
      return first && second ? runHook(run, node, first, second, signal) : 'succeeded'
    case 'leaf':
      return runLeaf(run, node, signal)
  }
}

async function runTogether(run: Run, { step, nodes }: Node, signal: AbortSignal): Promise<Outcome> {
  const options = step && 'in_parallel' in step && !Array.isArray(step.in_parallel) ? step.in_parallel : undefined
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const waiting = [...nodes]
  const outcomes: Outcome[] = []
  const lane = async () => {
    for (let node = waiting.shift(); node; node = waiting.shift()) {
      const outcome = await runNode(run, node, both)
      outcomes.push(outcome)
      if (outcome !== 'succeeded' && options?.fail_fast) stop.abort()
    }
  }
  await Promise.all(Array.from({ length: options?.limit ?? nodes.length }, lane))
  return (['errored', 'failed'] as const).find((bad) => outcomes.includes(bad)) ?? (signal.aborted ? 'aborted' : 'succeeded')
}

async function runInTime(run: Run, node: Node, inner: Node, signal: AbortSignal): Promise<Outcome> {
  const time = AbortSignal.timeout((seconds(node.step?.timeout ?? '') ?? 0) * 1000)
  const outcome = await runNode(run, inner, AbortSignal.any([signal, time]))
  if (!time.aborted || signal.aborted) return outcome
  emit(run.build, 'error', '4.1', { message: 'timeout exceeded', origin: { id: node.id }, time: run.world.now() })
  return 'failed'
}

async function runAgain(run: Run, { step }: Node, inner: Node, signal: AbortSignal): Promise<Outcome> {
  let outcome: Outcome = 'failed'
  for (let attempt = 1; attempt <= (step?.attempts ?? 1); attempt++) {
    outcome = await runNode(run, inner, signal)
    if (outcome === 'succeeded' || outcome === 'aborted') return outcome
  }
  return outcome
}

async function runHook(run: Run, { hook }: Node, inner: Node, after: Node, signal: AbortSignal): Promise<Outcome> {
  const outcome = await runNode(run, inner, signal)
  const when = { on_success: 'succeeded', on_failure: 'failed', on_error: 'errored', on_abort: 'aborted', ensure: outcome } as const
  if (!hook || when[hook] !== outcome) return outcome
  const uncancelled = hook === 'on_abort' || hook === 'ensure' ? run.world.closed : signal
  const end = await runNode(run, after, uncancelled)
  return outcome === 'succeeded' || (hook === 'on_failure' && end === 'errored') ? end : outcome
}

async function runLeaf(run: Run, node: Node, signal: AbortSignal): Promise<Outcome> {
  const { step } = node
  try {
    if (step && 'get' in step) return runGet(run, node.id, step)
    if (step && 'put' in step) return runPut(run, node.id, step)
    if (step && 'task' in step) return await runTask(run, node.id, step, signal)
  } catch (error) {
    if (signal.aborted) return 'aborted'
    emit(run.build, 'error', '4.1', { message: String(error), origin: { id: node.id }, time: run.world.now() })
  }
  return 'errored'
}

const resourceOf = ({ build }: Run, name: string): ResourceRow => {
  const resource = build.pipeline.resources.find((candidate) => candidate.name === name)
  if (!resource) throw new Error(`resource not found: ${name}`)
  return resource
}

function runGet(run: Run, id: string, step: GetStep): Outcome {
  const { build, world, artifacts } = run
  const resource = resourceOf(run, step.resource ?? step.get)
  const version = run.made.get(step.get) ?? build.inputs?.find(({ name }) => name === step.get)?.version
  if (!version) throw new Error(`version not found for ${step.get}`)
  const told = { origin: { id }, time: world.now() }
  emit(build, 'initialize-get', '2.0', told)
  emit(build, 'selected-worker', '1.0', { ...told, selected_worker: 'worker-1' })
  emit(build, 'start-get', '1.0', told)
  const { files, metadata } = get(resource.config, version.version, step.params ?? {})
  emit(build, 'log', '5.1', {
    time: world.now(),
    origin: { id, source: 'stderr' },
    payload: `fetching version: ${JSON.stringify(version.version)}\n`,
  })
  version.metadata = metadata
  artifacts.set(step.get, files)
  emit(build, 'finish-get', '5.1', { ...told, exit_status: 0, version: version.version, metadata: metadata as Json })
  return 'succeeded'
}

function runPut(run: Run, id: string, step: PutStep): Outcome {
  const { build, world } = run
  const resource = resourceOf(run, step.resource ?? step.put)
  const told = { origin: { id }, time: world.now() }
  emit(build, 'initialize-put', '2.0', told)
  emit(build, 'start-put', '1.0', told)
  try {
    const { version, metadata } = put(resource.config, step.params ?? {}, run.artifacts)
    const [row] = addVersions(world, resource, [version])
    if (!row) throw new Error('no version')
    row.metadata = metadata
    emit(build, 'log', '5.1', {
      time: world.now(),
      origin: { id, source: 'stderr' },
      payload: `pushing version: ${version['version'] ?? ''}\n`,
    })
    emit(build, 'finish-put', '5.1', { ...told, exit_status: 0, version, metadata: metadata as Json })
    build.outputs.push({ name: step.put, resource, version: row })
    run.made.set(step.put, row)
    world.changed(build.pipeline)
    return 'succeeded'
  } catch (error) {
    if (!(error instanceof ScriptFailed)) throw error
    emit(build, 'log', '5.1', { time: world.now(), origin: { id, source: 'stderr' }, payload: `${error.message}\n` })
    emit(build, 'finish-put', '5.1', { ...told, exit_status: 1, version: {}, metadata: [] })
    return 'failed'
  }
}

async function runTask(run: Run, id: string, step: TaskStep, signal: AbortSignal): Promise<Outcome> {
  const { build, world, artifacts } = run
  const { config } = step
  if (!config) throw new Error('the double of Concourse has no task files')
  const files: Files = new Map()
  for (const { name, path, optional } of config.inputs ?? []) {
    const found = artifacts.get(step.input_mapping?.[name] ?? name)
    if (!found && !optional) throw new Error(`missing inputs: ${name}`)
    for (const [file, content] of found ?? []) files.set(`${path ?? name}/${file}`, content)
  }
  const told = () => ({ origin: { id }, time: world.now() })
  const shown = { platform: config.platform, image: '', run: { path: config.run.path, args: config.run.args ?? [], dir: '' }, inputs: [] }
  emit(build, 'initialize-task', '4.0', { ...told(), config: shown })
  emit(build, 'selected-worker', '1.0', { ...told(), selected_worker: 'worker-1' })
  emit(build, 'start-task', '5.0', { ...told(), config: shown })
  const params = { ...config.params, ...step.params }
  const env = Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
  const print = (text: string) =>
    // As a terminal, and in pieces, as Concourse flushes.
    emit(build, 'log', '5.1', { time: world.now(), origin: { id, source: 'stdout' }, payload: text.replaceAll('\n', '\r\n') })
  const status = await runScript(config.run, { env, files, print: (text) => text.match(/[^\n]*\n/g)?.forEach(print), signal })
  for (const { path } of config.caches ?? []) {
    const job = build.job
    if (job && !job.caches.some((cache) => cache.step === step.task && cache.path === path)) job.caches.push({ step: step.task, path })
  }
  for (const { name, path } of config.outputs ?? []) {
    const prefix = `${path ?? name}/`
    const kept = [...files]
      .filter(([file]) => file.startsWith(prefix))
      .map(([file, content]) => [file.slice(prefix.length), content] as const)
    artifacts.set(step.output_mapping?.[name] ?? name, new Map(kept))
  }
  emit(build, 'finish-task', '4.0', { ...told(), exit_status: status })
  return status === 0 ? 'succeeded' : 'failed'
}
