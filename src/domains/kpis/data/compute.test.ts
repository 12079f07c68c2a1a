import { beforeEach, describe, expect, test } from 'vitest'
import type { Client } from '../../../../test/support/client.ts'
import { build, lastDays, openMeasured, yesterday } from '../../../../test/support/kpi-data.ts'
import {
  coverage,
  engineWith,
  fakeEngine,
  frequency,
  history,
  type NewKPI,
  release,
  writePipeline,
} from '../../../../test/support/kpi-world.ts'
import { useServer } from '../../../../test/support/server.ts'
import type { PipelineAt, PipelineEngine } from '../../../engine/types.ts'
import { notFound } from '../../../errors.ts'
import { day } from '../period.ts'

const server = useServer()
const use = (engine: PipelineEngine) => Object.assign(server.platform, { engine })
beforeEach(() => void use(engineWith({})))

describe('data', () => {
  test('comes only when it is asked for, and then for the KPI alone, in lists, and after changes', async () => {
    const { ada, path, make, look, list, org } = await openMeasured(server)
    use(engineWith({ 'web-dev-api': [build('test', yesterday + 5, 10)] }))
    const table = [
      ['date', 'count'],
      [yesterday, 1],
      [yesterday + day, 0],
    ]
    const at = await make(frequency)
    expect(await look(at, {})).toEqual({ data_set: undefined, error: '' })
    expect(await look(at, { ...lastDays, fetch_data: false })).toEqual({ data_set: undefined, error: '' })
    expect(await look(at)).toEqual({ data_set: table, error: '' })
    expect((await list()).map(({ data_set }) => data_set)).toEqual([table])
    expect((await ada.updateKpi({ path: at, query: lastDays, body: frequency })).body.data.data_set).toEqual(table)
    expect((await ada.createKpi({ path, query: lastDays, body: frequency })).body.data.data_set).toEqual(table)
    const ofAll = async (query: object) =>
      (await ada.getOrganizationKpis({ path: { organization_canonical: org }, query })).body.data.map(({ data_set }) => data_set)
    expect(await ofAll({})).toEqual([undefined, undefined])
    expect(await ofAll({ begin: yesterday })).toEqual([table, table])
  })

  test('is of the last thirty days when no period is named', async () => {
    const { make, look } = await openMeasured(server)
    use(engineWith({ 'web-dev-api': [build('test', lastDays.end - 29 * day, 10), build('test', lastDays.end - 31 * day, 10)] }))
    const { data_set } = await look(await make({ ...frequency, widget: 'summary' }), { fetch_data: true })
    expect(data_set?.[1]?.[1]).toBe(1)
  })
})

describe('builds', () => {
  test('are those of the pipeline and the job, of the environment or the component, or of the whole project', async () => {
    const { ada, org, path, make, look, place } = await openMeasured(server)
    await writePipeline(server, { ...place, component: 'app' }, 'web-prod-app', ['deploy'])
    await ada.createProject({ path, body: { name: 'Shop', canonical: 'shop', config_repository_canonical: 'config' } })
    await ada.createEnvironment({ path: { ...path, project_canonical: 'shop' }, body: { name: 'prod', canonical: 'prod' } })
    await writePipeline(server, { ...place, project: 'shop' }, 'shop-prod-api', ['deploy'])
    const asked: PipelineAt[] = []
    const builds = {
      'web-dev-api': [build('test', yesterday, 1), build('deploy', yesterday, 1)],
      'web-prod-api': [build('deploy', yesterday, 1)],
      'web-prod-app': [build('deploy', yesterday, 1)],
      'shop-prod-api': [build('deploy', yesterday, 1)],
    }
    use(engineWith(builds, asked))
    const jobs = async (body: Partial<NewKPI>, where: object = {}) => {
      const { data_set } = await look(await make({ ...history, ...body }, where))
      return data_set?.slice(1).map((row) => `${row[5]}/${row[3]}`)
    }
    expect(await jobs({ pipeline_name: 'web-dev-api', job_name: 'test' })).toEqual(['web-dev-api/test'])
    expect(await jobs({ pipeline_name: 'web-dev-api' })).toEqual(['web-dev-api/test', 'web-dev-api/deploy'])
    expect(await jobs({ job_name: 'deploy' }, { environment_canonical: 'prod' })).toEqual(['web-prod-api/deploy', 'web-prod-app/deploy'])
    expect(await jobs({}, { environment_canonical: 'prod', component_canonical: 'app' })).toEqual(['web-prod-app/deploy'])
    expect(await jobs({})).toHaveLength(4)
    asked.splice(0)
    expect(await jobs({ job_name: 'test' })).toEqual(['web-dev-api/test'])
    // A pipeline without that job is not asked for it.
    expect(asked.map(({ name }) => name)).toEqual(['web-dev-api'])
    const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
    expect(asked[0]).toMatchObject({ organizationId: Number(row?.id), organization: org })
  })

  test.each<[NewKPI['type'], NewKPI['widget'], unknown[][]]>([
    [
      'build_avg_time',
      'bars',
      [
        ['date', 'time'],
        [yesterday, 20],
      ],
    ],
    [
      'build_avg_time',
      'summary',
      [
        ['date', 'time'],
        [yesterday, 20],
      ],
    ],
    [
      'build_frequency',
      'bars',
      [
        ['date', 'count'],
        [yesterday, 2],
        [yesterday + day, 0],
      ],
    ],
    [
      'build_history',
      'pie',
      [
        ['status', 'count'],
        ['succeeded', 1],
        ['failed', 1],
        ['errored', 0],
        ['aborted', 0],
      ],
    ],
  ])('%s drawn as %s', async (type, widget, table) => {
    const { make, look } = await openMeasured(server)
    use(engineWith({ 'web-prod-api': [build('deploy', yesterday, 10), build('deploy', yesterday + 60, 30, 'failed')] }))
    expect(await look(await make({ name: 'Builds', type, widget }))).toEqual({ data_set: table, error: '' })
  })

  test('of KPIs that look at the same are asked for once', async () => {
    const { make, list } = await openMeasured(server)
    const asked: PipelineAt[] = []
    use(engineWith({}, asked))
    for (const body of [history, { ...history, widget: 'pie' }, frequency] as const)
      await make({ ...body, pipeline_name: 'web-dev-api', job_name: 'test' })
    expect(await list()).toHaveLength(3)
    expect(asked).toHaveLength(1)
  })

  test('of a pipeline that the engine does not have yet are none', async () => {
    const { make, look } = await openMeasured(server)
    use(
      fakeEngine(async () => {
        throw notFound('pipeline web-dev-api')
      }),
    )
    expect(await look(await make(history))).toEqual({ data_set: [expect.anything()], error: '' })
  })
})

describe('events', () => {
  const send = async (ada: Client, path: { organization_canonical: string }, tags: Record<string, string>) => {
    const answer = await ada.sendEvent({
      path,
      body: {
        type: 'Custom',
        severity: 'info',
        title: 'from a pipeline',
        message: 'm',
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
      },
    })
    expect(answer).toHaveStatus(200)
    return Math.floor(answer.body.data.timestamp / 1000)
  }
  /** Events are dated by their arrival: the past is written past the API. */
  const wrote = (org: string, seconds: number, tags: Record<string, string>) =>
    server.database.query(
      `insert into events (organization_id, type, severity, title, message, icon, color, tags, happened_at)
       select id, 'Custom', 'info', 't', 'm', 'i', 'c', $2, to_timestamp($3) from organizations where canonical = $1`,
      [org, JSON.stringify(Object.entries(tags).map(([key, value]) => ({ key, value }))), seconds],
    )

  test('give the coverage of the project, the environment and the component', async () => {
    const { ada, path, make, look } = await openMeasured(server)
    const tags = { kpi: 'code_coverage', project: 'web' }
    await send(ada, path, { ...tags, coverage: '70' })
    await send(ada, path, { ...tags, coverage: '80.5', env: 'prod' })
    await send(ada, path, { ...tags, coverage: '90', env: 'prod', component: 'api' })
    await send(ada, path, { ...tags, coverage: 'most of it' })
    await send(ada, path, { ...tags, project: 'shop', coverage: '1' })
    await send(ada, path, { project: 'web', coverage: '2' })
    await send(ada, path, { ...tags, kpi: 'time_to_release', coverage: '3' })
    const seen = async (where: object, widget: NewKPI['widget'] = 'line') => {
      const until = Math.floor(Date.now() / 1000) + 5
      const { data_set } = await look(await make({ ...coverage, widget }, where), { ...lastDays, end: until })
      return data_set?.slice(1).map(([, percent]) => percent)
    }
    expect(await seen({})).toEqual([70, 80.5, 90])
    expect(await seen({ environment_canonical: 'prod' })).toEqual([80.5, 90])
    expect(await seen({ environment_canonical: 'prod', component_canonical: 'api' })).toEqual([90])
    expect(await seen({ environment_canonical: 'dev' })).toEqual([])
    expect(await seen({}, 'summary')).toEqual([90])
    expect(await seen({}, 'doughnut')).toEqual([90])
  })

  test('count when they are in the period, to the second', async () => {
    const { org, make, look } = await openMeasured(server)
    for (const at of [999, 1000, 2000, 2001]) await wrote(org, at, { kpi: 'code_coverage', project: 'web', coverage: '50' })
    const { data_set } = await look(await make(coverage), { fetch_data: true, begin: 1000, end: 2000 })
    expect(data_set).toEqual([
      ['date', 'coverage'],
      [1000, 50],
      [2000, 50],
    ])
  })

  test('give the time to release, with where a version was before the period', async () => {
    const { org, make, look } = await openMeasured(server)
    const tags = { kpi: 'time_to_release', project: 'web' }
    const t = 100 * day
    await wrote(org, t, { ...tags, env: 'dev', version: 'v1' })
    await wrote(org, t + 50, { ...tags, env: 'prod', version: 'v1', component: 'api' })
    await wrote(org, t + 60, { ...tags, env: 'dev', version: 'v2' })
    await wrote(org, t + 70, { ...tags, env: 'dev', version: 'v1', project: 'shop' })
    const headers = ['date', 'env', 'version', 'duration', 'final', 'released']
    const period = { fetch_data: true, begin: t, end: t + 100 }
    const at = await make(release)
    expect((await look(at, period)).data_set).toEqual([
      headers,
      [t, 'dev', 'v1', 50, false, true],
      [t + 50, 'prod', 'v1', 50, true, true],
      [t + 60, 'dev', 'v2', 40, false, false],
    ])
    expect((await look(at, { ...period, begin: t + 50, end: t + 50 })).data_set).toEqual([headers, [t + 50, 'prod', 'v1', 50, true, true]])
    const onlyDev = await make({ ...release, widget: 'stackbars' }, { environment_canonical: 'dev' })
    expect((await look(onlyDev, period)).data_set?.slice(1).map((row) => row[1])).toEqual(['dev', 'dev'])
    const component = await make({ ...release, widget: 'line' }, { environment_canonical: 'prod', component_canonical: 'api' })
    expect((await look(component, period)).data_set).toEqual([headers, [t + 50, 'prod', 'v1', 0, true, true]])
  })

  test('of another organization are nobody else’s', async () => {
    const [one, two] = [await openMeasured(server), await openMeasured(server)]
    await wrote(two.org, 1500, { kpi: 'code_coverage', project: 'web', coverage: '50' })
    const { data_set } = await one.look(await one.make(coverage), { fetch_data: true, begin: 1000, end: 2000 })
    expect(data_set).toEqual([['date', 'coverage']])
  })
})
