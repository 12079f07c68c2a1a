import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { Team } from '../../types.ts'
import type { ResourceType } from '../execute/types.ts'

const { config, ended, job, save } = w

let world: w.EngineWorld
let team: Team
beforeEach(async () => {
  world = await w.openEngineWorld()
  team = await world.team('acme')
})
afterEach(() => world?.[Symbol.asyncDispose]())

test('a resource is looked at by one at a time, whoever asks', async () => {
  let [now, most, times] = [0, 0, 0]
  const type: ResourceType = {
    validate: () => [],
    async check() {
      most = Math.max(most, ++now)
      times += 1
      await sleep(100)
      now -= 1
      return [{ ref: String(times) }]
    },
    in: async (_context, _folder, { version }) => ({ version, metadata: [] }),
    out: async () => ({ version: {}, metadata: [] }),
  }
  const options = { resourceTypes: () => type, limits: { checkSeconds: 1 } }
  const [one, other] = [world.engine(options), world.engine(options)]
  await Promise.all([one.startRunner(), other.startRunner()])
  const at = await world.pipeline(team, 'looked-at')
  await save(one, at, config([job('use', [{ get: 'r', trigger: true }])], w.resource('r', { check_every: '1s' })))
  const asked: number[] = []
  for (let round = 0; round < 8; round++) {
    asked.push((await (round % 2 === 0 ? one : other).checkResource(at, 'r', { ref: String(round) })).id)
    await sleep(50)
  }
  for (const id of asked) expect(await ended(one, at, id)).toMatchObject({ status: 'succeeded' })
  expect(times).toBeGreaterThanOrEqual(8)
  expect(most).toBe(1)
})

test('a check that takes too long is given up, whether it hears that or not', async () => {
  const type: ResourceType = {
    validate: () => [],
    check: () => new Promise<never>(() => {}),
    in: async (_context, _folder, { version }) => ({ version, metadata: [] }),
    out: async () => ({ version: {}, metadata: [] }),
  }
  const engine = world.engine({ resourceTypes: () => type })
  await engine.startRunner()
  const at = await world.pipeline(team, 'slow')
  await save(engine, at, config([job('use', [{ get: 'r' }])], w.resource('r', { check_timeout: '1s' })))
  const { id } = await engine.checkResource(at, 'r', null)
  expect(await ended(engine, at, id, 8)).toMatchObject({ status: 'errored' })
  expect((await engine.getResource(at, 'r')).check_error).toContain('more than 1 seconds')
})
