import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { useServer } from '../../../test/support/server.ts'
import { type Bills, focus, month, openBills } from '../../../test/support/uploaded-bills.ts'
import { openPostgresStore } from '../../costs/postgres/store.ts'
import { recoverLost } from './due.ts'

const server = useServer({ worker: true })
const before = { month: '2026-07', state: 'active', lines: 31, billed_cost: 62, currency: 'USD' }
const resources = 2000
/** Some 60,000 lines: long enough to be met in the middle. */
const large = () => focus(Array.from({ length: resources }, (_, index) => month('2026-07', 31, '0.01', { resource: `i-${index}` })).flat())
const lines = resources * 31
const after = { month: '2026-07', state: 'active', lines, billed_cost: lines / 100, currency: 'USD' }

const onlyActive = async (bills: Bills) => (await bills.months()).filter(({ state }) => state === 'active')

/** The process that reads, once it has stored something. */
async function pidInTheMiddle(bills: Bills, id: number): Promise<number> {
  for (let turn = 0; turn < 600; turn++) {
    const [pid] = server.platform.costWork.pids
    const { lines } = await bills.look(id)
    if (pid !== undefined && lines > 10_000) return pid
    await sleep(20)
  }
  throw new Error('nobody reads')
}

test('killed in the middle: readers see the old month, and the next run goes on where it was', async () => {
  const bills = await openBills(server)
  await bills.upload(focus(month('2026-07', 31, '2')))
  const id = await bills.begin(large())
  process.kill(await pidInTheMiddle(bills, id), 'SIGKILL')
  expect(await onlyActive(bills)).toEqual([before])
  const ended = await bills.ended(id)
  expect(ended).toMatchObject({ status: 'succeeded', lines, problems: [] })
  expect(await onlyActive(bills)).toEqual([after])
  const [row] = await server.database.query<{ attempt: number }>('select attempt from cost_imports where id = $1', [id])
  expect(row?.attempt).toBe(1)
  // The second run went on with the version that the first one had begun.
  const versions = await server.database.query(`select m.id from cost_months m join cost_imports i on i.id = m.import_id where i.id = $1`, [
    id,
  ])
  expect(versions).toHaveLength(1)
})

test('two imports of one month at once: the second waits, and then finds nothing left to do', async () => {
  const bills = await openBills(server)
  const file = large()
  const first = await bills.begin(file, 'first.csv')
  await pidInTheMiddle(bills, first)
  const second = await bills.begin(file, 'second.csv')
  expect((await bills.look(second)).status).toBe('waiting')
  const [one, two] = [await bills.ended(first), await bills.ended(second)]
  expect([one.status, one.lines, two.status, two.lines, two.message]).toEqual([
    'succeeded',
    lines,
    'succeeded',
    0,
    'One month is as before',
  ])
  expect(two.started_at ?? 0).toBeGreaterThanOrEqual(one.ended_at ?? Number.POSITIVE_INFINITY)
  expect(await onlyActive(bills)).toEqual([after])
})

test('a run that says nothing for three minutes is begun again, three times at most; an upload that was cut off is not', async () => {
  const bills = await openBills(server)
  const done = await bills.upload(focus(month('2026-07', 31, '2')))
  const silent = (id: number, attempt: number, digest: string) =>
    server.database.query(
      `insert into cost_imports (organization_id, cost_account_id, source, source_name, digest, status, attempt, alive_at)
       select organization_id, cost_account_id, 'upload', 'lost.csv', $2, 'running', $3, now() - interval '4 minutes' from cost_imports where id = $1 returning id`,
      [id, digest, attempt],
    )
  const [given] = await silent(done.id, 2, 'abc')
  const [cut] = await silent(done.id, 0, '')
  const [again] = await silent(done.id, 0, 'def')
  await recoverLost(server.platform)
  const idOf = (row: unknown) => Number((row as { id: string }).id)
  expect(await bills.look(idOf(given))).toMatchObject({
    status: 'failed',
    message: 'The import was given up after 3 tries: its process was lost',
  })
  expect(await bills.look(idOf(cut))).toMatchObject({ status: 'failed', message: 'The file did not arrive as a whole: upload it again' })
  // Its pieces were never there.
  expect(await bills.ended(idOf(again))).toMatchObject({ status: 'failed', message: 'lost.csv did not arrive: upload it again' })
  expect(await bills.months()).toEqual([before])
})

test('the store of a version that nobody activated shows nothing', async () => {
  const bills = await openBills(server)
  const done = await bills.upload(focus(month('2026-07', 31, '2')))
  const [row] = await server.database.query<{ organization_id: string; cost_account_id: string }>(
    'select organization_id, cost_account_id from cost_imports where id = $1',
    [done.id],
  )
  const scope = { database: server.platform.database, organizationId: Number(row?.organization_id) }
  const month0 = { costAccountId: Number(row?.cost_account_id), importId: done.id, period: '2026-07-01', digest: 'other' }
  await openPostgresStore().openMonth(scope, month0)
  expect(await onlyActive(bills)).toEqual([before])
  expect((await bills.months()).map(({ state }) => state).sort()).toEqual(['active', 'loading'])
})
