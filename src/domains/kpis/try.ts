/** A KPI that is there for the length of a transaction, which is never committed: whatever creating one checks is checked. */
import type { OrgTx } from '../../db/organization-tx.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { getProject } from '../projects/projects.ts'
import { mostPipelines } from './measured.ts'
import { type KpiRow, listMeasured, type MeasuredRow } from './queries.ts'

interface Tried {
  kpi: KpiRow
  /** Canonicals of those that the project has, by its number. */
  environments: ReadonlyMap<number, readonly string[]>
  measured: readonly MeasuredRow[]
}

class NotKept extends Error {
  readonly tried: Tried
  constructor(tried: Tried) {
    super('This was only tried')
    this.tried = tried
  }
}

export async function tryKpi({ prepare }: OrganizationContext, create: (tx: OrgTx) => Promise<KpiRow>): Promise<Tried> {
  try {
    return await prepare(async (tx): Promise<Tried> => {
      const kpi = await create(tx)
      const project = await getProject(tx, kpi.project_canonical, null)
      const environments = new Map([[project.id, project.environments.map(({ canonical }) => canonical)]])
      throw new NotKept({ kpi, environments, measured: await listMeasured(tx, [kpi.id], mostPipelines + 1) })
    })
  } catch (error) {
    if (error instanceof NotKept) return error.tried
    throw error
  }
}
