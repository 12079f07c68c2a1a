import type { DomainHandlers } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { assertEntered } from '../organizations/entered.ts'
import { teamOf } from '../pipelines/at.ts'

export const workers: DomainHandlers<'workers'> = {
  async getWorkers({ read, platform, organization }, { query }) {
    await read(assertEntered)
    const { engine } = platform
    const { rows, pagination } = pageOf(await engine.listWorkers(teamOf(organization)), query)
    return { data: rows.map((worker) => ({ ...worker, engine: engine.kind })), pagination }
  },
}
