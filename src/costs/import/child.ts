/** Runs as a process of its own, with little memory and an empty environment: one job, then it ends. */
import { openDatabase } from '../../db/pool.ts'
import { Memory } from '../../formats/billing/intern.ts'
import { readBill } from '../../formats/billing/read.ts'
import { openAddressGuard } from '../../outside/address-guard.ts'
import { openPostgresStore } from '../postgres/store.ts'
import { attributeAll, clearAll } from './attribute-all.ts'
import { type FromChild, framesOf, type ToChild } from './child-job.ts'
import { importDatabase } from './database.ts'
import { HeldElsewhere } from './lock.ts'
import { openJobSource } from './open-source.ts'
import { runImport } from './run-import.ts'

/** A process that only waits keeps others from beginning. */
const patienceMs = 30_000

const tell = (told: FromChild): Promise<void> => new Promise((resolve) => process.send?.(told, () => resolve()))

process.once('message', (asked: ToChild) => void answer(asked))
// Whoever asked is gone: what was begun is gone on with by the next run.
process.once('disconnect', () => process.exit(1))

async function answer(asked: ToChild): Promise<void> {
  setInterval(() => void tell({ kind: 'alive' }), asked.aliveEveryMs)
  try {
    const { done } = await carryOut(asked)
    await tell({ kind: 'done', left: !done })
    process.exit(0)
  } catch (error) {
    await tell(error instanceof HeldElsewhere ? { kind: 'busy' } : { kind: 'broken', frames: framesOf(error) })
    process.exit(1)
  }
}

async function carryOut({ job, databaseUrl, privateAddresses }: ToChild): Promise<{ done: boolean }> {
  const database = openDatabase({ url: databaseUrl, ...importDatabase })
  const store = openPostgresStore()
  const scope = { database, organizationId: job.organizationId }
  switch (job.kind) {
    case 'attribute':
      return attributeAll(scope, store)
    case 'clear':
      return clearAll(scope, store)
    case 'import': {
      const { organizationId, importId, source } = job
      const guard = openAddressGuard({ allowed: [...privateAddresses] })
      const newMemory = () => new Memory()
      await runImport(
        { database, store, readBill, newMemory },
        { organizationId, importId, open: (row) => openJobSource({ scope, store, guard }, source, row), patienceMs },
      )
      return { done: true }
    }
  }
}
