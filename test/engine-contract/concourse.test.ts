/** Against the double, or with CONCOURSE_URL, CONCOURSE_USERNAME and CONCOURSE_PASSWORD against a real Concourse (npm run test:concourse). */
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { ConcourseAccess } from '../../src/config.ts'
import { openConcourseEngine } from '../../src/engine/concourse/engine.ts'
import { openCalls } from '../../src/outside/concourse/calls.ts'
import { openConcourseDouble } from '../support/concourse-double/double.ts'
import type { EngineHarness } from './harness.ts'
import { engineContract } from './suite.ts'

const { CONCOURSE_URL: url, CONCOURSE_USERNAME: username = '', CONCOURSE_PASSWORD: password = '' } = process.env
const isReal = url !== undefined && url !== ''
const seconds = isReal ? 180 : 15
/** Teams on a real server are told apart from those of other runs. */
const run = randomBytes(4).toString('hex')

let requests: readonly { method: string; path: string }[] = []

async function open(): Promise<EngineHarness> {
  const double = isReal ? undefined : await openConcourseDouble()
  requests = double?.requests ?? []
  const server = double ?? { url: url ?? '', username, password }
  const access: ConcourseAccess = {
    url: server.url.replace(/\/+$/, ''),
    username: server.username,
    password: server.password,
    concurrency: 8,
    seconds: 10,
  }
  const engine = await openConcourseEngine({ access, policy: { buildsPerOrganization: 0 }, log: pino({ level: 'silent' }) })
  const teams: string[] = []
  let pipelines = 0
  return {
    engine,
    seconds,
    async newTeam() {
      const team = `trochoid-${run}-${teams.length}`
      teams.push(team)
      return { organizationId: teams.length, organization: `org-${teams.length}`, team }
    },
    newPipeline: async (team, name) => ({ ...team, pipelineId: ++pipelines, name }),
    renamed: async (at, name) => ({ ...at, name }),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      if (double) return double[Symbol.asyncDispose]()
      using calls = openCalls(access)
      for (const team of teams) await calls.call({ method: 'DELETE', path: ['teams', team] }).catch(() => {})
    },
  }
}

engineContract(isReal ? `Concourse at ${url}` : 'the double of Concourse', open, isReal ? 600_000 : 60_000)

test.skipIf(isReal)('none of all these calls named another team than those of the tests', () => {
  const named = new Set(requests.flatMap(({ path }) => /^\/api\/v1\/teams\/([^/?]+)/.exec(path)?.[1] ?? []))
  expect([...named].sort()).toEqual([`trochoid-${run}-0`, `trochoid-${run}-1`])
})
