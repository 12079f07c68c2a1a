import type { DomainHandlers } from '../../contract/operation.ts'
import { listSources, readEntries } from './logs.ts'

export const logs: DomainHandlers<'logs'> = {
  async getProjEnvLogSources(context, { path }) {
    return { data: await listSources(context, path) }
  },

  async getProjEnvLogEntries(context, { path, query }) {
    return { data: await readEntries(context, path, path.log_source_id, query) }
  },
}
