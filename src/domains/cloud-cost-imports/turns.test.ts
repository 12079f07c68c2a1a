import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { useServer } from '../../../test/support/server.ts'
import { type Bills, focus, month, openBills } from '../../../test/support/uploaded-bills.ts'
import { must } from '../../../test/support/workshop.ts'
import { CostWorkBusy } from '../../costs/import/work.ts'
import type { Platform } from '../../platform.ts'
import { runCostImport } from './run.ts'

// Without a worker: what is begun waits.
const server = useServer()
const file = focus(month('2026-07', 31, '2'))

const query = <R extends object>(text: string, values: unknown[] = []) => server.database.query<R>(text, values)

async function open() {
  const bills = await openBills(server)
  const [row] = await query<{ id: string }>('select id from organizations where canonical = $1', [bills.org])
  const organizationId = Number(row?.id)
  /** A platform whose processes do this. */
  const doing = (run: (...asked: Parameters<Platform['costWork']['run']>) => Promise<unknown>): Platform => ({
    ...server.platform,
    costWork: {
      ...server.platform.costWork,
      pids: [],
      run: async (...asked) => {
        await run(...asked)
        return { done: true }
      },
      [Symbol.asyncDispose]: async () => {},
    },
  })
  const stored = async (id: number) =>
    (await query<object>('select status, stage, alive_at, attempt, bytes_done from cost_imports where id = $1', [id]))[0]
  return { ...bills, organizationId, doing, stored }
}

const enable = ({ ada, path }: Bills, enabled: boolean) => must(ada.updateCloudCostManagementAccount({ path, body: { enabled } as never }))

test('an import that is running is left alone by a job that is left over from when it waited', async () => {
  const { begin, stored, doing, organizationId } = await open()
  const importId = await begin(file)
  await query(`update cost_imports set status = 'running', stage = 'reading', bytes_done = 5, alive_at = now() where id = $1`, [importId])
  const before = await stored(importId)
  let asked = 0
  const platform = doing(() => {
    asked++
    return Promise.reject(new CostWorkBusy('other imports are being done', 60))
  })
  await runCostImport(platform, { organizationId, importId })
  expect([asked, await stored(importId)]).toEqual([0, before])
})

test('an import that two jobs ask for at once is begun by one of them', async () => {
  const { begin, stored, doing, organizationId } = await open()
  const importId = await begin(file)
  let asked = 0
  let end = () => {}
  const isDone = new Promise<{ done: boolean }>((resolve) => {
    end = () => resolve({ done: true })
  })
  const platform = doing(() => {
    asked++
    return isDone
  })
  const first = runCostImport(platform, { organizationId, importId })
  while (asked === 0) await sleep(10)
  await runCostImport(
    doing(() => Promise.reject(new CostWorkBusy('another import of the account is being done', 60))),
    {
      organizationId,
      importId,
    },
  )
  expect(await stored(importId)).toMatchObject({ status: 'waiting', alive_at: expect.any(Date) })
  end()
  await first
  expect(asked).toBe(1)
})

test('a run that was given up as lost does not put off the one after it', async () => {
  const { begin, stored, doing, organizationId } = await open()
  const importId = await begin(file)
  await runCostImport(
    doing(async () => {
      await query(`update cost_imports set status = 'running', attempt = attempt + 1, alive_at = now() where id = $1`, [importId])
      throw new CostWorkBusy('another import of the account is being done', 60)
    }),
    { organizationId, importId },
  )
  expect(await stored(importId)).toMatchObject({ status: 'running', attempt: 1 })
})

test('what waits when the imports of an account are stopped goes on when they no longer are', async () => {
  const bills = await open()
  const { begin, doing, organizationId, account } = bills
  const importId = await begin(file)
  await enable(bills, false)
  expect((await account()).status).toBe('idle')
  let asked = 0
  const platform = doing(async () => {
    asked++
    return { done: true }
  })
  await runCostImport(platform, { organizationId, importId })
  expect(asked).toBe(0)
  const jobs = async () =>
    Number((await query<{ n: string }>(`select count(*) as n from graphile_worker.jobs where task_identifier = 'costs.import'`))[0]?.n)
  const before = await jobs()
  await enable(bills, true)
  expect([await jobs(), (await account()).status]).toEqual([before + 1, 'import'])
  await runCostImport(platform, { organizationId, importId })
  expect(asked).toBe(1)
})

test('an upload whose import was given up before it had arrived is answered so, and nothing of it is kept', async () => {
  const { send, ada, path } = await open()
  let pass = () => {}
  const isGivenUp = new Promise<void>((resolve) => {
    pass = resolve
  })
  const sent = send(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from(file))
        await isGivenUp
        controller.enqueue(Buffer.from(file))
        controller.close()
      },
    }),
  )
  await expect.poll(async () => (await must(ada.listCloudCostImports({ path }))).body.data.length).toBe(1)
  await query(`update cost_imports set status = 'failed', ended_at = now() where status = 'waiting' and digest = '' and source = 'upload'`)
  pass()
  const answer = await sent
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([409, expect.stringContaining('upload it again')])
  expect((await must(ada.listCloudCostImports({ path }))).body.data).toEqual([])
})
