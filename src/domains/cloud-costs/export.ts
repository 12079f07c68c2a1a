/** The lines of a month as a file, made while it is sent. */
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { CostStore, FocusRow } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { Database } from '../../db/pool.ts'
import { notFound } from '../../errors.ts'
import { completed } from '../../formats/billing/focus-complete.ts'
import { focusCsv, focusHeader } from '../../formats/billing/focus-export.ts'
import { findCostAccountId } from './queries.ts'

interface Which {
  /** `2026-07` */
  month: string
  account: { id: number; canonical: string } | undefined
}

/** @throws NotFoundEntity */
export async function accountNamed(tx: OrgTx, canonical: string): Promise<{ id: number; canonical: string }> {
  const id = await findCostAccountId(tx, canonical)
  if (id === undefined) throw notFound('cloud cost account')
  return { id, canonical }
}

/** @throws NotFoundEntity when there are no lines, or none any more */
export async function exportLines(
  store: CostStore,
  scope: { database: Database; organizationId: number },
  { month, account }: Which,
): Promise<{ type: string; body: AsyncIterable<Uint8Array>; fileName: string }> {
  const parts = store.lines(scope, { period: `${month}-01`, costAccountIds: account ? [account.id] : null })[Symbol.asyncIterator]()
  const first = await parts.next()
  if (first.done) throw notFound(account ? `bill of ${account.canonical} for ${month}, or its lines` : `bill for ${month}, or its lines`)
  const text = Readable.from(csvOf(first.value, parts), { objectMode: false })
  // One error for whoever reads: that of the lines.
  const gzip = text.on('error', (error) => gzip.destroy(error)).pipe(createGzip({ level: 6 }))
  gzip.on('close', () => text.destroy())
  const name = `focus-${month}${account ? `-${account.canonical}` : ''}.csv.gz`
  return { type: 'application/gzip', body: gzip, fileName: name }
}

async function* csvOf(first: readonly FocusRow[], rest: AsyncIterator<FocusRow[]>): AsyncGenerator<Buffer> {
  try {
    yield Buffer.from(focusHeader + focusCsv(first.map(completed)))
    for (let part = await rest.next(); !part.done; part = await rest.next()) yield Buffer.from(focusCsv(part.value.map(completed)))
  } finally {
    // Whoever leaves early leaves no statement open.
    await rest.return?.()
  }
}
