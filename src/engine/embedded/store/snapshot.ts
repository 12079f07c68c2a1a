/** What the scheduler looks at, in a handful of statements whatever the pipeline's size. */
import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import { inputsOf } from '../../../formats/pipeline/steps.ts'
import type { PipelineConfig, Version } from '../../../formats/pipeline/types.ts'
import type { BuildStatus } from '../../types.ts'
import { type BuildFacts, type ResourceFacts, type Snapshot, usedKey, type VersionFacts } from '../schedule/types.ts'
import { groupBy } from './group.ts'
import { jsonText } from './text.ts'

/** Newest versions of each resource; and what older ones the builds that are looked at have used. */
const mostVersions = 1000
/** A version takes at most 2 KiB (runner/found.ts), and an answer of the database at most 16 MiB. */
const resourcesAtOnce = 5
/** Succeeded builds, of all jobs together: `passed` looks back so far. */
const mostBuilds = 2000
/** Builds in which a version counts as used, of all jobs together. */
const mostUses = 20_000

export interface Look {
  snapshot: Snapshot
  /** By name. */
  resources: ReadonlyMap<string, { id: number; history: string }>
}

export type Around = Pick<Snapshot, 'now' | 'organization' | 'places' | 'checkSeconds'>

export async function readSnapshot(
  tx: OrgTx,
  pipeline: { pipeline_id: number; config: PipelineConfig; paused: boolean },
  around: Around,
): Promise<Look> {
  const { pipeline_id: pipelineId, config, paused } = pipeline
  const builds = await readBuilds(tx, pipelineId, config.jobs.length)
  const rows = await readResources(tx, pipelineId)
  const versions = await readVersions(tx, rows)
  await readReferred(tx, pipelineId, builds, versions)
  await readPinned(tx, rows, pinsOf(config, rows), versions)
  const resources = new Map(
    rows.map((row): [string, ResourceFacts] => [
      row.name,
      { versions: versions.get(row.id) ?? [], pinned: row.pinned, lastCheckedAt: row.lastCheckedAt, lastCheckFailed: row.lastCheckFailed },
    ]),
  )
  const pausedJobs = await tx
    .selectFrom('engine_jobs')
    .select('name')
    .where('pipeline_id', '=', pipelineId)
    .where('is_active', '=', true)
    .where('paused', '=', true)
    .execute()
  return {
    snapshot: {
      ...around,
      config,
      paused,
      pausedJobs: new Set(pausedJobs.map(({ name }) => name)),
      resources,
      builds,
      used: await readUsed(tx, pipelineId, config.jobs.length),
    },
    resources: new Map(rows.map(({ id, name, history }) => [name, { id, history }])),
  }
}

type BuildRow = Omit<BuildFacts, 'inputs' | 'outputs' | 'createdAt' | 'inputsCheckedAt'> & { createdAt: Date; inputsCheckedAt: Date | null }

async function readBuilds(tx: OrgTx, pipelineId: number, jobs: number): Promise<BuildFacts[]> {
  const ofJob = Math.max(20, Math.min(200, Math.floor(mostBuilds / Math.max(1, jobs))))
  const ofPipeline = sql`b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.job_id is not null`
  const { rows } = await tx.execute(sql<BuildRow>`
    with open as (
      select b.id, b.rerun_of from engine_builds b where ${ofPipeline} and b.status in ('pending', 'started')),
    wanted as (
      select id from open union select rerun_of from open where rerun_of is not null
      union select s.id from engine_jobs j cross join lateral (
        select b.id from engine_builds b where b.organization_id = j.organization_id and b.job_id = j.id and b.status = 'succeeded'
        order by b.id desc limit ${ofJob}) s
      where j.organization_id = ${tx.organizationId} and j.pipeline_id = ${pipelineId} and j.is_active)
    select b.id, j.name as job, b.status, b.is_manual as "isManual", b.rerun_of as "rerunOf", b.created_at as "createdAt",
      b.abort_requested as "abortRequested", b.inputs_checked_at as "inputsCheckedAt"
    from wanted w join engine_builds b on b.organization_id = ${tx.organizationId} and b.id = w.id
    join engine_jobs j on j.organization_id = b.organization_id and j.id = b.job_id
    where j.is_active order by b.id`)
  const ids = rows.map(({ id }) => id)
  const [inputs, outputs] = [await readInputs(tx, ids), await readOutputs(tx, ids)]
  return rows.map((row) => ({
    ...row,
    status: row.status satisfies BuildStatus,
    createdAt: row.createdAt.getTime(),
    inputsCheckedAt: row.inputsCheckedAt?.getTime() ?? null,
    inputs: inputs.get(row.id) ?? [],
    outputs: outputs.get(row.id) ?? [],
  }))
}

async function readInputs(tx: OrgTx, buildIds: readonly number[]): Promise<Map<number, { name: string; versionId: number }[]>> {
  const { rows } = await tx.execute(sql<{ build_id: number; name: string; versionId: number }>`
    select i.build_id, i.name, i.version_id as "versionId" from engine_build_inputs i
    where i.organization_id = ${tx.organizationId} and i.build_id = any (${buildIds}::bigint[]) order by i.build_id, i.name`)
  return groupBy(rows, ({ build_id }) => build_id)
}

async function readOutputs(tx: OrgTx, buildIds: readonly number[]): Promise<Map<number, { resource: string; versionId: number }[]>> {
  const { rows } = await tx.execute(sql<{ build_id: number; resource: string; versionId: number }>`
    select o.build_id, r.name as resource, o.version_id as "versionId" from engine_build_outputs o
    join engine_versions v on v.organization_id = o.organization_id and v.id = o.version_id
    join engine_resources r on r.organization_id = v.organization_id and r.id = v.resource_id
    where o.organization_id = ${tx.organizationId} and o.build_id = any (${buildIds}::bigint[]) order by o.build_id, v.check_order`)
  return groupBy(rows, ({ build_id }) => build_id)
}

interface ResourceRow {
  id: number
  name: string
  history: string
  pinned: Version | null
  lastCheckedAt: number | null
  lastCheckFailed: boolean
}

async function readResources(tx: OrgTx, pipelineId: number): Promise<ResourceRow[]> {
  const { rows } = await tx.execute(sql<Omit<ResourceRow, 'lastCheckedAt'> & { lastCheckedAt: Date | null }>`
    select r.id, r.name, r.history, r.pinned_version as pinned, r.last_checked_at as "lastCheckedAt", r.check_error is not null as "lastCheckFailed"
    from engine_resources r
    where r.organization_id = ${tx.organizationId} and r.pipeline_id = ${pipelineId} and r.is_active order by r.id`)
  return rows.map((row) => ({ ...row, lastCheckedAt: row.lastCheckedAt?.getTime() ?? null }))
}

type VersionRow = VersionFacts & { resource_id: number }

async function readVersions(tx: OrgTx, resources: readonly ResourceRow[]): Promise<Map<number, VersionFacts[]>> {
  const found: VersionRow[] = []
  for (let at = 0; at < resources.length; at += resourcesAtOnce) {
    const ids = resources.slice(at, at + resourcesAtOnce).map(({ id }) => id)
    const { rows } = await tx.execute(sql<VersionRow>`
      select r.id as resource_id, v.id, v.version, v.enabled from engine_resources r cross join lateral (
        select v.id, v.version, v.enabled, v.check_order from engine_versions v
        where v.organization_id = r.organization_id and v.resource_id = r.id and v.history = r.history
        order by v.check_order desc limit ${mostVersions}) v
      where r.organization_id = ${tx.organizationId} and r.id = any (${ids}::bigint[]) order by r.id, v.check_order`)
    found.push(...rows)
  }
  return groupBy(found, ({ resource_id }) => resource_id)
}

/** Versions that builds have used and that are older than the newest ones: they come before them. */
async function readReferred(
  tx: OrgTx,
  pipelineId: number,
  builds: readonly BuildFacts[],
  versions: Map<number, VersionFacts[]>,
): Promise<void> {
  const known = new Set([...versions.values()].flat().map(({ id }) => id))
  const referred = new Set(builds.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ versionId }) => versionId)))
  const missing = [...referred].filter((id) => !known.has(id))
  if (missing.length === 0) return
  const { rows } = await tx.execute(sql<VersionRow>`
    select v.resource_id, v.id, v.version, v.enabled from engine_versions v
    join engine_resources r on r.organization_id = v.organization_id and r.id = v.resource_id and r.history = v.history
    where v.organization_id = ${tx.organizationId} and v.id = any (${missing.slice(0, mostReferred)}::bigint[])
      and r.pipeline_id = ${pipelineId} and r.is_active order by v.resource_id, v.check_order`)
  for (const [resourceId, older] of groupBy(rows, ({ resource_id }) => resource_id))
    versions.set(resourceId, [...older, ...(versions.get(resourceId) ?? [])])
}
const mostReferred = 5000

interface Pin {
  resource: string
  version: Version
}

function pinsOf(config: PipelineConfig, rows: readonly ResourceRow[]): Pin[] {
  const ofResources = (config.resources ?? []).flatMap(({ name, version }) => (version ? [{ resource: name, version }] : []))
  const ofSteps = config.jobs.flatMap((job) =>
    inputsOf(job).flatMap(({ get, resource = get, version }) => (typeof version === 'object' ? [{ resource, version }] : [])),
  )
  return [...ofResources, ...ofSteps, ...rows.flatMap(({ name, pinned }) => (pinned ? [{ resource: name, version: pinned }] : []))]
}

/** Versions that are pinned and older than all that are there now: the newest of each pin. */
async function readPinned(
  tx: OrgTx,
  rows: readonly ResourceRow[],
  pins: readonly Pin[],
  versions: Map<number, VersionFacts[]>,
): Promise<void> {
  const ids = new Map(rows.map(({ id, name }) => [name, id] as const))
  const isThere = ({ resource, version }: Pin) =>
    versions.get(ids.get(resource) ?? 0)?.some((found) => Object.entries(version).every(([key, value]) => found.version[key] === value))
  for (const pin of pins.filter((pin) => !isThere(pin))) {
    const { rows: found } = await tx.execute(sql<VersionRow & { place: number }>`
      select v.resource_id, v.id, v.version, v.enabled from engine_versions v
      join engine_resources r on r.organization_id = v.organization_id and r.id = v.resource_id and r.history = v.history
      where v.organization_id = ${tx.organizationId} and r.id = ${ids.get(pin.resource) ?? null} and v.version @> ${jsonText(pin.version)}::jsonb
      order by v.check_order desc limit 1`)
    const [older] = found
    if (older) versions.set(older.resource_id, [older, ...(versions.get(older.resource_id) ?? [])])
  }
}

async function readUsed(tx: OrgTx, pipelineId: number, jobs: number): Promise<Map<string, Set<number>>> {
  const ofJob = Math.max(100, Math.min(2000, Math.floor(mostUses / Math.max(1, jobs))))
  const { rows } = await tx.execute(sql<{ job: string; name: string; ids: number[] }>`
    select j.name as job, i.name, array_agg(distinct i.version_id)::text[] as ids
    from engine_jobs j cross join lateral (
      select b.id from engine_builds b where b.organization_id = j.organization_id and b.job_id = j.id order by b.id desc limit ${ofJob}) b
    join engine_build_inputs i on i.organization_id = j.organization_id and i.build_id = b.id
    where j.organization_id = ${tx.organizationId} and j.pipeline_id = ${pipelineId} and j.is_active group by j.name, i.name`)
  return new Map(rows.map(({ job, name, ids }) => [usedKey(job, name), new Set(ids.map(Number))]))
}
