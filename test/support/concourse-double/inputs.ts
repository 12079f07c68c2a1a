/** Which versions a build of a job would take now, in a few lines: with few versions and builds every choice can be tried. */
import { inputsOf } from '../../../src/formats/pipeline/steps.ts'
import type { GetStep } from '../../../src/formats/pipeline/types.ts'
import {
  type BuildRow,
  fits,
  isFinal,
  type JobRow,
  keyOf,
  type PipelineRow,
  placeOf,
  type ResolvedInput,
  type ResourceRow,
  type VersionRow,
  type World,
} from './world.ts'

export type Choice = { inputs: ResolvedInput[] } | { missing: Record<string, string> }

interface Candidate {
  version: VersionRow
  /** The build of each passed job that it comes from. */
  through: Map<string, BuildRow>
}

export function chooseInputs(world: World, pipeline: PipelineRow, job: JobRow): Choice {
  const steps = inputsOf(job.config)
  const missing: Record<string, string> = {}
  const options = steps.map((step) => {
    const resource = pipeline.resources.find(({ name, isActive }) => isActive && name === (step.resource ?? step.get))
    const found = resource ? (step.passed?.length ? passed(world, pipeline, step, resource) : own(world, job, step, resource)) : []
    if (typeof found === 'string') missing[step.get] = found
    return { step, resource, candidates: typeof found === 'string' ? [] : found }
  })
  if (Object.keys(missing).length > 0) return { missing }

  const chosen: Candidate[] = []
  const choose = (at: number, builds: ReadonlyMap<string, BuildRow>): boolean => {
    const option = options[at]
    if (!option) return true
    for (const candidate of option.candidates) {
      // All inputs that passed a job come from the same build of it.
      if ([...candidate.through].some(([name, build]) => builds.has(name) && builds.get(name) !== build)) continue
      chosen[at] = candidate
      if (choose(at + 1, new Map([...builds, ...candidate.through]))) return true
    }
    return false
  }
  if (!choose(0, new Map())) {
    const why = 'no satisfiable builds from passed jobs found for set of inputs'
    return { missing: Object.fromEntries(steps.filter(({ passed }) => passed?.length).map(({ get }) => [get, why])) }
  }
  return {
    inputs: options.flatMap(({ step, resource }, at) => {
      const version = chosen[at]?.version
      return resource && version ? [{ name: step.get, resource, version, firstOccurrence: !used(world, job, step.get, version) }] : []
    }),
  }
}

const buildsOf = (world: World, job: JobRow): BuildRow[] => world.builds.filter((build) => build.job === job)

export const used = (world: World, job: JobRow, input: string, { id }: VersionRow): boolean =>
  buildsOf(world, job).some(({ inputs }) => inputs?.some(({ name, version }) => name === input && version.id === id))

const isEnabled = (resource: ResourceRow, { version }: VersionRow): boolean => !resource.disabled.has(keyOf(version))

function own(world: World, job: JobRow, step: GetStep, resource: ResourceRow): Candidate[] | string {
  const through = new Map<string, BuildRow>()
  const pin = typeof step.version === 'object' ? step.version : resource.pin?.version
  if (pin) {
    const version = resource.versions.findLast((row) => fits(row.version, pin))
    const words = Object.entries(pin).map(([key, value]) => `${key}:${value}`)
    return version ? [{ version, through }] : `pinned version ${words.join(' ')} not found`
  }
  const enabled = resource.versions.filter((row) => isEnabled(resource, row))
  const lastUsed = step.version === 'every' ? enabled.findLastIndex((row) => used(world, job, step.get, row)) : -1
  const version = lastUsed >= 0 ? (enabled[lastUsed + 1] ?? enabled[lastUsed]) : enabled.at(-1)
  return version ? [{ version, through }] : 'latest version of resource not found'
}

function passed(world: World, pipeline: PipelineRow, { passed: names = [] }: GetStep, resource: ResourceRow): Candidate[] | string {
  let candidates: Candidate[] | undefined
  for (const name of names) {
    const job = pipeline.jobs.find((candidate) => candidate.name === name)
    const builds = job ? buildsOf(world, job).filter((build) => isFinal(build) && build.status === 'succeeded') : []
    const mine = builds
      .sort((one, other) => placeOf(other) - placeOf(one))
      .flatMap((build) =>
        [...build.outputs, ...(build.inputs ?? [])]
          .filter((used) => used.resource === resource && isEnabled(resource, used.version))
          .map(({ version }) => ({ version, through: new Map([[name, build]]) })),
      )
    candidates = candidates
      ? candidates.flatMap((one) =>
          mine
            .filter(({ version }) => version === one.version)
            .map(({ version, through }) => ({ version, through: new Map([...one.through, ...through]) })),
        )
      : mine
  }
  return candidates?.length ? candidates : 'no satisfiable builds from passed jobs found for set of inputs'
}
