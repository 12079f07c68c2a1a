import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import { OrgTx } from '../../../db/organization-tx.ts'
import { type Database, insideOf, openDatabase } from '../../../db/pool.ts'
import type { PipelineAt } from '../../types.ts'
import { loadCache, saveCache } from './caches.ts'

let world: w.EngineWorld
let database: Database
let at: PipelineAt
let jobId: number
beforeAll(async () => {
  world = await w.openEngineWorld()
  database = openDatabase({ url: world.database.url, size: 2 })
  at = await world.pipeline(await world.team('acme'), 'caches')
  await w.save(world.engine(), at, w.config([w.job('use', [w.task('say', 'x')])]))
  jobId = Number((await world.database.query<{ id: string }>('select id from engine_jobs'))[0]?.id)
})
afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

const inside = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(database, insideOf(at.organizationId), run)

test.each([0, 1, 4 * 1024 * 1024, 13_000_001])('%i bytes come back as they were', async (size) => {
  const content = randomBytes(size)
  await inside((tx) => saveCache(tx, jobId, 'step', `size-${size}`, content))
  expect((await inside((tx) => loadCache(tx, jobId, 'step', `size-${size}`)))?.equals(content)).toBe(true)
})

test('the later one counts, and what nobody kept is not there', async () => {
  for (const text of ['one', 'two']) await inside((tx) => saveCache(tx, jobId, 'step', 'twice', Buffer.from(text)))
  expect(String(await inside((tx) => loadCache(tx, jobId, 'step', 'twice')))).toBe('two')
  expect(await inside((tx) => loadCache(tx, jobId, 'step', 'never'))).toBeUndefined()
})

test('a job keeps twenty, and the oldest go', async () => {
  for (let index = 0; index < 25; index++) await inside((tx) => saveCache(tx, jobId, 'many', String(index), Buffer.from('x')))
  const rows = await world.database.query<{ path: string }>('select path from engine_caches order by updated_at')
  expect(rows.map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 5)))
})
