import type { DomainHandlers } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { assertEntered } from '../organizations/entered.ts'

export const workers: DomainHandlers<'workers'> = {
  /** Empty until a pipeline engine is configured: nothing can run a pipeline, and that is what an empty list means. */
  async getWorkers({ read }, { query }) {
    await read(assertEntered)
    const { pagination } = pageOf([], query)
    return { data: [], pagination }
  },
}
