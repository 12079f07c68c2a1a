import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { policyIn } from '../../../../test/support/engine-parts.ts'
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

/** It does not hear signals. */
const deaf: ResourceType = {
  validate: () => [],
  check: () => new Promise<never>(() => {}),
  in: async (_context, _folder, { version }) => ({ version, metadata: [] }),
  out: async () => ({ version: {}, metadata: [] }),
}

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
  const engine = world.engine({ resourceTypes: () => deaf })
  await engine.startRunner()
  const at = await world.pipeline(team, 'slow')
  await save(engine, at, config([job('use', [{ get: 'r' }])], w.resource('r', { check_timeout: '1s' })))
  const { id } = await engine.checkResource(at, 'r', null)
  expect(await ended(engine, at, id, 8)).toMatchObject({ status: 'errored' })
  expect((await engine.getResource(at, 'r')).check_error).toContain('more than 1 seconds: give it longer (check_timeout)')
})

test('no check takes longer than the engine allows, whatever the pipeline says', async () => {
  const engine = world.engine({ resourceTypes: () => deaf, limits: { limits: { ...policyIn('').limits, seconds: 1 } } })
  await engine.startRunner()
  const at = await world.pipeline(team, 'endless')
  await save(engine, at, config([job('use', [{ get: 'r' }])], w.resource('r', { check_timeout: '24h' })))
  const { id } = await engine.checkResource(at, 'r', null)
  await ended(engine, at, id, 8)
  expect((await engine.getResource(at, 'r')).check_error).toContain('more than 1 seconds, and no check may take longer here')
})

test('no check takes longer than five minutes', async () => {
  const engine = world.engine({ resourceTypes: () => deaf, limits: { limits: { ...policyIn('').limits, seconds: 86_400 } } })
  await engine.startRunner()
  const at = await world.pipeline(team, 'endless')
  await save(engine, at, config([job('use', [{ get: 'r' }])], w.resource('r', { check_timeout: '24h' })))
  await engine.checkResource(at, 'r', null)
  const [claimed] = await w.until(async () => {
    const rows = await world.database.query<{ seconds: string }>(
      'select extract(epoch from checking_until - now()) as seconds from engine_resources where checking_until is not null',
    )
    return rows.length > 0 && rows
  })
  // Half a minute more than the check itself has.
  expect(Number(claimed?.seconds)).toBeLessThanOrEqual(330)
  expect(Number(claimed?.seconds)).toBeGreaterThan(300)
})

test('organizations with slow checks leave a place to another', async () => {
  const type: ResourceType = {
    ...deaf,
    check: (_context, { source }) => (source['of'] === 'slow' ? new Promise<never>(() => {}) : Promise.resolve([])),
  }
  const engine = world.engine({ resourceTypes: () => type })
  await engine.startRunner()
  const resources = ['a', 'b', 'c', 'd', 'e'].map((name) => w.resource(name, { source: { of: 'slow' }, check_timeout: '1h' }))
  for (const greedy of [team, await world.team('second'), await world.team('third')]) {
    const at = await world.pipeline(greedy, 'slow')
    await save(engine, at, config([job('use', [{ get: 'a' }])], ...resources))
  }
  const busy = async () => (await world.database.query('select id from engine_resources where checking_until is not null')).length
  await w.until(async () => (await busy()) === 9)
  const at = await world.pipeline(await world.team('modest'), 'quick')
  await save(engine, at, config([job('use', [{ get: 'r' }])], w.resource('r')))
  const { id } = await engine.checkResource(at, 'r', null)
  expect(await ended(engine, at, id, 5)).toMatchObject({ status: 'succeeded' })
  expect(await busy()).toBe(9)
})
