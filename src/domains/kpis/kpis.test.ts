import { describe, expect, test } from 'vitest'
import {
  canonicals,
  coverage,
  frequency,
  make,
  type NewKPI,
  names,
  openProject,
  release,
  writeComponent,
} from '../../../test/support/kpi-world.ts'
import { member, role } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

describe('a new KPI', () => {
  test('gets its canonical from its name, and a suffix', async () => {
    const { ada, path } = await openProject(server)
    const { data } = (await ada.createKpi({ path, body: frequency })).body
    expect(data).toMatchObject({ ...frequency, description: '', config: {}, error: '', favorite: false, project: { canonical: 'web' } })
    expect(data.canonical).toMatch(/^deployments-[0-9a-f]{8}$/)
    expect(data.created_at).toBe(data.updated_at)
    expect(data).not.toHaveProperty('data_set')
    expect((await ada.getKpi({ path: { ...path, kpi_canonical: data.canonical } })).body.data).toEqual(data)
  })

  test('may be called as another one, or have the longest canonical', async () => {
    const { ada, path } = await openProject(server)
    const [one, two] = [
      await make(ada, path, { ...frequency, canonical: 'test' }),
      await make(ada, path, { ...frequency, canonical: 'test' }),
    ]
    expect([one, two].every(({ canonical }) => /^test-[0-9a-f]{8}$/.test(canonical))).toBe(true)
    expect(one.canonical).not.toBe(two.canonical)
    expect((await make(ada, path, { ...frequency, canonical: 'x'.repeat(100) })).canonical).toHaveLength(100)
  })

  test('is told of in an event that names it', async () => {
    const { ada, path } = await openProject(server)
    const { canonical } = await make(ada, path, frequency)
    const { data } = (await ada.getEvents({ path, query: { begin: 0, end: Date.now() + 1000, type: ['Cycloid'] } })).body
    expect(data[0]).toMatchObject({ title: 'A kpi has been created' })
    expect(data[0]?.tags).toContainEqual({ key: 'name', value: canonical })
  })

  test('may be limited to an environment, or to a component of it', async () => {
    const { ada, path } = await openProject(server)
    const inEnvironment = await make(ada, path, frequency, { environment_canonical: 'prod' })
    expect(inEnvironment).toMatchObject({ environment_canonical: 'prod' })
    expect(inEnvironment).not.toHaveProperty('component_canonical')
    const inComponent = await make(ada, path, frequency, { environment_canonical: 'prod', component_canonical: 'api' })
    expect(inComponent).toMatchObject({ environment_canonical: 'prod', component_canonical: 'api' })
  })

  test('may measure one job of one pipeline, that job wherever it is, or everything', async () => {
    const { ada, path } = await openProject(server)
    const both = { pipeline_name: 'web-prod-api', job_name: 'deploy' }
    expect(await make(ada, path, { ...frequency, ...both })).toMatchObject(both)
    // As the command line does: an environment and a job.
    expect(await make(ada, path, { ...frequency, job_name: 'deploy' }, { environment_canonical: 'prod' })).toMatchObject({
      job_name: 'deploy',
    })
    expect(await make(ada, path, { ...frequency, job_name: '', pipeline_name: '' })).not.toHaveProperty('job_name')
  })

  test.each<[string, NewKPI, object, string]>([
    ['an unknown pipeline', { ...frequency, pipeline_name: 'nope' }, {}, 'body.pipeline_name'],
    [
      'a pipeline of another environment',
      { ...frequency, pipeline_name: 'web-prod-api' },
      { environment_canonical: 'dev' },
      'body.pipeline_name',
    ],
    ['an unknown job', { ...frequency, pipeline_name: 'web-prod-api', job_name: 'nope' }, {}, 'body.job_name'],
    ['a job that no pipeline there has', { ...frequency, job_name: 'deploy' }, { environment_canonical: 'dev' }, 'body.job_name'],
    ['an unknown environment', frequency, { environment_canonical: 'nope' }, 'query.environment_canonical'],
    ['an unknown component', frequency, { environment_canonical: 'dev', component_canonical: 'api' }, 'query.component_canonical'],
    ['a component without its environment', frequency, { component_canonical: 'api' }, 'query.environment_canonical'],
    ['a pipeline for events', { ...coverage, pipeline_name: 'web-prod-api' }, {}, 'body.pipeline_name'],
    ['a job for events', { ...coverage, job_name: 'test' }, {}, 'body.job_name'],
    ['settings that the type has not', { ...coverage, config: { envs: ['dev', 'prod'] } }, {}, 'body.config'],
    ['unknown settings', { ...release, config: { envs: ['dev', 'prod'], more: 1 } }, {}, 'body.config'],
    ['no environments to compare', { ...release, config: {} }, {}, 'body.config.envs'],
    ['environments that are no list', { ...release, config: { envs: 'dev' } }, {}, 'body.config.envs'],
    ['environments that are no texts', { ...release, config: { envs: ['dev', 1] } }, {}, 'body.config.envs'],
    ['one environment alone', { ...release, config: { envs: ['dev'] } }, {}, 'body.config.envs'],
    ['an environment twice', { ...release, config: { envs: ['dev', 'dev'] } }, {}, 'body.config.envs'],
    ['an environment that is not there', { ...release, config: { envs: ['dev', 'nope'] } }, {}, 'unknown environment nope'],
    ['a place outside of what is compared', { ...release, config: { envs: ['dev', 'prod'] } }, { environment_canonical: 'lab' }, 'lab'],
    ['a name without a canonical in it', { ...frequency, name: '日本語' }, {}, 'body.canonical'],
    ['a character that cannot be stored', { ...frequency, description: 'a\u0000b' }, {}, 'NUL'],
    ['a period that ends before it begins', frequency, { begin: 2, end: 1 }, 'query.begin'],
    ['a period of many years', frequency, { begin: 0, fetch_data: true }, 'query.begin'],
  ])('with %s is refused, and nothing is made', async (_, body, query, text) => {
    const { ada, path } = await openProject(server)
    await ada.createEnvironment({ path, body: { name: 'lab', canonical: 'lab' } })
    const answer = await ada.createKpi({ path, body, query })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', text)
    expect(canonicals(await ada.getKpis({ path }))).toEqual([])
  })

  test('in a project that is not there is refused', async () => {
    const { ada, path } = await openProject(server)
    expect(await ada.createKpi({ path: { ...path, project_canonical: 'nope' }, body: frequency })).toHaveStatus(404)
    expect(await ada.getKpis({ path: { ...path, project_canonical: 'nope' } })).toHaveStatus(404)
  })

  const usual: Record<string, string[]> = {
    build_avg_time: ['bars', 'line', 'summary'],
    build_frequency: ['line', 'bars', 'summary'],
    build_history: ['history', 'pie', 'doughnut'],
    code_coverage: ['line', 'bars', 'doughnut', 'summary'],
    time_to_release: ['line', 'bars', 'stackbars'],
  }
  test.each(Object.keys(usual) as NewKPI['type'][])('of the type %s is drawn as what can show it, and as nothing else', async (type) => {
    const { ada, path } = await openProject(server)
    for (const widget of ['bars', 'stackbars', 'doughnut', 'history', 'line', 'pie', 'summary'] as const) {
      const answer = await ada.createKpi({ path, body: { ...(type === 'time_to_release' ? release : frequency), type, widget } })
      if (usual[type]?.includes(widget)) expect(answer).toHaveStatus(200)
      else expect(answer).toBeError('Invalid', `must be one of ${usual[type]?.join(', ')} for ${type}`)
    }
  })
})

describe('a KPI that is tried out', () => {
  test('shows what it would show, is checked as if it were made, and leaves nothing behind', async () => {
    const { ada, path } = await openProject(server)
    const period = { begin: Math.floor(Date.now() / 1000) - 86_400, end: Math.floor(Date.now() / 1000) }
    const tried = await ada.previewKpi({ path, query: period, body: frequency })
    expect(tried).toHaveStatus(200)
    const made = await make(ada, path, frequency)
    const kept = await ada.getKpi({ path: { ...path, kpi_canonical: made.canonical }, query: { ...period, fetch_data: true } })
    expect(tried.body.data).toEqual({ error: kept.body.data.error, data_set: kept.body.data.data_set })
    expect((await ada.getKpis({ path })).body.data).toHaveLength(1)
    expect(await ada.previewKpi({ path, body: { ...frequency, pipeline_name: 'nothing' } })).toBeError('Invalid', 'body.pipeline_name')
    expect(await ada.previewKpi({ path, query: { environment_canonical: 'nowhere' }, body: frequency })).toBeError('Invalid', 'query.')
    const { data } = (await ada.getEvents({ path, query: { begin: 0, end: Date.now() + 1000, type: ['Cycloid'] } })).body
    expect(data.filter(({ title }) => title === 'A kpi has been created')).toHaveLength(1)
  })

  test('may be tried by whoever may make it under the canonical that it is given, and by nobody else', async () => {
    const ours = role('ours', ['organization:pipeline:read'], ['organization:kpi:create', 'organization:*:project:web:kpi:ours-*'])
    const { eve, path } = await openProject(server, ours, member('eve', 'ours'))
    for (const body of [{ ...frequency, canonical: 'ours-daily' }, frequency]) {
      const status = 'canonical' in body ? 200 : 403
      expect(await eve.previewKpi({ path, body })).toHaveStatus(status)
      expect(await eve.createKpi({ path, body })).toHaveStatus(status)
    }
  })
})

describe('a changed KPI', () => {
  test('is what was said last; its canonical and its place stay', async () => {
    const { ada, path } = await openProject(server)
    const { at, canonical } = await make(
      ada,
      path,
      { ...frequency, description: 'old', job_name: 'deploy' },
      { environment_canonical: 'prod' },
    )
    const body: NewKPI = { name: 'Other', canonical: 'other', type: 'build_history', widget: 'pie' }
    const changed = await ada.updateKpi({ path: at, body })
    expect(changed).toHaveStatus(200)
    expect(changed.body.data).toMatchObject({
      name: 'Other',
      canonical,
      description: '',
      type: 'build_history',
      environment_canonical: 'prod',
    })
    expect(changed.body.data).not.toHaveProperty('job_name')
    expect((await ada.getKpi({ path: at })).body.data).toEqual(changed.body.data)
  })

  test('must name what is there, but what was there before may be gone', async () => {
    const { ada, path, org } = await openProject(server)
    const named = { ...frequency, pipeline_name: 'web-prod-api', job_name: 'deploy' }
    const { at } = await make(ada, path, named)
    expect(await ada.updateKpi({ path: at, body: { ...named, job_name: 'nope' } })).toBeError('Invalid', 'body.job_name')
    expect((await ada.getKpi({ path: at })).body.data.job_name).toBe('deploy')
    await server.database.query(`delete from pipelines p using organizations o where o.id = p.organization_id and o.canonical = $1`, [org])
    expect(await ada.updateKpi({ path: at, body: { ...named, name: 'Renamed', widget: 'bars' } })).toHaveStatus(200)
    expect(await ada.updateKpi({ path: at, body: { ...named, pipeline_name: 'other' } })).toBeError('Invalid', 'body.pipeline_name')
  })

  test('compares environments that are there', async () => {
    const { ada, path } = await openProject(server)
    const { at } = await make(ada, path, release)
    expect(await ada.updateKpi({ path: at, body: { ...release, config: { envs: ['prod', 'dev'] } } })).toHaveStatus(200)
    expect(await ada.updateKpi({ path: at, body: { ...release, config: { envs: ['prod', 'nope'] } } })).toBeError('Invalid', 'nope')
    expect((await ada.getKpi({ path: at })).body.data.config).toEqual({ envs: ['prod', 'dev'] })
    expect((await ada.updateKpi({ path: at, body: coverage })).body.data.config).toEqual({})
  })

  test('that is not there is not found', async () => {
    const { ada, path } = await openProject(server)
    const nope = { ...path, kpi_canonical: 'nope' }
    for (const answer of [
      await ada.getKpi({ path: nope }),
      await ada.updateKpi({ path: nope, body: frequency }),
      await ada.deleteKpi({ path: nope }),
      await ada.createKPIFavorite({ path: nope }),
      await ada.deleteKPIFavorite({ path: nope }),
    ])
      expect(answer).toBeError('NotFoundEntity', 'KPI nope')
  })
})

describe('a deleted KPI', () => {
  test('is gone for everybody, also from favourites', async () => {
    const { ada, path, org } = await openProject(server)
    const { at } = await make(ada, path, frequency)
    await ada.createKPIFavorite({ path: at })
    expect(await ada.deleteKpi({ path: at })).toHaveStatus(204)
    expect(await ada.getKpi({ path: at })).toHaveStatus(404)
    expect(await ada.deleteKpi({ path: at })).toHaveStatus(404)
    expect(canonicals(await ada.getOrganizationKpis({ path: { organization_canonical: org }, query: { favorite: true } }))).toEqual([])
  })

  test('goes with its project, its environment or its component', async () => {
    const { ada, path, org, place } = await openProject(server)
    await writeComponent(server, { ...place, environment: 'dev', component: 'app' })
    await make(ada, path, { ...frequency, name: 'whole' })
    await make(ada, path, { ...frequency, name: 'environment' }, { environment_canonical: 'dev' })
    await make(ada, path, { ...frequency, name: 'component' }, { environment_canonical: 'dev', component_canonical: 'app' })
    await server.database.query(
      `delete from components c using organizations o where o.id = c.organization_id and o.canonical = $1 and c.canonical = 'app'`,
      [org],
    )
    expect(names(await ada.getKpis({ path })).sort()).toEqual(['environment', 'whole'])
    expect(await ada.deleteEnvironment({ path: { ...path, environment_canonical: 'dev' } })).toHaveStatus(204)
    expect(names(await ada.getKpis({ path }))).toEqual(['whole'])
  })
})
