/** What the parts of the engine are handed. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { unsupportedByEmbedded } from '../../formats/pipeline/subset.ts'
import type { ConfigProblem, PipelineConfig } from '../../formats/pipeline/types.ts'
import type { EmbeddedEngineDeps } from './engine.ts'

export interface Context extends Required<EmbeddedEngineDeps> {
  read<T>(organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T>
  write<T>(organizationId: number, run: (tx: OrgTx) => Promise<T>): Promise<T>
  /** Where rows are that belong to no organization. */
  outside<T>(run: (tx: AccountTx) => Promise<T>): Promise<T>
  /** @param organization canonical */
  unsupported(organization: string, config: PipelineConfig): ConfigProblem[]
}

export function contextOf(deps: Required<EmbeddedEngineDeps>): Context {
  const { database, policy, resourceTypes } = deps
  return {
    ...deps,
    read: (organizationId, run) => OrgTx.read(database, insideOf(organizationId), run),
    write: (organizationId, run) => OrgTx.write(database, insideOf(organizationId), run),
    outside: (run) => AccountTx.write(database, { kind: 'platform' }, run),
    unsupported: (organization, config) =>
      unsupportedByEmbedded(config, {
        tasks: policy.tasks === 'all' || (policy.tasks !== 'none' && policy.tasks.includes(organization)),
        images: policy.images,
        hasType: (type) => resourceTypes(type) !== undefined,
      }),
  }
}

/** As details of an error: where, and what is wrong there. */
export const sayProblems = (problems: readonly ConfigProblem[]): string[] =>
  problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
