/** Whether the `((variables))` of a configuration have values, before anything runs. */

import { PipelineProblems } from '../../formats/pipeline/problems.ts'
import type { ConfigProblem, Json, PipelineConfig } from '../../formats/pipeline/types.ts'
import { fillVars, lookupIn, varsIn } from '../../formats/pipeline/vars.ts'
import type { PlatformPorts } from './ports.ts'

/** Of all variables that are not the pipeline's own to find (`var_sources`, `load_var`). */
export async function missingCredentials(
  ports: PlatformPorts,
  organizationId: number,
  config: PipelineConfig,
): Promise<readonly ConfigProblem[]> {
  const value = config as unknown as Json
  const names = new Set(varsIn(value).flatMap(({ source, path: [name] }) => (source === '' && name !== undefined ? [name] : [])))
  const found: [string, Json][] = []
  for (const name of names) {
    const credential = await ports.findCredential(organizationId, name)
    if (credential !== undefined) found.push([name, credential])
  }
  const ofOrganization = lookupIn(Object.fromEntries(found))
  try {
    fillVars(value, (path, source) => (source === '' ? ofOrganization(path, source) : { found: true, value: '' }), 'refuse')
    return []
  } catch (error) {
    if (error instanceof PipelineProblems) return error.problems
    throw error
  }
}
