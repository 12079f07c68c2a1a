import { expect, test } from 'vitest'
import { now, type World } from '../../../../test/support/pipeline-world.ts'
import type { JobConfig } from '../../../formats/pipeline/types.ts'
import { schedule } from './schedule.ts'
import { type BuildFacts, usedKey } from './types.ts'

const jobs = 30
const versions = 1000
const buildsOfJob = 500
const resources = ['a', 'b', 'c', 'd']

const versionId = (resource: number, at: number) => 1_000_000 + resource * versions + at

/** Every job has the four resources, each from up to three jobs before it. */
const jobAt = (at: number): JobConfig => ({
  name: `job${at}`,
  plan: resources.map((get, index) => {
    const passed = [1, 2, 3].map((back) => at - back - (index % 2)).filter((before) => before >= 0)
    return { get, trigger: true, ...(passed.length > 0 ? { passed: passed.map((before) => `job${before}`) } : {}) }
  }),
})

/** @param versionOf which version of a resource the build has; the same for all builds of a number, or nothing ever fits */
function bigWorld(versionOf: (job: number, build: number, resource: number) => number): World {
  const builds: BuildFacts[] = []
  const used = new Map<string, Set<number>>()
  for (let build = 0; build < buildsOfJob; build++)
    for (let job = 0; job < jobs; job++) {
      const inputs = resources.map((name, resource) => ({ name, versionId: versionId(resource, versionOf(job, build, resource)) }))
      for (const input of inputs) {
        const key = usedKey(`job${job}`, input.name)
        used.set(key, (used.get(key) ?? new Set()).add(input.versionId))
      }
      builds.push({
        ...{ id: builds.length + 1, job: `job${job}`, status: 'succeeded', isManual: false, rerunOf: null, createdAt: now },
        ...{ abortRequested: false, inputsCheckedAt: null, inputs, outputs: [] },
      })
    }
  const history = (resource: number) =>
    Array.from({ length: versions }, (_, at) => ({ id: versionId(resource, at), version: { ref: `${at}` }, enabled: true }))
  return {
    now,
    config: { jobs: Array.from({ length: jobs }, (_, at) => jobAt(at)), resources: resources.map((name) => ({ name, type: 'mock' })) },
    paused: false,
    pausedJobs: new Set(),
    resources: new Map(
      resources.map((name, at) => [name, { versions: history(at), pinned: null, lastCheckedAt: now, lastCheckFailed: false }] as const),
    ),
    builds,
    used,
    organization: { running: 0, most: 0 },
    places: 10,
    checkSeconds: 60,
  }
}

/** Milliseconds of processor time of the fastest of some passes: others use this machine, too. */
function fastest(at: World): number {
  const times = Array.from({ length: 6 }, () => {
    const began = process.cpuUsage()
    schedule(at)
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

test.each([
  ['builds that fit', (_job: number, build: number) => build * 2],
  ['builds of which only the oldest fit', (job: number, build: number) => (build === 0 ? 0 : 1 + ((build * 2 + job) % (versions - 1)))],
  ['builds of which none fit', (job: number, build: number, resource: number) => (build * 7 + job * 13 + resource * job) % versions],
  [
    'builds of few versions that fit crosswise',
    (job: number, build: number, resource: number) => (build * 7 + job * 13 + resource * build) % 5,
  ],
])('a pass over 30 jobs with 500 builds each, and 1,000 versions of each resource, ends within half a second: %s', (_, versionOf) => {
  const milliseconds = fastest(bigWorld(versionOf))
  expect(milliseconds).toBeLessThan(500)
})
