import { pino } from 'pino'
import { openResourceTypes } from '../../src/engine/embedded/resources/types.ts'
import { openTaskRunner } from '../../src/engine/embedded/tasks/run.ts'
import { openAddressGuard } from '../../src/outside/address-guard.ts'
import type { Git } from '../../src/outside/git/types.ts'
import { policyIn } from '../support/engine-parts.ts'
import { openEngineWorld } from '../support/engine-world.ts'
import type { EngineHarness } from './harness.ts'
import { engineContract } from './suite.ts'

async function open(): Promise<EngineHarness> {
  const world = await openEngineWorld()
  const log = pino({ level: 'silent' })
  const policy = { ...policyIn(world.folder), builds: 8, buildsPerOrganization: 0 }
  const ports = { findCredential: async () => undefined, setPipeline: async () => ({ changed: true }), sendEvent: async () => 1 }
  const engine = world.engine({
    ports,
    limits: policy,
    resourceTypes: openResourceTypes({ policy, git: {} as Git, guard: openAddressGuard({ allowed: [] }), ports, log, now: Date.now }),
    runTask: openTaskRunner({ policy, log: () => {} }),
    log,
  })
  const runner = await engine.startRunner()
  let teams = 0
  return {
    engine,
    seconds: 20,
    newTeam: () => world.team(`contract-${++teams}`),
    newPipeline: (team, name) => world.pipeline(team, name),
    async renamed(at, name) {
      await world.database.query('update pipelines set name = $1 where id = $2', [name, at.pipelineId])
      return { ...at, name }
    },
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

engineContract('the embedded engine', open, 60_000)
