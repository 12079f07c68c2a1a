/**
 * Pipelines and their past in a few lines, for tests of the scheduler. One thing per line:
 *
 *     repo: v1 v2 -v3                                   a resource, its versions oldest first; `-` is disabled; `v1/arm` has two keys
 *     repo [every 5m, api-pin v1, failed]: v1           also: config-pin v1, never-checked, checked 30s (ago)
 *     unit = get repo trigger | put image | serial      a job; also: groups a b, max 2, paused
 *     deploy = get code of repo passed unit,lint | …    also: every, pin v1
 *     #3 unit ok repo=v1 +image=i1                      a build: its inputs, and with `+` what its puts made
 *     #4 unit pending manual                            also: started, failed, errored, aborted; rerun #3, checked, abort, 10s (old)
 */

import { schedule } from '../../src/engine/embedded/schedule/schedule.ts'
import {
  type BuildFacts,
  type Decisions,
  type ResolvedInput,
  type ResourceFacts,
  type Snapshot,
  usedKey,
  type VersionFacts,
} from '../../src/engine/embedded/schedule/types.ts'
import { inputsOf } from '../../src/formats/pipeline/steps.ts'
import type { GetStep, JobConfig, PipelineConfig, Step, Version } from '../../src/formats/pipeline/types.ts'

export const now = 1_000_000_000

/** A snapshot that can be written to. */
export type World = Omit<Snapshot, 'builds' | 'used' | 'resources'> & {
  builds: BuildFacts[]
  used: Map<string, Set<number>>
  resources: Map<string, ResourceFacts & { versions: VersionFacts[] }>
}

export function world(text: string, overrides: Partial<World> = {}): World {
  const lines = text.split('\n').flatMap((line) => line.trim() || [])
  const config: PipelineConfig & { resources: NonNullable<PipelineConfig['resources']> } = { jobs: [], resources: [] }
  const resources: World['resources'] = new Map()
  const pausedJobs = new Set<string>()
  for (const line of lines) {
    if (/^#/.test(line)) continue
    const job = line.match(/^(\S+) =(.*)$/)
    if (job) config.jobs.push(readJob(job[1] ?? '', job[2] ?? '', pausedJobs))
    else readResource(line, config.resources, resources)
  }
  const base: World = {
    now,
    config,
    paused: false,
    pausedJobs,
    resources,
    builds: [],
    used: new Map(),
    organization: { running: 0, most: 100 },
    places: 100,
    checkSeconds: 60,
  }
  for (const line of lines) if (/^#/.test(line)) base.builds.push(readBuild(line, base))
  for (const build of base.builds) use(base, build.job, build.inputs)
  return { ...base, ...overrides }
}

function readJob(name: string, text: string, pausedJobs: Set<string>): JobConfig {
  const job: JobConfig = { name, plan: [] }
  for (const part of text.split('|').map((words) => words.trim().split(/\s+/))) {
    const [kind = '', first = '', ...rest] = part
    if (kind === 'get') job.plan.push(readGet(first, rest))
    else if (kind === 'put') job.plan.push({ put: first })
    else if (kind === 'serial') job.serial = true
    else if (kind === 'groups') job.serial_groups = [first, ...rest]
    else if (kind === 'max') job.max_in_flight = Number(first)
    else if (kind === 'paused') pausedJobs.add(name)
    else if (kind !== '') throw new Error(`What is ${part.join(' ')}?`)
  }
  return job
}

function readGet(name: string, words: string[]): Step {
  const step: GetStep = { get: name }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'trigger') step.trigger = true
    else if (word === 'every') step.version = 'every'
    else if (word === 'of') step.resource = words.shift() ?? ''
    else if (word === 'passed') step.passed = (words.shift() ?? '').split(',')
    else if (word === 'pin') step.version = versionNamed(words.shift() ?? '')
    else throw new Error(`What is ${word}?`)
  }
  return step
}

/** `v1` → ref, `v1/arm` → ref and arch, `/arm` → arch alone. */
function versionNamed(text: string): Version {
  const [ref, arch] = text.split('/')
  return { ...(ref ? { ref } : {}), ...(arch ? { arch } : {}) }
}
const nameOf = ({ ref = '', arch }: Version): string => (arch ? `${ref}/${arch}` : ref)

function readResource(line: string, configs: NonNullable<PipelineConfig['resources']>, resources: World['resources']): void {
  const [, name = '', options = '', versions = ''] = line.match(/^(\S+?)(?: \[(.*)\])?:(.*)$/) ?? []
  if (!name) throw new Error(`What is ${line}?`)
  const config: NonNullable<PipelineConfig['resources']>[number] = { name, type: 'mock' }
  const facts = {
    versions: [] as VersionFacts[],
    pinned: null as Version | null,
    lastCheckedAt: now as number | null,
    lastCheckFailed: false,
  }
  for (const option of options.split(',').map((words) => words.trim())) {
    const [kind = '', value = ''] = option.split(' ')
    if (kind === 'every') config.check_every = value
    else if (kind === 'config-pin') config.version = versionNamed(value)
    else if (kind === 'api-pin') facts.pinned = versionNamed(value)
    else if (kind === 'never-checked') facts.lastCheckedAt = null
    else if (kind === 'checked') facts.lastCheckedAt = now - Number.parseInt(value, 10) * 1000
    else if (kind === 'failed') facts.lastCheckFailed = true
    else if (kind !== '') throw new Error(`What is ${option}?`)
  }
  // Far from ids of builds, and in descending order: what is newer must never be taken from an id.
  const first = 100_000 * (resources.size + 1)
  const named = versions.trim().split(/\s+/).filter(Boolean)
  facts.versions = named.map((text, at) => {
    return { id: first - at, version: versionNamed(text.replace(/^-/, '')), enabled: !text.startsWith('-') }
  })
  configs.push(config)
  resources.set(name, facts)
}

function readBuild(line: string, { config, resources }: World): BuildFacts {
  const [id = '', job = '', ...words] = line.split(/\s+/)
  const build = { id: Number(id.slice(1)), job, status: 'pending' as BuildFacts['status'], isManual: false, rerunOf: null as number | null }
  const rest = { createdAt: now - 60_000, abortRequested: false, inputsCheckedAt: null as number | null }
  const inputs: { name: string; versionId: number }[] = []
  const outputs: { resource: string; versionId: number }[] = []
  const versionId = (resource: string, name: string) => {
    const found = resources.get(resource)?.versions.find(({ version }) => nameOf(version) === name)
    if (!found) throw new Error(`${line}: there is no version ${name} of ${resource}.`)
    return found.id
  }
  const steps = config.jobs.filter(({ name }) => name === job).flatMap(inputsOf)
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [name = '', version] = word.split('=')
    if (version !== undefined && name.startsWith('+'))
      outputs.push({ resource: name.slice(1), versionId: versionId(name.slice(1), version) })
    else if (version !== undefined)
      inputs.push({ name, versionId: versionId(steps.find(({ get }) => get === name)?.resource ?? name, version) })
    else if (word === 'ok') build.status = 'succeeded'
    else if (/^(pending|started|failed|errored|aborted)$/.test(word)) build.status = word as BuildFacts['status']
    else if (word === 'manual') build.isManual = true
    else if (word === 'rerun') build.rerunOf = Number(words.shift()?.slice(1))
    else if (word === 'checked') rest.inputsCheckedAt = now
    else if (word === 'abort') rest.abortRequested = true
    else if (/^\d+s$/.test(word)) rest.createdAt = now - Number.parseInt(word, 10) * 1000
    else throw new Error(`What is ${word}?`)
  }
  return { ...build, ...rest, inputs, outputs }
}

const use = ({ used }: World, job: string, inputs: readonly { name: string; versionId: number }[]) => {
  for (const { name, versionId } of inputs) {
    const key = usedKey(job, name)
    used.set(key, (used.get(key) ?? new Set()).add(versionId))
  }
}

// ---- what was decided, in the same words

/** `unit repo=v2` for a new build that starts, `unit repo=v2, waits` for one that does not, `#3 repo=v2` for a pending one. */
export function begins(at: World): string[] {
  const { start, create } = schedule(at)
  return [
    ...start.map(({ buildId, inputs }) => [`#${buildId}`, ...inputNames(at, inputs)].join(' ')),
    ...create.map(({ job, inputs, startNow }) => `${[job, ...inputNames(at, inputs)].join(' ')}${startNow ? '' : ', waits'}`),
  ]
}

const inputNames = ({ resources }: World, inputs: readonly ResolvedInput[]): string[] =>
  inputs.map(({ name, resource, versionId }) => {
    const found = resources.get(resource)?.versions.find(({ id }) => id === versionId)
    return `${name}=${found ? nameOf(found.version) : '?'}`
  })

/** What one build waits for; undefined: it does not wait. */
export const waitsFor = (at: World, build: number): string | undefined => waitingOf(at, build)?.reason
export const waitingOf = (at: World, build: number): Decisions['waiting'][number] | undefined =>
  schedule(at).waiting.find(({ buildId }) => buildId === build)

export const checks = (at: World): string[] => schedule(at).check.map(({ resource, why }) => `${resource} ${why}`)

/** The world after what was decided was done. */
export function whenDone(at: World, { start, create, abort }: Decisions): World {
  const next: World = {
    ...at,
    builds: at.builds.map((build) => ({ ...build })),
    used: new Map([...at.used].map(([key, ids]) => [key, new Set(ids)])),
  }
  const lastId = Math.max(0, ...at.builds.map(({ id }) => id))
  const begin = (build: BuildFacts, inputs: readonly ResolvedInput[]): BuildFacts => {
    use(next, build.job, inputs)
    return { ...build, status: 'started', inputs: inputs.map(({ name, versionId }) => ({ name, versionId })) }
  }
  next.builds = next.builds.map((build) => {
    const started = start.find(({ buildId }) => buildId === build.id)
    if (started) return begin(build, started.inputs)
    return abort.includes(build.id) ? { ...build, status: 'aborted' } : build
  })
  for (const [index, { job, inputs, startNow }] of create.entries()) {
    const build: BuildFacts = {
      ...{ id: lastId + 1 + index, job, status: 'pending', isManual: false, rerunOf: null, createdAt: at.now },
      ...{ abortRequested: false, inputsCheckedAt: null, inputs: [], outputs: [] },
    }
    next.builds.push(startNow ? begin(build, inputs) : build)
  }
  const begun = start.length + create.filter(({ startNow }) => startNow).length
  next.places -= begun
  next.organization = { ...at.organization, running: at.organization.running + begun }
  return next
}
