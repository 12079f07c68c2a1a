import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { stackFiles } from '../../test/support/catalog.ts'
import { useRepositories } from '../../test/support/repositories.ts'
import { useServer } from '../../test/support/server.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../test/support/workshop.ts'
import { AccountTx } from '../db/account-tx.ts'
import { enqueue } from './enqueue.ts'

const repositories = useRepositories()
const server = useServer({ worker: true, config: { ...gitIn(repositories), catalogRefreshMinutes: 15, workerConcurrency: 3 } })

/** Jobs that refresh all catalog repositories of an organization, which are long due. */
async function refreshAll({ org }: Workshop): Promise<number> {
  const sources = await server.database.query<{ organization_id: string; id: string }>(
    `update stack_sources s set tried_at = now() - interval '1 hour' from organizations o
     where o.id = s.organization_id and o.canonical = $1 returning s.organization_id, s.id`,
    [org],
  )
  await AccountTx.write(server.platform.database, { kind: 'platform' }, async (tx) => {
    for (const { organization_id, id } of sources)
      await enqueue(tx, 'stackSources.refresh', { organizationId: Number(organization_id), sourceId: Number(id) })
  })
  return Number(sources[0]?.organization_id)
}

test('an organization with slow git servers takes one place of the worker, and the others work', async () => {
  const slow = await openWorkshop(server, repositories, stackFiles('slow'))
  const quick = await openWorkshop(server, repositories, stackFiles('quick'))
  for (let index = 0; index < 5; index++) {
    const url = repositories.make(`${slow.org}-${index}`, { stacks: stackFiles(`slow-${index}`) })
    await must(
      slow.ada.createServiceCatalogSource({
        path: { organization_canonical: slow.org },
        body: { name: `More ${index}`, url, branch: 'stacks' },
      }),
    )
  }
  const { git } = server.platform
  const { read } = git
  const stop = new AbortController()
  const seen: number[] = []
  git.read = async (remote, ...call) => {
    seen.push(remote.tenant)
    if (remote.url.includes(slow.org)) await sleep(60_000, undefined, { signal: stop.signal }).catch(() => {})
    return read(remote, ...call)
  }
  await refreshAll(slow)
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(0)
  const quickId = await refreshAll(quick)
  await expect.poll(() => seen, { timeout: 10_000 }).toContain(quickId)
  expect(seen.filter((id) => id !== quickId)).toHaveLength(1)
  stop.abort()
  git.read = read
})
