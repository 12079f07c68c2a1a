/** Components, pipelines and builds for KPIs to measure, written past the API: no git, and builds of any day. */
import { expect } from 'vitest'
import type { Schema } from '../../src/contract/operation.ts'
import type { EngineBuild, PipelineAt, PipelineEngine } from '../../src/engine/types.ts'
import type { Client } from './client.ts'
import { environment, fresh, member, organization, project, scenario } from './scenario.ts'
import type { TestServer } from './server.ts'

export type NewKPI = Schema<'NewKPI'>
export const frequency: NewKPI = { name: 'Deployments', type: 'build_frequency', widget: 'line' }
export const history: NewKPI = { name: 'History', type: 'build_history', widget: 'history' }
export const coverage: NewKPI = { name: 'Coverage', type: 'code_coverage', widget: 'line' }
export const release: NewKPI = { name: 'Release', type: 'time_to_release', widget: 'bars', config: { envs: ['dev', 'prod'] } }

export const canonicals = ({ body }: { body: unknown }) =>
  (body as { data: { canonical: string }[] }).data.map(({ canonical }) => canonical)
export const names = ({ body }: { body: unknown }) => (body as { data: { name: string }[] }).data.map(({ name }) => name)

export interface ProjectPath {
  organization_canonical: string
  project_canonical: string
}

/** The project `web` of ada with the environments dev and prod; in prod a component with the pipeline `web-prod-api`. */
export async function openProject<Name extends string = never>(server: TestServer, ...parts: Parameters<typeof organization<Name>>[1][]) {
  const org = fresh('acme')
  const web = project('web', environment('dev'), environment('prod'))
  const cast = await scenario(server, organization<Name | 'ada'>(org, member('ada'), web, ...parts))
  const place = { organization: org, project: 'web', environment: 'prod', component: 'api' }
  await writePipeline(server, place, 'web-prod-api', ['deploy'])
  const path: ProjectPath = { organization_canonical: org, project_canonical: 'web' }
  return { ...cast, org, place, path }
}

export async function make(who: Client, path: ProjectPath, body: NewKPI, query = {}) {
  const answer = await who.createKpi({ path, body, query })
  expect(answer).toHaveStatus(200)
  return { ...answer.body.data, at: { ...path, kpi_canonical: answer.body.data.canonical } }
}

/** Where a pipeline is: `web/prod/api`. */
interface PipelinePlace {
  organization: string
  project: string
  environment: string
  component: string
}

async function organizationId({ database }: TestServer, canonical: string): Promise<number> {
  const [row] = await database.query<{ id: string }>('select id from organizations where canonical = $1', [canonical])
  return Number(row?.id)
}

/** Makes the component when it is not there. @returns its number */
export async function writeComponent(server: TestServer, place: PipelinePlace): Promise<number> {
  const organization = await organizationId(server, place.organization)
  const { query } = server.database
  await query(
    `insert into stack_sources (organization_id, canonical, name, url, branch) values ($1, 'kpi-source', 'x', 'https://git.example.com/s.git', 'main')
     on conflict do nothing`,
    [organization],
  )
  await query(
    `insert into stacks (organization_id, source_id, canonical, name, description, author, keywords, technologies, dependencies, cloud_providers,
       directory, definition, form_enabled, quota_enabled, is_blueprint, visibility)
     select $1, id, 'kpi-stack', 'x', '', '', '{}', '[]', '[]', '{}', '', '{}', false, false, false, 'local' from stack_sources
     where organization_id = $1 and canonical = 'kpi-source' on conflict do nothing`,
    [organization],
  )
  await query(
    `insert into components (organization_id, environment_id, canonical, name, stack_organization_id, stack_id, use_case, vars, is_ready)
     select $1, e.id, $4, $4, $1, s.id, 'default', '{}', true from stacks s, environments e
     join projects p on p.organization_id = e.organization_id and p.id = e.project_id
     where s.organization_id = $1 and s.canonical = 'kpi-stack' and p.organization_id = $1 and p.canonical = $2 and e.canonical = $3
     on conflict do nothing`,
    [organization, place.project, place.environment, place.component],
  )
  const [row] = await query<{ id: string }>(
    `select c.id from components c join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
     join projects p on p.organization_id = e.organization_id and p.id = e.project_id
     where c.organization_id = $1 and p.canonical = $2 and e.canonical = $3 and c.canonical = $4`,
    [organization, place.project, place.environment, place.component],
  )
  return Number(row?.id)
}

/** A pipeline with one configuration that has these jobs. @returns its number */
export async function writePipeline(server: TestServer, place: PipelinePlace, name: string, jobs: readonly string[]): Promise<number> {
  const organization = await organizationId(server, place.organization)
  const component = await writeComponent(server, place)
  const { query } = server.database
  const [row] = await query<{ id: string }>(
    'insert into pipelines (organization_id, component_id, name, engine_name, config_version, engine_version) values ($1, $2, $3, $3, 1, 1) returning id',
    [organization, component, name],
  )
  const id = Number(row?.id)
  const config = JSON.stringify({ jobs: jobs.map((job) => ({ name: job, plan: [] })) })
  await query(
    `insert into pipeline_configs (organization_id, pipeline_id, version, source, yaml_vars, config, reason, author) values ($1, $2, 1, '', '', $3, 'create', 'ada')`,
    [organization, id, config],
  )
  return id
}

/** What of an engine KPIs ask for; everything else fails. */
export function fakeEngine(listFinishedBuilds: PipelineEngine['listFinishedBuilds']): PipelineEngine {
  const known = { kind: 'embedded', listFinishedBuilds, [Symbol.asyncDispose]: async () => {} }
  return new Proxy(known as unknown as PipelineEngine, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name)
      throw new Error(`KPIs are not expected to ask an engine for ${String(name)}`)
    },
  })
}

/** An engine that has these builds of each pipeline, by name, and answers as the seam says. */
export function engineWith(builds: Readonly<Record<string, readonly EngineBuild[]>>, asked: PipelineAt[] = []): PipelineEngine {
  return fakeEngine(async (at, job, begin, end, most) => {
    asked.push(at)
    return (builds[at.name] ?? [])
      .filter(({ job_name }) => job === undefined || job_name === job)
      .filter(({ start_time = -1 }) => start_time >= begin && start_time <= end)
      .slice(0, most)
  })
}

export interface PastBuild {
  job: string
  status: string
  /** Unix seconds; absent for one that was aborted before it started. */
  start?: number
  seconds: number
}

/** Into the tables of the embedded engine, with a check of a resource that no chart may show. */
export async function writeBuilds(server: TestServer, pipeline: number, builds: readonly PastBuild[]): Promise<void> {
  const { query } = server.database
  await query(
    `insert into engine_pipelines (organization_id, pipeline_id, config, paused)
     select f.organization_id, f.pipeline_id, f.config, true from pipeline_configs f where f.pipeline_id = $1`,
    [pipeline],
  )
  await query(
    `insert into engine_jobs (organization_id, pipeline_id, name, position)
     select f.organization_id, f.pipeline_id, job ->> 'name', place from pipeline_configs f, jsonb_array_elements(f.config -> 'jobs') with ordinality j (job, place)
     where f.pipeline_id = $1`,
    [pipeline],
  )
  await query(
    `insert into engine_resources (organization_id, pipeline_id, name, history) select organization_id, pipeline_id, 'repo', '' from engine_pipelines where pipeline_id = $1`,
    [pipeline],
  )
  await query(
    `insert into engine_builds (organization_id, pipeline_id, resource_id, name, status, started_at, ended_at)
     select organization_id, pipeline_id, id, 'check', 'succeeded', now() - interval '1 minute', now() from engine_resources where pipeline_id = $1`,
    [pipeline],
  )
  for (const [index, { job, status, start, seconds }] of builds.entries())
    await query(
      `insert into engine_builds (organization_id, pipeline_id, job_id, name, status, started_at, ended_at)
       select organization_id, pipeline_id, id, $3, $4, to_timestamp($5::float8), case when $4 in ('started', 'pending') then null else to_timestamp($6::float8) end
       from engine_jobs where pipeline_id = $1 and name = $2`,
      [pipeline, job, String(index + 1), status, start ?? null, (start ?? 0) + seconds],
    )
}
