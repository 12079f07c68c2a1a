import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type World, whenDone, world } from '../../../../test/support/pipeline-world.ts'
import { schedule } from './schedule.ts'
import type { BuildFacts, Decisions, ResolvedInput } from './types.ts'

const resources = ['r0', 'r1']
const versionsOf = (resource: string) => [1, 2, 3, 4].map((number) => `${resource}v${number}`)

const oneOf = (...choices: string[]) => fc.constantFrom(...choices)
const modifiers = oneOf('', '', ' | serial', ' | groups a', ' | groups a b', ' | groups b', ' | max 2', ' | paused')

const resourceLine = (name: string) =>
  fc
    .tuple(
      oneOf('', '', '', '', '', ` [api-pin ${name}v2]`, ` [checked 90s]`),
      fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      oneOf('', '4', '4', '4', '4').map(Number),
    )
    .map(([options, disabled, count]) => {
      const versions = versionsOf(name)
        .slice(0, count)
        .map((version, at) => `${disabled[at] && at % 2 ? '-' : ''}${version}`)
      return { line: `${name}${options}: ${versions.join(' ')}`, count }
    })

/** Jobs take what earlier jobs take too, so that every `passed` can be met. */
const jobLine = (at: number) =>
  fc
    .tuple(
      fc.tuple(
        ...resources.map(() =>
          fc.tuple(
            fc.constantFrom(true, true, false),
            fc.boolean(),
            oneOf('', '', '', ' every'),
            fc.subarray(
              Array.from({ length: at }, (_, job) => `j${job}`),
              { minLength: at > 1 ? 1 : 0, maxLength: Math.min(at, 2) },
            ),
          ),
        ),
      ),
      modifiers,
    )
    .map(([gets, modifier]) => {
      const steps = gets.flatMap(([isThere, trigger, every, passed], resource) => {
        const of = passed.length > 0 ? ` passed ${passed.join(',')}` : ''
        return isThere || at === 0 ? [`get r${resource}${trigger ? ' trigger' : ''}${every}${of}`] : []
      })
      return `j${at} = ${[...steps, 'put out'].join(' | ')}${modifier}`
    })

const buildLine = fc.record({
  job: fc.constantFrom(0, 0, 1, 1, 2, 2, 3, 3, 4),
  status: oneOf('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'failed', 'started', 'pending', 'pending', 'pending manual', 'pending abort'),
  versions: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 3), { minLength: 2, maxLength: 2 }),
  rerun: fc.constantFrom(true, false, false, false),
})

const worlds = fc
  .record({
    resources: fc.tuple(...resources.map(resourceLine)),
    jobs: fc.tuple(...[0, 1, 2, 3].map(jobLine)),
    builds: fc.array(buildLine, { minLength: 5, maxLength: 30, size: 'max' }),
    places: fc.constantFrom(0, 2, 4, 8, 8),
    running: fc.nat(3),
    most: fc.constantFrom(0, 0, 3, 5),
    paused: fc.nat(9),
  })
  .map(({ resources: lines, jobs, builds, places, running, most, paused }) => {
    const past = builds.map(({ job, status, versions, rerun }, at) => {
      const inputs = status.startsWith('pending')
        ? []
        : resources.flatMap((name, index) => {
            const count = lines[index]?.count ?? 0
            return count > 0 ? [`${name}=${name}v${((versions[index] ?? 0) % count) + 1}`] : []
          })
      const of = rerun && at > 2 && status !== 'pending abort' ? ` rerun #${at}` : ''
      return `#${at + 1} j${job} ${status}${of} ${inputs.join(' ')}`
    })
    const text = [...lines.map(({ line }) => line), 'out:', ...jobs, ...past].join('\n')
    return { text, at: world(text, { places, organization: { running, most }, paused: paused === 0 }) }
  })
  // A first build is of the same job, never itself a rerun, and has begun.
  .map(({ text, at }) => ({ text, at: { ...at, builds: at.builds.map((build) => ({ ...build, rerunOf: firstOf(build, at) })) } }))

const firstOf = ({ rerunOf, job }: BuildFacts, { builds }: World): number | null =>
  builds.find((other) => other.id === rerunOf && other.job === job && other.rerunOf === null && other.status !== 'pending')?.id ?? null

const always = (holds: (at: World, decisions: Decisions) => void, numRuns = 500) =>
  fc.assert(
    fc.property(worlds, ({ at }) => {
      holds(at, schedule(at))
    }),
    { seed: 1, numRuns },
  )

const begun = ({ builds }: World, { start, create }: Decisions): { job: string; inputs: ResolvedInput[]; isRerun: boolean }[] => [
  ...start.map(({ buildId, inputs }) => {
    const build = builds.find(({ id }) => id === buildId)
    return { job: build?.job ?? '', inputs, isRerun: typeof build?.rerunOf === 'number' }
  }),
  ...create.filter(({ startNow }) => startNow).map(({ job, inputs }) => ({ job, inputs, isRerun: false })),
]

describe('whatever a pipeline and its past are', () => {
  test('the worlds of these tests start, make and hold back builds, with inputs that passed two jobs', () => {
    const seen = { started: 0, created: 0, waiting: 0, passedTwo: 0 }
    always((at, decisions) => {
      seen.started += decisions.start.length
      seen.created += decisions.create.length
      seen.waiting += decisions.waiting.length
      for (const { job, inputs } of begun(at, decisions)) {
        const steps = at.config.jobs.find(({ name }) => name === job)?.plan ?? []
        if (inputs.length > 1 && steps.some((step) => 'get' in step && (step.passed?.length ?? 0) > 1)) seen.passedTwo++
      }
    }, 1000)
    expect(Object.values(seen).filter((count) => count < 30)).toEqual([])
  })

  test('no more builds of a job or a serial group begin than may run', () =>
    always((at, decisions) => {
      const running = [...at.builds.filter(({ status }) => status === 'started'), ...begun(at, decisions)].map(({ job }) => job)
      const started = new Set(begun(at, decisions).map(({ job }) => job))
      for (const { name, serial, serial_groups: groups = [], max_in_flight: most } of at.config.jobs) {
        if (!started.has(name)) continue
        const shared = at.config.jobs.filter((other) => other.name === name || other.serial_groups?.some((group) => groups.includes(group)))
        if (groups.length > 0) expect(running.filter((job) => shared.some((other) => other.name === job))).toHaveLength(1)
        expect(running.filter((job) => job === name).length).toBeLessThanOrEqual(serial ? 1 : (most ?? 999))
      }
    }))

  test('no more builds begin than there are places, here and in the organization', () =>
    always((at, decisions) => {
      const { running, most } = at.organization
      const count = begun(at, decisions).length
      expect(count).toBeLessThanOrEqual(at.places)
      expect(count).toBeLessThanOrEqual(most === 0 ? 999 : Math.max(0, most - running))
    }))

  test('nothing begins in a paused pipeline or job', () =>
    always((at, decisions) => expect(begun(at, decisions).filter(({ job }) => at.paused || at.pausedJobs.has(job))).toEqual([])))

  test('a disabled version is chosen for no build but a rerun', () =>
    always((at, decisions) => {
      const enabled = new Set([...at.resources.values()].flatMap(({ versions }) => versions.filter((v) => v.enabled).map(({ id }) => id)))
      const chosen = [...begun(at, decisions).filter(({ isRerun }) => !isRerun), ...decisions.create].flatMap(({ inputs }) => inputs)
      expect(chosen.filter(({ versionId }) => !enabled.has(versionId))).toEqual([])
    }))

  test('a build begins with a version for every input of its job', () =>
    always((at, decisions) => {
      for (const { job, inputs } of begun(at, decisions)) {
        const gets = at.config.jobs.find(({ name }) => name === job)?.plan.flatMap((step) => ('get' in step ? [step.get] : []))
        expect(inputs.map(({ name }) => name)).toEqual(gets)
      }
    }))

  test('every pending build starts, is aborted, or waits with a reason; exactly one of these', () =>
    always((at, { start, abort, waiting }) => {
      const pending = at.builds.filter(({ status }) => status === 'pending').map(({ id }) => id)
      const told = [...start.map(({ buildId }) => buildId), ...abort, ...waiting.map(({ buildId }) => buildId)]
      expect(told.sort((one, other) => one - other)).toEqual(pending)
      expect(waiting.filter(({ reason }) => !/^\S.{20,}\.$/.test(reason))).toEqual([])
    }))

  test('the same snapshot gives the same decisions, and stays as it is', () =>
    always((at, decisions) => {
      const copy = structuredClone(at)
      expect(schedule(copy)).toEqual(decisions)
      expect(copy).toEqual(at)
    }))

  test('when it was done what was decided, nothing more is made', () =>
    always((at, decisions) => {
      const next = schedule(whenDone(at, decisions))
      expect(next.create).toEqual([])
      expect(next.start).toEqual([])
    }))

  test('builds that all succeed come to an end', () =>
    always((at) => {
      let current: World = { ...at, organization: { running: 0, most: 0 }, paused: false }
      for (let pass = 0; pass < 60; pass++) {
        const decisions = schedule(current)
        if (pass > 0 && decisions.create.length === 0 && decisions.start.length === 0) return
        const ended = whenDone(current, decisions)
        const builds = ended.builds.map((build) => (build.status === 'started' ? { ...build, status: 'succeeded' as const } : build))
        current = { ...ended, builds, places: 3, organization: { running: 0, most: 0 } }
      }
      throw new Error('It goes on and on.')
    }, 200))
})
