/** The part of a full house that runs: pipelines with builds that have ended, versions, a pin, a past, and KPIs of them. */
import type { Client } from './client.ts'
import type { House } from './full-house.ts'
import { make, type NewKPI, type ProjectPath } from './kpi-world.ts'
import { checked, ended, type Line, lineOf, succeeded, versionOf, withRunner } from './pipelines.ts'
import type { Known } from './questions.ts'
import type { TestServer } from './server.ts'
import { must } from './workshop.ts'

/**
 * On the component `front` the pipeline `line` with the jobs `test`, which takes `repo` and makes `image`, and `hold`, which is
 * paused; its configuration was saved three times, `repo` is pinned with a comment, `image` has a disabled version. On the component
 * `only-<marker>` a pipeline whose job and resource are called like it. A runner is there only meanwhile: afterwards nothing moves.
 *
 * @returns what exists in every house, and what exists in this one alone
 */
export async function furnishWithPipelines(
  server: TestServer,
  { admin, canonical, marker }: Pick<House, 'admin' | 'canonical' | 'marker'>,
): Promise<{ shared: Known; own: Known }> {
  const only = `only-${marker}`
  const web = { organization_canonical: canonical, project_canonical: 'web' }
  const prod = { ...web, environment_canonical: 'prod' }
  const line = lineOf(admin, { ...prod, component_canonical: 'front' }, 'line')
  const own = lineOf(admin, { ...prod, component_canonical: only }, only)
  const yaml_vars = `region: ${marker}\n`
  await must(admin.createPipeline({ path: line.at, body: { pipeline_name: 'line', passed_config: lineConfig(marker), yaml_vars } }))
  await must(admin.updatePipeline({ path: line.pipeline, body: { passed_config: lineConfig(marker, 'again'), yaml_vars } }))
  await must(admin.restorePipelineConfigVersion({ path: { ...line.pipeline, config_version: 1 } }))
  await must(admin.createPipeline({ path: own.at, body: { pipeline_name: only, passed_config: ownConfig(only), yaml_vars } }))
  const [built, builtOwn] = await runOnce(server, line, own, only)
  await must(admin.pauseJob({ path: line.job('hold') }))
  const waiting = (await must(admin.createBuild({ path: line.job('hold') }))).body.data
  await must(admin.abortBuild({ path: line.build('hold', waiting) }))
  await ended(line, 'hold', waiting)
  const [repo, image, onlyVersion] = [await versionOf(line, 'repo'), await versionOf(line, 'image'), await versionOf(own, only)]
  const pinned = { ...line.pipeline, resource_name: 'repo' }
  await must(admin.pinResourceVersion({ path: { ...pinned, resource_version_id: repo } }))
  await must(admin.resourceSetPinComment({ path: pinned, body: { pin_comment: `Pinned by ${marker}` } }))
  await must(admin.disableResourceVersion({ path: { ...line.pipeline, resource_name: 'image', resource_version_id: image } }))
  await must(admin.pausePipeline({ path: own.pipeline }))
  await keepCache(server, canonical, marker)
  await measure(server, admin, web, marker)
  return {
    shared: {
      inpath_pipeline_name: ['line'],
      pipeline_name: ['line'],
      job_name: ['test'],
      build_id: [String(built)],
      resource_name: ['repo'],
      resource_version_id: [repo],
      config_version: [1],
      step_name: ['work'],
      kpi_canonical: ['speed'],
      passed_config: [lineConfig(marker)],
    },
    own: {
      inpath_pipeline_name: [only],
      concourse_pipeline_name: [only],
      job_name: [only],
      build_id: [String(builtOwn)],
      resource_name: [only],
      resource_version_id: [onlyVersion],
      step_name: [only],
      kpi_canonical: [only],
    },
  }
}

/** Nothing in it begins by itself. `((region))` is filled in with a variable. */
export const lineConfig = (marker: string, note = 'first') => `
resources:
  - name: repo
    type: mock
    icon: git
    source: {initial_version: 'v-${marker}', log: 'looking for ${marker}', metadata: [{name: by, value: '${marker}'}], create_files: {notes: ((region))}}
  - {name: image, type: mock, source: {no_initial_version: true}}
jobs:
  - {name: test, plan: [{get: repo}, {put: image, params: {version: 'made-${marker}-${note}'}}]}
  - {name: hold, plan: [{get: repo}]}
groups: [{name: all-${marker}, jobs: [test, hold]}]
`

const ownConfig = (only: string) => `
resources: [{name: ${only}, type: mock, source: {initial_version: '${only}'}}]
jobs: [{name: ${only}, plan: [{get: ${only}}]}]
`

/** @returns the build of each */
const runOnce = (server: TestServer, line: Line, own: Line, ownJob: string): Promise<[number, number]> =>
  withRunner(server, async () => {
    const check = (await must(line.ada.checkResource({ path: { ...line.pipeline, resource_name: 'repo' }, body: {} }))).body.data
    const builds = [await succeeded(line, 'test'), await succeeded(own, ownJob)] as const
    await checked(line, 'repo', check)
    return [builds[0].id, builds[1].id]
  })

/** As a task would, had this organization any. */
async function keepCache({ database }: TestServer, canonical: string, marker: string): Promise<void> {
  await database.query(
    `insert into engine_caches (organization_id, job_id, step, path, content)
     select j.organization_id, j.id, case j.name when 'test' then 'work' else j.name end, $2::text, convert_to($2, 'utf8')
     from engine_jobs j join organizations o on o.id = j.organization_id where o.canonical = $1 and j.name in ('test', 'only-' || $2)`,
    [canonical, marker],
  )
}

/** The server adds a suffix to canonicals: here they have to be the same in every house. */
async function measure({ database }: TestServer, admin: Client, path: ProjectPath, marker: string): Promise<void> {
  const about = { name: `Name ${marker}`, description: marker }
  const kpis: [canonical: string, kpi: NewKPI, limit: object][] = [
    [
      'speed',
      { ...about, type: 'build_avg_time', widget: 'bars', pipeline_name: 'line', job_name: 'test' },
      { environment_canonical: 'prod', component_canonical: 'front' },
    ],
    ['release', { ...about, type: 'time_to_release', widget: 'bars', config: { envs: ['prod', `only-${marker}`] } }, {}],
    [`only-${marker}`, { ...about, type: 'code_coverage', widget: 'line' }, {}],
  ]
  for (const [kpi_canonical, kpi, limit] of kpis) {
    const { canonical } = await make(admin, path, kpi, limit)
    await database.query(
      'update kpis k set canonical = $3 from organizations o where o.id = k.organization_id and o.canonical = $1 and k.canonical = $2',
      [path.organization_canonical, canonical, kpi_canonical],
    )
    await must(admin.createKPIFavorite({ path: { ...path, kpi_canonical } }))
  }
}
