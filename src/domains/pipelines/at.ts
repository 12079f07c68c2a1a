/** What an engine needs to know of an organization and of its pipelines. */
import type { PipelineAt, Team } from '../../engine/types.ts'

export interface TeamRow {
  id: number
  canonical: string
  ci_team_name: string
}

export const teamOf = ({ id, canonical, ci_team_name }: TeamRow): Team => ({
  organizationId: id,
  organization: canonical,
  team: ci_team_name,
})

/** Under the name that the engine has it, which is another one as long as it was not renamed there too. */
export const pipelineAt = (organization: TeamRow, row: { id: number; name: string; engine_name?: string | null }): PipelineAt => ({
  ...teamOf(organization),
  pipelineId: row.id,
  name: row.engine_name ?? row.name,
})
