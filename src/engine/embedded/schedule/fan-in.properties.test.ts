import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PassedBuild } from './facts.ts'
import { chooseTogether, groupsOf, type Wanted } from './fan-in.ts'

const jobNames = ['x', 'y', 'z']
const resourceNames = ['a', 'b', 'c']

const builds = fc.array(
  fc.tuple(...resourceNames.map(() => fc.subarray([1, 2, 3, 4]))).map((lists): PassedBuild => {
    return new Map(resourceNames.flatMap((name, at) => (lists[at]?.length ? [[name, lists[at]] as const] : [])))
  }),
  { maxLength: 6 },
)
const inputs = fc
  .array(
    fc.tuple(fc.constantFrom(...resourceNames), fc.subarray(jobNames, { minLength: 1 }), fc.subarray([1, 2, 3, 4], { minLength: 2 })),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((list) =>
    list.map(([resource, passed, allowed], at): Wanted => {
      return { name: `input${at}`, resource, passed, allows: (id) => allowed.includes(id), rank: undefined }
    }),
  )

const worlds = fc.record({ inputs, builds: fc.record({ x: builds, y: builds, z: builds }) })
const budget = () => ({ left: 1_000_000 })

/** Every choice of one build of each job, in order; the first that has a version for every input. */
function tryEverything(wanted: readonly Wanted[], buildsOf: (job: string) => readonly PassedBuild[]): Map<string, number> | undefined {
  const jobs = [...new Set(wanted.flatMap(({ passed }) => passed))]
  const choose = (at: number, chosen: Map<string, PassedBuild>): Map<string, number> | undefined => {
    const job = jobs[at]
    if (job === undefined) return versionsFrom(wanted, chosen)
    for (const build of buildsOf(job)) {
      const found = choose(at + 1, new Map([...chosen, [job, build]]))
      if (found) return found
    }
    return undefined
  }
  return choose(0, new Map())
}

function versionsFrom(wanted: readonly Wanted[], chosen: ReadonlyMap<string, PassedBuild>): Map<string, number> | undefined {
  const versions = new Map<string, number>()
  for (const { name, resource, passed, allows } of wanted) {
    const [first = [], ...others] = passed.map((job) => chosen.get(job)?.get(resource) ?? [])
    const version = first.find((id) => allows(id) && others.every((ids) => ids.includes(id)))
    if (version === undefined) return undefined
    versions.set(name, version)
  }
  return versions
}

describe('versions of inputs that passed jobs', () => {
  test('are those that trying everything finds first, or there are none', () => {
    let found = 0
    let unmet = 0
    fc.assert(
      fc.property(worlds, ({ inputs: all, builds: past }) => {
        const buildsOf = (job: string) => past[job as 'x' | 'y' | 'z']
        for (const wanted of groupsOf(all)) {
          const expected = tryEverything(wanted, buildsOf)
          expected ? found++ : unmet++
          expect(chooseTogether(wanted, buildsOf, budget())).toEqual(expected ? { versions: expected } : { failed: 'nothing fits' })
        }
      }),
      { seed: 1, numRuns: 1000 },
    )
    expect([found > 100, unmet > 100]).toEqual([true, true])
  })

  test('come from one build of each job that inputs share', () =>
    fc.assert(
      fc.property(worlds, ({ inputs: all, builds: past }) => {
        const buildsOf = (job: string) => past[job as 'x' | 'y' | 'z']
        for (const wanted of groupsOf(all)) {
          const choice = chooseTogether(wanted, buildsOf, budget())
          if (!('versions' in choice)) continue
          for (const job of jobNames) {
            const sharing = wanted.filter(({ passed }) => passed.includes(job))
            const fits = (build: PassedBuild) =>
              sharing.every(({ name, resource }) => build.get(resource)?.includes(choice.versions.get(name) ?? 0) ?? false)
            expect(sharing.length === 0 || buildsOf(job).some(fits)).toBe(true)
          }
        }
      }),
      { seed: 2, numRuns: 500 },
    ))

  test('are found, or not, within the looks it is given', () =>
    fc.assert(
      fc.property(worlds, fc.nat(40), ({ inputs: all, builds: past }, left) => {
        const buildsOf = (job: string) => past[job as 'x' | 'y' | 'z']
        for (const wanted of groupsOf(all)) {
          const bounded = chooseTogether(wanted, buildsOf, { left })
          if ('failed' in bounded && bounded.failed === 'too many combinations') continue
          expect(bounded).toEqual(chooseTogether(wanted, buildsOf, budget()))
        }
      }),
      { seed: 3, numRuns: 500 },
    ))
})
