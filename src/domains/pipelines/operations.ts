import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { notFound } from '../../errors.ts'
import { diffPipelines } from '../../formats/pipeline/diff.ts'
import { dumpYaml } from '../../formats/pipeline/dump.ts'
import type { PipelineConfig } from '../../formats/pipeline/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { seconds } from '../../time.ts'
import { findEnvironment } from '../components/queries.ts'
import { getProject } from '../projects/projects.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'
import { saverOf } from './configs.ts'
import { sampleVariables } from './desired.ts'
import { componentOf, pipelineOf } from './path.ts'
import {
  createPipeline,
  deletePipeline,
  getConfig,
  getPipeline,
  renamePipeline,
  restoreConfig,
  setPaused,
  syncPipeline,
  updatePipeline,
} from './pipelines.ts'
import { listConfigs, listPipelines, type PipelineFilters } from './queries.ts'
import { showPipeline, showPipelines, showSaved, statesOf } from './shown.ts'
import { compareWithStack, diffWith, runningConfig } from './synced.ts'
import { isIn } from './view.ts'

export const pipelines: DomainHandlers<'pipelines'> = hidingTokens<DomainHandlers<'pipelines'>>({
  async getPipelines(context, { query, filters: narrowed }) {
    const { concourse_pipeline_name: name, project_canonical: project, environment_canonical: environment, ...others } = query
    const { component_canonical: component, statuses, order_by, ...page } = others
    const filters = { name, project, environment, component, narrowed, ...(order_by === undefined ? {} : { order_by }) }
    if (statuses === undefined || statuses.length === 0) return list(context, { ...filters, ...page })
    // What state they are in is the engine's to tell, so all are looked at before the page is cut.
    const { rows } = await context.read((tx) => listPipelines(tx, filters, context.visible(...listing)))
    const states = await statesOf(context, rows)
    const found = pageOf(
      rows.filter(({ id }) => statuses.some((status) => isIn(states.get(id), status))),
      page,
    )
    return { data: await showPipelines(context, found.rows, states), pagination: found.pagination }
  },

  async getProjectPipelines(context, { path, query }) {
    await context.read((tx) => getProject(tx, path.project_canonical, null))
    return list(context, { project: path.project_canonical, ...query })
  },

  async getEnvironmentPipelines(context, { path, query }) {
    const { project_canonical: project, environment_canonical: environment } = path
    if (!(await context.read((tx) => findEnvironment(tx, project, environment))))
      throw notFound(`environment ${environment} of the project ${project}`)
    return list(context, { project, environment, ...query })
  },

  async createPipeline(context, { path, body }) {
    return { data: await showSaved(context, await createPipeline(context, componentOf(path), body)) }
  },

  async getPipeline(context, { path }) {
    return { data: await showPipeline(context, await context.read((tx) => getPipeline(tx, pipelineOf(path)))) }
  },

  async updatePipeline(context, { path, body }) {
    return { data: await showSaved(context, await updatePipeline(context, pipelineOf(path), body)) }
  },

  async deletePipeline(context, { path }) {
    await deletePipeline(context, pipelineOf(path))
    return undefined
  },

  async getPipelineConfig(context, { path }) {
    const row = await context.read((tx) => getPipeline(tx, pipelineOf(path)))
    return { data: textOf(await runningConfig(context, row)) }
  },

  async getPipelineVariables(context, { path }) {
    const { row, saved } = await context.read(async (tx) => {
      const row = await getPipeline(tx, pipelineOf(path))
      return { row, saved: await getConfig(tx, row.id, row.config_version ?? 0) }
    })
    if (saved.yaml_vars.trim() !== '') return { data: { yaml_vars: saved.yaml_vars, has_saved_yaml_vars: true } }
    const sample = await sampleVariables(context.platform, context.organization.id, row.component_id, saverOf(context.actor))
    return { data: { yaml_vars: sample, has_saved_yaml_vars: false } }
  },

  async getPipelineConfigVersions({ read }, { path, query }) {
    const { row, page } = await read(async (tx) => {
      const row = await getPipeline(tx, pipelineOf(path))
      return { row, page: await listConfigs(tx, row.id, query) }
    })
    return { data: page.rows.map((saved) => viewVersion(saved, row.config_version)), pagination: page.pagination }
  },

  async getPipelineConfigVersion({ read }, { path, query }) {
    const { row, saved, before } = await read(async (tx) => {
      const row = await getPipeline(tx, pipelineOf(path))
      const saved = await getConfig(tx, row.id, path.config_version)
      const other = query.compare_to ?? saved.version - 1
      return { row, saved, before: other === 0 ? undefined : await getConfig(tx, row.id, other) }
    })
    const data = {
      ...viewVersion(saved, row.config_version),
      config: textOf(saved.config),
      passed_config: saved.source,
      yaml_vars: saved.yaml_vars,
      diffs: diffPipelines(before?.config ?? { jobs: [] }, saved.config),
    }
    return { data }
  },

  async restorePipelineConfigVersion(context, { path }) {
    return { data: await showSaved(context, await restoreConfig(context, pipelineOf(path), path.config_version)) }
  },

  async diffPipeline(context, { path, body }) {
    return { data: await diffWith(context, pipelineOf(path), body) }
  },

  async syncedPipeline(context, { path }) {
    return { data: await compareWithStack(context, pipelineOf(path)) }
  },

  async syncPipeline(context, { path }) {
    const at = pipelineOf(path)
    const { synced } = await compareWithStack(context, at)
    if (synced === 'synced') return { data: await showPipeline(context, await context.read((tx) => getPipeline(tx, at))) }
    return { data: await showSaved(context, await syncPipeline(context, at)) }
  },

  async renamePipeline(context, { path, query }) {
    await renamePipeline(context, pipelineOf(path), query.pipeline_name)
    return undefined
  },

  async pausePipeline(context, { path }) {
    await setPaused(context, pipelineOf(path), true)
    return undefined
  },

  async unpausePipeline(context, { path }) {
    await setPaused(context, pipelineOf(path), false)
    return undefined
  },
})

const listing = ['organization:pipeline:list', 'organization:pipeline:read'] as const

async function list(context: OrganizationContext, filters: PipelineFilters) {
  const { rows, pagination } = await context.read((tx) => listPipelines(tx, filters, context.visible(...listing)))
  return { data: await showPipelines(context, rows, await statesOf(context, rows)), pagination }
}

const textOf = (config: PipelineConfig): string => dumpYaml(config as never)

const viewVersion = (
  { version, reason, author, created_at }: { version: number; reason: string; author: string; created_at: Date },
  current: number | null,
): Schema<'PipelineConfigVersion'> => ({
  version,
  reason: reason as Schema<'PipelineConfigVersion'>['reason'],
  author,
  created_at: seconds(created_at),
  current: version === current,
})
