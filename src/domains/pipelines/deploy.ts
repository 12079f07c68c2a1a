/** What was saved here reaches the engine: at once where it can, and by a job where it cannot. */
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { PipelineAt, PipelineEngine } from '../../engine/types.ts'
import { ApiError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { pipelineAt } from './at.ts'
import * as queries from './queries.ts'

export interface DeployOptions {
  checkCredentials?: boolean
  /** Keep it in the engine although nothing of it can run there: a component's pipeline is there whatever runs it. */
  evenIfUnsupported: boolean
}

type Environment = Pick<Platform, 'database' | 'engine'>

/**
 * Until the engine has the newest configuration. Of two at once the one that finds itself overtaken saves again, so that the
 * newest one is what stays.
 * @throws ApiError what the engine answered; a configuration that it refuses is noted as the pipeline's problem
 */
export async function deploy(
  { database, engine }: Environment,
  organizationId: number,
  pipelineId: number,
  options: DeployOptions,
): Promise<void> {
  const scope = insideOf(organizationId)
  for (let overtaken = false; ; overtaken = true) {
    const found = await OrgTx.read(database, scope, async (tx) => {
      const row = await queries.findPipelineById(tx, pipelineId)
      const organization = await queries.readOrganization(tx)
      if (!row?.config_version || !organization) return undefined
      if (!overtaken && row.engine_version === row.config_version && row.engine_name === row.name) return undefined
      const saved = await queries.findConfig(tx, pipelineId, row.config_version)
      return saved && { row, organization, config: saved.config, version: row.config_version }
    })
    if (!found) return
    const { row, config, version } = found
    const at = pipelineAt(found.organization, { id: row.id, name: row.name })
    if (row.engine_name !== null && row.engine_name !== row.name) await renameThere(engine, pipelineAt(found.organization, row), row.name)
    try {
      const { engineId } = await engine.savePipeline(at, { checkCredentials: false, ...options, config })
      const settled = await OrgTx.write(database, scope, (tx) =>
        queries.settleDeployed(
          tx,
          { id: pipelineId, name: at.name, version },
          { engine_version: version, engine_id: engineId, engine_name: at.name, problem: null },
        ),
      )
      if (settled) return
    } catch (error) {
      if (error instanceof ApiError && error.code !== 'RetryOperation')
        await OrgTx.write(database, scope, (tx) =>
          queries.settleDeployed(tx, { id: pipelineId, name: at.name, version }, { problem: [error.message, ...error.details].join('; ') }),
        )
      throw error
    }
  }
}

async function renameThere(engine: PipelineEngine, from: PipelineAt, name: string): Promise<void> {
  try {
    await engine.renamePipeline(from, name)
  } catch (error) {
    // Renamed before, by who could not say so here any more; or gone, and then it is made anew.
    if (!(error instanceof ApiError) || error.code !== 'NotFoundEntity') throw error
  }
}
