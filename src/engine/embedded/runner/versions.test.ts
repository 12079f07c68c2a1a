/** In which order versions are kept: that of checks, not that of time or numbers. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import { OrgTx } from '../../../db/organization-tx.ts'
import { type Database, insideOf, openDatabase } from '../../../db/pool.ts'
import type { PipelineAt } from '../../types.ts'
import { findResource } from '../store/resources.ts'
import { saveVersion, saveVersions } from '../store/versions.ts'

let world: w.EngineWorld
let database: Database
let at: PipelineAt
let resources = 0
beforeAll(async () => {
  world = await w.openEngineWorld()
  database = openDatabase({ url: world.database.url, size: 4 })
  at = await world.pipeline(await world.team('acme'), 'versions')
  const names = Array.from({ length: 6 }, (_, index) => w.resource(`r${index}`))
  await w.save(world.engine(), at, w.config([w.job('use', [{ get: 'r0' }])], ...names))
})
afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

function fresh() {
  const name = `r${resources++}`
  const inside = <T>(run: (tx: OrgTx, history: { id: number; history: string }) => Promise<T>) =>
    OrgTx.write(database, insideOf(at.organizationId), async (tx) => {
      const found = await findResource(tx, at.pipelineId, name)
      if (!found) throw new Error('no resource')
      return run(tx, found)
    })
  const versions = (refs: string) => refs.split(' ').map((ref) => ({ ref, of: name }))
  return {
    check: (refs: string) => inside((tx, history) => saveVersions(tx, history, versions(refs))),
    put: (ref: string) => inside((tx, history) => saveVersion(tx, history, { of: name, ref }, [])),
    /** Oldest first. */
    order: async () => {
      const rows = await world.database.query<{ ref: string }>(
        "select v.version ->> 'ref' as ref from engine_versions v join engine_resources r on r.id = v.resource_id where r.name = $1 order by check_order",
        [name],
      )
      return rows.map(({ ref }) => ref).join(' ')
    },
  }
}

test('what a check finds is kept in its order, and what is found again and alone stays where it is', async () => {
  const { check, order } = fresh()
  expect(await check('a b')).toBe(2)
  expect(await check('b')).toBe(0)
  expect(await check('a')).toBe(0)
  expect(await order()).toBe('a b')
})

test('when one of them is new, all of them come last, in their order', async () => {
  const { check, order } = fresh()
  await check('a b c')
  expect(await check('b a d')).toBe(1)
  expect(await order()).toBe('c b a d')
})

test('one that is told twice has its later place', async () => {
  const { check, order } = fresh()
  expect(await check('a b a')).toBe(2)
  expect(await order()).toBe('b a')
})

test('one that a put makes comes last, unless it is known', async () => {
  const { check, put, order } = fresh()
  await check('a b')
  await put('c')
  await put('a')
  expect(await order()).toBe('a b c')
})

test('keys of a version have no order', async () => {
  const { check, put, order } = fresh()
  await check('a')
  await put('a')
  expect(await order()).toBe('a')
})

test('many who find versions at once give none of them the same place', async () => {
  const { check, put } = fresh()
  await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? check(`x${index} y`) : put(`z${index}`))))
  const rows = await world.database.query(
    'select resource_id, check_order, count(*) from engine_versions group by 1, 2 having count(*) > 1',
  )
  expect(rows).toEqual([])
})
