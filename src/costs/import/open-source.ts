/** What a job reads, opened in the process that reads it. */
import type { AddressGuard } from '../../outside/address-guard.ts'
import type { BillSource } from '../../outside/bills/types.ts'
import type { CostScope, CostStore } from '../types.ts'
import { parentSource } from './parent-source.ts'
import type { ImportRow } from './queries.ts'
import { uploadSource } from './upload-source.ts'
import type { CostJob } from './work.ts'

type JobSource = Extract<CostJob, { kind: 'import' }>['source']

export async function openJobSource(
  deps: { scope: CostScope; store: CostStore; guard: AddressGuard },
  source: JobSource,
  row: ImportRow,
): Promise<BillSource> {
  switch (source.kind) {
    case 'upload':
      return uploadSource(deps.scope, row)
    case 'parent':
      return parentSource(deps.scope, deps.store, source, row.period ?? undefined)
    default: {
      const { openSource } = await import('../../outside/bills/sources.ts')
      const { statementsOf } = await import('../../formats/billing/manifests.ts')
      return openSource(source, { guard: deps.guard, statementsOf, period: row.period ?? undefined })
    }
  }
}
