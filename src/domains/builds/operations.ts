import { nameOf } from '../../access/actor.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import { notFound } from '../../errors.ts'
import { pipelineOf } from '../pipelines/path.ts'
import { findAt } from '../pipelines/pipelines.ts'
import { noteAbort, readBuildNotes } from '../pipelines/queries.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'
import { begun, eventOf, showBuilds } from './builds.ts'
import { streamBuild } from './event-stream.ts'
import { readPage, viewPage } from './paging.ts'

export const builds: DomainHandlers<'builds'> = hidingTokens<DomainHandlers<'builds'>>({
  async getBuilds(context, { path, query }) {
    const at = await findAt(context, pipelineOf(path))
    const asked = readPage(query)
    const page = await context.platform.engine.listBuilds(at, path.job_name, asked)
    return { data: await showBuilds(context, at, page.items), pagination_concourse: viewPage(page, asked) }
  },

  async createBuild(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    return { data: await begun(context, at, await context.platform.engine.createBuild(at, path.job_name)) }
  },

  async rerunBuild(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    return { data: await begun(context, at, await context.platform.engine.rerunBuild(at, path.job_name, buildId(path))) }
  },

  async getBuild(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    const [data] = await showBuilds(context, at, [await context.platform.engine.getBuild(at, buildId(path), path.job_name)])
    return { data: data as Schema<'Build'> }
  },

  async abortBuild(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    const build = await context.platform.engine.getBuild(at, buildId(path), path.job_name)
    // What had ended was not aborted by whoever came late.
    if (build.end_time !== undefined) return undefined
    await context.platform.engine.abortBuild(at, path.job_name, build.id)
    await context.write(
      (tx) => noteAbort(tx, { pipeline_id: at.pipelineId, build_id: build.id, aborted_by: nameOf(context.actor) }),
      () => eventOf(context, at, build, 'aborted'),
    )
    return undefined
  },

  async getBuildPlan(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    const { schema, plan } = await context.platform.engine.getBuildPlan(at, path.job_name, buildId(path))
    return { data: { schema, plan } }
  },

  async getBuildPreparation(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    const { build_id, ...rest } = await context.platform.engine.getBuildPreparation(at, path.job_name, buildId(path))
    return { data: { build_id: String(build_id), ...rest } }
  },

  async getBuildResources(context, { path, query }) {
    const at = await findAt(context, pipelineOf(path))
    const { inputs, outputs } = await context.platform.engine.getBuildResources(at, path.job_name, buildId(path))
    // One page counts over both lists, inputs first.
    const { rows } = pageOf([...inputs.map((input) => ({ input })), ...outputs.map((output) => ({ output }))], query)
    const data = {
      inputs: rows.flatMap((row) => ('input' in row ? [{ ...row.input, pipeline_id: at.pipelineId }] : [])),
      outputs: rows.flatMap((row) => ('output' in row ? [row.output] : [])),
    }
    return { data }
  },

  async getBuildEvents(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    const id = buildId(path)
    const notes = await context.read((tx) => readBuildNotes(tx, [at.pipelineId], [id]))
    const isCheck = notes.get(id)?.is_check ?? false
    if (!isCheck) await context.platform.engine.getBuild(at, id)
    return streamBuild(context, at, { id, isCheck, path: pipelineOf(path) })
  },
})

/** Digits, as many as the contract lets through; a number that no build can have is of none. */
function buildId({ build_id }: { build_id: string }): number {
  const id = Number(build_id)
  if (!Number.isSafeInteger(id)) throw notFound(`build ${build_id}`)
  return id
}
