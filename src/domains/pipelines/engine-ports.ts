/** What the embedded engine asks of the platform, on behalf of nobody: builds run long after whoever asked for them is gone. */

import { OrgTx } from '../../db/organization-tx.ts'
import type { Database } from '../../db/pool.ts'
import { insideOf } from '../../db/pool.ts'
import type { PlatformPorts } from '../../engine/embedded/ports.ts'
import { dumpYaml } from '../../formats/pipeline/dump.ts'
import type { Json } from '../../formats/pipeline/types.ts'
import type { MasterKeys } from '../../outside/master-key.ts'
import { openCredential } from '../credentials/credentials.ts'
import { findByPath } from '../credentials/queries.ts'
import { insertEvent, tagText } from '../events/queries.ts'
import { saveConfig } from './configs.ts'
import * as queries from './queries.ts'

export function enginePorts({ database, master }: { database: Database; master: MasterKeys }): PlatformPorts {
  return {
    findCredential: (organizationId, path) =>
      OrgTx.read(database, insideOf(organizationId), async (tx) => {
        const found = await findByPath(tx, path)
        if (!found) return undefined
        const { raw } = await openCredential(tx, master, found.canonical)
        // A custom credential has its keys one level deeper.
        return (found.type === 'custom' ? (raw.raw ?? {}) : raw) as Json
      }),

    setPipeline: (organizationId, pipelineId, config, author) =>
      OrgTx.write(database, insideOf(organizationId), async (tx) => {
        const row = await queries.lockPipeline(tx, pipelineId)
        if (!row) throw new Error('the pipeline was deleted')
        const now = row.config_version === null ? undefined : await queries.findConfig(tx, pipelineId, row.config_version)
        const source = dumpYaml(config as unknown as Json)
        if (now && dumpYaml(now.config as unknown as Json) === source) return { changed: false }
        const version = await saveConfig(tx, row, { source, yamlVars: '', config, warnings: [] }, 'set_pipeline', {
          name: author,
          accountId: null,
        })
        // The engine that asks has it already.
        await queries.updatePipelineRow(tx, pipelineId, { engine_version: version, engine_name: row.name })
        return { changed: true }
      }),

    sendEvent: async (organizationId, { type = 'Custom', title, message, severity, icon, tags }) => {
      const row = await OrgTx.write(database, insideOf(organizationId), (tx) =>
        insertEvent(tx, {
          type,
          severity,
          title,
          message,
          icon,
          color: 'default',
          // A pipeline may send any type, the platform's own too: this tells what was sent from what the platform wrote.
          tags: Object.entries({ ...tags, sent_by: 'pipeline' }).map(([key, value]) => ({ key, value: tagText(value) })),
          user_id: null,
          api_key_id: null,
          operation: null,
        }),
      )
      return row.id
    },
  }
}
