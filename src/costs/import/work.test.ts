import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { openLog } from '../../log.ts'
import { type CostWork, openCostWork } from './work.ts'

const server = useServer()

function open(silenceMs: number): CostWork {
  return openCostWork({ databaseUrl: server.database.url, memoryMb: 200, privateAddresses: [], log: openLog('error'), silenceMs })
}

test('an import that takes longer than it may is ended, and leaves its place to others', async () => {
  const organizationId = await made()
  await using work = openCostWork({
    databaseUrl: server.database.url,
    memoryMb: 200,
    privateAddresses: [],
    log: openLog('error'),
    minutes: 0.03,
  })
  const somebody = new Client({ connectionString: server.database.url })
  await somebody.connect()
  await somebody.query('begin; lock table cost_imports in access exclusive mode')
  const job = { kind: 'import', organizationId, importId: 1, source: { kind: 'upload' } } as const
  const first = work.run(job).catch((error: unknown) => error)
  expect(await work.run({ ...job, organizationId: organizationId + 1 }).catch((error: unknown) => error)).toMatchObject({ seconds: 5 })
  expect(await first).toMatchObject({ why: 'late', message: expect.stringContaining('COST_IMPORT_MINUTES') })
  await somebody.end()
  // What has its place may take too long as well, where it takes a process so long to start.
  const next = await work.run({ ...job, organizationId: organizationId + 1 }).catch((error: unknown) => error)
  expect([{ done: true }, expect.objectContaining({ why: 'late' })]).toContainEqual(next)
}, 40_000)

async function made(): Promise<number> {
  const org = fresh('acme')
  await scenario(server, organization(org, member('ada')))
  const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  return Number(row?.id)
}

// Both wait, and neither for the other.
describe.concurrent('a process that says nothing', () => {
  test('since its loop is held is ended, and its work is not called lost', async () => {
    const organizationId = await made()
    await using work = open(3000)
    const ended = work.run({ kind: 'clear', organizationId }).catch((error: unknown) => error)
    while (work.pids.length === 0) await sleep(5)
    for (const pid of work.pids) process.kill(pid, 'SIGSTOP')
    expect(await ended).toMatchObject({ why: 'held', message: expect.stringContaining('kept the process that reads it busy') })
    expect(work.pids).toEqual([])
  }, 20_000)

  test('since it waits for the database is not, however long', async () => {
    const organizationId = await made()
    await using work = open(6000)
    const locked = server.database.query('begin; lock table cost_months in access exclusive mode; select pg_sleep(9); commit')
    await sleep(200)
    const began = performance.now()
    await work.run({ kind: 'clear', organizationId })
    await locked
    expect(performance.now() - began).toBeGreaterThan(7000)
  }, 40_000)
})
