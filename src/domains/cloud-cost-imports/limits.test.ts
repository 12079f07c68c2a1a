import { expect, test } from 'vitest'
import { useServer } from '../../../test/support/server.ts'
import { type Bills, focus, month, openBills } from '../../../test/support/uploaded-bills.ts'
import { must } from '../../../test/support/workshop.ts'
import { CostWorkBusy, CostWorkLost } from '../../costs/import/work.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { recoverLost } from './due.ts'
import { runCostImport } from './run.ts'

// Without a worker: what is begun waits.
const server = useServer()
const file = focus(month('2026-07', 31, '2'))

const query = <R extends object>(text: string, values: unknown[] = []) => server.database.query<R>(text, values)

async function organizationId({ org }: Bills): Promise<number> {
  const [row] = await query<{ id: string }>('select id from organizations where canonical = $1', [org])
  return Number(row?.id)
}

const jobs = async () =>
  Number((await query<{ n: string }>(`select count(*) as n from graphile_worker.jobs where task_identifier = 'costs.import'`))[0]?.n)

/** Of an account whose figures are a part of another one's bill. */
async function openPart() {
  const bills = await openBills(server)
  await query(`update cost_accounts set parent_account_id = '999' where organization_id = $1`, [await organizationId(bills)])
  const start = (body: { month?: string; force?: boolean } = {}) =>
    bills.ada.startCloudCostImport({ path: bills.path, body: { force: false, ...body } })
  return { ...bills, start }
}

test('what waits to be imported is not begun a second time, and five things wait at most', async () => {
  const { start } = await openPart()
  const before = await jobs()
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => must(start())))
  expect(new Set(others.map(({ body }) => body.data.id))).toEqual(new Set([first?.body.data.id]))
  expect(await jobs()).toBe(before + 1)
  for (const month of ['2026-01', '2026-02', '2026-03']) await must(start({ month }))
  const forced = (await must(start({ month: '2026-03', force: true }))).body.data
  expect((await must(start({ month: '2026-03', force: true }))).body.data.id).toBe(forced.id)
  expect(await start({ month: '2026-04' })).toBeError('Conflict', '5 imports of bills wait already')
})

test('files are not for an account whose figures are a part of another bill', async () => {
  const { send, ada, path } = await openPart()
  const answer = await send(file)
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([
    422,
    expect.stringContaining('taken from the bill of its parent account, 999'),
  ])
  expect((await must(ada.listCloudCostImports({ path }))).body.data).toEqual([])
})

test('three files of an account wait at most, and ten of an organization', async () => {
  const bills = await openBills(server)
  for (let turn = 0; turn < 3; turn++) await bills.begin(file)
  expect(await bills.send(file)).toMatchObject({ status: 409 })
  expect(JSON.stringify((await bills.send(file)).body)).toContain('3 files of bills wait to be read')
  await query(
    `insert into cost_accounts (organization_id, canonical, name, cloud_provider) select organization_id, 'other', 'Other', 'aws' from cost_accounts where organization_id = $1`,
    [await organizationId(bills)],
  )
  await query(
    `insert into cost_imports (organization_id, cost_account_id, source, bytes_total)
     select organization_id, id, 'upload', 1 from cost_accounts, generate_series(1, 7) where canonical = 'other' and organization_id = $1`,
    [await organizationId(bills)],
  )
  await query(`update cost_imports set status = 'running' where digest <> '' and organization_id = $1`, [await organizationId(bills)])
  await query(
    `insert into cost_imports (organization_id, cost_account_id, source, bytes_total)
     select organization_id, id, 'upload', 1 from cost_accounts, generate_series(1, 3) where canonical = 'other' and organization_id = $1`,
    [await organizationId(bills)],
  )
  expect(JSON.stringify((await bills.send(file)).body)).toContain('10 files of this organization wait to be read')
})

test('four of the largest files wait at most, and one of unknown size counts as one of them', async () => {
  const bills = await openBills(server)
  const most = server.platform.config.costs.uploadBytes
  const [row] = await query<{ id: string }>(
    `insert into cost_imports (organization_id, cost_account_id, source, digest, status, bytes_total)
     select organization_id, id, 'upload', 'abc', 'running', $2 from cost_accounts where organization_id = $1 returning id`,
    [await organizationId(bills), 4 * most - 1000],
  )
  expect(JSON.stringify((await bills.send(file)).body)).toContain('MB would wait to be read in this organization')
  await query('update cost_imports set bytes_total = $2 where id = $1', [row?.id, 3 * most + 1])
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(file))
      controller.close()
    },
  })
  expect((await bills.send(stream)).status).toBe(409)
  expect((await bills.send(file)).status).toBe(200)
})

/** A platform whose processes end like this. */
const endingBy = (error: Error): Platform => ({
  ...server.platform,
  costWork: { ...server.platform.costWork, pids: [], run: () => Promise.reject(error), [Symbol.asyncDispose]: async () => {} },
})

test('an import that takes too long has failed, says so, and waits for nobody', async () => {
  const bills = await openBills(server)
  const importId = await bills.begin(file)
  await runCostImport(endingBy(new CostWorkLost('late', 'It took longer than the 180 minutes')), {
    organizationId: await organizationId(bills),
    importId,
  })
  expect(await bills.look(importId)).toMatchObject({ status: 'failed', message: expect.stringContaining('longer than the 180 minutes') })
  const events = await query('select e.message from events e where organization_id = $1 and title like $2', [
    await organizationId(bills),
    '%has failed',
  ])
  expect(events).toHaveLength(1)
})

test('an import that finds no room comes back when it was told to; the oldest of the account is done first', async () => {
  const bills = await openBills(server)
  const [older, newer] = [await bills.begin(file), await bills.begin(file)]
  const done: unknown[] = []
  const platform = endingBy(new CostWorkBusy('other imports are being done', 45))
  const run: Platform['costWork']['run'] = (job) => {
    done.push(job)
    return platform.costWork.run(job)
  }
  const costWork = { ...platform.costWork, run }
  await runCostImport({ ...platform, costWork }, { organizationId: await organizationId(bills), importId: newer })
  expect(done).toMatchObject([{ importId: older }])
  expect(await bills.look(older)).toMatchObject({ status: 'waiting' })
  const [last] = await query<{ seconds: number }>(
    `select extract(epoch from run_at - now())::float8 as seconds from graphile_worker.jobs where task_identifier = 'costs.import' order by id desc limit 1`,
  )
  expect(last?.seconds).toBeGreaterThan(40)
})

test('what follows from an import is begun even if its process was lost after the end, and once', async () => {
  const bills = await openBills(server)
  const organization = await organizationId(bills)
  const ended = async () =>
    (
      await query<{ id: string }>(
        `insert into cost_imports (organization_id, cost_account_id, source, status, message, ended_at)
         select organization_id, id, 'upload', 'failed', 'bad ' || md5(random()::text), now() - interval '4 minutes' from cost_accounts where organization_id = $1 returning id`,
        [organization],
      )
    )[0]?.id
  const told = async () =>
    (await query(`select from events where organization_id = $1 and title = 'A cloud cost import has failed'`, [organization])).length
  const first = { organizationId: organization, importId: Number(await ended()) }
  await runCostImport(server.platform, first)
  await runCostImport(server.platform, first)
  expect(await told()).toBe(1)
  await ended()
  await recoverLost(server.platform)
  await recoverLost(server.platform)
  expect(await told()).toBe(2)
})

test('a month that is put aside while somebody accepts it is there no more', async () => {
  const bills = await openBills(server)
  const organization = await organizationId(bills)
  await query(
    `insert into cost_months (organization_id, cost_account_id, period, state, phase, message, currency, lines)
     select organization_id, id, '2026-07-01', 'refused', 'green', 'it looks wrong', 'USD', 3 from cost_accounts where organization_id = $1`,
    [organization],
  )
  const { costs } = server.platform
  const aside = () =>
    OrgTx.write(server.platform.database, insideOf(organization), (tx) =>
      tx.updateTable('cost_months').set({ state: 'replaced' }).where('state', '=', 'refused').execute(),
    )
  Object.assign(server.platform, {
    costs: { ...costs, activate: (...asked: Parameters<typeof costs.activate>) => aside().then(() => costs.activate(...asked)) },
  })
  try {
    const answer = await bills.ada.acceptCloudCostMonth({ path: { ...bills.path, month: '2026-07' } })
    expect(answer).toBeError('Conflict', 'put aside in the meantime')
  } finally {
    Object.assign(server.platform, { costs })
  }
})

test('exact sums of very large and very small amounts are shown', async () => {
  const bills = await openBills(server)
  const sum = `1${'0'.repeat(30)}.${'0'.repeat(29)}1`
  await query(
    `insert into cost_months (organization_id, cost_account_id, period, state, phase, currency, lines, billed, effective, stated_total)
     select organization_id, id, '2026-07-01', 'active', 'green', 'USD', 2, $2, $2, $2 from cost_accounts where organization_id = $1`,
    [await organizationId(bills), sum],
  )
  const { body } = await must(bills.ada.listCloudCostMonths({ path: bills.path }))
  expect(body.data).toMatchObject([{ billed_cost: sum, effective_cost: sum, stated_cost: sum }])
})
