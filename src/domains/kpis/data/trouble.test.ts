import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { build, lastDays, openMeasured, yesterday } from '../../../../test/support/kpi-data.ts'
import { coverage, engineWith, fakeEngine, frequency, release, writeComponent } from '../../../../test/support/kpi-world.ts'
import { useServer } from '../../../../test/support/server.ts'
import type { PipelineEngine } from '../../../engine/types.ts'
import { unavailable } from '../../../errors.ts'

const server = useServer()
const use = (engine: PipelineEngine) => Object.assign(server.platform, { engine })
beforeEach(() => void use(engineWith({})))

describe('what cannot be computed is said in its own KPI, and the others have their data', () => {
  test.each<[string, () => Promise<never>, string]>([
    ['an engine that does not answer', () => Promise.reject(unavailable('Concourse does not answer')), 'Concourse does not answer'],
    ['an engine with a defect', () => Promise.reject(new TypeError('secret of ours')), 'noted in the log'],
  ])('%s', async (_, fail, text) => {
    const { make, list } = await openMeasured(server)
    use(fakeEngine(async ({ name }) => (name === 'web-dev-api' ? fail() : [])))
    await make({ ...frequency, pipeline_name: 'web-dev-api' })
    await make({ ...frequency, pipeline_name: 'web-prod-api' })
    await make(coverage)
    const kpis = await list()
    const broken = kpis.find(({ pipeline_name }) => pipeline_name === 'web-dev-api')
    expect(broken?.error).toContain(text)
    expect(broken).not.toHaveProperty('data_set')
    expect(JSON.stringify(kpis)).not.toContain('secret of ours')
    const rest = kpis.filter((kpi) => kpi !== broken)
    expect(rest.map(({ error }) => error)).toEqual(['', ''])
    expect(rest.every(({ data_set }) => data_set !== undefined)).toBe(true)
  })

  test('an engine that never answers is waited for five seconds, four questions at a time', async () => {
    const { make, list } = await openMeasured(server)
    let [running, most] = [0, 0]
    use(
      fakeEngine(async ({ name }, job) => {
        most = Math.max(most, ++running)
        if (name === 'web-dev-api' && job === 'test') await sleep(60_000, undefined, { ref: false })
        await sleep(50)
        running--
        return []
      }),
    )
    await make({ ...frequency, pipeline_name: 'web-dev-api', job_name: 'test' })
    await make({ ...frequency, pipeline_name: 'web-dev-api', job_name: 'deploy' })
    await make({ ...frequency, pipeline_name: 'web-dev-api' })
    await make({ ...frequency, pipeline_name: 'web-prod-api' })
    await make(frequency)
    await make(frequency, { environment_canonical: 'prod', component_canonical: 'api' })
    await make({ ...frequency, job_name: 'deploy' })
    const before = performance.now()
    const kpis = await list()
    // Five seconds, as a busy machine has them; the engine would take a minute.
    expect(performance.now() - before).toBeLessThan(20_000)
    expect(kpis.filter(({ error }) => error !== '').map(({ job_name }) => job_name)).toEqual(['test'])
    expect(kpis.find(({ job_name }) => job_name === 'test')?.error).toContain('takes too long')
    expect(most).toBeLessThanOrEqual(4)
  })

  test('more builds than anybody can look at', async () => {
    const { make, look } = await openMeasured(server)
    const many = Array.from({ length: 5001 }, (_, index) => build('deploy', yesterday + index, 1))
    use(engineWith({ 'web-prod-api': many }))
    expect((await look(await make(frequency))).error).toContain('more than 5000 builds')
    use(engineWith({ 'web-prod-api': many.slice(1) }))
    expect((await look(await make({ ...frequency, widget: 'summary' }))).data_set?.[1]).toEqual([yesterday, 5000])
  })

  test('a pipeline, a job or an environment that was deleted, and a component that moved to another project', async () => {
    const { ada, org, path, make, list } = await openMeasured(server)
    await ada.createEnvironment({ path, body: { name: 'lab', canonical: 'lab' } })
    await make({ ...frequency, name: 'pipeline', pipeline_name: 'web-dev-api' })
    await make({ ...frequency, name: 'job', job_name: 'test' })
    await make({ ...release, name: 'environments', config: { envs: ['lab', 'prod'] } })
    await make({ ...frequency, name: 'moved' }, { environment_canonical: 'prod', component_canonical: 'api' })
    await make({ ...frequency, name: 'fine' })
    expect((await list()).map(({ error }) => error)).toEqual(['', '', '', '', ''])
    await ada.deleteEnvironment({ path: { ...path, environment_canonical: 'lab' } })
    await ada.createProject({ path, body: { name: 'Shop', canonical: 'shop', config_repository_canonical: 'config' } })
    await ada.createEnvironment({ path: { ...path, project_canonical: 'shop' }, body: { name: 'prod', canonical: 'prod' } })
    await server.database.query(
      `update components c set environment_id = e.id from organizations o, projects p, environments e, environments old
       where o.canonical = $1 and p.organization_id = o.id and p.canonical = 'shop' and e.organization_id = o.id and e.project_id = p.id
         and c.organization_id = o.id and old.organization_id = o.id and old.id = c.environment_id and old.canonical = 'prod'`,
      [org],
    )
    await server.database.query('delete from pipelines p using organizations o where o.id = p.organization_id and o.canonical = $1', [org])
    const errors = new Map((await list()).map(({ name, error }) => [name, error]))
    expect(errors.get('pipeline')).toBe('There is no pipeline web-dev-api in the project web any more')
    expect(errors.get('job')).toBe('No pipeline in the project web has a job test any more')
    expect(errors.get('environments')).toBe('The project web has no environment lab any more: change config.envs')
    expect(errors.get('moved')).toContain('The component api is in another project now')
    expect(errors.get('fine')).toBe('')
  })

  test('more pipelines than one KPI looks at', async () => {
    const { org, ada, path, make, list, place } = await openMeasured(server)
    await make(frequency)
    const component = await writeComponent(server, { ...place, environment: 'dev' })
    await server.database.query(
      `insert into pipelines (organization_id, component_id, name, config_version) select o.id, $2, 'many-' || n, 1 from organizations o, generate_series(1, 49) n where o.canonical = $1`,
      [org, component],
    )
    expect((await list()).map(({ error }) => error)).toEqual([
      'There are more than 50 pipelines in the project web: name the one to measure',
    ])
    expect(await ada.createKpi({ path, body: frequency })).toBeError('Invalid', 'body.pipeline_name')
  })

  test('more KPIs than one answer computes', async () => {
    const { org, make, list } = await openMeasured(server)
    await make(coverage)
    await server.database.query(
      `insert into kpis (organization_id, project_id, canonical, name, type, widget)
       select k.organization_id, k.project_id, 'zzz-' || n, 'zzz-' || n, k.type, k.widget from kpis k join organizations o on o.id = k.organization_id, generate_series(1, 101) n
       where o.canonical = $1`,
      [org],
    )
    const kpis = await list()
    expect(kpis.filter(({ data_set }) => data_set !== undefined)).toHaveLength(100)
    expect(kpis.filter(({ error }) => error.includes('page_size'))).toHaveLength(2)
    expect((await list({ ...lastDays, page_size: 51, page_index: 2 })).every(({ data_set }) => data_set !== undefined)).toBe(true)
  })
})
